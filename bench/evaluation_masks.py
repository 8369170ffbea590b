"""What masks and rows of an evaluation buy: python3 bench/evaluation_masks.py [SEEDS [STEPS]] (16, 1000)

Runs one plan under several settings of its evaluation, two workers, and prints for each what an evaluation costs and by how much the
root's scores scatter over training seeds, which is what intervals are made of. JSON lines go to out/bench/evaluation_masks.jsonl.
A setting takes some two minutes.
"""

import csv
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from timing import BENCH, OUT, strata

RATIOS = [0.1, 0.5, 0.9]
METRICS = ["r2_linear", "r2_kernel", "cca_mean"]
# Every default first, then more and less of it.
SETTINGS = [
    "", "masks: 24, kernel_rows: 400", "masks: 24, kernel_rows: 400, kernel_score_rows: 1000", "masks: 24, kernel_rows: 300, kernel_score_rows: 1000",
    "masks: 8, linear_masks: 24, kernel_rows: 300", "masks: 8, linear_masks: 24, kernel_rows: 400, kernel_score_rows: 1000", "masks: 96",
]


def measure(program, setting, seeds, steps, work):
    plan = work / "plan.yaml"
    plan.write_text(
        "name: masks\ngraphs: [{family: tree, depth: 6, branching: 2}]\nmechanisms: [{family: rho, rho: 0.85}]\n"
        f"mask_ratios: {RATIOS}\ntraining_seeds: {list(range(1, seeds + 1))}\ntraining: {{steps: {steps}}}\n"
        f"evaluation: {{{setting}}}\n")
    out = work / f"sweep-{SETTINGS.index(setting)}"
    subprocess.run([program, "sweep", "run", plan, "--out", out, "--workers", "2", "--quiet"], stdout=subprocess.DEVNULL, check=True)
    export = subprocess.run([program, "sweep", "export", out, "--json"], stdout=subprocess.PIPE, text=True, check=True).stdout
    cells = [json.loads(line) for line in export.splitlines()]
    seconds = statistics.median(cell["evaluation_seconds"] for cell in cells)
    values = {}
    with open(out / "results.csv") as file:
        for row in csv.DictReader(file):
            if (row["evaluation"], row["node"], row["target"], row["estimator"], row["level"]) == ("per-mask", "", "z", "mae", "6"):
                values.setdefault((float(row["mask_ratio"]), row["metric"]), []).append(float(row["value"]))
    for ratio in RATIOS:
        scores = {m: {"mean": statistics.mean(values[ratio, m]), "sd": statistics.stdev(values[ratio, m])} for m in METRICS}
        yield {"setting": setting, "ratio": ratio, "seeds": seeds, "steps": steps, "load": os.getloadavg()[0], "evaluation_seconds": seconds, "scores": scores}


def main():
    seeds, steps = (int(value) for value in (sys.argv[1:] + ["16", "1000"][len(sys.argv) - 1:])[:2])
    program = strata()
    OUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as work, open(OUT / "evaluation_masks.jsonl", "w") as results:
        for setting in SETTINGS:
            for line in measure(program, setting, seeds, steps, Path(work)):
                print(json.dumps(line), file=results, flush=True)
    with open(OUT / "evaluation_masks.jsonl") as results:
        subprocess.run([sys.executable, BENCH / "evaluation_masks_table.py"], stdin=results, check=True)


if __name__ == "__main__":
    main()

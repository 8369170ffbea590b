"""What docs/theory.md and the predictions of claims take from closed forms: python3 bench/closed_forms.py

Runs `strata theory` and writes JSON lines to out/bench: level_law.jsonl and gaussian_limit.jsonl, the tables of the page, and
predictions.jsonl, each number that a claim's prediction takes from a closed form beside that closed form. Minutes; nothing is trained
or timed. `python3 bench/quote.py --adopt` puts them into the pages.
"""

import csv
import json
import math
import shlex
import subprocess

from timing import OUT, strata

TREE = "tree:depth=6,branching=2"
RHO = [TREE, "--rho", "0.85"]
LINEAR = ["tree:depth=4,branching=2,regime=invertible", "--mechanism", "linear", "--standardize", "--widths", "4"]
LINE = ["pyramid:length=32,window=4,stride=2", "--rho", "0.85"]
GRID = ["pyramid:rows=8,columns=8,window=4,stride=2", "--rho", "0.85"]
LAYERED = ["layered:widths=2-8-32,parents=2,seed=1", "--rho", "0.85"]
BLOCKS, INTERIOR = ["--law", "block"], ["--loss", "interior"]
RATIOS = "0.05,0.1,0.25,0.5,0.75,0.9,0.95"
DRAWS = ["--draws", "2000"]
# The draws of the modules that predictions of masking-design are means over.
SEEDS = range(1001, 1007)

# Of a prediction: experiment, claim, number as it stands there, what the closed form is to it, and the terms that are added up: sign,
# options of `strata theory limit`, then mask ratio, patch size, width, level and model seeds where they are not those of `closed_form`.
PREDICTIONS = [
    ("mask-ratio", "rise", "0.19", "is", [(1, RHO), (-1, RHO, {"ratio": 0.05})]),
    ("mask-ratio", "fall", "0.30", "is", [(1, RHO), (-1, RHO, {"ratio": 0.95})]),
    ("mask-ratio", "asymmetry", "0.03", "is", [(1, RHO, {"ratio": 0.25}), (-1, RHO, {"ratio": 0.75})]),
    ("mask-ratio", "pyramid-rise", "0.09", "is", [(1, LINE), (-1, LINE, {"ratio": 0.05})]),
    ("mask-ratio", "grid-rise", "0.02", "is", [(1, GRID), (-1, GRID, {"ratio": 0.05})]),
    ("mask-ratio", "layered-rise", "0.01", "is", [(1, LAYERED), (-1, LAYERED, {"ratio": 0.05})]),
    ("mask-ratio", "falls", "0.09", "is", [(1, LAYERED), (-1, LAYERED, {"ratio": 0.95})]),
    ("mask-ratio", "falls", "0.23", "is", [(1, LINE), (-1, LINE, {"ratio": 0.95})]),
    ("patch-size", "tree-root", "0.05", "is", [(1, RHO), (-1, RHO, {"patch_size": 4})]),
    ("masking-design", "rho-cover", "0.13", "is", [(1, RHO), (-1, RHO, {"patch_size": 32})]),
    ("masking-design", "rho-block", "0.11", "is", [(1, RHO), (-1, RHO + BLOCKS)]),
    ("masking-design", "rho-interior", "0.07", "is", [(1, RHO), (-1, RHO + INTERIOR)]),
    ("masking-design", "rho-block-interior", "0.006", "cut to", [(1, RHO + BLOCKS + INTERIOR), (-1, RHO + BLOCKS)]),
    ("masking-design", "linear-cover", "0.82", "is", [(1, LINEAR, {"seeds": SEEDS})]),
    ("masking-design", "linear-cover", "1", "is", [(1, LINEAR, {"patch_size": 8, "seeds": SEEDS})]),
    ("masking-design", "linear-block", "0.82", "is", [(1, LINEAR, {"seeds": SEEDS})]),
    ("masking-design", "linear-block", "0.92", "is", [(1, LINEAR + BLOCKS, {"seeds": SEEDS})]),
    ("masking-design", "linear-interior", "0.82", "is", [(1, LINEAR, {"seeds": SEEDS})]),
    ("masking-design", "linear-interior", "0.97", "is", [(1, LINEAR + INTERIOR, {"seeds": SEEDS})]),
    ("masking-design", "linear-block-interior", "0.92", "is", [(1, LINEAR + BLOCKS, {"seeds": SEEDS})]),
    ("masking-design", "linear-block-interior", "0.99", "is", [(1, LINEAR + BLOCKS + INTERIOR, {"seeds": SEEDS})]),
    ("width", "noisy-root", "0.01", "is", [(1, RHO + ["--widths", "8"], {"width": "8"}), (-1, RHO)]),
    ("width", "noisy-low", "0.15", "at least", [(1, RHO + ["--widths", "4"], {"width": "4", "level": "1"}), (-1, RHO, {"level": "1"})]),
]


class Theory:
    """Runs `strata theory`, each command once."""

    def __init__(self, program):
        self.program, self.known = program, {}

    def rows(self, *arguments):
        """The rows of a command's CSV, and the command as one would type it."""
        text = "strata theory " + shlex.join(arguments)
        if text not in self.known:
            output = subprocess.run(
                [self.program, "theory", *arguments, "--csv"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True
            )
            self.known[text] = list(csv.DictReader(output.stdout.splitlines()))
        return self.known[text], text

    def closed_form(self, options, ratio=0.5, patch_size=1, width=None, level=None, seeds=(None,)):
        """R² of a level (the top one) at a mask ratio, as the mean over the seeds of a model: value, standard error, commands."""
        values, variances, commands = [], [], []
        for seed in seeds:
            chosen = (["--mask-ratios", str(ratio)] if ratio != 0.5 else []) + ["--patch-sizes", str(patch_size), *DRAWS]
            chosen += ["--model-seed", str(seed)] if seed else []
            rows, command = self.rows("limit", *options, *chosen)
            found = [row for row in rows if row["target"] == "r2_level" and row["width"] == (width or rows[0]["width"])]
            row = next(row for row in found if row["level"] == (level or max((row["level"] for row in found), key=int)))
            values.append(float(row["value"]))
            variances.append(float(row["standard_error"]) ** 2)
            commands.append(command)
        return sum(values) / len(values), math.sqrt(sum(variances)) / len(values), commands


def level_law(theory):
    rows, command = theory.rows("levels", TREE, "--mask-ratios", "0.05,0.1,0.25,0.5")
    for statistic, name in [("mean_height", "meanHeight"), ("pooled_height", "pooledHeight"), ("contamination", "contamination")]:
        for row in rows:
            if row["statistic"] == statistic:
                yield {"row": f"`{name}`", "digits": 4} | cell(row, command)


def gaussian_limit(theory):
    for rho in ["0.85", "0.7"]:
        rows, command = theory.rows("limit", TREE, "--rho", rho, "--mask-ratios", RATIOS, *DRAWS)
        for width, name in [("1", "limit"), ("all", "ceiling")]:
            for row in top(rows, width):
                yield {"row": f"ρ = {rho}, {name}", "digits": 3} | cell(row, command)
    rows, command = theory.rows("limit", TREE, "--rho", "0.85", "--shared", "--mask-ratios", RATIOS)
    for row in top(rows, "1 shared"):
        yield {"row": "ρ = 0.85, one encoder for all masks", "digits": 3} | cell(row, command)


def top(rows, width):
    """The rows of the root of TREE."""
    return [row for row in rows if (row["target"], row["level"], row["width"]) == ("r2_level", "6", width)]


def cell(row, command):
    return {name: float(row[name]) for name in ["mask_ratio", "value", "standard_error"]} | {"command": command}


def predictions(theory):
    for experiment, claim, number, relation, terms in PREDICTIONS:
        value, variance, commands = 0, 0, []
        for sign, options, *others in terms:
            term, error, made_by = theory.closed_form(options, **(others[0] if others else {}))
            value, variance, commands = value + sign * term, variance + error**2, commands + made_by
        yield {
            "experiment": experiment, "claim": claim, "number": number, "relation": relation, "value": value,
            "standard_error": math.sqrt(variance), "commands": commands,
        }


def main():
    theory = Theory(strata())
    OUT.mkdir(parents=True, exist_ok=True)
    for measure in [level_law, gaussian_limit, predictions]:
        lines = [json.dumps(line, ensure_ascii=False) + "\n" for line in measure(theory)]
        (OUT / f"{measure.__name__}.jsonl").write_text("".join(lines))
        print(f"{len(lines)} lines in {OUT / measure.__name__}.jsonl")


if __name__ == "__main__":
    main()

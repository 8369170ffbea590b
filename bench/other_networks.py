"""Whether other networks and settings are nearer to the closed form at a low mask ratio (needs NumPy): python3 bench/other_networks.py

As bench/near_ties.py, whose masks, samples and measure these are, for one mask ratio and one training seed. Ten minutes on one core; JSON lines
go to out/bench/other_networks.jsonl.
"""

import json
import re
import subprocess
import sys

from near_ties import TRAINED_MASKS, KeptNetwork, exact_samples, mean_and_error, measure
from timing import BENCH, OUT, strata
from width_one import WidthOne, draw_masks

RATIO = 0.1
# Hidden layers and units, activation, batch, steps, and what else a plan's `training` says.
NETWORKS = [
    (2, 256, "gelu", 512, 2000, ""),
    (1, 256, "gelu", 512, 2000, ""), (3, 256, "gelu", 512, 2000, ""), (4, 256, "gelu", 512, 2000, ""),
    (2, 128, "gelu", 512, 2000, ""), (2, 512, "gelu", 512, 2000, ""), (1, 512, "gelu", 512, 4000, ""),
    (2, 256, "leaky-relu", 512, 2000, ""), (2, 256, "tanh", 512, 2000, ""),
    (2, 256, "gelu", 512, 2000, "mask_gain: 8"), (2, 256, "gelu", 512, 2000, "learning_rate: 0.01"),
    (2, 256, "gelu", 2048, 2000, ""), (2, 512, "gelu", 2048, 2000, ""), (2, 256, "gelu", 8192, 2000, ""),
]  # fmt: skip
PLAN = """name: other-networks
graphs: [{{family: tree, depth: 6, branching: 2}}]
mechanisms: [{{family: rho, rho: 0.85}}]
mask_ratios: [{ratio}]
training_seeds: [1]
model: {{hidden_width: {units}, hidden_layers: {layers}, activation: {activation}}}
training: {{steps: {steps}, batch: {batch}{settings}}}
keep_models: true
evaluation: {{modes: [per-mask], targets: [z], metrics: [r2_linear], estimators: [mae], masks: 2, rows: 100, nodes: false}}
"""


def train(program, layers, units, activation, batch, steps, settings):
    name = re.sub("[^a-z0-9.]+", "-", f"{layers}-{units}-{activation}-{batch}-{steps}-{settings}").strip("-")
    folder = OUT / "other_networks" / name
    folder.parent.mkdir(parents=True, exist_ok=True)
    path = folder.parent / f"{name}.yaml"
    path.write_text(PLAN.format(
        ratio=RATIO, layers=layers, units=units, activation=activation, batch=batch, steps=steps, settings=settings and f", {settings}"))
    command = [program, "sweep", "run", path, "--out", folder, "--workers", "1"]
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    return KeptNetwork(next((folder / "models").glob("*.safetensors")), activation)


def main():
    program, leaves = strata(), exact_samples()
    ones = [WidthOne(mask) for mask in draw_masks(RATIO, TRAINED_MASKS, seed=3)]
    OUT.mkdir(parents=True, exist_ok=True)
    with open(OUT / "other_networks.jsonl", "w") as results:
        for network in NETWORKS:
            trained = train(program, *network)
            found = [measure(trained, one, leaves) for one in ones]
            scores = {name: mean_and_error([row[name] for row in found]) for name in ("excess", "loss", "loss_direction", "nonlinear")}
            names = ("layers", "units", "activation", "batch", "steps", "settings")
            print(json.dumps(dict(zip(names, network)) | {"ratio": RATIO} | scores), file=results, flush=True)
    with open(OUT / "other_networks.jsonl") as results:
        subprocess.run([sys.executable, BENCH / "other_networks_table.py"], stdin=results, check=True)


if __name__ == "__main__":
    main()

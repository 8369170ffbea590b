"""Why training recovers more of the root than the closed form at low mask ratios (needs NumPy): python3 bench/near_ties.py

The hypothesis was near-ties: masks whose leading eigenvalue is close to the second. Three parts, JSON lines in out/bench/near_ties.jsonl:
the eigenvalues of many masks and the range of R² of the root within a loss of δ, in closed form; networks trained on all masks, mask by mask;
and networks that were each trained on a single mask. If the reason is what one network does for all masks, the latter are at the closed form.

Trained networks are measured on samples drawn here, whose means and covariances are made exact. The noise of the masked leaves is in none of the
numbers: the loss is E‖decoded − E[x_m | x_v]‖² less that of the optimum on the same samples, and R² is that of E[root | x_v] times the ceiling.
An hour on one core; plans and models stay in out/bench/near_ties, and a second run takes what is there.
"""

import json
import math
import re
import subprocess
import sys

import numpy as np

from timing import BENCH, OUT, strata
from width_one import LEAVES, SIGMA, WidthOne, check_extremes, draw_masks

RATIOS = [0.05, 0.1, 0.25, 0.5, 0.9]
DELTAS = [3e-4, 1e-3, 3e-3]
CLOSED_MASKS, TRAINED_MASKS, SAMPLES = 1000, 128, 4096
# Units of a hidden layer, steps, mask ratios and training seeds of the trainings on all masks.
TRAININGS = [(256, steps, RATIOS, [1, 2]) for steps in (1000, 4000, 16000)] + [(256, 64000, [0.05, 0.1], [1]), (768, 4000, [0.05, 0.1, 0.25], [1])]
# Mask ratios, masks of each and steps of the trainings on one mask.
SINGLE_RATIOS, SINGLE_MASKS, SINGLE_STEPS = [0.05, 0.1, 0.25], 8, 1000
# GELU in its tanh form.
TANH_SCALE = math.sqrt(2 / math.pi)
ACTIVATIONS = {
    "gelu": lambda x: 0.5 * x * (1 + np.tanh(TANH_SCALE * (x + 0.044715 * x * x * x))), "tanh": np.tanh,
    "leaky-relu": lambda x: np.where(x > 0, x, 0.01 * x),
}
PLAN = """name: near-ties
graphs: [{{family: tree, depth: 6, branching: 2}}]
mechanisms: [{{family: rho, rho: 0.85}}]
{masks}
training_seeds: [{seeds}]
model: {{hidden_width: {units}, hidden_layers: 2, activation: gelu}}
training: {{steps: {steps}, batch: 512}}
keep_models: true
evaluation: {{modes: [per-mask], targets: [z], metrics: [r2_linear], estimators: [mae], masks: 2, rows: 100, nodes: false}}
"""


class KeptNetwork:
    """A network that a sweep kept (docs/training.md, checkpoints), forward passes alone."""

    def __init__(self, path, activation="gelu"):
        self.activation = ACTIVATIONS[activation]
        data = path.read_bytes()
        start = 8 + int.from_bytes(data[:8], "little")
        header = json.loads(data[8:start])
        self.cell = path.stem
        text = header.pop("__metadata__")["cell"]
        ratio = re.search(r"^mask exactCount\(ratio: ([\d.]+)\)", text, re.MULTILINE)
        self.ratio, self.seed = float(ratio[1]) if ratio else None, int(re.search(r"^training-seed (\d+)", text, re.MULTILINE)[1])
        self.tensors = {
            name: np.frombuffer(data[start:], np.float32, math.prod(place["shape"]), place["data_offsets"][0]).reshape(place["shape"])
            for name, place in header.items() if "moment" not in name
        }
        self.mean, self.deviation = self.tensors["standardization.mean"], self.tensors["standardization.deviation"]

    def run(self, side, values):
        layer = 0
        while f"{side}.{layer}.weight" in self.tensors:
            if layer:
                values = self.activation(values)
            values = values @ self.tensors[f"{side}.{layer}.weight"] + self.tensors[f"{side}.{layer}.bias"]
            layer += 1
        return values

    def encode(self, leaves, mask):
        """ĉ, shape (n,), of leaves (n, 64), of which the masked ones are not read."""
        seen = np.where(mask, 0, (leaves - self.mean) / self.deviation)
        return self.run("encoder", np.hstack([seen, np.broadcast_to(mask, seen.shape)]).astype(np.float32))[:, 0]

    def decode(self, representation, mask):
        """The masked leaves, shape (n, k)."""
        flags = np.broadcast_to(mask, (len(representation), LEAVES))
        decoded = self.run("decoder", np.column_stack([representation, flags]).astype(np.float32))
        return (decoded * self.deviation + self.mean)[:, mask]


def exact_samples():
    """Gaussian leaves, shape (SAMPLES, 64), shifted and turned to mean 0 and covariance Σ to rounding."""
    values = np.random.default_rng(2).standard_normal((SAMPLES, LEAVES))
    values -= values.mean(0)
    white = np.linalg.solve(np.linalg.cholesky(values.T @ values / SAMPLES), values.T)
    return (np.linalg.cholesky(SIGMA) @ white).T


def measure(network, one, leaves):
    """What a network does under one mask, as a dictionary; R² and losses less those of the optimum.

    `pull` and `even` are the parts of the direction along the sum of the visible leaves and along the sum of the masked leaves' predictions, as far as
    these are orthogonal to the optimum; `off` and `simple` are the squared parts orthogonal to the optimum, and in the plane of the two.
    """
    u = leaves[:, one.visible] @ one.whitening.T
    c = network.encode(leaves, one.mask).astype(float)
    decoded = network.decode(c, one.mask)
    c = (c - c.mean()) / c.std()
    # The part of ĉ that is linear in the visible leaves, by least squares (u is white): shorter than 1 by what is not linear.
    a = u.T @ c / len(u)
    a *= np.sign(a @ one.optimum)
    direction = a / np.linalg.norm(a)
    expected = u @ one.prediction.T
    optimal = np.outer(u @ one.optimum, one.prediction @ one.optimum)
    loss = (((decoded - expected) ** 2).sum(1) - ((optimal - expected) ** 2).sum(1)).mean() / one.masked
    root, least = one.root_r2(), one.least_loss()
    cosine = direction @ one.optimum
    off = direction - cosine * one.optimum
    simple = np.column_stack([one.orthogonal(one.sum_of_leaves()), one.orthogonal(one.sum_of_predictions())])
    pull, even = simple.T @ off
    # R² of the direction less the closed form, by where its deviation lies: terms of first order, and the rest.
    inside, root_inside = one.directions.T @ off, one.directions.T @ one.root
    terms = 2 * cosine * root_inside[0] * np.append(inside * root_inside, off @ one.root - inside @ root_inside)
    return {
        "gap": one.gap, "optimum": root, "excess": (one.root @ a) ** 2 - root, "direction": (one.root @ direction) ** 2 - root,
        "loss": loss, "loss_direction": one.loss(direction) - least, "loss_linear": one.loss(a) - least, "nonlinear": 1 - a @ a,
        "cosine": cosine, "off": off @ off, "pull": pull, "even": even, "simple": ((np.linalg.qr(simple)[0].T @ off) ** 2).sum(),
        "by_second": terms[1], "by_others": terms[2:-1].sum(), "by_outside": terms[-1], "dimensions": len(off) - 1,
    }


def mean_and_error(values):
    return [float(np.mean(values)), float(np.std(values, ddof=1) / math.sqrt(len(values)))]


def summary(ones, found):
    """Of the masks of one mask ratio: means with standard errors, thirds by gap, and what the mean pull alone would do."""
    column = {name: np.array([row[name] for row in found]) for name in found[0]}
    order = np.argsort(column["gap"])
    thirds = [mean_and_error(column["excess"][part]) + [float(column["gap"][part].mean())] for part in np.array_split(order, 3)]
    line = {name: mean_and_error(values) for name, values in column.items() if name not in ("gap", "dimensions", "off", "simple")}
    bounds = np.array([one.extreme_root_r2(max(row["loss_direction"], 0)) for one, row in zip(ones, found)])
    alone = [(one.root @ one.tilted(column["pull"].mean())) ** 2 - one.root_r2() for one in ones]
    deviation = column["off"].sum()
    return line | {
        "masks": len(found), "thirds": thirds, "gap_correlation": float(np.corrcoef(column["gap"], column["excess"])[0, 1]),
        "pull_positive": float((column["pull"] > 0).mean()), "pull_share": float((column["pull"] ** 2).sum() / deviation),
        "even_positive": float((column["even"] > 0).mean()), "even_share": float((column["even"] ** 2).sum() / deviation),
        "simple_share": float(column["simple"].sum() / deviation), "random_share": float(1 / column["dimensions"].mean()),
        "low": float((bounds[:, 0] - column["optimum"]).mean()), "high": float((bounds[:, 1] - column["optimum"]).mean()),
        "pull_alone": float(np.mean(alone)),
    }


def closed(ratio):
    ones = [WidthOne(mask) for mask in draw_masks(ratio, CLOSED_MASKS, seed=1)]
    bounds = np.array([[one.extreme_root_r2(delta) for delta in DELTAS] for one in ones]).mean(0)
    return {
        "kind": "closed", "ratio": ratio, "masked": ones[0].masked, "masks": CLOSED_MASKS,
        "root": mean_and_error([one.root_r2() for one in ones]), "ceiling": float(np.mean([one.ceiling() for one in ones])),
        "loss": float(np.mean([one.least_loss() for one in ones])), "gap": float(np.mean([one.gap for one in ones])),
        "least_gap": min(one.gap for one in ones),
        "second_root": float(np.mean([(one.root @ one.directions[:, 1]) ** 2 for one in ones])),
        "second_loss": float(np.mean([one.loss(one.directions[:, 1]) - one.least_loss() for one in ones])),
        "deltas": DELTAS, "low": bounds[:, 0].tolist(), "high": bounds[:, 1].tolist(),
    }


def train(program, name, **plan):
    """Runs a plan, or what is missing of it, and returns its networks."""
    folder = OUT / "near_ties" / name
    folder.parent.mkdir(parents=True, exist_ok=True)
    path = folder.parent / f"{name}.yaml"
    path.write_text(PLAN.format(**plan))
    command = [program, "sweep", "run", path, "--out", folder, "--workers", "1"]
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    return [KeptNetwork(model) for model in sorted((folder / "models").glob("*.safetensors"))]


def check_encoder(program, folder, network):
    """Fails if NumPy's ĉ is not that of `strata evaluate --export`."""
    mask = draw_masks(0.05, 1, seed=7)[0]
    export = OUT / "near_ties/export"
    subprocess.run(["rm", "-rf", export], check=True)
    names = ",".join(f"x{leaf}" for leaf in np.flatnonzero(mask))
    options = ["--model", folder, "--cell", network.cell, "--mask", names, "--rows", "200", "--export", export]
    subprocess.run([program, "evaluate", *options], stdout=subprocess.DEVNULL, check=True)
    leaves = np.zeros((400, LEAVES))
    leaves[:, ~mask] = np.load(export / "mask-1.input.npy")
    difference = network.encode(leaves, mask) - np.load(export / "mask-1.representation.npy")[:, 0]
    assert np.abs(difference).max() < 1e-4, np.abs(difference).max()


def trained(program, draws):
    for units, steps, ratios, seeds in TRAININGS:
        masks = f"mask_ratios: [{', '.join(map(str, ratios))}]"
        networks = train(program, f"{units}-{steps}", masks=masks, seeds=", ".join(map(str, seeds)), units=units, steps=steps)
        check_encoder(program, OUT / "near_ties" / f"{units}-{steps}", networks[0])
        for network in networks:
            ones, leaves = draws[network.ratio]
            found = [measure(network, one, leaves) for one in ones]
            yield {"kind": "trained", "ratio": network.ratio, "units": units, "steps": steps, "seed": network.seed} | summary(ones, found)


def single(program, draws):
    for ratio in SINGLE_RATIOS:
        ones, leaves = draws[ratio]
        ones, found = ones[:SINGLE_MASKS], []
        for index, one in enumerate(ones):
            names = ", ".join(f"x{leaf}" for leaf in np.flatnonzero(one.mask))
            networks = train(program, f"single-{ratio}-{index}", masks=f"mask: {{fixed: [{names}]}}", seeds="1", units=256, steps=SINGLE_STEPS)
            found.append(measure(networks[0], one, leaves))
        yield {"kind": "single", "ratio": ratio, "units": 256, "steps": SINGLE_STEPS, "seed": 1} | summary(ones, found)


def main():
    program = strata()
    check_extremes(draw_masks(0.05, 20, seed=0))
    leaves = exact_samples()
    draws = {ratio: ([WidthOne(mask) for mask in draw_masks(ratio, TRAINED_MASKS, seed=3)], leaves) for ratio in RATIOS}
    OUT.mkdir(parents=True, exist_ok=True)
    with open(OUT / "near_ties.jsonl", "w") as results:
        for lines in [map(closed, RATIOS), trained(program, draws), single(program, draws)]:
            for line in lines:
                print(json.dumps(line), file=results, flush=True)
    with open(OUT / "near_ties.jsonl") as results:
        subprocess.run([sys.executable, BENCH / "near_ties_table.py"], stdin=results, check=True)


if __name__ == "__main__":
    main()

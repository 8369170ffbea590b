"""Turns the JSON lines of bench/step_profile.py on standard input into a Markdown table: which share of the processor's peak each kind of
product has, at equal multiplications, and how much faster a step would be if all had the whole."""

import json
import sys

# As in TrainingBenchmark.swift: observables, hidden width, representation width, batch, hidden layers a side.
SHAPES = {"S": (64, 128, 8, 256, 2), "M": (128, 256, 16, 512, 3), "L": (256, 512, 32, 1024, 3)}


def operations(shape):
    """Multiplications and additions of a step by kind: forward into hidden layers, backward into them, and all others, most for weights."""
    observed, hidden, width, batch, layers = SHAPES[shape]
    sides = [[2 * observed] + layers * [hidden] + [width], [width + observed] + layers * [hidden] + [observed]]
    weights = [[inputs * outputs for inputs, outputs in zip(side, side[1:])] for side in sides]
    forward, backward = (sum(sum(side[part]) for side in weights) for part in (slice(-1), slice(1, None)))
    everything = sum(sum(side) for side in weights)
    others = everything + sum(side[-1] for side in weights) + width * hidden
    return {kind: 2 * batch * n for kind, n in [("forward", forward), ("backward", backward), ("weights", others)]}


print("| shape | data | forward into hidden layers | backward into them | weights and narrow ones | all products | rate if all had the peak, times that measured |")
print("|:--|:--|--:|--:|--:|--:|--:|")
for run in map(json.loads, sys.stdin):
    if run["mode"] != "train-equal":
        continue
    amounts, total = operations(run["configuration"]), sum(run["shares"].values())
    spent = {kind: run["shares"][f"products, {kind}"] / total for kind in amounts}
    # Of a step's time, what each kind would take at the peak.
    least = {kind: amount / sum(amounts.values()) * run["steps"] / run["peak"] for kind, amount in amounts.items()}
    kinds = [f"{100 * least[kind] / spent[kind]:.0f} %" for kind in amounts]
    products, limit = sum(spent.values()), sum(least.values())
    print(f"| {run['configuration']} | {run['source']} | " + " | ".join(kinds) + f" | {100 * limit / products:.0f} % | {1 / (1 - products + limit):.2f} |")

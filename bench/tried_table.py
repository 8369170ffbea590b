"""Turns the JSON lines of bench/tried.sh on standard input into Markdown tables: groups that share a mask, a start from the
closed form, and rules of early stopping.

A rule stops at the first step at which the held-out loss is less than a share below that of 500 steps before.
"""

import json
import sys

from spread import spread

rows = [json.loads(line) for line in sys.stdin]
seeds = sorted({row["seed"] for row in rows})

count = f"{len(seeds)} training seed{'s' if len(seeds) > 1 else ''}"
print(f"ρ-tree, {count}, medians with ranges; R² of the root and loss less the closed form for the same masks.\n")
print("| ratio | samples that share a mask | R² | loss |")
print("|--:|--:|--:|--:|")
for ratio in sorted({row["ratio"] for row in rows}):
    for group in [1, 8, 64, 512]:
        found = [row for row in rows if row["ratio"] == ratio and row["settings"] == f"fast/{group}"]
        if not found:
            continue
        r2 = [row["r2"] - row["theory"][0] for row in found]
        loss = [row["loss"] - row["theory"][1] for row in found]
        print(f"| {ratio} | {group} | {spread(r2, '+.3f')} | {spread(loss, '+.4f')} |")

print("\n| ratio | start | steps | R² | loss |")
print("|--:|:--|--:|--:|--:|")
for ratio in sorted({row["ratio"] for row in rows}):
    for steps in [100, 500, 2000, 6000, 16000]:
        for settings, start in [("fast", "random"), ("linear", "closed form")]:
            found = [row for row in rows if (row["ratio"], row["settings"], row["steps"]) == (ratio, settings, steps)]
            if not found:
                continue
            r2 = [row["r2"] - row["theory"][0] for row in found]
            loss = [row["loss"] - row["theory"][1] for row in found]
            print(f"| {ratio} | {start} | {steps} | {spread(r2, '+.3f')} | {spread(loss, '+.4f')} |")

print("\n| ratio | rule: stop when 500 steps lower the held-out loss by less than | stops at step | R² there | R² at step 4000 |")
print("|--:|--:|--:|--:|--:|")
for ratio in sorted({row["ratio"] for row in rows}):
    for share in [0.02, 0.01, 0.005, 0.002]:
        stops, there, end = [], [], []
        for seed in seeds:
            course = [row for row in rows if (row["ratio"], row["seed"], row["settings"]) == (ratio, seed, "constant")]
            if not course:
                continue
            loss = {row["step"]: row["loss"] for row in course}
            stop = next(
                (row for row in course if row["step"] > 500 and row["loss"] > (1 - share) * loss[row["step"] - 500]), course[-1]
            )
            stops.append(stop["step"])
            there.append(stop["r2"] - stop["theory"][0])
            end.append(course[-1]["r2"] - course[-1]["theory"][0])
        if not stops:
            continue
        print(
            f"| {ratio} | {100 * share:g} % | {spread(stops, '.0f')} | {spread(there, '+.3f')} | {spread(end, '+.3f')} |"
        )

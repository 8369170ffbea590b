"""Reads the JSON lines of `StrataBench recovery` and prints two Markdown tables: for each graph and mask ratio, constant rates at all
their steps beside the fast settings, medians over seeds with ranges, R² and loss less the closed form where there is one; and, seed by seed,
in how many settings the fast ones end at least as well as each constant rate does at its last step."""

import json
import sys
from collections import defaultdict

from spread import spread

GRAPHS = ("rho-tree", "pyramid", "network-tree")
# R² that differ by less are as good as each other.
TOLERANCE = 0.01

runs = defaultdict(dict)
for line in sys.stdin:
    run = json.loads(line)
    runs[run["graph"], run["ratio"]][run["settings"], run["step"], run["seed"]] = run


def shortfall(run):
    """How far R² is from the closed form, or from 1 where there is none."""
    return abs(run["r2"] - run["theory"][0]) if run["theory"] else 1 - run["r2"]


def count(pairs, holds):
    return f"{sum(holds(*pair) for pair in pairs)} of {len(pairs)}"


print("| graph | ratio | settings | steps | seeds | root's R² | loss | fast ones: loss at most that | R² at least as good | or less than .01 worse |")
print("|:--|--:|:--|--:|--:|--:|--:|--:|--:|--:|")
total = defaultdict(list)
for setting in sorted(runs, key=lambda setting: (GRAPHS.index(setting[0]), setting[1])):
    group = runs[setting]
    last = max(step for settings, step, _ in group if settings != "fast")
    for settings, step in sorted({(settings, step) for settings, step, _ in group}):
        mine = {seed: run for (s, t, seed), run in group.items() if (s, t) == (settings, step)}
        has_theory = all(run["theory"] for run in mine.values())
        sign = "+" if has_theory else ""
        r2 = [run["r2"] - (run["theory"][0] if has_theory else 0) for run in mine.values()]
        loss = [run["loss"] - (run["theory"][1] if has_theory else 0) for run in mine.values()]
        cells = ["", "", ""]
        if settings != "fast" and step == last:
            pairs = [(fast, run) for seed, run in mine.items() for (s, _, t), fast in group.items() if (s, t) == ("fast", seed)]
            total[settings] += pairs
            cells = [
                count(pairs, lambda fast, run: fast["loss"] <= run["loss"]),
                count(pairs, lambda fast, run: shortfall(fast) <= shortfall(run)),
                count(pairs, lambda fast, run: shortfall(fast) < shortfall(run) + TOLERANCE),
            ]
        print(
            f"| {setting[0]} | {setting[1]} | {settings.replace('@', ', ')} | {step} | {len(mine)} | {spread(r2, f'{sign}.3f')} "
            f"| {spread(loss, f'{sign}.4f')} | {' | '.join(cells)} |")
print("\n| 1000 fast steps beside 2000 of | loss at most that | R² at least as good | or less than .01 worse | mean difference in how far R² is from the closed form (from 1) |")
print("|:--|--:|--:|--:|--:|")
for settings, pairs in sorted(total.items()):
    gains = [shortfall(run) - shortfall(fast) for fast, run in pairs]
    print(
        f"| {settings.replace('@', ', ')} | {count(pairs, lambda fast, run: fast['loss'] <= run['loss'])} "
        f"| {count(pairs, lambda fast, run: shortfall(fast) <= shortfall(run))} "
        f"| {count(pairs, lambda fast, run: shortfall(fast) < shortfall(run) + TOLERANCE)} | {-sum(gains) / len(gains):+.4f} |")

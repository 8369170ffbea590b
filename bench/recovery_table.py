"""Reads the JSON lines of `StrataBench recovery` and prints a Markdown table: for each graph and mask ratio, the constant rate at all
its steps beside the fast settings, medians over seeds with ranges; R² and loss less the closed form where there is one."""

import json
import sys
from collections import defaultdict

from spread import spread

GRAPHS = ("rho-tree", "pyramid", "network-tree")

runs = defaultdict(dict)
for line in sys.stdin:
    run = json.loads(line)
    runs[run["graph"], run["ratio"]][run["settings"], run["step"], run["seed"]] = run

print("| graph | ratio | settings | steps | seeds | root's R² | loss | at most the loss of the last constant step |")
print("|:--|--:|:--|--:|--:|--:|--:|--:|")
for setting in sorted(runs, key=lambda setting: (GRAPHS.index(setting[0]), setting[1])):
    group = runs[setting]
    last = max(step for settings, step, _ in group if settings == "constant")
    for settings, step in sorted({(settings, step) for settings, step, _ in group}):
        mine = {seed: run for (s, t, seed), run in group.items() if (s, t) == (settings, step)}
        has_theory = all(run["theory"] for run in mine.values())
        sign = "+" if has_theory else ""
        r2 = [run["r2"] - (run["theory"][0] if has_theory else 0) for run in mine.values()]
        loss = [run["loss"] - (run["theory"][1] if has_theory else 0) for run in mine.values()]
        pairs = [(run, group["constant", last, seed]) for seed, run in mine.items() if ("constant", last, seed) in group]
        wins = f"{sum(a['loss'] <= b['loss'] for a, b in pairs)} of {len(pairs)}" if settings != "constant" else ""
        print(
            f"| {setting[0]} | {setting[1]} | {settings} | {step} | {len(mine)} | {spread(r2, f'{sign}.3f')} "
            f"| {spread(loss, f'{sign}.4f')} | {wins} |")

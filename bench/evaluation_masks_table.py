"""Reads the JSON lines of bench/evaluation_masks.py and prints a Markdown table: for each setting of an evaluation its median processor seconds,
and for each ratio and metric the standard deviation of the root's scores over training seeds, in units of .001."""

import json
import sys
from collections import defaultdict

METRICS = ["r2_linear", "r2_kernel", "cca_mean"]

settings = defaultdict(list)
for line in sys.stdin:
    run = json.loads(line)
    settings[run["setting"]].append(run)
ratios = [run["ratio"] for run in next(iter(settings.values()))]
heads = [f"{metric}, {ratio:g}" for metric in METRICS for ratio in ratios]
print("| evaluation | seconds | " + " | ".join(heads) + " |")
print("|:--|--:|" + "--:|" * len(heads))
for setting, runs in settings.items():
    deviations = [f"{1000 * run['scores'][metric]['sd']:.1f}" for metric in METRICS for run in runs]
    name = f"`{setting}`" if setting else "every default"
    print(f"| {name} | {runs[0]['evaluation_seconds']:.2f} | " + " | ".join(deviations) + " |")

"""Reads the JSON lines of bench/evaluation_share.sh and prints a Markdown table: processor seconds of training and evaluation of one cell,
medians over rounds with ranges, and the share of one in the other."""

import json
import sys
from collections import defaultdict

from spread import spread

rounds = defaultdict(list)
for line in sys.stdin:
    run = json.loads(line)
    rounds[run["plan"], run["steps"]].append(run)
print("| plan | steps | training, s | evaluation, s | share | rounds | load |")
print("|:--|--:|--:|--:|--:|--:|--:|")
for (plan, steps), runs in rounds.items():
    shares = [run["evaluation_seconds"] / run["training_seconds"] for run in runs]
    loads = [run["load"] for run in runs]
    print(
        f"| {plan} | {steps} | {spread([run['training_seconds'] for run in runs], '.1f')} "
        f"| {spread([run['evaluation_seconds'] for run in runs], '.2f')} | {spread(shares, '.1%')} "
        f"| {len(runs)} | {min(loads):.1f} – {max(loads):.1f} |")

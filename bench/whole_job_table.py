"""Reads the JSON lines of bench/whole_job.sh: the root's R² per mask of both programs beside the closed form, and the time of the job."""

import json
import statistics
import sys
from collections import defaultdict

values, theory, totals = defaultdict(list), defaultdict(list), {}
for line in sys.stdin:
    row = json.loads(line)
    if "cells" in row:
        totals[row["program"]] = row
        continue
    key = row["patch"], row["ratio"]
    values[key, row["program"]].append(row["root"])
    if "theory" in row:
        theory[key].append(row["theory"])

programs = list(totals)
titles = [*programs, *(f"{program} − closed form" for program in programs)]
print(f"| patch size | ratio | closed form | {' | '.join(titles)} |")
print("|--:|--:|--:|" + "--:|" * len(titles))
near = defaultdict(int)
near = defaultdict(int)
for key in sorted(theory):
    limit = statistics.mean(theory[key])
    means = [statistics.mean(values[key, program]) for program in programs]
    for program, mean in zip(programs, means):
        near[program] += abs(mean - limit) <= 0.01
    numbers = [f"{mean:.3f}" for mean in means] + [f"{mean - limit:+.3f}" for mean in means]
    print(f"| {key[0]} | {key[1]} | {limit:.3f} | {' | '.join(numbers)} |")
print("\n| program | cells | workers | seconds | PyTorch's over them | ratios within .01 of the closed form |")
print("|:--|--:|--:|--:|--:|--:|")
for program, row in totals.items():
    times = totals["PyTorch"]["seconds"] / row["seconds"]
    print(
        f"| {program} | {row['cells']} | {row['workers']} | {row['seconds']:.1f} | {times:.1f} "
        f"| {near[program]} of {len(theory)} |")

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

print("| patch size | ratio | closed form | Strata | PyTorch | Strata − closed form | PyTorch − closed form |")
print("|--:|--:|--:|--:|--:|--:|--:|")
for key in sorted(theory):
    limit = statistics.mean(theory[key])
    ours, theirs = (statistics.mean(values[key, program]) for program in ("Strata", "PyTorch"))
    print(f"| {key[0]} | {key[1]} | {limit:.3f} | {ours:.3f} | {theirs:.3f} | {ours - limit:+.3f} | {theirs - limit:+.3f} |")
ours, theirs = totals["Strata"], totals["PyTorch"]
print(
    f"\n{ours['cells']} cells, {ours['workers']} workers: Strata {ours['seconds']:.1f} s, PyTorch {theirs['seconds']:.1f} s, "
    f"{theirs['seconds'] / ours['seconds']:.1f} times.")

"""Reads the JSON lines of bench/whole_job.sh: the root's R² per mask of both programs beside the closed form of Strata's masks (the peer draws
others), and the time of the job."""

import json
import statistics
import sys
from collections import defaultdict

values, theory, totals, loads = defaultdict(list), defaultdict(list), {}, []
for line in sys.stdin:
    row = json.loads(line)
    if row.get("name") == "load":
        loads.append(row)
        continue
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
near, furthest = defaultdict(int), defaultdict(float)
for key in sorted(theory):
    limit = statistics.mean(theory[key])
    means = [statistics.mean(values[key, program]) for program in programs]
    for program, mean in zip(programs, means):
        near[program] += abs(mean - limit) <= 0.01
        furthest[program] = max(furthest[program], abs(mean - limit))
    numbers = [f"{mean:.3f}" for mean in means] + [f"{mean - limit:+.3f}" for mean in means]
    print(f"| {key[0]} | {key[1]} | {limit:.3f} | {' | '.join(numbers)} |")
PEERS = [program for program in programs if program.startswith("PyTorch")]
titles = "".join(f" seconds of {program}, over them |" for program in PEERS)
print(f"\n| program | cells | workers | seconds |{titles} settings within .01 of the closed form | furthest from it |")
print("|:--|--:|--:|--:|" + "--:|" * len(PEERS) + "--:|--:|")
for program, row in totals.items():
    times = " | ".join(f"{totals[peer]['seconds'] / row['seconds']:.1f}" for peer in PEERS)
    print(
        f"| {program} | {row['cells']} | {row['workers']} | {row['seconds']:.1f} | {times} "
        f"| {near[program]} of {len(theory)} | {furthest[program]:.3f} |")
if loads:
    print(f"\n{loads[0]['cpu']}; commit {loads[0]['commit']}.")

"""Turns the JSON lines of bench/merge.sh, bench/sweeps.sh, bench/slurm.py and bench/whole_job.sh on standard input into a Markdown table."""

import sys

from scaling_results import Results

results = Results(sys.stdin)
print("| what | command | load | measured |")
print("|:--|:--|--:|--:|")
for row in [*results.cell(), *results.sweeps(), *results.merges(), *results.slurm()]:
    print(f"| {' | '.join(row)} |")
cpu = sorted({row["cpu"] for row in results.named("load")})
if cpu:
    print(f"\n{'; '.join(cpu)}. Load is the average of the last minute before a measurement.")

"""Computes what 10⁶ cells cost, as a Markdown table, from the JSON lines of bench/merge.sh, bench/sweeps.sh, bench/slurm.py and
bench/whole_job.sh on standard input."""

import statistics
import sys

from scaling_results import Results, rounded, size

CELLS, NODES, CORES = 10**6, 1000, 16
results = Results(sys.stdin)


def duration(seconds):
    for unit, factor in (("hours", 3600), ("minutes", 60)):
        if seconds >= factor:
            return f"{rounded(seconds / factor)} {unit}"
    return f"{rounded(seconds)} s"


cell = results.seconds_of_a_cell()
hours = CELLS * cell / 3600
print("| what | arithmetic | cost |")
print("|:--|:--|--:|")
print(
    f"| computing | 10⁶ × {cell:.1f} s | {rounded(hours, 3)} core hours: {duration(CELLS * cell / NODES)} on {NODES:,} nodes with one core each, "
    f"{duration(CELLS * cell / NODES / CORES)} with {CORES} |"
)
print(f"| commits of {NODES:,} nodes with one core each | {NODES:,} / {cell:.1f} s | {rounded(NODES / cell)} a second |")
tasks = statistics.median(row["seconds"] * row["nodes"] / row["tasks"] for row in results.named("array"))
for count in (1000, CELLS):
    print(f"| Slurm, with {count:,} tasks | {count:,} × {tasks:.2f} s | {duration(count * tasks)} of a node's time in all |")
row = results.seconds_of_a_row()
for name, what in (("levels alone", "with `nodes: false`"), ("one worker", "all nodes recorded")):
    rows, csv, store = results.stored(name)
    print(
        f"| results, {what} | 10⁶ × {rows:,.0f} rows | {rounded(CELLS * rows / 1e9)}·10⁹ rows: {size(CELLS * csv)} of CSV, "
        f"{size(CELLS * store)} of SQLite |"
    )
    print(f"| merging them, extrapolated | 10⁶ × {rows:,.0f} × {1e6 * row:.1f} µs | {duration(CELLS * rows * row)} |")

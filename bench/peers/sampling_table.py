"""Turns the JSON lines of bench/sampling.sh on standard input into a Markdown table: rates, and ratios round by round."""

import json
import statistics
import sys

rows = [json.loads(line) for line in sys.stdin]
print("| work | program | million/s, median (range) | seconds for all, median | Strata's rate over it, median (range) |")
print("|:--|:--|--:|--:|--:|")
for work in dict.fromkeys(row["work"] for row in rows):
    own = [row for row in rows if row["work"] == work and row["name"] == "Strata"]
    for name in dict.fromkeys(row["name"] for row in rows if row["work"] == work):
        group = [row for row in rows if row["work"] == work and row["name"] == name]
        rates = [row["amount"] / row["seconds"] * 1e-6 for row in group]
        ratios = [peer["seconds"] / peer["amount"] / (ours["seconds"] / ours["amount"]) for ours, peer in zip(own, group)]
        spread = lambda values, digits: f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f} – {max(values):.{digits}f})"
        seconds = statistics.median(row["seconds"] for row in group)
        digits = 0 if work == "gaussian" else 3
        print(f"| {work} | {name} | {spread(rates, digits)} | {seconds:.3f} | {spread(ratios, 2)} |")

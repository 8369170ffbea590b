"""Turns the JSON lines of bench/evaluation.sh on standard input into a Markdown table: times, ratios round by round, agreement."""

import json
import statistics
import sys

rows = [json.loads(line) for line in sys.stdin]
print("| work | program | ms, median (range) | its time over Strata's, median (range) | largest difference from Strata |")
print("|:--|:--|--:|--:|--:|")
for work in dict.fromkeys(row["work"] for row in rows):
    own = [row for row in rows if row["work"] == work and row["name"] == "Strata"]
    for name in dict.fromkeys(row["name"] for row in rows if row["work"] == work):
        group = [row for row in rows if row["work"] == work and row["name"] == name]
        spread = lambda values, d: f"{statistics.median(values):.{d}f} ({min(values):.{d}f} – {max(values):.{d}f})"
        milliseconds = [1e3 * row["seconds"] for row in group]
        ratios = [peer["seconds"] / ours["seconds"] for ours, peer in zip(own, group)]
        gap = max(abs(a - b) for ours, peer in zip(own, group) for a, b in zip(ours["values"], peer["values"]))
        digits = 0 if statistics.median(milliseconds) >= 100 else 2
        difference = "–" if name == "Strata" else f"{gap:.0e}"
        print(f"| {work} | {name} | {spread(milliseconds, digits)} | {spread(ratios, 2)} | {difference} |")

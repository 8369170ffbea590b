"""Turns the JSON lines of bench/evaluation.sh on standard input into a Markdown table: times, ratios round by round, agreement."""

import statistics

from rounds import groups
from spread import spread

print("| work | program | ms, median (range) | its time over Strata's, median (range) | largest difference from Strata |")
print("|:--|:--|--:|--:|--:|")
for work, name, group, own in groups():
    milliseconds = [1e3 * row["seconds"] for row in group]
    ratios = [peer["seconds"] / ours["seconds"] for ours, peer in zip(own, group)]
    gap = max(abs(a - b) for ours, peer in zip(own, group) for a, b in zip(ours["values"], peer["values"]))
    form = ".0f" if statistics.median(milliseconds) >= 100 else ".2f"
    difference = "–" if name == "Strata" else f"{gap:.0e}"
    print(f"| {work} | {name} | {spread(milliseconds, form)} | {spread(ratios, '.2f')} | {difference} |")

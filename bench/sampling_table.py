"""Turns the JSON lines of bench/sampling.sh on standard input into a Markdown table: rates, and ratios round by round."""

import statistics

from rounds import groups
from spread import spread

print("| work | program | million/s, median (range) | seconds for all, median | Strata's rate over it, median (range) |")
print("|:--|:--|--:|--:|--:|")
for work, name, group, own in groups():
    rates = [row["amount"] / row["seconds"] * 1e-6 for row in group]
    ratios = [peer["seconds"] / peer["amount"] / (ours["seconds"] / ours["amount"]) for ours, peer in zip(own, group)]
    seconds = statistics.median(row["seconds"] for row in group)
    form = ".0f" if work == "gaussian" else ".3f"
    print(f"| {work} | {name} | {spread(rates, form)} | {seconds:.3f} | {spread(ratios, '.2f')} |")

"""Turns the JSON lines of bench/power.sh on standard input into a Markdown table: shares of rejections with their intervals."""

import json
import sys

rows = [json.loads(line) for line in sys.stdin]
leakages = sorted({row["leakage"] for row in rows})
print("| test | n |" + "".join(f" δ = {leakage:g} |" for leakage in leakages))
print("|:--|--:|" + "--:|" * len(leakages))
for test, n in dict.fromkeys((row["test"], row["rows"]) for row in rows):
    cells = []
    for leakage in leakages:
        found = [row for row in rows if (row["test"], row["rows"], row["leakage"]) == (test, n, leakage)]
        cells += [f"{row['rejected'] / row['replications']:.2f} ({row['interval'][0]:.2f} – {row['interval'][1]:.2f})" for row in found[:1]] or ["–"]
    print(f"| {test} | {n} | {' | '.join(cells)} |")
counts = sorted({row["replications"] for row in rows})
print(
    f"\n{', '.join(map(str, counts))} data sets, {rows[0]['permutations']} permutations, level {rows[0]['level']:g}; "
    "in brackets the Clopper–Pearson interval."
)

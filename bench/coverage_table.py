"""Turns the JSON lines of bench/coverage.py on standard input into a Markdown table: coverage, and mean width in brackets."""

import json
import sys

COLUMNS = {
    "t": "Student's t", "percentiles": "bootstrap, percentiles", "expanded": "bootstrap, expanded", "generators": "t of generators alone",
}
print("| law | generators × training seeds | sd of b | " + " | ".join(COLUMNS.values()) + " |")
print("|:--|--:|--:|" + "--:|" * len(COLUMNS))
for line in sys.stdin:
    row = json.loads(line)
    cells = [f"{100 * row['covered'][name] / row['trials']:.0f} % ({row['width'][name]:.2f})" for name in COLUMNS]
    print(f"| {row['law']} | {row['generators']} × {row['training_seeds']} | {row['sd']} | {' | '.join(cells)} |")

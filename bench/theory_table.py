"""Turns the JSON lines of bench/theory.sh on standard input into a Markdown table: median milliseconds and ratios.

Fails if two minimum cuts of one graph differ.
"""

import json
import statistics
import sys

lines = [json.loads(line) for line in sys.stdin]
loads = [line for line in lines if line["name"] == "load"]
rows = [line for line in lines if line["name"] != "load"]
print("| graph | solver | median ms | fastest ms | value | times the latent vertex cut |")
print("|:--|:--|--:|--:|--:|--:|")


def digits(value):
    """Three significant ones, as far as they are behind the point."""
    return f"{value:,.{0 if value >= 99.95 else 1 if value >= 9.995 else 2}f}"


for nodes in sorted({row["nodes"] for row in rows}):
    group = [row for row in rows if row["nodes"] == nodes]
    own = statistics.median(next(row for row in group if row["name"] == "Strata latentVertexCut")["seconds"])
    for row in group:
        median, fastest = statistics.median(row["seconds"]) * 1e3, min(row["seconds"]) * 1e3
        name = f"{row['name']} {row['version']}".strip()
        graph = f"{nodes:,} nodes, {row['edges']:,} edges"
        print(f"| {graph} | {name} | {digits(median)} | {digits(fastest)} | {row['value']:,} | {digits(median / own / 1e3)} |")
    if len({row["value"] for row in group if "Trek" not in row["name"]}) > 1:
        sys.exit(f"the minimum cuts of {nodes} nodes differ")
repetitions = " or ".join(str(count) for count in sorted({len(row["seconds"]) for row in rows}, reverse=True))
print(f"\n{repetitions} repetitions; {loads[0]['cpu']}; load averages {' and '.join(load['load'] for load in loads)} before and after.")

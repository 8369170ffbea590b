"""Turns the JSON lines of bench/theory.sh on standard input into a Markdown table: median milliseconds and ratios.

Fails if two minimum cuts of one graph differ.
"""

import json
import statistics
import sys

rows, loads = [], []
for line in sys.stdin:
    entry = json.loads(line)
    loads.append(entry["load"]) if "load" in entry else rows.append(entry)
print("| graph | solver | median ms | fastest ms | value | times Strata's cut |")
print("|:--|:--|--:|--:|--:|--:|")
status = 0
for nodes in sorted({row["nodes"] for row in rows}):
    group = [row for row in rows if row["nodes"] == nodes]
    own = statistics.median(next(row for row in group if row["name"] == "Strata latentVertexCut")["seconds"])
    for row in group:
        median, fastest = statistics.median(row["seconds"]) * 1e3, min(row["seconds"]) * 1e3
        name = f"{row['name']} {row['version']}".strip()
        graph = f"{nodes:,} nodes, {row['edges']:,} edges"
        print(f"| {graph} | {name} | {median:.1f} | {fastest:.1f} | {row['value']} | {median / own / 1e3:.1f} |")
    if len({row["value"] for row in group if "Trek" not in row["name"]}) > 1:
        print(f"the minimum cuts of {nodes} nodes differ", file=sys.stderr)
        status = 1
print("\nload averages at start and end: " + "; ".join(loads))
sys.exit(status)

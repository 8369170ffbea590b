"""Turns the JSON lines of bench/growth.sh on standard input into a Markdown table."""

import json
import math
import statistics
import sys

rows = [json.loads(line) for line in sys.stdin]
print("| what grows | to | cost, median (range) | cost over that of the line before, as a power of the size | products of a step; values of a sample | share of registers alone |")
print("|:--|--:|--:|--:|--:|--:|")
before = None
for row in rows:
    isTree = row["axis"].startswith("nodes")
    cost = [1e6 / rate for rate in row["windows"]]
    median = statistics.median(cost)
    power = ""
    if before and before["axis"] == row["axis"]:
        power = f"{math.log(median / before['median']) / math.log(row['value'] / before['value']):.2f}"
    work = row["work"] * 1e6 / median
    digits = 0 if median >= 100 else 1 if median >= 10 else 2
    unit = "µs a sample" if isTree else "µs a step"
    rate = f"{work:.0f} million values/s" if isTree else f"{work:.0f} GFLOP/s"
    spread = f"{median:.{digits}f} ({min(cost):.{digits}f} – {max(cost):.{digits}f}) {unit}"
    share = "" if isTree else f"{1000 * row['work'] / median * 1000 / statistics.median(row['peak']):.0%}"
    print(f"| {row['axis']} | {row['value']} | {spread} | {power} | {rate} | {share} |")
    before = dict(row, median=median)

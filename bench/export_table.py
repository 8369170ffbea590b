"""Turns the JSON lines of bench/export.py on standard input into a Markdown table, medians with ranges."""

import json
import sys

from spread import spread

rows = [json.loads(line) for line in sys.stdin]
print("| format | samples | values | seconds | processor seconds | peak memory, MB | bytes a value | load |")
print("|:--|--:|--:|--:|--:|--:|--:|--:|")
for form, samples in dict.fromkeys((row["format"], row["samples"]) for row in rows):
    found = [row for row in rows if (row["format"], row["samples"]) == (form, samples)]
    print(
        f"| `.{form}` | {samples:,} | {found[0]['values']:,} | {spread([row['seconds'] for row in found], '.1f')} "
        f"| {spread([row['processor_seconds'] for row in found], '.1f')} | {spread([row['peak_bytes'] / 1e6 for row in found], '.0f')} "
        f"| {spread([row['bytes'] / row['values'] for row in found], '.2f')} | {spread([row['load'] for row in found], '.1f')} |"
    )

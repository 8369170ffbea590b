"""Turns the JSON lines of bench/export.py on standard input into a Markdown table, medians with ranges."""

import json
import statistics
import sys


def spread(values, digits):
    text = f"{statistics.median(values):.{digits}f}"
    low, high = f"{min(values):.{digits}f}", f"{max(values):.{digits}f}"
    return text if low == high else f"{text} ({low} – {high})"


rows = [json.loads(line) for line in sys.stdin]
print("| format | samples | values | seconds | processor seconds | peak memory, MB | bytes a value | load |")
print("|:--|--:|--:|--:|--:|--:|--:|--:|")
for form, samples in dict.fromkeys((row["format"], row["samples"]) for row in rows):
    found = [row for row in rows if (row["format"], row["samples"]) == (form, samples)]
    print(
        f"| `.{form}` | {samples:,} | {found[0]['values']:,} | {spread([row['seconds'] for row in found], 1)} "
        f"| {spread([row['processor_seconds'] for row in found], 1)} | {spread([row['peak_bytes'] / 1e6 for row in found], 0)} "
        f"| {spread([row['bytes'] / row['values'] for row in found], 2)} | {spread([row['load'] for row in found], 1)} |"
    )

"""Turns bench/run.sh's kernels.json on standard input into a Markdown table: medians and quartiles of the rates."""

import json
import statistics
import sys

results = json.load(sys.stdin)
print("| work | rate, median (quartiles) | unit |")
print("|:--|--:|:--|")
for item in results["measurements"]:
    low, middle, high = statistics.quantiles(item["rates"], n=4, method="inclusive")
    print(f"| {item['name']} | {middle:.1f} ({low:.1f} – {high:.1f}) | {item['unit']} |")
print(f"\nOne thread, {results['blas']}, kernel {results['kernel']}.")

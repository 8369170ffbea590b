"""Turns the JSON lines of bench/reproduce.py on standard input into a Markdown table, a row for each run."""

import json
import sys

print("| form | day | experiments | claims | as committed | minutes | processor minutes | minutes of cells, added up | cores | load before |")
print("|:--|:--|--:|--:|:--|--:|--:|--:|--:|--:|")
for run in map(json.loads, sys.stdin):
    print(
        f"| {run['form']} | {run['date']} | {run['experiments']} | {run['claims']} | {'yes' if run['exit_code'] == 0 else 'no'} "
        f"| {run['seconds'] / 60:.1f} | {run['processor_seconds'] / 60:.1f} | {run['cell_seconds'] / 60:.1f} | {run['cores']} "
        f"| {run['load']:.1f} |"
    )

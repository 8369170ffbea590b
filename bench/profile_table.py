"""Turns the JSON lines of bench/step_profile.py on standard input into a Markdown table: shares of a training step in percent."""

import json
import sys

runs = [json.loads(line) for line in sys.stdin]
parts = sorted({part for run in runs for part in run["shares"]}, key=lambda part: (part == "the rest", -runs[0]["shares"].get(part, 0), part))
print("| shape | program | data | " + " | ".join(parts) + " |")
print("|:--|:--|:--|" + "--:|" * len(parts))
for run in runs:
    total = sum(run["shares"].values())
    shares = [f"{100 * run['shares'].get(part, 0) / total:.1f} %" for part in parts]
    program = "a flag a column" if run["mode"] == "train-equal" else "as it is"
    print(f"| {run['configuration']} | {program} | {run['source']} | " + " | ".join(shares) + " |")

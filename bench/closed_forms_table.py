"""Turns level_law.jsonl or gaussian_limit.jsonl of bench/closed_forms.py on standard input into a Markdown table over mask ratios."""

import json
import sys

rows = [json.loads(line) for line in sys.stdin]
ratios = sorted({row["mask_ratio"] for row in rows})
print("| mask ratio |" + "".join(f" {ratio:g} |" for ratio in ratios))
print("|:--|" + "--:|" * len(ratios))
for name in dict.fromkeys(row["row"] for row in rows):
    found = {row["mask_ratio"]: f"{row['value']:.{row['digits']}f}" for row in rows if row["row"] == name}
    print(f"| {name} | {' | '.join(found[ratio] for ratio in ratios)} |")
largest = max(row["standard_error"] for row in rows)
errors = f"standard errors at most {largest:.1g}" if largest else "exact values"
commands = ", ".join(f"`{command}`" for command in dict.fromkeys(row["command"] for row in rows))
print(f"\nMade by {commands}; {errors}.")

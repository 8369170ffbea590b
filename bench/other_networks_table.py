"""Turns the JSON lines of bench/other_networks.py on standard input into a Markdown table."""

import json
import sys

print("| hidden layers | units | activation | batch | steps | settings | R² | loss | of which direction |")
print("|--:|--:|:--|--:|--:|:--|--:|--:|--:|")
for row in map(json.loads, sys.stdin):
    (r2, r2_error), (loss, loss_error) = row["excess"], row["loss"]
    print(
        f"| {row['layers']} | {row['units']} | {row['activation']} | {row['batch']} | {row['steps']} | {row['settings'].replace(':', '') or 'defaults'} "
        f"| {r2:+.3f} ± {r2_error:.3f} | {loss:+.4f} ± {loss_error:.4f} | {row['loss_direction'][0]:+.4f} |")

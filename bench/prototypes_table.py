"""Turns bench/results/prototypes.jsonl on standard input into a Markdown table: settings of training that were tried, R² of the root and loss
less the closed form.

The file is a record, rounded as it was written down: many of its settings were prototypes that are not in the package, so that no command
makes it again.
"""

import json
import sys

print("| settings | steps | R² − theory | loss − theory |")
print("|:--|--:|--:|--:|")
rows = [json.loads(line) for line in sys.stdin]
for settings in dict.fromkeys(row["settings"] for row in rows):
    found = [row for row in rows if row["settings"] == settings]
    columns = [[f"{row['steps']}" for row in found], [f"{row['r2']:+.3f}" for row in found], [f"{row['loss']:+.4f}" for row in found]]
    print(f"| {settings} | " + " | ".join(" / ".join(column) for column in columns) + " |")

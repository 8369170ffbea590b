"""Turns predictions.jsonl of bench/closed_forms.py on standard input into a Markdown table.

Fails if a claim's prediction does not name the number, or if the closed form is not what the number says: further from it than half of
its last digit and two standard errors; below it, where the prediction says "at least"; not what it is cut to, where it was not rounded.
"""

import json
import pathlib
import re
import sys

EXPERIMENTS = pathlib.Path(__file__).resolve().parent.parent / "experiments"


def prediction(experiment, claim):
    """The prediction of a claim, as it stands in the file of the experiment."""
    text = (EXPERIMENTS / experiment / "experiment.yaml").read_text()
    found = re.search(rf"^  - id: {re.escape(claim)}\n(?:    .*\n)*?    prediction: (.*)$", text, re.MULTILINE)
    if not found:
        sys.exit(f"{experiment} has no claim '{claim}' with a prediction")
    return found[1]


print("| experiment | claim | prediction | closed form |")
print("|:--|:--|:--|--:|")
wrong = []
for row in map(json.loads, sys.stdin):
    number, value, error = row["number"], row["value"], row["standard_error"]
    text = prediction(row["experiment"], row["claim"])
    decimals = len(number.partition(".")[2])
    above, unit = value - float(number), 10**-decimals
    agrees = {"is": abs(above) <= unit / 2 + 2 * error, "at least": above >= 0, "cut to": 0 <= above < unit}[row["relation"]]
    if not agrees or number not in re.findall(r"\d+(?:\.\d+)?", text):
        wrong.append(f"{row['experiment']}/{row['claim']}: the closed form is {value:.4f} ± {error:.4f}, the prediction {text}")
    shown = f"{value:.{decimals + 2}f}" + (f" ± {error:.{decimals + 2}f}" if error else "")
    print(f"| {row['experiment']} | `{row['claim']}` | {'' if row['relation'] == 'is' else row['relation'] + ' '}{number} | {shown} |")
if wrong:
    sys.exit("\n".join(wrong))

"""Turns the JSON lines of bench/training.sh on standard input into a Markdown table: steps a second, and ratios round by round.

Fails if a loss on the common pool differs from Strata's by more than 1 % at step 100.
"""

import json
import statistics
import sys

from spread import spread

# What a training would be that consisted of its products, or of their multiplications and additions without any memory.
LIMITS = ["sgemm alone", "torch.mm alone", "torch.mm alone (MKL's Intel kernels)", "registers alone"]
median = statistics.median
rows = [json.loads(line) for line in sys.stdin]
loads = [row for row in rows if row["name"] == "load"]
rows = [row for row in rows if row["name"] != "load"]
limits = {}
for row in rows:
    if row["name"] in LIMITS:
        limits.setdefault((row["name"], row["configuration"], row.get("threads", 1)), []).append(median(row["windows"]))
status = 0
print("| shape | threads | activation | data | program | steps/s, median (range) | Strata's rate over it, median (range) | loss at step 100 |")
print("|:--|--:|:--|:--|:--|--:|--:|--:|")
key = lambda row: (row["configuration"], row["threads"], row["activation"], row["source"])
trained = [row for row in rows if row["name"] not in LIMITS]
for setting in dict.fromkeys(map(key, trained)):
    group = [row for row in trained if key(row) == setting]
    own = [row for row in group if row["name"] == "Strata"]
    for name in dict.fromkeys(row["name"] for row in group):
        runs = [row for row in group if row["name"] == name]
        rates = [median(row["windows"]) for row in runs]
        ratios = [median(a["windows"]) / median(b["windows"]) for a, b in zip(own, runs)]
        form = ".0f" if rates[0] > 200 else ".1f"
        print(f"| {' | '.join(map(str, setting))} | {name} | {spread(rates, form)} | {spread(ratios, '.2f')} | {runs[0]['loss']:.5f} |")
        if setting[3] == "pool" and name != "Strata" and abs(runs[0]["loss"] / own[0]["loss"] - 1) > 0.01:
            print(f"{name}: loss {runs[0]['loss']}, Strata's {own[0]['loss']}", file=sys.stderr)
            status = 1
    for name in LIMITS:
        limit = limits.get((name, *setting[:2]))
        if not limit:
            continue
        shares = [median(a["windows"]) / b for a, b in zip(own, limit)]
        print(f"| {' | '.join(map(str, setting))} | *{name}* | {spread(limit, form)} | {spread(shares, '.2f')} | |")
if loads:
    averages = ", ".join(load["load"].split()[0] for load in loads)
    print(f"\n{loads[0]['cpu']}; load averages before and after: {averages}; commit {loads[0].get('commit', 'not recorded')}.")
sys.exit(status)

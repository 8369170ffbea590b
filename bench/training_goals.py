"""Holds the JSON lines of bench/training.sh on standard input against the goals that were set beforehand, as a Markdown table.

The goals speak of equal multiplications: they are judged by `Strata, a flag a column`; Strata as it is stands beside it. PyTorch is its quickest mode
in each setting. Rates are medians over all windows of all rounds.
"""

import json
import statistics
import sys

rates = {}
for row in map(json.loads, sys.stdin):
    if row["name"] == "load":
        continue
    key = (row["configuration"], str(row.get("threads", 1)), row.get("source"), row.get("activation", "leaky"), row["name"])
    rates.setdefault(key, []).extend(row["windows"])
rates = {key: statistics.median(windows) for key, windows in rates.items()}
EQUAL = "Strata, a flag a column"


def peer(setting, program):
    return max(value for key, value in rates.items() if key[:4] == setting and key[4].startswith(program))


# Shape, threads, data, times PyTorch, times JAX.
GOALS = [
    ("S", "1", "pool", 1.65, 1.3), ("M", "1", "pool", 1.3, 1.25), ("L", "1", "pool", 1.08, 1.15),
    ("S", "2", "pool", 2.2, 2.2), ("M", "2", "pool", 1.35, 1.35), ("L", "2", "pool", 1.15, 1.15),
    ("S", "1", "fresh", 3.2, 2.7), ("M", "1", "fresh", 1.7, 1.8), ("L", "1", "fresh", 1.22, 1.5),
]
SHARES = {"S": 0.95, "M": 0.92, "L": 0.92}
MOST_ADDED, LEAST_PAIR, LEAST_GELU = 0.1, 1.9, 0.85
met = total = 0


def judged(value, goal, form=".2f", most=False):
    global met, total
    good = value <= goal if most else value >= goal
    met, total = met + good, total + 1
    return f"{value:{form}} ({goal:{'.0%' if '%' in form else 'g'}}{'' if good else ': **missed**'})"


print("| shape | threads | data | times PyTorch (goal) | times JAX (goal) | share of sgemm alone (goal) | as it is: times PyTorch | times JAX | share |")
print("|:--|--:|:--|--:|--:|--:|--:|--:|--:|")
for shape, threads, source, torch, jax in GOALS:
    setting = (shape, threads, source, "leaky")
    own, equal = rates[*setting, "Strata"], rates[*setting, EQUAL]
    peers = [peer(setting, name) for name in ("PyTorch", "JAX")]
    cells = [judged(equal / rate, goal) for rate, goal in zip(peers, [torch, jax])] + [""]
    free = [f"{own / rate:.2f}" for rate in peers] + [""]
    if (threads, source) == ("1", "pool"):
        limit = rates[shape, "1", None, "leaky", "sgemm alone"]
        cells[2], free[2] = judged(equal / limit, SHARES[shape]), f"{own / limit:.2f}"
    print(f"| {shape} | {threads} | {source} | {' | '.join(cells + free)} |")
print("\n| shape | fresh samples and masks add to a step (goal: at most) | two processes, times the steps of one: fresh (goal) | pool | *sgemm alone* | *registers alone* | GELU's rate over leaky ReLU's: pool (goal) | fresh (goal) |")
print("|:--|--:|--:|--:|--:|--:|--:|--:|")
for shape in "SML":
    rate = lambda threads, source, name="Strata", activation="leaky": rates.get((shape, threads, source, activation, name))
    cells = [judged(rate("1", "pool") / rate("1", "fresh") - 1, MOST_ADDED, ".0%", most=True)]
    cells.append(judged(rate("1+1", "fresh") / rate("1", "fresh"), LEAST_PAIR))
    cells.append(f"{rate('1+1', 'pool') / rate('1', 'pool'):.2f}")
    for name in ["sgemm alone", "registers alone"]:
        pair = rate("1+1", None, name)
        cells.append(f"{pair / rate('1', None, name):.2f}" if pair else "")
    for source in ["pool", "fresh"]:
        gelu = rate("1", source, activation="gelu")
        cells.append(judged(gelu / rate("1", source), LEAST_GELU) if gelu else "")
    print(f"| {shape} | {' | '.join(cells)} |")
print(f"\n{met} of {total} goals are met.")

"""Holds the JSON lines of bench/training.sh on standard input against the goals that were set beforehand, as a Markdown table.

PyTorch is its quickest mode in each setting. Rates are medians over all windows of all rounds.
"""

import json
import statistics
import sys

rates = {}
for row in map(json.loads, sys.stdin):
    if row["name"] == "load" or row.get("activation", "leaky") != "leaky":
        continue
    key = (row["configuration"], str(row.get("threads", 1)), row.get("source"), row["name"])
    rates.setdefault(key, []).extend(row["windows"])
rates = {key: statistics.median(windows) for key, windows in rates.items()}


def rate(shape, threads, source, program):
    return max(value for key, value in rates.items() if key[:3] == (shape, threads, source) and key[3].startswith(program))


# Shape, threads, data, times PyTorch, times JAX.
GOALS = [
    ("S", "1", "pool", 1.65, 1.3), ("M", "1", "pool", 1.3, 1.25), ("L", "1", "pool", 1.08, 1.15),
    ("S", "2", "pool", 2.2, 2.2), ("M", "2", "pool", 1.35, 1.35), ("L", "2", "pool", 1.15, 1.15),
    ("S", "1", "fresh", 3.2, 2.7), ("M", "1", "fresh", 1.7, 1.8), ("L", "1", "fresh", 1.22, 1.5),
]
SHARES = {"S": 0.95, "M": 0.92, "L": 0.92}
met = total = 0


def judged(value, goal):
    global met, total
    met, total = met + (value >= goal), total + 1
    return f"{value:.2f} ({goal:g}{'' if value >= goal else ': **missed**'})"


print("| shape | threads | data | times PyTorch (goal) | times JAX (goal) | share of sgemm alone (goal) |")
print("|:--|--:|:--|--:|--:|--:|")
for shape, threads, source, torch, jax in GOALS:
    own = rate(shape, threads, source, "Strata")
    cells = [judged(own / rate(shape, threads, source, name), goal) for name, goal in [("PyTorch", torch), ("JAX", jax)]]
    share = judged(own / rates[shape, "1", None, "sgemm alone"], SHARES[shape]) if (threads, source) == ("1", "pool") else ""
    print(f"| {shape} | {threads} | {source} | {' | '.join(cells)} | {share} |")
for shape in "SML":
    fresh, pool = rate(shape, "1", "fresh", "Strata"), rate(shape, "1", "pool", "Strata")
    two = rate(shape, "1+1", "fresh", "Strata") / fresh
    gains = []
    for name in ["sgemm alone", "registers alone"]:
        one, pair = (rates.get((shape, threads, None, name)) for threads in ("1", "1+1"))
        if pair:
            gains.append(f"*{name}* {pair / one:.2f}")
    gains = f" ({', '.join(gains)})" if gains else ""
    print(
        f"\n{shape}: fresh samples and masks add {100 * (pool / fresh - 1):.0f} % to a step; two processes make {two:.2f} times the steps of one"
        f"{gains}.")
print(f"\n{met} of {total} goals are met.")

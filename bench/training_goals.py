"""Holds the JSON lines of bench/training.sh on standard input against the goals that were set beforehand, as Markdown tables: of a run narrowed
to some settings those rows that it has.

The goals speak of equal multiplications: they are judged by `Strata, a flag a column`; Strata as it is stands beside it. A peer is its quickest mode
in each setting. Ratios are taken round by round, of the medians of windows; a goal is met if their median over rounds meets it, and
*undecided* says that some round was on the other side.
"""

import json
import statistics
import sys

rates = {}
for row in map(json.loads, sys.stdin):
    if row["name"] == "load":
        continue
    key = (row["configuration"], str(row.get("threads", 1)), row.get("source"), row.get("activation", "leaky"), row["name"])
    rates.setdefault(key, []).append(statistics.median(row["windows"]))
EQUAL = "Strata, a flag a column"
# Beside which no goal is judged: a slower form of JAX's, beside which the goals were set, and a way to run PyTorch that is not supported. MKL's
# kernels for other processors than Intel's use AVX2: Strata held to that as well is compared with them. JAX cannot be held to it surely.
DRAWS, INTEL = "JAX scan, a draw a noise", "PyTorch manual, MKL's Intel kernels"
AVX2 = ", avx2"


def quickest(setting, program):
    return max((rounds for key, rounds in rates.items() if key[:4] == setting and key[4].startswith(program) and key[4] != INTEL and not key[4].endswith(AVX2)), key=statistics.median)


def ratios(one, other):
    return [a / b for a, b in zip(one, other)]


# Shape, threads, data, times PyTorch, times JAX.
GOALS = [
    ("S", "1", "pool", 1.65, 1.3), ("M", "1", "pool", 1.3, 1.25), ("L", "1", "pool", 1.08, 1.15),
    ("S", "2", "pool", 2.2, 2.2), ("M", "2", "pool", 1.35, 1.35), ("L", "2", "pool", 1.15, 1.15),
    ("S", "1", "fresh", 3.2, 2.7), ("M", "1", "fresh", 1.7, 1.8), ("L", "1", "fresh", 1.22, 1.5),
]
SHARES = {"S": 0.95, "M": 0.92, "L": 0.92}
MOST_ADDED, LEAST_PAIR, LEAST_GELU = 0.1, 1.9, 0.85
met = sure = total = 0


def shown(values, form=".2f"):
    low, middle, high = (f"{value:{form}}" for value in (min(values), statistics.median(values), max(values)))
    return middle if low == high else f"{middle} ({low} – {high})"


def judged(values, goal, form=".2f", most=False):
    global met, sure, total
    good = [value <= goal if most else value >= goal for value in [statistics.median(values), *values]]
    met, sure, total = met + good[0], sure + all(good), total + 1
    verdict = "" if all(good) else ", **missed**" if not any(good) else ", undecided" if good[0] else ", **missed**, undecided"
    return f"{shown(values, form)}; {goal:{'.0%' if '%' in form else 'g'}}{verdict}"


missed = []
shapes = [shape for shape in "SML" if all((shape, threads, "pool", "leaky", "Strata") in rates for threads in ["1", "2", "1+1"])]
print("| shape | threads | data | times PyTorch; goal | times JAX; goal | times PyTorch with MKL's Intel kernels | times JAX, a draw a noise | share of sgemm alone; goal | as it is: times PyTorch | times JAX | share | AVX2 alone: times PyTorch |")
print("|:--|--:|:--|--:|--:|--:|--:|--:|--:|--:|--:|--:|")
for shape, threads, source, torch, jax in GOALS:
    setting = (shape, threads, source, "leaky")
    if (*setting, EQUAL) not in rates:
        continue
    own, equal = rates[*setting, "Strata"], rates[*setting, EQUAL]
    peers = [quickest(setting, name) for name in ("PyTorch", "JAX")]
    for peer, rate, goal in zip(("PyTorch", "JAX"), peers, (torch, jax)):
        if statistics.median(ratios(equal, rate)) < goal:
            peak = rates.get((shape, threads, None, "leaky", "registers alone"))
            missed.append((f"{shape} | {threads} | {source} | {peer}", [goal * each for each in rate], peak, equal))
    others = [rates.get((*setting, name)) for name in (INTEL, DRAWS)]
    cells = [judged(ratios(equal, rate), goal) for rate, goal in zip(peers, [torch, jax])]
    cells += [shown(ratios(equal, rate)) if rate else "" for rate in others] + [""]
    free = [shown(ratios(own, rate)) for rate in peers] + [""]
    if (threads, source) == ("1", "pool"):
        limit = rates[shape, "1", None, "leaky", "sgemm alone"]
        cells[-1], free[2] = judged(ratios(equal, limit), SHARES[shape]), shown(ratios(own, limit))
    narrow = rates.get((*setting, EQUAL + AVX2))
    less = [shown(ratios(narrow, peers[0])) if narrow else ""]
    print(f"| {shape} | {threads} | {source} | {' | '.join(cells + free + less)} |")
if shapes:
    print("\n| shape | fresh samples and masks add to a step; goal: at most | on two threads | two processes, times the steps of one: fresh; goal | pool | *sgemm alone* | *registers alone* | GELU's rate over leaky ReLU's: pool; goal | fresh; goal |")
    print("|:--|--:|--:|--:|--:|--:|--:|--:|--:|")
for shape in shapes:
    rate = lambda threads, source, name="Strata", activation="leaky": rates.get((shape, threads, source, activation, name))
    added = [ratio - 1 for ratio in ratios(rate("1", "pool"), rate("1", "fresh"))]
    added_on_two = [ratio - 1 for ratio in ratios(rate("2", "pool"), rate("2", "fresh"))]
    cells = [judged(added, MOST_ADDED, ".0%", most=True), shown(added_on_two, ".0%"), judged(ratios(rate("1+1", "fresh"), rate("1", "fresh")), LEAST_PAIR)]
    cells.append(shown(ratios(rate("1+1", "pool"), rate("1", "pool"))))
    for name in ["sgemm alone", "registers alone"]:
        pair = rate("1+1", None, name)
        cells.append(shown(ratios(pair, rate("1", None, name))) if pair else "")
    for source in ["pool", "fresh"]:
        gelu = rate("1", source, activation="gelu")
        cells.append(judged(ratios(gelu, rate("1", source)), LEAST_GELU) if gelu else "")
    print(f"| {shape} | {' | '.join(cells)} |")
if missed:
    print("\n| missed: shape | threads | data | beside | steps/s asked for | share of registers alone that is | share that Strata has at equal multiplications |")
    print("|:--|--:|:--|:--|--:|--:|--:|")
for title, asked, peak, equal in missed:
    shares = [shown(ratios(values, peak), ".0%") if peak else "" for values in (asked, equal)]
    print(f"| {title} | {shown(asked, '.0f' if min(asked) > 200 else '.1f')} | {' | '.join(shares)} |")
print(f"\n{met} of {total} goals are met by the medians, {sure} in every round.")

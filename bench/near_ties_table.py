"""Turns the JSON lines of bench/near_ties.py on standard input into Markdown tables: the closed form and how flat its loss is, what trained networks
are beside it, in which direction they differ, and whether masks of small gaps differ more.

Networks of several seeds are averaged. Errors are standard errors over masks, which the seeds have in common.
"""

import json
import statistics
import sys

NETWORK = ["ratio", "masks trained on", "units", "steps"]

rows = [json.loads(line) for line in sys.stdin]
closed = [row for row in rows if row["kind"] == "closed"]
names = {"trained": "all", "single": "one"}
groups = {}
for row in rows:
    if row["kind"] in names:
        groups.setdefault((row["ratio"], names[row["kind"]], row["units"], row["steps"]), []).append(row)
groups = dict(sorted(groups.items()))


def mean(group, name):
    """Of a number, or of a mean with its error, over seeds."""
    return statistics.mean(row[name][0] if isinstance(row[name], list) else row[name] for row in group)


def with_error(group, name, form):
    error = statistics.mean(row[name][1] for row in group)
    return f"{mean(group, name):{form}} ± {error:{form.strip('+')}}"


def table(headings, lines):
    print("| " + " | ".join(headings) + " |")
    print("|" + "--:|" * len(headings))
    for line in lines:
        print("| " + " | ".join(map(str, line)) + " |")


deltas = closed[0]["deltas"]
print(
    f"Closed form, {closed[0]['masks']} masks a ratio. Gap is (λ₁ − λ₂) / λ₁; beside each δ are the least and the largest R² of the root among "
    "all directions whose loss is within δ of the least one.\n"
)
table(
    ["ratio", "masked", "closed form", "ceiling", "mean gap", "least gap", "loss of the second direction − least", "R² of the second direction"]
    + [f"δ = {delta:g}, {bound}" for delta in deltas for bound in ("least", "largest")],
    (
        [
            row["ratio"], row["masked"], f"{row['root'][0]:.3f}", f"{row['ceiling']:.3f}", f"{row['gap']:.2f}", f"{row['least_gap']:.2f}",
            f"{row['second_loss']:.3f}", f"{row['second_root']:.3f}",
        ]
        + [f"{bound:.3f}" for bounds in zip(row["low"], row["high"]) for bound in bounds]
        for row in closed
    ),
)

print(
    "\nTrained networks less the closed form of the same masks. The loss is split into three: the direction of ĉ, what of ĉ is not linear, "
    "and the decoder.\n"
)
table(
    NETWORK
    + ["seeds", "masks", "R²", "R² of the direction", "least at its loss", "largest", "loss", "direction", "not linear", "decoder"],
    (
        [
            ratio, kind, units, steps, len(group), group[0]["masks"], with_error(group, "excess", "+.3f"), with_error(group, "direction", "+.3f"),
            f"{mean(group, 'low'):+.3f}", f"{mean(group, 'high'):+.3f}", with_error(group, "loss", "+.4f"), f"{mean(group, 'loss_direction'):+.4f}",
            f"{mean(group, 'loss_linear') - mean(group, 'loss_direction'):+.4f}", f"{mean(group, 'loss') - mean(group, 'loss_linear'):+.4f}",
        ]
        for (ratio, kind, units, steps), group in groups.items()
    ),
)

print(
    "\nWhere the direction of ĉ lies: its parts along the sum of the visible leaves and along the sum of the masked leaves' predictions, as far "
    "as these are orthogonal to the optimum; their shares of its squared deviation from the optimum, and the share of the plane of both, beside "
    "that of one direction among as many as there are.\n"
)
table(
    NETWORK
    + ["cosine with the optimum", "along the sum of leaves", "positive", "share"]
    + ["along the sum of predictions", "positive there", "share there", "share of both", "by chance"],
    (
        [
            ratio, kind, units, steps, f"{mean(group, 'cosine'):.4f}", with_error(group, "pull", "+.3f"),
            f"{100 * mean(group, 'pull_positive'):.0f} %", f"{mean(group, 'pull_share'):.2f}", with_error(group, "even", "+.3f"), f"{100 * mean(group, 'even_positive'):.0f} %",
            f"{mean(group, 'even_share'):.2f}", f"{mean(group, 'simple_share'):.2f}", f"{mean(group, 'random_share'):.2f}",
        ]
        for (ratio, kind, units, steps), group in groups.items()
    ),
)

print(
    "\nR² of the direction less the closed form, by where the deviation lies: along the second eigenvector, along the others, outside all of them "
    "(of no use for the masked leaves), and terms of second order. Beside it, what the mean part along the sum of leaves would do alone.\n"
)
table(
    NETWORK + ["sum", "by the second", "by the others", "by the outside", "second order", "by the sum of leaves alone"],
    (
        [
            ratio, kind, units, steps, f"{mean(group, 'direction'):+.3f}", *(f"{mean(group, name):+.3f}" for name in terms),
            f"{mean(group, 'direction') - sum(mean(group, name) for name in terms):+.3f}", f"{mean(group, 'pull_alone'):+.3f}",
        ]
        for terms in [("by_second", "by_others", "by_outside")]
        for (ratio, kind, units, steps), group in groups.items()
    ),
)

print("\nR² less the closed form in thirds of the masks by gap, their mean gap in parentheses.\n")


def third(group, index):
    value, error, gap = (statistics.mean(row["thirds"][index][part] for row in group) for part in range(3))
    return f"{value:+.3f} ± {error:.3f} ({gap:.2f})"


table(
    NETWORK + ["smallest gaps", "middle", "largest gaps", "correlation with the gap"],
    (
        [ratio, kind, units, steps] + [third(group, index) for index in range(3)] + [f"{mean(group, 'gap_correlation'):+.2f}"]
        for (ratio, kind, units, steps), group in groups.items()
        if kind == "all"
    ),
)

print("\nNetworks whose loss is below that of the closed form by more than two standard errors.\n")
table(
    ["seed", *NETWORK, "loss", "share of ĉ that is not linear", "R²"],
    (
        [
            row["seed"], row["ratio"], names[row["kind"]], row["units"], row["steps"], with_error([row], "loss", "+.4f"),
            f"{row['nonlinear'][0]:.3f}", with_error([row], "excess", "+.3f"),
        ]
        for row in rows
        if row["kind"] in names and row["loss"][0] + 2 * row["loss"][1] < 0
    ),
)

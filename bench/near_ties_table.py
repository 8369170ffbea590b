"""Turns the JSON lines of bench/near_ties.py on standard input into Markdown tables: the closed form and how flat its loss is, what trained networks
are beside it, in which direction they differ, and whether masks of small gaps differ more.

Networks of several seeds are averaged. Errors are standard errors over masks, which the seeds have in common.
"""

import json
import statistics
import sys

rows = [json.loads(line) for line in sys.stdin]
closed = [row for row in rows if row["kind"] == "closed"]
names = {"trained": "all", "single": "one"}
groups = {}
for row in rows:
    if row["kind"] in names:
        groups.setdefault((row["ratio"], names[row["kind"]], row["steps"]), []).append(row)
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
print(f"Closed form, {closed[0]['masks']} masks a ratio. Gap is (λ₁ − λ₂) / λ₁; the range is that of R² of the root over all directions whose loss is within δ of the least.\n")
table(
    ["ratio", "masked", "R²", "ceiling", "mean gap", "least gap", "loss of the second direction − least", "R² of the second direction"]
    + [f"range, δ = {delta:g}" for delta in deltas],
    (
        [
            row["ratio"], row["masked"], f"{row['root'][0]:.3f}", f"{row['ceiling']:.3f}", f"{row['gap']:.2f}", f"{row['least_gap']:.2f}",
            f"{row['second_loss']:.3f}", f"{row['second_root']:.3f}",
        ]
        + [f"{low:.3f} – {high:.3f}" for low, high in zip(row["low"], row["high"])]
        for row in closed
    ),
)

print("\nTrained networks less the closed form of the same masks. The loss is split into three: the direction of ĉ, what of ĉ is not linear, and the decoder.\n")
table(
    ["ratio", "masks trained on", "steps", "seeds", "masks", "R²", "R² of the direction", "range at its loss", "loss", "direction", "not linear", "decoder"],
    (
        [
            ratio, kind, steps, len(group), group[0]["masks"], with_error(group, "excess", "+.3f"), with_error(group, "direction", "+.3f"),
            f"{mean(group, 'low'):+.3f} … {mean(group, 'high'):+.3f}", with_error(group, "loss", "+.4f"), f"{mean(group, 'loss_direction'):+.4f}",
            f"{mean(group, 'loss_linear') - mean(group, 'loss_direction'):+.4f}", f"{mean(group, 'loss') - mean(group, 'loss_linear'):+.4f}",
        ]
        for (ratio, kind, steps), group in groups.items()
    ),
)

print(
    "\nWhere the direction of ĉ lies. Its pull is its part along the sum of the visible leaves, as far as that is orthogonal to the optimum; the share is of its squared part "
    "orthogonal to the optimum, beside that of one direction among as many as there are.\n"
)
table(
    ["ratio", "masks trained on", "steps", "cosine with the optimum", "part along the second", "pull", "pull > 0", "share", "by chance", "R² by the mean pull alone"],
    (
        [
            ratio, kind, steps, f"{mean(group, 'first'):.4f}", with_error(group, "second", "+.3f"), with_error(group, "pull", "+.3f"),
            f"{100 * mean(group, 'pull_positive'):.0f} %", f"{mean(group, 'pull_share'):.2f}", f"{mean(group, 'random_share'):.2f}", f"{mean(group, 'pull_alone'):+.3f}",
        ]
        for (ratio, kind, steps), group in groups.items()
    ),
)

print("\nR² less the closed form in thirds of the masks by gap, their mean gap in parentheses.\n")


def third(group, index):
    value, error, gap = (statistics.mean(row["thirds"][index][part] for row in group) for part in range(3))
    return f"{value:+.3f} ± {error:.3f} ({gap:.2f})"


table(
    ["ratio", "masks trained on", "steps", "smallest gaps", "middle", "largest gaps", "correlation with the gap"],
    (
        [ratio, kind, steps] + [third(group, index) for index in range(3)] + [f"{mean(group, 'gap_correlation'):+.2f}"]
        for (ratio, kind, steps), group in groups.items()
        if kind == "all"
    ),
)

"""Coverage and width of the 95 % intervals over crossed generators and training seeds, as a Markdown table (needs NumPy).

x_gt = a_g + b_t + 0.3 e_gt around a true mean of 0; 1000 data sets a row, 400 resamples a bootstrap. Written from the definitions, not from
the Swift code: Student's t for crossed effects, the percentiles of the hierarchical bootstrap, and its expanded percentiles (Hesterberg 2015).
"""

from statistics import NormalDist

import numpy as np

T = {1: 12.7062, 2: 4.30265, 4: 2.77645, 9: 2.26216, 19: 2.09302}
TRIALS, RESAMPLES = 1000, 400
random = np.random.default_rng(1)
laws = {"Gaussian": random.standard_normal, "exponential": lambda shape: random.exponential(1, shape) - 1}


def intervals(x):
    """Bounds by name, of a table of generators by training seeds."""
    units = [means for means in (x.mean(1), x.mean(0)) if len(means) > 1]
    half = sum(T[len(m) - 1] ** 2 * m.var(ddof=1) / len(m) for m in units) ** 0.5
    weights = [random.multinomial(n, [1 / n] * n, RESAMPLES) / n for n in x.shape]
    resampled = np.einsum("bg,bt,gt->b", *weights, x)
    n = min(len(m) for m in units)
    tail = NormalDist().cdf(-T[n - 1] * (n / (n - 1)) ** 0.5)
    return {
        "t": (x.mean() - half, x.mean() + half),
        "percentiles": np.quantile(resampled, [0.025, 0.975]),
        "expanded": np.quantile(resampled, [tail, 1 - tail]),
    }


print("| law | generators × training seeds | sd of b | Student's t | bootstrap, percentiles | bootstrap, expanded |")
print("|:--|:--|--:|--:|--:|--:|")
for law, draw in laws.items():
    for g, t, sd in [(5, 3, 1), (10, 1, 0), (10, 3, 1), (10, 3, 0.3), (10, 5, 1), (10, 5, 0.3), (10, 10, 1), (20, 3, 1), (20, 5, 1), (20, 20, 1)]:
        covered, width = {}, {}
        for _ in range(TRIALS):
            x = draw((g, 1)) + sd * draw((1, t)) + 0.3 * draw((g, t))
            for name, (low, high) in intervals(x).items():
                covered[name] = covered.get(name, 0) + (low <= 0 <= high)
                width[name] = width.get(name, 0) + high - low
        cells = [f"{100 * covered[n] / TRIALS:.0f} % ({width[n] / TRIALS:.2f})" for n in ("t", "percentiles", "expanded")]
        print(f"| {law} | {g} × {t} | {sd} | {' | '.join(cells)} |", flush=True)

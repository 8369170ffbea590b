"""Coverage and width of the 95 % intervals over crossed generators and training seeds (needs NumPy): python3 bench/coverage.py

x_gt = a_g + b_t + 0.3 e_gt around a true mean of 0; 1000 data sets a row, 400 resamples a bootstrap. Written from the definitions, not from
the Swift code: Student's t for crossed effects, the percentiles of the hierarchical bootstrap, its expanded percentiles (Hesterberg 2015), and
Student's t of generators' means alone. JSON lines go to out/bench/coverage.jsonl, the Markdown table of them to standard output.
"""

import json
import os
import pathlib
import subprocess
import sys
from statistics import NormalDist

import numpy as np

T = {1: 12.7062, 2: 4.30265, 4: 2.77645, 9: 2.26216, 19: 2.09302}
TRIALS, RESAMPLES = 1000, 400
BENCH = pathlib.Path(__file__).parent
OUT = pathlib.Path(os.environ.get("OUT", BENCH.parent / "out")) / "bench"
random = np.random.default_rng(1)
laws = {"Gaussian": random.standard_normal, "exponential": lambda shape: random.exponential(1, shape) - 1}


def crossed(x, units):
    """Student's t interval of the mean of x from the means of its units."""
    half = sum(T[len(m) - 1] ** 2 * m.var(ddof=1) / len(m) for m in units) ** 0.5
    return x.mean() - half, x.mean() + half


def intervals(x):
    """Bounds by name, of a table of generators by training seeds."""
    units = [means for means in (x.mean(1), x.mean(0)) if len(means) > 1]
    weights = [random.multinomial(n, [1 / n] * n, RESAMPLES) / n for n in x.shape]
    resampled = np.einsum("bg,bt,gt->b", *weights, x)
    n = min(len(m) for m in units)
    tail = NormalDist().cdf(-T[n - 1] * (n / (n - 1)) ** 0.5)
    return {
        "t": crossed(x, units),
        "percentiles": np.quantile(resampled, [0.025, 0.975]),
        "expanded": np.quantile(resampled, [tail, 1 - tail]),
        "generators": crossed(x, units[:1]),
    }


OUT.mkdir(parents=True, exist_ok=True)
with open(OUT / "coverage.jsonl", "w") as results:
    for law, draw in laws.items():
        for g, t, sd in [(5, 3, 1), (10, 1, 0), (10, 3, 1), (10, 3, 0.3), (10, 5, 1), (10, 5, 0.3), (10, 10, 1), (20, 3, 1), (20, 5, 1), (20, 20, 1)]:
            covered, width = {}, {}
            for _ in range(TRIALS):
                x = draw((g, 1)) + sd * draw((1, t)) + 0.3 * draw((g, t))
                for name, (low, high) in intervals(x).items():
                    covered[name] = covered.get(name, 0) + int(low <= 0 <= high)
                    width[name] = width.get(name, 0) + float(high - low) / TRIALS
            line = {"law": law, "generators": g, "training_seeds": t, "sd": sd, "trials": TRIALS, "covered": covered, "width": width}
            print(json.dumps(line), file=results, flush=True)
with open(OUT / "coverage.jsonl") as results:
    subprocess.run([sys.executable, BENCH / "coverage_table.py"], stdin=results, check=True)

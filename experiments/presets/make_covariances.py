"""Writes the covariance that every preset as a whole must have, from its weights by NumPy alone, into expected/whole.

Usage, after a build: python3 experiments/presets/make_covariances.py [STRATA]     (needs NumPy)

Weights are those that Strata draws; what follows from them is computed here. Linear presets have Sigma = L L^T in closed form,
L the loadings of all nodes on the noises. A whole matrix of 220 or 1041 nodes is too large to keep: instead there are its
diagonal and its products with four vectors of signs, which another matrix does not have by chance. Where there are networks,
Sigma is the mean over N draws of NumPy's own generator, with the standard error of each entry.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent / "scripts"))
from exported_model import ExportedModel  # noqa: E402

DRAWS = 4_000_000
PROBES = 4
LARGEST_WHOLE = 60
MASK = (1 << 64) - 1


def signs(probe, count):
    """+1 or -1 by the top bit of splitmix64(probe * 2^32 + i); PresetCovarianceTests has the same."""
    result = []
    for i in range(count):
        z = (probe * (1 << 32) + i + 1) * 0x9E3779B97F4A7C15 & MASK
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 & MASK
        z = (z ^ z >> 27) * 0x94D049BB133111EB & MASK
        result.append(-1.0 if (z ^ z >> 31) >> 63 else 1.0)
    return np.array(result)


def draw(node, n, rng):
    shape = (n, node.noise_dimension)
    if node.noise["kind"] == "gaussian":
        return rng.standard_normal(shape)
    assert node.noise["kind"] == "gaussian-mixture", node.noise
    weights, means, deviations = (np.atleast_1d(node.noise[k]) for k in ["weights", "means", "deviations"])
    component = rng.choice(len(weights), size=shape, p=weights / weights.sum())
    return means[component] + deviations[component] * rng.standard_normal(shape)


def simulated(model):
    """Covariance and the standard errors of its entries; the mean counts as known, which costs 1/N."""
    rng = np.random.Generator(np.random.SFC64(20240229))
    chunk = 50_000
    mean, sums = None, None
    for _ in range(DRAWS // chunk):
        values = model.values({node.name: draw(node, chunk, rng) for node in model.nodes.values()})
        x = np.hstack([values[name] for name in model.nodes])
        if mean is None:
            # A fixed origin near the mean keeps the sums of squares small.
            mean = x.mean(0)
            sums = [np.zeros(len(mean))] + [np.zeros((len(mean), len(mean))) for _ in range(2)]
        x = x - mean
        squares = x * x
        for total, part in zip(sums, [x.sum(0), x.T @ x, squares.T @ squares]):
            total += part
    first, second, fourth = (s / DRAWS for s in sums)
    covariance = second - np.outer(first, first)
    return covariance, np.sqrt((fourth - covariance**2) / DRAWS)


def lists(matrix, digits):
    return [[float(f"{x:.{digits}g}") for x in row] for row in matrix]


def main():
    strata = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else HERE.parent.parent / ".build/release/strata").resolve()
    (HERE / "expected/whole").mkdir(exist_ok=True)
    for preset in sorted(HERE.glob("*.yaml")):
        with tempfile.TemporaryDirectory() as folder:
            data = pathlib.Path(folder, "model.npz")
            subprocess.run([strata, "sample", preset, "-n", "1", "-o", data], check=True, stdout=subprocess.DEVNULL)
            model = ExportedModel(strata, data, folder)
        expected = {"nodes": list(model.nodes)}
        _, loadings = model.linear_part()
        if len(loadings) == len(model.nodes):
            loading = np.vstack([loadings[name] for name in model.nodes])
            covariance = loading @ loading.T
            if len(covariance) <= LARGEST_WHOLE:
                expected["covariance"] = lists(covariance, 15)
            else:
                expected["variances"] = lists([np.diag(covariance)], 15)[0]
                expected["products"] = lists([covariance @ signs(k, len(covariance)) for k in range(PROBES)], 15)
        else:
            covariance, error = simulated(model)
            expected |= {"covariance": lists(covariance, 8), "standard_errors": lists(error, 4), "draws": DRAWS}
        file = HERE / "expected/whole" / f"{preset.stem}.json"
        file.write_text(json.dumps(expected) + "\n")
        print(f"{file.name}: {len(covariance)} components")


main()

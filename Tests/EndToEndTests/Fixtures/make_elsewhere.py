"""Writes the files beside it: a representation that another program trained on data of `strata sample`, and the scores that
scikit-learn gives it. Usage: python make_elsewhere.py STRATA, with NumPy, h5py and scikit-learn.

The encoder is a one-layer tanh network of width 2 trained with Adam in single precision to reconstruct its input, the way a
PyTorch user would; what matters is that no line of it is Strata's.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

import h5py
import numpy as np
from sklearn.linear_model import Ridge
from sklearn.metrics import r2_score
from sklearn.preprocessing import StandardScaler

ROWS, TRAIN, SEED = 400, 200, 11
folder = pathlib.Path(__file__).parent

with tempfile.TemporaryDirectory() as scratch:
    out = f"{scratch}/sample/"
    command = ["sample", "tree:depth=2,branching=2", "--mechanism", "rho:0.85", "-n", str(ROWS), "--seed", str(SEED)]
    subprocess.run([sys.argv[1], *command, "-o", out], check=True, capture_output=True)
    observed, latents = np.load(out + "observed.npy"), np.load(out + "latents.npy")

random = np.random.default_rng(0)
encoder = (random.normal(size=(4, 2)) / 2).astype("f4")
decoder = (random.normal(size=(2, 4)) / 2).astype("f4")
moments = [(np.zeros_like(w), np.zeros_like(w)) for w in (encoder, decoder)]
for step in range(1, 401):
    hidden = np.tanh(observed @ encoder)
    error = (hidden @ decoder - observed) * np.float32(2 / observed.size)
    gradients = (observed.T @ ((error @ decoder.T) * (1 - hidden**2)), hidden.T @ error)
    for weight, gradient, (first, second) in zip((encoder, decoder), gradients, moments):
        first += np.float32(0.1) * (gradient - first)
        second += np.float32(0.001) * (gradient**2 - second)
        rate = np.float32(0.01) * np.sqrt(1 - 0.999**step) / (1 - 0.9**step)
        weight -= (rate * first / (np.sqrt(second) + np.float32(1e-8))).astype("f4")
representation = np.tanh(observed @ encoder)
assert representation.dtype == np.float32 and latents.dtype == np.float32

np.save(folder / "representation.npy", representation)
np.save(folder / "targets.npy", latents)
with h5py.File(folder / "elsewhere.h5", "w") as f:
    f["encoder/representation"] = representation
    f["truth/latents"] = latents
for name, values in [("representation", representation), ("targets", latents)]:
    # Nine digits read back to the same single-precision numbers.
    np.savetxt(folder / f"{name}.csv", values, delimiter=",", fmt="%.9g")
groups = {"root": [0], "level 1": [1, 2]}
(folder / "groups.json").write_text(json.dumps(groups) + "\n")


def ridge(x, y):
    """The grid search that docs/metrics.md states: alpha = n * penalty, 5 contiguous folds, the heaviest of equals."""
    best = None
    for penalty in [100, 10, 1, 0.1, 1e-2, 1e-4, 1e-6]:
        error = 0.0
        for fold in range(5):
            held = np.zeros(TRAIN, bool)
            held[fold * TRAIN // 5 : (fold + 1) * TRAIN // 5] = True
            model = Ridge(alpha=penalty * (TRAIN - held.sum())).fit(x[:TRAIN][~held], y[:TRAIN][~held])
            error += np.sum((model.predict(x[:TRAIN][held]).reshape(held.sum(), -1) - y[:TRAIN][held]) ** 2 / y[:TRAIN].var(axis=0))
        if best is None or error < best[0]:
            best = (error, penalty)
    model = Ridge(alpha=best[1] * TRAIN).fit(x[:TRAIN], y[:TRAIN])
    return r2_score(y[TRAIN:], model.predict(x[TRAIN:]).reshape(len(x) - TRAIN, -1), multioutput="uniform_average")


def scaled(x):
    return StandardScaler().fit(x[:TRAIN]).transform(x)


scores = {}
x = representation.astype("f8")
for name, columns in groups.items():
    y = latents[:, columns].astype("f8")
    scores[name] = {"r2-linear": ridge(scaled(x), y), "r2-linear-reverse": ridge(scaled(y), x)}
facts = {"rows": ROWS, "train_rows": TRAIN, "command": command, "scores": scores}
(folder / "expected.json").write_text(json.dumps(facts, indent=2) + "\n")

#!/usr/bin/env python3
"""Writes scikit-learn.json beside this file: reference scores that ScikitLearnTests.swift must reproduce.

Needs numpy, scipy and scikit-learn (pip install scikit-learn); CI does not run it. The inputs are a formula that both
sides evaluate, a linear congruential generator, so that the file holds outputs only.
"""
import json
import pathlib

import numpy
import scipy
import sklearn
from sklearn.cross_decomposition import CCA
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import Ridge
from sklearn.metrics import r2_score
from sklearn.preprocessing import StandardScaler

MASK = (1 << 64) - 1


def matrix(rows, columns, seed):
    """Entries in (-1, 1), row by row (Knuth's MMIX generator)."""
    state = (seed * 0x9E3779B97F4A7C15 + 1) & MASK
    values = []
    for _ in range(rows * columns):
        state = (state * 6364136223846793005 + 1442695040888963407) & MASK
        signed = state - (1 << 64) if state >= 1 << 63 else state
        values.append((signed >> 11) * 2.0**-52)
    return numpy.array(values).reshape(rows, columns)


def data(case):
    """Features and targets of a case; keep in step with ScikitLearnTests.data."""
    rows = case["n"] + case["m"]
    k, q, seed = case["k"], case["q"], case["seed"]
    x = matrix(rows, k, seed)
    if case["kind"] == "heavy":
        x = 1 / (x + numpy.copysign(0.02, x))
    if case["kind"] == "duplicate":
        x[:, k - 1] = x[:, 0]
        x[:, k - 2] = 2 * x[:, 1] - x[:, 0] + 3
    if case["kind"] == "constant":
        x[:, 0] = 0.1
    if case["kind"] == "offset":
        x = 1000 + x
    if case["kind"] == "float32":
        x = x.astype(numpy.float32).astype(numpy.float64)
    y = x @ matrix(k, q, seed + 1) + 0.5 * matrix(rows, q, seed + 2)
    y[:, 0] += x[:, 0] ** 2
    return x, y


def case(name, kind, n, m, k, q, seed, penalty, gamma):
    return dict(name=name, kind=kind, n=n, m=m, k=k, q=q, seed=seed, penalty=penalty, gamma=gamma)


CASES = [
    case("plain", "plain", 200, 100, 5, 4, 10, 1e-3, 0.3),
    case("more targets than features", "plain", 150, 80, 3, 12, 20, 1e-2, 1.0),
    case("one feature, one target", "plain", 60, 60, 1, 1, 30, 1e-4, 2.0),
    case("fewer rows than features", "plain", 20, 50, 40, 3, 40, 1e-2, 0.2),
    case("as many rows as features", "plain", 40, 50, 40, 3, 50, 1e-1, 0.2),
    case("duplicate columns", "duplicate", 120, 60, 6, 3, 60, 1e-3, 0.5),
    case("a constant column", "constant", 120, 60, 6, 3, 70, 1e-3, 0.5),
    case("far from the origin", "offset", 120, 60, 4, 3, 80, 1e-3, 0.5),
    case("heavy tails", "heavy", 300, 150, 4, 3, 90, 1e-3, 0.1),
    case("single precision", "float32", 300, 150, 8, 5, 100, 1e-6, 0.5),
    case("wide", "plain", 500, 200, 64, 30, 110, 1e-1, 0.5),
    case("heavy penalty", "plain", 100, 100, 10, 5, 120, 100.0, 0.05),
]


def in_sample_correlations(x, y):
    """Singular values of Qx' Qy, with orthonormal bases of numerical rank."""
    bases = []
    for view in (x, y):
        view = view - view.mean(0)
        scale = view.std(0)
        view = view[:, scale > 1e-12] / scale[scale > 1e-12]
        u, s, _ = numpy.linalg.svd(view, full_matrices=False)
        bases.append(u[:, s > 1e-10 * s[0]])
    return numpy.clip(numpy.linalg.svd(bases[0].T @ bases[1], compute_uv=False), 0, 1)


def results(case):
    x, y = data(case)
    n = case["n"]
    scaler = StandardScaler().fit(x[:n])
    train, test = scaler.transform(x[:n]), scaler.transform(x[n:])
    active = int((train.std(0) > 1e-9).sum())
    ridge = Ridge(alpha=case["penalty"] * n, solver="svd").fit(train, y[:n])
    scale = y[:n].std(0)
    mean = y[:n].mean(0)
    kernel = KernelRidge(alpha=case["penalty"] * n, kernel="rbf", gamma=case["gamma"] / active)
    kernel.fit(train, (y[:n] - mean) / scale)
    out = dict(case)
    out["ridge"] = list(r2_score(y[n:], ridge.predict(test), multioutput="raw_values"))
    out["kernelRidge"] = list(r2_score(y[n:], kernel.predict(test) * scale + mean, multioutput="raw_values"))
    out["inSample"] = list(in_sample_correlations(x[:n], y[:n]))
    out["heldOut"] = []
    if case["kind"] in ("plain", "offset", "float32", "heavy") and n > 3 * case["k"] and case["k"] <= 8:
        pairs = min(case["k"], case["q"])
        cca = CCA(n_components=pairs, max_iter=100000, tol=1e-15).fit(x[:n], y[:n])
        left, right = cca.transform(x[n:], y[n:])
        out["heldOut"] = [float(numpy.corrcoef(left[:, i], right[:, i])[0, 1]) for i in range(pairs)]
    return out


if __name__ == "__main__":
    report = dict(
        versions=dict(sklearn=sklearn.__version__, numpy=numpy.__version__, scipy=scipy.__version__),
        cases=[results(c) for c in CASES],
    )
    path = pathlib.Path(__file__).with_name("scikit-learn.json")
    path.write_text(json.dumps(report, indent=1) + "\n")

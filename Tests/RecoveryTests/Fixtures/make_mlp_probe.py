#!/usr/bin/env python3
"""Writes mlp-probe.json beside this file: what MLPProbeFixtureTests.swift must reproduce of the MLP probe.

Needs numpy (and scikit-learn, which make_scikit_learn.py imports); CI does not run it. Data, weights and orders of rows are formulas
that both sides evaluate, so that the file holds outputs only. The probe as its documentation has it: features and targets standardised
over the training rows (deviations with divisor n; a column whose spread is below 1e-12 of its largest magnitude is zero everywhere); one
hidden layer of tanh units; mean over rows of the squared error summed over targets; Adam in batches; the last fifth of the rows for
validation, the weights of least validation error kept, all zero ones among them; stopped after so many epochs without an improvement;
predictions in the units of the targets and R2 of each column. Gradients are formulas, checked by central differences in extended
precision. No decision hangs on rounding: the script fails if an error comes near the one that it is compared with.
"""
import json
import math
import pathlib

import numpy
from make_scikit_learn import matrix, r2

TEST_ROWS = 20


def heavy(x):
    """Uniform numbers to Student's t of 2 degrees of freedom, by its quantiles: no variance."""
    return x * numpy.sqrt(2 / (1 - x**2))


def reciprocal(x):
    """Uniform numbers to the tails of Cauchy's law: no mean."""
    return 1 / (x + numpy.copysign(0.02, x))


def data(case):
    """Features and targets, training rows first; keep in step with MLPProbeFixtureTests.data."""
    kind, n, k, q, seed = case["kind"], case["n"], case["k"], case["q"], case["seed"]
    rows = n + TEST_ROWS
    x = matrix(rows, k, seed + 4)
    if kind.startswith("rank"):
        x = matrix(rows, 2, seed + 4) @ matrix(2, k, seed + 7)
    y = 0.3 * matrix(rows, q, seed + 5)
    if kind != "noise":
        for j in range(q):
            y[:, j] += numpy.sin((2 + j) * x[:, 0]) + x[:, k - 1] * x[:, 0]
    if kind.startswith("heavy features"):
        x = heavy(x)
    if kind == "duplicate columns":
        x[:, k - 1] = x[:, 0]
        x[:, k - 2] = 2 * x[:, 1] - x[:, 0] + 3
    if kind == "duplicate rows":
        x[1:n:2] = x[0 : n - 1 : 2] + 2.0**-30 * x[1:n:2]
        y[1:n:2] = y[0 : n - 1 : 2] + 2.0**-30 * y[1:n:2]
    if "heavy targets" in kind:
        y = y + 0.1 * reciprocal(matrix(rows, q, seed + 6))
    if kind in ("constant feature", "constant both"):
        x[:, 1] = 0.1
    if kind == "constant features":
        x[:] = 0.1
    if kind == "late feature":
        x[:n, 1] = 0.1
    if kind in ("constant target", "constant both"):
        y[:, q - 1] = 7
    if kind == "late target":
        y[:n, q - 1] = 7
    if kind == "constant test target":
        y[n:, 0] = 0.5
    if kind == "offset":
        x, y = x + 1000, y - 3000
    if kind == "scales":
        x[:, 0] *= 2.0**500
        x[:, 1] *= 2.0**-500
        y *= 2.0**600
    if kind == "float32":
        x, y = (v.astype(numpy.float32).astype(numpy.float64) for v in (x, y))
    return x, y


def standard(column):
    """Mean and deviation of a column, 0 for that of a constant one; sums are exact, deviations from the mean."""
    if column.max() - column.min() <= 1e-12 * abs(column).max():
        return column[0], 0.0
    n = len(column)
    unit = 2.0 ** math.frexp(abs(column).max())[1]
    column = column / unit
    mean = math.fsum(column) / n
    return mean * unit, math.sqrt(math.fsum((column - mean) ** 2) / n) * unit


def standardised(train, rows):
    result = numpy.zeros_like(rows)
    for j in range(train.shape[1]):
        mean, scale = standard(train[:, j])
        if scale > 0:
            result[:, j] = (rows[:, j] - mean) / scale
    return result


def weights(k, h, q, seed):
    return [0.5 * matrix(k, h, seed), 0.1 * matrix(1, h, seed + 1), 0.3 * matrix(h, q, seed + 2), 0.1 * matrix(1, q, seed + 3)]


def outputs(w, x):
    return numpy.tanh(x @ w[0] + w[1]) @ w[2] + w[3]


def loss(w, x, y):
    return ((outputs(w, x) - y) ** 2).sum() / len(x)


def gradients(w, x, y):
    hidden = numpy.tanh(x @ w[0] + w[1])
    delta = 2 * (hidden @ w[2] + w[3] - y) / len(x)
    back = delta @ w[2].T * (1 - hidden**2)
    return [x.T @ back, back.sum(0, keepdims=True), hidden.T @ delta, delta.sum(0, keepdims=True)]


def check(w, x, y):
    """The formulas of gradients() against central differences."""
    exact, step = gradients(w, x, y), numpy.longdouble(1e-6)
    for layer, index in ((0, (0, 1)), (1, (0, 2)), (2, (3, 0)), (3, (0, 0))):
        sides = []
        for sign in (1, -1):
            moved = [v.astype(numpy.longdouble) for v in w]
            moved[layer][index] += sign * step
            sides.append(loss(moved, x.astype(numpy.longdouble), y.astype(numpy.longdouble)))
        assert abs((sides[0] - sides[1]) / (2 * step) - exact[layer][index]) < 1e-9 * max(1, abs(y).max())


def fit(case, x, y):
    """Validation errors of all epochs and the weights kept, for standardised training rows."""
    n, seed, batch, rate, patience = len(x), case["seed"], case["batch"], case["rate"], case["patience"]
    fitted = n - max(1, n // 5)
    w = weights(case["k"], case["h"], case["q"], seed)
    check(w, x[:5], y[:5])
    moments = [[numpy.zeros_like(v) for v in w] for _ in range(2)]
    errors, best, kept, waited, steps = [], float((y[fitted:] ** 2).sum()), [0 * v for v in w], 0, 0
    for epoch in range(case["epochs"]):
        order = numpy.argsort(matrix(fitted, 1, seed + 100 + epoch)[:, 0])
        for start in range(0, fitted, batch):
            rows = order[start : start + batch]
            steps += 1
            for i, g in enumerate(gradients(w, x[rows], y[rows])):
                moments[0][i] = 0.9 * moments[0][i] + 0.1 * g
                moments[1][i] = 0.999 * moments[1][i] + 0.001 * g**2
                step = rate * numpy.sqrt(1 - 0.999**steps) / (1 - 0.9**steps)
                w[i] = w[i] - step * moments[0][i] / (numpy.sqrt(moments[1][i]) + 1e-8)
        error = float(((outputs(w, x[fitted:]) - y[fitted:]) ** 2).sum())
        errors.append(error)
        assert abs(error - best) > 1e-7 * best, (case["name"], epoch, error, best)
        if error < best:
            best, kept, waited = error, [v.copy() for v in w], 0
        else:
            waited += 1
        if waited >= patience:
            break
    return errors, kept


def results(case):
    x, y = data(case)
    n = case["n"]
    errors, kept = fit(case, standardised(x[:n], x[:n]), standardised(y[:n], y[:n]))
    predictions = outputs(kept, standardised(x[:n], x[n:]))
    for j in range(case["q"]):
        mean, scale = standard(y[:n, j])
        predictions[:, j] = predictions[:, j] * scale + mean
    # A power of two changes no digit, and squares stay finite.
    unit = 2.0 ** math.frexp(abs(y).max())[1]
    return dict(case, errors=errors, predictions=predictions.ravel().tolist(), r2=r2(y[n:] / unit, predictions / unit))


def case(name, n, k, q, seed, kind="plain", h=16, epochs=30, batch=64, rate=1e-2, patience=15):
    return dict(
        name=name, kind=kind, n=n, k=k, q=q, h=h, seed=seed, epochs=epochs, batch=batch, rate=rate, patience=patience)


CASES = [
    case("the default width, rate and batch", 300, 3, 2, 1000, h=64, rate=3e-3),
    case("a partial last batch", 200, 3, 2, 1500),
    case("batches that divide evenly", 160, 3, 2, 2000),
    case("one batch, one feature, one target", 60, 1, 1, 3000, h=8, epochs=40),
    case("batches of one row", 25, 2, 1, 4000, batch=1, epochs=20),
    case("a last batch of one row", 50, 2, 2, 5000, batch=13, epochs=30),
    case("stops by itself", 150, 2, 3, 6000, h=64, epochs=400),
    case("nothing to learn: the mean stays best", 30, 2, 1, 7000, kind="noise", rate=3e-2),
    case("a validation part of one row", 9, 2, 1, 8000),
    case("two rows: one to fit, one to check", 2, 2, 1, 9000, epochs=10),
    case("fewer rows than features", 30, 36, 2, 10000),
    case("one feature, five targets", 120, 1, 5, 11000),
    case("five features, one target", 120, 5, 1, 12000),
    case("rank two of six", 150, 6, 4, 13000, kind="rank"),
    case("rank two and fewer rows than features", 24, 30, 3, 14000, kind="rank"),
    case("duplicate columns", 120, 6, 3, 15000, kind="duplicate columns"),
    case("nearly duplicate rows", 120, 3, 2, 16000, kind="duplicate rows"),
    case("a constant feature", 120, 4, 2, 17000, kind="constant feature"),
    case("a feature that is constant over the training rows only", 120, 4, 2, 18000, kind="late feature"),
    case("constant features alone", 60, 3, 2, 19000, kind="constant features"),
    case("a constant target", 120, 4, 3, 20000, kind="constant target"),
    case("a target that is constant over the training rows only", 120, 4, 3, 21000, kind="late target"),
    case("a target that is constant over the test rows only", 120, 4, 2, 22000, kind="constant test target"),
    case("a constant feature, a constant target and fewer rows", 20, 30, 3, 23000, kind="constant both"),
    case("heavy tails of features", 200, 3, 2, 24000, kind="heavy features"),
    case("heavy tails of targets", 200, 3, 2, 25000, kind="heavy targets"),
    case("heavy tails of both, fewer rows than features", 30, 36, 2, 26000, kind="heavy features, heavy targets"),
    case("far from the origin", 120, 4, 3, 27000, kind="offset"),
    case("columns of very different units", 120, 4, 3, 28000, kind="scales"),
    case("single precision", 200, 5, 3, 29000, kind="float32"),
    case("single precision, one feature", 120, 1, 2, 30000, kind="float32"),
    case("wide", 700, 24, 10, 31000, h=64, epochs=12),
    case("100,000 rows", 100_000, 3, 2, 32000, epochs=2),
]


if __name__ == "__main__":
    report = dict(version=numpy.__version__, cases=[results(c) for c in CASES])
    path = pathlib.Path(__file__).with_name("mlp-probe.json")
    path.write_text(json.dumps(report, indent=1) + "\n")
    for c in report["cases"]:
        print(c["name"], len(c["errors"]), "of", c["epochs"], ["%.3g" % v for v in c["r2"]])

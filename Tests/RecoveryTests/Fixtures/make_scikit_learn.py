#!/usr/bin/env python3
"""Writes scikit-learn.json beside this file: reference scores that ScikitLearnTests.swift must reproduce.

Needs numpy, scipy and scikit-learn (pip install scikit-learn); CI does not run it. The inputs are a formula that both
sides evaluate, a linear congruential generator, so that the file holds outputs only.
"""
import json
import pathlib

import numpy
import scipy
import scipy.spatial
from scipy.optimize import linear_sum_assignment
from scipy.stats import rankdata
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
    if case["kind"] == "rank":
        x = matrix(rows, 2, seed) @ matrix(2, k, seed + 3)
    if case["kind"] == "heavy":
        x = 1 / (x + numpy.copysign(0.02, x))
    if case["kind"] == "duplicate":
        x[:, k - 1] = x[:, 0]
        x[:, k - 2] = 2 * x[:, 1] - x[:, 0] + 3
    if case["kind"] in ("constant", "constant both"):
        x[:, 0] = 0.1
    if case["kind"] == "offset":
        x = 1000 + x
    if case["kind"] == "float32":
        x = x.astype(numpy.float32).astype(numpy.float64)
    y = x @ matrix(k, q, seed + 1) + 0.5 * matrix(rows, q, seed + 2)
    y[:, 0] += x[:, 0] ** 2
    if case["kind"] in ("constant target", "constant both"):
        y[:, q - 1] = 7
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
    case("rank two of six", "rank", 150, 80, 6, 4, 130, 1e-3, 0.5),
    case("rank two of twelve", "rank", 300, 100, 12, 8, 140, 1e-2, 0.2),
    case("rank two and fewer rows than features", "rank", 24, 40, 30, 3, 150, 1e-2, 0.2),
    case("one feature, five targets", "plain", 200, 100, 1, 5, 160, 1e-3, 0.8),
    case("five features, one target", "plain", 200, 100, 5, 1, 170, 1e-3, 0.8),
    case("one constant, one varying column", "constant", 60, 60, 2, 2, 180, 1e-3, 0.5),
    case("heavy tails, fewer rows than features", "heavy", 30, 40, 36, 2, 190, 1e-1, 0.1),
    case("single precision, one feature", "float32", 120, 60, 1, 2, 200, 1e-6, 0.5),
    case("2,000 rows", "plain", 2000, 500, 4, 3, 240, 1e-4, 0.5),
    case("100,000 rows", "plain", 80_000, 20_000, 4, 3, 210, 1e-4, 0.5),
    case("100,000 rows, heavy tails", "heavy", 80_000, 20_000, 3, 3, 220, 1e-4, 0.5),
    case("100,000 rows, single precision", "float32", 80_000, 20_000, 3, 2, 230, 1e-4, 0.5),
]
# Constant targets, which score 1 if they are predicted exactly, and 0 otherwise.
CASES += [
    case("a constant target", "constant target", 120, 60, 4, 3, 250, 1e-3, 0.5),
    case("only a constant target", "constant target", 80, 60, 3, 1, 270, 1e-3, 0.5),
    case("a constant feature, a constant target and fewer rows", "constant both", 20, 40, 30, 3, 260, 1e-1, 0.2),
]
GAMMAS, KERNEL_PENALTIES = [0.05, 0.2, 0.8, 3.2], [10, 0.1, 1e-3, 1e-5]
PENALTIES = [100, 10, 1, 0.1, 1e-2, 1e-4, 1e-6]


def r2(targets, predictions):
    """r2_score of each column; a constant one by its definition, to rounding."""
    with numpy.errstate(invalid="ignore", divide="ignore"):
        scores = numpy.atleast_1d(r2_score(targets, predictions, multioutput="raw_values", force_finite=False))
    for j in range(targets.shape[1]):
        if numpy.ptp(targets[:, j]) <= 1e-12 * abs(targets[:, j]).max():
            scores[j] = float(abs(predictions[:, j] - targets[:, j]).max() <= 1e-12 * abs(targets[:, j]).max())
    return [float(score) for score in scores]


def spread(y):
    """Means and deviations of columns; those of constant columns as 1."""
    scale = y.std(0)
    return y.mean(0), numpy.where(scale > 1e-12, scale, 1)


def in_sample_correlations(x, y):
    """Singular values of Qx' Qy, with orthonormal bases of numerical rank."""
    bases = []
    for view in (x, y):
        view = view - view.mean(0)
        scale = view.std(0)
        view = view[:, scale > 1e-12] / scale[scale > 1e-12]
        u, s, _ = numpy.linalg.svd(view, full_matrices=False)
        bases.append(u[:, s > 1e-10 * s.max(initial=0)])
    return numpy.clip(numpy.linalg.svd(bases[0].T @ bases[1], compute_uv=False), 0, 1)


def ridge_search(x, y, groups, test):
    """Ridge on standardised columns with the penalty of the least error over five contiguous folds, for each group of targets.

    Returns the coefficients in standardised units and the predictions for the test features.
    """
    n = len(x)
    mean, scale = spread(y)
    scaler = StandardScaler().fit(x)
    a, b = scaler.transform(x), (y - mean) / scale
    a[:, a.std(0) < 1e-9] = 0
    errors = numpy.zeros((len(PENALTIES), y.shape[1]))
    for f in range(5):
        fold = numpy.arange(f * n // 5, (f + 1) * n // 5)
        rest = numpy.setdiff1d(numpy.arange(n), fold)
        for i, penalty in enumerate(PENALTIES):
            model = Ridge(alpha=penalty * len(rest), solver="svd").fit(a[rest], b[rest])
            errors[i] += ((model.predict(a[fold]).reshape(len(fold), -1) - b[fold]) ** 2).sum(0)
    weights = numpy.zeros((x.shape[1], y.shape[1]))
    for group in groups:
        best = PENALTIES[errors[:, group].sum(1).argmin()]
        weights[:, group] = Ridge(alpha=best * n, solver="svd").fit(a, b[:, group]).coef_.reshape(len(group), -1).T
    c = scaler.transform(test)
    c[:, x.std(0) < 1e-9] = 0
    return weights, (c @ weights) * scale + mean


def entropy(p):
    p = p[p > 0]
    return -(p * numpy.log(p)).sum()


def weighted(table):
    """Eastwood & Williams 2018 on the rows of a table of importances, weighted as in disentanglement_lib."""
    if table.sum() == 0:
        return 0.0
    base = numpy.log(table.shape[1]) if table.shape[1] > 1 else 1
    return float(sum(row.sum() / table.sum() * (1 - entropy(row / row.sum()) / base) for row in table if row.sum() > 0))


def searched(x, y, n):
    """Scores on top of the searched ridge regression: R², DCI, partial R² of the first target given the others."""
    q = y.shape[1]
    each, together = [[j] for j in range(q)], [list(range(q))]
    _, predicted = ridge_search(x[:n], y[:n], together, x[n:])
    weights, single = ridge_search(x[:n], y[:n], each, x[n:])
    out = dict(
        ridgeSearched=r2(y[n:], predicted),
        disentanglement=weighted(abs(weights)), completeness=weighted(abs(weights).T),
        informativeness=float(numpy.mean(r2(y[n:], single))))
    if q > 1:
        others, whole = y[:, 1:], numpy.hstack([x, y[:, 1:]])
        errors = []
        for features in (others, whole):
            _, p = ridge_search(features[:n], y[:n, :1], [[0]], features[n:])
            errors.append(((p - y[n:, :1]) ** 2).sum())
        out["partial"] = float(1 - errors[1] / errors[0])
    return out


def kernel_search(x, y, test):
    """RBF kernel ridge with the pair of the default grid that has the least error over three contiguous folds, all targets together.

    Returns gamma, penalty and the predictions for the test features.
    """
    n = len(x)
    mean, scale = spread(y)
    scaler = StandardScaler().fit(x)
    a, b = scaler.transform(x), (y - mean) / scale
    k = int((a.std(0) > 1e-9).sum())

    def predicted(gamma, penalty, rows, wanted):
        centre = b[rows].mean(0)
        model = KernelRidge(alpha=penalty * len(rows), kernel="rbf", gamma=gamma / max(k, 1)).fit(a[rows], b[rows] - centre)
        return model.predict(wanted) + centre

    errors = {}
    for gamma in GAMMAS:
        for penalty in KERNEL_PENALTIES:
            errors[gamma, penalty] = 0
            for f in range(3):
                fold = numpy.arange(f * n // 3, (f + 1) * n // 3)
                rest = numpy.setdiff1d(numpy.arange(n), fold)
                errors[gamma, penalty] += ((predicted(gamma, penalty, rest, a[fold]) - b[fold]) ** 2).sum()
    gamma, penalty = min(errors, key=errors.get)
    return gamma, penalty, predicted(gamma, penalty, numpy.arange(n), scaler.transform(test)) * scale + mean


def kernel_searched(x, y, n):
    """Scores on top of the searched kernel ridge regression: R², partial R² of the first target given the others."""
    gamma, penalty, predictions = kernel_search(x[:n], y[:n], x[n:])
    out = dict(kernelSearched=r2(y[n:], predictions), kernelPoint=[gamma, penalty])
    if y.shape[1] > 1:
        errors = []
        for features in (y[:, 1:], numpy.hstack([x, y[:, 1:]])):
            p = kernel_search(features[:n], y[:n, :1], features[n:])[2]
            errors.append(((p - y[n:, :1]) ** 2).sum())
        out["partialKernel"] = float(1 - errors[1] / errors[0])
    return out


def held_out_mcc(x, y, n, ranks):
    """Mean correlation coefficient: the assignment of the training rows, the correlations of the test rows."""
    tables = []
    for a, b in ((x[:n], y[:n]), (x[n:], y[n:])):
        if ranks:
            a, b = rankdata(a, axis=0), rankdata(b, axis=0)
        live = [numpy.ptp(view, axis=0) > 1e-12 * abs(view).max(0) for view in (a, b)]
        with numpy.errstate(invalid="ignore", divide="ignore"):
            table = abs(numpy.corrcoef(b.T, a.T)[: b.shape[1], b.shape[1] :])
        table[:, ~live[0]] = 0
        table[~live[1]] = 0
        tables.append(table)
    rows, columns = linear_sum_assignment(-tables[0])
    return float(tables[1][rows, columns].sum() / y.shape[1])


def nystroem(train, test, y, gamma, penalty, step=3):
    """Weights in the span of every third row (Rudi et al. 2015), through the eigenvectors of the landmarks' kernel matrix."""
    kernel = lambda a, b: numpy.exp(-gamma * scipy.spatial.distance.cdist(a, b, "sqeuclidean"))
    centres = train[::step]
    values, vectors = numpy.linalg.eigh(kernel(centres, centres) + 1e-10 * numpy.eye(len(centres)))
    root = vectors / numpy.sqrt(values)
    phi = kernel(train, centres) @ root
    weights = numpy.linalg.solve(phi.T @ phi + penalty * len(train) * numpy.eye(len(centres)), phi.T @ y)
    return kernel(test, centres) @ root @ weights, 1 - (phi**2).sum() / len(train)


def canonical(x, y, n, ridge=1e-6):
    """Held-out canonical correlations with Vinod's ridge, through symmetric square roots of the correlation matrices."""
    parts = []
    for view in (x, y):
        mean, scale = view[:n].mean(0), view[:n].std(0)
        scale[scale < 1e-9] = numpy.inf
        parts.append(((view[:n] - mean) / scale, (view[n:] - mean) / scale))
    roots = []
    for train, _ in parts:
        values, vectors = numpy.linalg.eigh(train.T @ train / n + ridge * numpy.eye(train.shape[1]))
        roots.append(vectors / numpy.sqrt(values) @ vectors.T)
    u, fitted, v = numpy.linalg.svd(roots[0] @ (parts[0][0].T @ parts[1][0] / n) @ roots[1], full_matrices=False)
    left, right = parts[0][1] @ roots[0] @ u, parts[1][1] @ roots[1] @ v.T
    return [float(numpy.corrcoef(left[:, i], right[:, i])[0, 1]) if fitted[i] > 1e-6 else 0.0 for i in range(len(fitted))]


def results(case):
    x, y = data(case)
    n = case["n"]
    scaler = StandardScaler().fit(x[:n])
    train, test = scaler.transform(x[:n]), scaler.transform(x[n:])
    active = int((train.std(0) > 1e-9).sum())
    ridge = Ridge(alpha=case["penalty"] * n, solver="svd").fit(train, y[:n])
    mean, scale = spread(y[:n])
    out = dict(case)
    out["ridge"] = r2(y[n:], ridge.predict(test).reshape(case["m"], -1))
    out.update(searched(x, y, n))
    out["inSample"] = list(in_sample_correlations(x[:n], y[:n]))
    out["heldOutMcc"] = [held_out_mcc(x, y, n, ranks) for ranks in (False, True)]
    # Every 800th row of 80,000 is a landmark; of fewer rows every third.
    step = 3 if n <= 2000 else 800
    predicted, lost = nystroem(train, test, (y[:n] - mean) / scale, case["gamma"] / active, case["penalty"], step)
    out["nystroem"] = r2(y[n:], predicted * scale + mean)
    out["nystroemLost"] = float(lost)
    if n <= 2000:
        kernel = KernelRidge(alpha=case["penalty"] * n, kernel="rbf", gamma=case["gamma"] / active)
        kernel.fit(train, (y[:n] - mean) / scale)
        out["kernelRidge"] = r2(y[n:], kernel.predict(test) * scale + mean)
    if n <= 500:
        out.update(kernel_searched(x, y, n))
    # A ridge at which also views with fewer rows than columns have directions that rounding does not turn.
    out["heldOutStrong"] = canonical(x, y, n, ridge=0.1)
    if n > 2 * (case["k"] + case["q"]):
        out["heldOutRidge"] = canonical(x, y, n)
    out["heldOut"] = []
    if case["kind"] in ("plain", "offset", "float32", "heavy") and 1000 >= n > 3 * case["k"] and case["k"] <= 8:
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

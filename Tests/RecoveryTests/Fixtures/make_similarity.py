#!/usr/bin/env python3
"""Writes similarity.json beside this file: reference scores that SimilarityFixtureTests.swift must reproduce.

Needs numpy, scipy and scikit-learn; CI does not run it. Inputs are a formula that both sides evaluate (make_scikit_learn.py).
Every score is computed by its published formula on full kernel matrices, or by the library function named.
"""
import itertools
import json
import pathlib

import numpy
import scipy
import sklearn
from make_scikit_learn import matrix
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist
from scipy.stats import spearmanr
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import LinearRegression
from sklearn.metrics import mutual_info_score, r2_score
from sklearn.model_selection import GridSearchCV
from sklearn.preprocessing import StandardScaler


def data(case):
    n, k, q, seed, kind = (case[key] for key in ("n", "k", "q", "seed", "kind"))
    x = matrix(n, k, seed)
    if kind == "heavy":
        x = 1 / (x + numpy.copysign(0.02, x))
    if kind == "duplicate":
        x[:, k - 1] = x[:, 0]
        x[:, k - 2] = 2 * x[:, 1] - x[:, 0] + 3
    if kind == "constant":
        x[:, 0] = 0.1
    if kind == "offset":
        x = 1000 + x
    if kind == "float32":
        x = x.astype(numpy.float32).astype(numpy.float64)
    if kind == "rank":
        x = matrix(n, 2, seed) @ matrix(2, k, seed + 3)
    y = 0.5 * matrix(n, q, seed + 2)
    if kind != "independent":
        y += x @ matrix(k, q, seed + 1)
        y[:, 0] += x[:, 0] ** 2
    if kind == "discrete":
        y = numpy.floor(2 * y)
    if kind == "constant":
        y[:, q - 1] = 7
    return x, y


def case(kind, n, k, q, seed):
    return dict(name=f"{kind} {n}x{k}, {q} targets", kind=kind, n=n, k=k, q=q, seed=seed)


CASES = [
    case("plain", 200, 5, 4, 1), case("plain", 120, 3, 8, 2), case("plain", 150, 8, 3, 3), case("plain", 60, 1, 1, 4),
    case("plain", 80, 1, 5, 5), case("plain", 80, 5, 1, 6), case("plain", 12, 20, 4, 7), case("plain", 16, 4, 30, 8),
    case("plain", 20, 20, 20, 9), case("plain", 400, 16, 12, 10), case("rank", 150, 6, 4, 11),
    case("rank", 10, 30, 3, 12), case("duplicate", 120, 6, 3, 13), case("duplicate", 300, 8, 8, 14),
    case("constant", 120, 6, 3, 15), case("constant", 40, 2, 2, 16), case("heavy", 300, 4, 3, 17),
    case("heavy", 200, 8, 8, 18), case("float32", 250, 8, 5, 19), case("float32", 100, 2, 2, 20),
    case("offset", 150, 4, 3, 21), case("independent", 200, 5, 4, 22), case("independent", 50, 30, 20, 23),
    case("discrete", 300, 5, 3, 24), case("plain", 100_000, 4, 3, 25), case("heavy", 100_000, 3, 3, 26),
]


def spread(x):
    """Columns that vary, centred: a constant column's rounding is not data."""
    return (x - x.mean(0)) * (x.max(0) - x.min(0) > 1e-12 * abs(x).max(0))


def kernels(x):
    distances = cdist(x, x)
    pairs = distances[numpy.triu_indices(len(x), 1)]
    return x @ x.T, numpy.exp(-(distances**2) / (2 * numpy.median(pairs) ** 2)), distances


def biased(k, l):
    h = numpy.eye(len(k)) - 1 / len(k)
    return numpy.trace(h @ k @ h @ l)


def unbiased(k, l):
    """Song et al. 2012, equation 5."""
    n = len(k)
    k, l = k - numpy.diag(numpy.diag(k)), l - numpy.diag(numpy.diag(l))
    return numpy.trace(k @ l) + k.sum() * l.sum() / ((n - 1) * (n - 2)) - 2 / (n - 2) * (k.sum(0) @ l.sum(0))


def normalised(f, k, l):
    return f(k, l) / numpy.sqrt(f(k, k)) / numpy.sqrt(f(l, l))


def basis(x, share):
    u, s, _ = numpy.linalg.svd(x, full_matrices=False)
    rank = int((s > 1e-10 * s[0]).sum())
    if share is not None:
        explained = numpy.cumsum(s[:rank] ** 2) / (s[:rank] ** 2).sum()
        rank = int(numpy.searchsorted(explained, share * (1 - 1e-12)) + 1)
    return u[:, :rank]


def mcc(correlations):
    correlations = abs(numpy.nan_to_num(correlations))
    rows, columns = linear_sum_assignment(-correlations)
    return float(correlations[rows, columns].sum() / len(correlations))


def bins(values, count=20):
    return numpy.digitize(values, numpy.histogram(values, count)[1][:-1])


def mig(x, y):
    gaps = []
    for j in range(y.shape[1]):
        factor = y[:, j] if len(set(y[:, j])) <= 20 else bins(y[:, j])
        entropy = mutual_info_score(factor, factor)
        values = sorted((mutual_info_score(bins(x[:, i]), factor) for i in range(x.shape[1])), reverse=True)
        gaps.append((values[0] - (values[1] if len(values) > 1 else 0)) / entropy if entropy > 1e-12 else 0)
    return float(numpy.mean(gaps))


def sap(correlations):
    squares = numpy.sort(numpy.nan_to_num(correlations) ** 2, axis=1)
    return float((squares[:, -1] - (squares[:, -2] if squares.shape[1] > 1 else 0)).mean())


def ssl_identifiability(x, y, train):
    """The readout of ysharma1126/ssl_identifiability on given encodings, one test batch."""
    sx, sy = StandardScaler().fit(x[:train]), StandardScaler().fit(y[:train])
    a, b, c, d = sx.transform(x[:train]), sy.transform(y[:train]), sx.transform(x[train:]), sy.transform(y[train:])
    grid = dict(alpha=[1, 0.1, 1e-2, 1e-3], gamma=numpy.logspace(-2, 2, 4))
    kernel = GridSearchCV(KernelRidge(kernel="rbf"), param_grid=grid, cv=3).fit(a, b)
    return [float(r2_score(d, model.predict(c))) for model in (LinearRegression().fit(a, b), kernel)]


def linear_unbiased(a, b):
    """Song et al. 2012 for linear kernels of many rows, by sums over columns in extended precision; the views are centred."""
    a, b = a.astype(numpy.longdouble), b.astype(numpy.longdouble)

    def statistic(u, v):
        n, uu, vv = len(u), (u**2).sum(1), (v**2).sum(1)
        # Rows of a centred view sum to 0: so do the kernel's, with the diagonal.
        trace, total = ((u.T @ v) ** 2).sum() - uu @ vv, uu.sum() * vv.sum()
        return trace + total / ((n - 1) * (n - 2)) - 2 / numpy.longdouble(n - 2) * (uu @ vv)

    return float(statistic(a, b) / numpy.sqrt(statistic(a, a)) / numpy.sqrt(statistic(b, b)))


def exact_test(n, k, q, seed, kind):
    """HSIC under all n! permutations of the rows of the second view."""
    x, y = data(dict(n=n, k=k, q=q, seed=seed, kind=kind))
    (_, g, _), (_, h, _) = kernels(x), kernels(y)
    values = [biased(g, h[numpy.ix_(order, order)]) / n**2 for order in map(list, itertools.permutations(range(n)))]
    return dict(
        n=n, k=k, q=q, seed=seed, kind=kind, statistic=float(values[0]), permuted=sorted(map(float, values)),
        share=float(numpy.mean([value >= values[0] * (1 - 1e-12) for value in values])))


def results(case):
    x, y = data(case)
    a, b = spread(x), spread(y)
    out = dict(case)
    with numpy.errstate(invalid="ignore", divide="ignore"):
        pearson = numpy.corrcoef(y.T, x.T)[: y.shape[1], y.shape[1] :]
        pearson[:, (a == 0).all(0)] = 0
        pearson[(b == 0).all(0)] = 0
    out["mccPearson"], out["sap"], out["mig"] = mcc(pearson), sap(pearson), mig(x, y)
    out["mccSpearman"] = mcc([[spearmanr(y[:, j], x[:, i])[0] for i in range(x.shape[1])] for j in range(y.shape[1])])
    cross = numpy.linalg.norm
    out["ckaLinearBiased"] = cross(a.T @ b) ** 2 / cross(a.T @ a) / cross(b.T @ b)
    cosines = numpy.linalg.svd(basis(a, 0.99).T @ basis(b, 0.99), compute_uv=False)
    out["svcca"] = cosines.mean()
    left, cosines, _ = numpy.linalg.svd(basis(a, None).T @ basis(b, None), full_matrices=False)
    weights = abs((basis(a, None) @ left).T @ a).sum(1)
    out["pwcca"] = float(weights @ numpy.minimum(cosines, 1) / weights.sum())
    if len(x) > 1000:
        out["ckaLinearUnbiased"] = linear_unbiased(a - a.mean(0), b - b.mean(0))
    else:
        (k, g, d), (l, h, e) = kernels(a), kernels(b)
        out["ckaLinearUnbiased"] = normalised(unbiased, k, l)
        out["ckaGaussianBiased"] = normalised(biased, g, h)
        out["ckaGaussianUnbiased"] = normalised(unbiased, g, h)
        out["distanceCorrelation"] = numpy.sqrt(normalised(biased, d, e))
        out["distanceCorrelationUnbiased"] = normalised(unbiased, d, e)
        out["hsic"] = biased(g, h) / len(x) ** 2
    if case["kind"] in ("plain", "float32", "offset", "heavy") and 100 <= len(x) <= 1000:
        out["sslIdentifiability"] = ssl_identifiability(x, y, len(x) // 2)
        out["clICALinear"] = float(r2_score(y, LinearRegression().fit(x, y).predict(x)))
    return {key: float(value) if isinstance(value, numpy.floating) else value for key, value in out.items()}


if __name__ == "__main__":
    versions = dict(sklearn=sklearn.__version__, numpy=numpy.__version__, scipy=scipy.__version__)
    path = pathlib.Path(__file__).with_name("similarity.json")
    exact = [
        exact_test(4, 1, 1, 61, "plain"), exact_test(5, 2, 1, 62, "plain"), exact_test(5, 1, 2, 63, "independent"),
    ]
    report = dict(versions=versions, cases=[results(c) for c in CASES], exact=exact)
    path.write_text(json.dumps(report, indent=1) + "\n")

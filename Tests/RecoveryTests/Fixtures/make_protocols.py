#!/usr/bin/env python3
"""Writes protocols.json beside this file: numbers of published evaluations that ProtocolFixtureTests.swift must reproduce.

Needs numpy and scikit-learn; CI does not run it. Inputs are those of make_similarity.py; row orders are a formula too. The steps
are those of the published scripts: disentanglement_utils.py and main_mlp.py of ysharma1126/ssl_identifiability, `evaluate` of
main_numerical.py of CausalLearningAI/multiview-crl (with --grid-search-eval), and the linear score of brendel-group/cl-ica.
"""
import json
import pathlib

import numpy
import sklearn
from make_scikit_learn import matrix
from make_similarity import data, mcc
from scipy.stats import rankdata
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import LinearRegression
from sklearn.metrics import r2_score
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.preprocessing import StandardScaler

GRID = dict(alpha=[1e0, 0.1, 1e-2, 1e-3], gamma=numpy.logspace(-2, 2, 4))


def grid_search():
    return GridSearchCV(KernelRidge(kernel="rbf", gamma=0.1), param_grid=GRID, cv=3)


def case(name, kind, n, k, q, seed, train):
    return dict(name=name, kind=kind, n=n, k=k, q=q, seed=seed, train=train)


CASES = [
    case("plain", "plain", 300, 5, 4, 1, 100),
    case("a constant feature and a constant target", "constant", 240, 6, 3, 2, 80),
    case("fewer rows than features", "plain", 60, 40, 3, 3, 20),
    case("duplicate features", "duplicate", 240, 6, 3, 4, 80),
    case("rank two of thirty and fewer rows", "rank", 45, 30, 3, 5, 15),
    case("far from the origin", "offset", 150, 4, 3, 6, 50),
    case("one feature, one target", "float32", 120, 1, 1, 7, 40),
    # Two whole batches of 4096 to score; all of the first rows are fitted, nothing is subsampled.
    case("more than 4096 rows to score", "plain", 9092, 3, 2, 8, 900),
    # More rows to fit than Strata's own kernel probe takes: the published one takes them all.
    case("more than 2000 rows to fit", "plain", 2100 + 4096, 3, 1, 9, 2100),
    case("heavy tails", "heavy", 240, 4, 3, 10, 80),
    case("heavy tails, fewer rows than features", "heavy", 45, 30, 2, 11, 15),
    case("single precision", "float32", 300, 8, 4, 12, 100),
    case("rank two of six", "rank", 240, 6, 4, 13, 80),
    case("one feature, four targets", "plain", 150, 1, 4, 14, 50),
    case("six features, one target", "plain", 150, 6, 1, 15, 50),
    case("more targets than features", "plain", 180, 3, 9, 16, 60),
    case("as many rows to fit as features", "plain", 90, 30, 2, 17, 30),
    case("independent", "independent", 240, 5, 3, 18, 80),
    case("discrete targets", "discrete", 240, 5, 3, 19, 80),
    case("a constant and a varying feature", "constant", 120, 2, 2, 20, 40),
    case("duplicate features, fewer rows", "duplicate", 60, 24, 2, 21, 20),
    case("a batch and a remainder", "plain", 4096 + 260, 3, 1, 22, 300),
    case("batches of 6144 and a remainder, heavy tails", "heavy", 2 * 6144 + 500, 3, 2, 23, 300),
    case("100,000 rows", "plain", 100_000, 4, 2, 24, 300),
    case("100,000 rows, single precision", "float32", 100_000, 3, 2, 25, 200),
]


def ssl_identifiability(x, y, train):
    """fit on `train` rows; each batch of 4096 of the others scored by itself, as the script draws them."""
    sx, sy = StandardScaler().fit(x[:train]), StandardScaler().fit(y[:train])
    fitted = [model.fit(sx.transform(x[:train]), sy.transform(y[:train])) for model in (LinearRegression(), grid_search())]
    scores = []
    for start in range(train, len(x), 4096):
        rows = slice(start, start + 4096)
        z, hz = sy.transform(y[rows]), sx.transform(x[rows])
        scores.append([r2_score(z, model.predict(hz)) for model in fitted])
    return numpy.mean(scores, 0).tolist()


class GivenOrder(numpy.random.RandomState):
    """What train_test_split shuffles with, handing out a given permutation."""

    def __init__(self, order):
        super().__init__(0)
        self.order = order

    def permutation(self, n):
        assert n == len(self.order)
        return self.order


def multiview_crl(x, y, seed, models):
    """Each batch of 4096 rows split for each target by an order of its own; the mean over batches and targets."""
    hz = StandardScaler().fit_transform(x)
    scores = []
    for batch, start in enumerate(range(0, len(x), 4096)):
        rows = slice(start, start + 4096)
        for latent in range(y.shape[1]):
            size = len(x[rows])
            order = numpy.argsort(matrix(size, 1, seed + 100 + batch * y.shape[1] + latent)[:, 0])
            train_inputs, test_inputs, train_labels, test_labels = train_test_split(
                hz[rows], y[rows, latent][:, None], random_state=GivenOrder(order))
            row = []
            for make in models:
                model = make().fit(train_inputs, train_labels.ravel())
                row.append(r2_score(test_labels.ravel(), model.predict(test_inputs)))
            scores.append(row)
    return numpy.mean(scores, 0).tolist()


def cl_ica(x, y):
    """In-sample in batches of 6144: R², and MCC by the assignment of the same rows, Pearson's and Spearman's."""
    scores = []
    for start in range(0, len(x), 6144):
        a, b = x[start : start + 6144], y[start : start + 6144]
        both = numpy.hstack([b, a])
        with numpy.errstate(invalid="ignore", divide="ignore"):
            tables = [numpy.corrcoef(both.T), numpy.corrcoef(rankdata(both, axis=0).T)]
        live = numpy.ptp(both, axis=0) > 1e-12 * abs(both).max(0)
        row = [r2_score(b, LinearRegression().fit(a, b).predict(a))]
        for table in tables:
            row.append(mcc((table * numpy.outer(live, live))[: b.shape[1], b.shape[1] :]))
        scores.append(row)
    return numpy.mean(scores, 0).tolist()


def results(case):
    x, y = data(case)
    out = dict(case, sslIdentifiability=ssl_identifiability(x, y, case["train"]), clICA=cl_ica(x, y))
    # Kernel ridge of a whole batch takes seconds for each target: one case has one.
    models = (LinearRegression, grid_search) if len(x) <= 4400 else (LinearRegression,)
    out["multiviewCRL"] = multiview_crl(x, y, case["seed"], models)
    return out


if __name__ == "__main__":
    path = pathlib.Path(__file__).with_name("protocols.json")
    report = dict(versions=dict(sklearn=sklearn.__version__, numpy=numpy.__version__), cases=[results(c) for c in CASES])
    path.write_text(json.dumps(report, indent=1) + "\n")

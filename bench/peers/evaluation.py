"""scikit-learn's side of the comparison of recovery scores, and the same scores as directly as NumPy and SciPy can say them.

Usage: python bench/peers/evaluation.py DIR data   (writes the matrices that both sides read)
       python bench/peers/evaluation.py DIR        (a JSON line for each timing; bench/evaluation.sh sets BLAS threads)

Everything is what docs/metrics.md defines: features and targets standardised over the training rows, contiguous folds, penalties
relative to the number of rows, the grid point with the least out-of-fold squared error, R² on the test rows.
"""

import json
import pathlib
import statistics
import sys
import time

import numpy as np
import scipy.linalg as sl
from sklearn.cross_decomposition import CCA
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import Ridge
from sklearn.metrics import r2_score
from sklearn.preprocessing import StandardScaler

folder = pathlib.Path(sys.argv[1])
if len(sys.argv) > 2:
    rng = np.random.default_rng(0)
    n, k, q = 10_000, 32, 8
    z = rng.standard_normal((n, q))
    view = lambda: np.tanh(z @ rng.standard_normal((q, k)) / 2) + 0.3 * rng.standard_normal((n, k))
    for name, array in dict(x=view(), other=view(), y=z + 0.1 * rng.standard_normal((n, q))).items():
        np.save(folder / f"{name}.npy", array)
    sys.exit()
x, other, y = (np.load(folder / f"{name}.npy") for name in ("x", "other", "y"))

PENALTIES = [100, 10, 1, 0.1, 1e-2, 1e-4, 1e-6]
KERNEL_PENALTIES, GAMMAS = [10, 0.1, 1e-3, 1e-5], [0.05, 0.2, 0.8, 3.2]


def folds(count, n):
    return [slice(i * n // count, (i + 1) * n // count) for i in range(count)]


def without(fold, array):
    return np.concatenate([array[: fold.start], array[fold.stop :]])


def report(work, name, repetitions, body):
    values = body() if repetitions > 1 else None
    seconds = []
    for _ in range(repetitions):
        # Processor time: everything runs on one thread, and other work on the machine does not add to it.
        start = time.process_time()
        values = body()
        seconds.append(time.process_time() - start)
    print(json.dumps(dict(work=work, name=name, seconds=statistics.median(seconds), values=list(map(float, values)))), flush=True)


def scaled(train, test):
    scaler = StandardScaler().fit(train)
    return scaler.transform(train), scaler.transform(test)


def standardised(train, test):
    mean, deviation = train.mean(0), train.std(0)
    return (train - mean) / deviation, (test - mean) / deviation


def r2(truth, predicted):
    return 1 - ((truth - predicted) ** 2).sum(0) / ((truth - truth.mean(0)) ** 2).sum(0)


def ridge_sklearn():
    (a, c), (b, d) = scaled(x[:8000], x[8000:]), scaled(y[:8000], y[8000:])
    errors = np.zeros(len(PENALTIES))
    for fold in folds(5, 8000):
        left, right = without(fold, a), without(fold, b)
        for i, penalty in enumerate(PENALTIES):
            errors[i] += ((Ridge(penalty * len(left)).fit(left, right).predict(a[fold]) - b[fold]) ** 2).sum()
    best = PENALTIES[errors.argmin()]
    return r2_score(d, Ridge(best * 8000).fit(a, b).predict(c), multioutput="raw_values")


def ridge_numpy():
    """One Gram matrix of (features, targets, 1) for each fold, scaled afterwards instead of the rows; everything else happens on
    41 × 41 matrices, all systems at once."""
    k, q = x.shape[1], y.shape[1]
    rows = np.empty((8000, k + q + 1))
    rows[:, :k], rows[:, k:-1], rows[:, -1] = x[:8000], y[:8000], 1
    centre = np.append(rows[:, :-1].mean(0), 0)
    rows -= centre
    part = np.stack([rows[fold].T @ rows[fold] for fold in folds(5, 8000)])
    scale = np.sqrt(part.sum(0).diagonal() / 8000)
    part /= scale * scale[:, None]
    total = part.sum(0)
    rest = total - part
    n = rest[:, -1, -1][:, None, None]
    mean = rest[:, -1, :][:, None, :] / n
    fit = rest - n * mean.transpose(0, 2, 1) * mean
    sums, count = part[:, -1, :][:, None, :], part[:, -1, -1][:, None, None]
    crossed = mean.transpose(0, 2, 1) * sums
    held = part - crossed - crossed.transpose(0, 2, 1) + count * mean.transpose(0, 2, 1) * mean
    features, targets = slice(0, k), slice(k, k + q)
    penalties = np.array(PENALTIES)[None, :, None, None]
    system = fit[:, None, features, features] + penalties * n[:, None] * np.eye(k)
    w = np.linalg.solve(system, np.broadcast_to(fit[:, None, features, targets], system.shape[:3] + (q,)))
    products = held[:, None, features, features] @ w - 2 * held[:, None, features, targets]
    best = PENALTIES[np.einsum("fpij,fpij->p", w, products).argmin()]
    w = np.linalg.solve(total[features, features] + best * 8000 * np.eye(k), total[features, targets])
    w *= scale[targets] / scale[features, None]
    return r2(y[8000:], (x[8000:] - centre[features]) @ w + centre[targets])


def cca_sklearn():
    model = CCA(n_components=8, max_iter=1000).fit(x, other)
    left, right = model.transform(x, other)
    return [np.corrcoef(left[:, i], right[:, i])[0, 1] for i in range(8)]


def cca_qr():
    (q, _), (p, _) = np.linalg.qr(x - x.mean(0)), np.linalg.qr(other - other.mean(0))
    return np.linalg.svd(q.T @ p, compute_uv=False)[:8]


def cca_whitening():
    """Faster than QR, at the price of the square of the condition number."""
    a, b = x - x.mean(0), other - other.mean(0)
    left, right = sl.cholesky(a.T @ a, lower=True, check_finite=False), sl.cholesky(b.T @ b, lower=True, check_finite=False)
    half = sl.solve_triangular(left, a.T @ b, lower=True, check_finite=False)
    return sl.svdvals(sl.solve_triangular(right, half.T, lower=True, check_finite=False), check_finite=False)[:8]


def gaussian(a, b, gamma):
    """In one buffer, without a temporary."""
    k = a @ b.T
    k *= -2
    k += (a * a).sum(1)[:, None]
    k += (b * b).sum(1)
    np.maximum(k, 0, out=k)
    k *= -gamma
    return np.exp(k, out=k)


def solve_in_place(kernel, targets, penalty):
    kernel.flat[:: len(kernel) + 1] += penalty
    # The transpose of a C-ordered symmetric matrix is itself in the order that LAPACK overwrites.
    factor = sl.cho_factor(kernel.T, lower=True, overwrite_a=True, check_finite=False)
    return sl.cho_solve(factor, targets, check_finite=False)


def kernel_data(n):
    return standardised(x[:n], x[4000:5000]), standardised(y[:n], y[4000:5000])


def kernel_sklearn():
    (a, c), (b, d) = scaled(x[:4000], x[4000:5000]), scaled(y[:4000], y[4000:5000])
    model = KernelRidge(alpha=1e-3 * 4000, kernel="rbf", gamma=0.8 / 32).fit(a, b)
    return r2_score(d, model.predict(c), multioutput="raw_values")


def kernel_numpy():
    (a, c), (b, d) = kernel_data(4000)
    return r2(d, gaussian(c, a, 0.8 / 32) @ solve_in_place(gaussian(a, a, 0.8 / 32), b, 1e-3 * 4000))


def grid(fit_predict, n=2000):
    (a, c), (b, d) = kernel_data(n)
    points = [(gamma, penalty) for gamma in GAMMAS for penalty in KERNEL_PENALTIES]
    errors = fit_predict(a, b, points)
    return r2(d, gaussian(c, a, points[errors.argmin()][0] / 32) @ solve_in_place(
        gaussian(a, a, points[errors.argmin()][0] / 32), b, points[errors.argmin()][1] * n))


def grid_sklearn(a, b, points):
    errors = np.zeros(len(points))
    for fold in folds(3, len(a)):
        left, right = without(fold, a), without(fold, b)
        mean = right.mean(0)
        for i, (gamma, penalty) in enumerate(points):
            model = KernelRidge(alpha=penalty * len(left), kernel="rbf", gamma=gamma / 32).fit(left, right - mean)
            errors[i] += ((model.predict(a[fold]) + mean - b[fold]) ** 2).sum()
    return errors


def grid_numpy(a, b, points):
    """One kernel matrix for each width, from which every fold and penalty takes its blocks."""
    errors = np.zeros(len(points))
    for i, (gamma, _) in enumerate(points[:: len(KERNEL_PENALTIES)]):
        kernel = gaussian(a, a, gamma / 32)
        for fold in folds(3, len(a)):
            rest = np.r_[0 : fold.start, fold.stop : len(a)]
            inner, outer = kernel[np.ix_(rest, rest)], kernel[fold][:, rest]
            mean = b[rest].mean(0)
            for j, penalty in enumerate(KERNEL_PENALTIES):
                weights = solve_in_place(inner.copy(), b[rest] - mean, penalty * len(rest))
                errors[i * len(KERNEL_PENALTIES) + j] += ((outer @ weights + mean - b[fold]) ** 2).sum()
    return errors


report("ridge", "scikit-learn", 11, ridge_sklearn)
report("ridge", "NumPy, Gram matrices", 41, ridge_numpy)
report("cca", "scikit-learn", 2, cca_sklearn)
report("cca", "NumPy, QR + SVD", 15, cca_qr)
report("cca", "SciPy, Cholesky", 41, cca_whitening)
report("kernel", "scikit-learn", 3, kernel_sklearn)
report("kernel", "SciPy, in place", 3, kernel_numpy)
report("kernel-grid", "scikit-learn", 1, lambda: grid(grid_sklearn))
report("kernel-grid", "SciPy, in place", 1, lambda: grid(grid_numpy))

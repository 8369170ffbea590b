#!/usr/bin/env python3
"""Writes mlp-probe.json beside this file: what NetworkFixtureTests.swift must reproduce of the MLP probe.

Needs numpy; CI does not run it. Inputs and weights are a formula (make_network.py's, without its torch). The probe's training as its
documentation has it: one hidden layer of tanh units, mean over rows of the squared error summed over targets, Adam at 3e-3 in batches of 64
rows, the last fifth of the rows for validation, the weights of least validation error kept, all zero ones among them, stopped after 15
epochs without an improvement. Gradients are central differences in extended precision for the first step, and formulas checked by them.
"""
import json
import pathlib

import numpy
from make_scikit_learn import matrix


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
        assert abs((sides[0] - sides[1]) / (2 * step) - exact[layer][index]) < 1e-9


def probe(n, k, q, h, epochs, seed):
    x = matrix(n, k, seed + 4)
    y = numpy.hstack([numpy.sin((2 + j) * x[:, :1]) + x[:, -1:] ** 2 for j in range(q)]) + 0.3 * matrix(n, q, seed + 5)
    fitted = max(1, n - max(1, n // 5))
    w = weights(k, h, q, seed)
    check(w, x[:5], y[:5])
    moments = [[numpy.zeros_like(v) for v in w] for _ in range(2)]
    errors, best, kept, waited, steps = [], float((y[fitted:] ** 2).sum()), [0 * v for v in w], 0, 0
    for epoch in range(epochs):
        order = numpy.argsort(matrix(fitted, 1, seed + 100 + epoch)[:, 0])
        for start in range(0, fitted, 64):
            rows = order[start : start + 64]
            steps += 1
            for i, g in enumerate(gradients(w, x[rows], y[rows])):
                moments[0][i] = 0.9 * moments[0][i] + 0.1 * g
                moments[1][i] = 0.999 * moments[1][i] + 0.001 * g**2
                rate = 3e-3 * numpy.sqrt(1 - 0.999**steps) / (1 - 0.9**steps)
                w[i] = w[i] - rate * moments[0][i] / (numpy.sqrt(moments[1][i]) + 1e-8)
        error = float(((outputs(w, x[fitted:]) - y[fitted:]) ** 2).sum())
        errors.append(error)
        if error < best:
            best, kept, waited = error, [v.copy() for v in w], 0
        else:
            waited += 1
        if waited >= 15:
            break
    return dict(
        n=n, k=k, q=q, h=h, epochs=epochs, seed=seed, errors=errors,
        predictions=outputs(kept, matrix(20, k, seed + 6)).ravel().tolist())


if __name__ == "__main__":
    # Partial batches; one batch; a run that stops by itself; one that never beats the mean.
    cases = [probe(200, 3, 2, 16, 30, 81), probe(60, 1, 1, 8, 40, 91), probe(150, 2, 3, 64, 400, 101), probe(30, 2, 1, 8, 20, 111)]
    path = pathlib.Path(__file__).with_name("mlp-probe.json")
    path.write_text(json.dumps(dict(version=numpy.__version__, cases=cases), indent=1) + "\n")
    print([len(c["errors"]) for c in cases])

#!/usr/bin/env python3
"""Writes network.json beside this file: what NetworkFixtureTests.swift must reproduce.

Needs numpy, torch and scikit-learn; CI does not run it. Inputs and weights are a formula (make_scikit_learn.py).

`derivatives`: outputs, loss and gradients of one hidden layer in double precision by PyTorch's automatic differentiation.
`regressor`: scikit-learn's MLPRegressor from given weights, rows in order: losses of all epochs and predictions.
"""
import json
import pathlib
import warnings

import numpy
import sklearn
import torch
from make_scikit_learn import matrix
from sklearn.neural_network import MLPRegressor


def weights(k, h, q, seed):
    return [0.5 * matrix(k, h, seed), 0.1 * matrix(1, h, seed + 1), 0.3 * matrix(h, q, seed + 2), 0.1 * matrix(1, q, seed + 3)]


def derivatives(n, k, h, q, activation, weight, decay, seed):
    """weight / (2n) · (Σ (output − y)² + decay (‖W₁‖² + ‖W₂‖²))."""
    x, y = torch.tensor(matrix(n, k, seed + 4)), torch.tensor(matrix(n, q, seed + 5))
    a, b, c, d = (torch.tensor(w, requires_grad=True) for w in weights(k, h, q, seed))
    output = (torch.tanh if activation == "tanh" else torch.relu)(x @ a + b) @ c + d
    error = ((output - y) ** 2).sum()
    loss = weight / (2 * n) * (error + decay * ((a**2).sum() + (c**2).sum()))
    loss.backward()
    return dict(
        n=n, k=k, h=h, q=q, activation=activation, weight=weight, decay=decay, seed=seed, squaredError=error.item(),
        outputs=output.detach().numpy().ravel().tolist(), gradients=[w.grad.numpy().ravel().tolist() for w in (a, b, c, d)])


class Given(MLPRegressor):
    """Starts from given weights."""

    def _initialize(self, y, layer_units, dtype):
        super()._initialize(y, layer_units, dtype)
        a, b, c, d = weights(*layer_units, self.random_state)
        self.coefs_, self.intercepts_ = [a, c], [b.ravel(), d.ravel()]


def regressor(n, k, seed, max_iter):
    x, m = matrix(n, k, seed + 4), 20
    y = numpy.sin(2 * x[:, 0]) + x[:, -1] ** 2
    model = Given(max_iter=max_iter, shuffle=False, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(x, y)
    return dict(
        n=n, k=k, seed=seed, epochs=max_iter, losses=model.loss_curve_,
        predictions=model.predict(matrix(m, k, seed + 6)).tolist())


if __name__ == "__main__":
    report = dict(
        versions=dict(sklearn=sklearn.__version__, numpy=numpy.__version__, torch=torch.__version__.split("+")[0]),
        derivatives=[
            derivatives(12, 3, 5, 2, "tanh", 2.0, 0.0, 1), derivatives(9, 1, 4, 1, "tanh", 2.0, 0.0, 11),
            derivatives(12, 3, 5, 2, "relu", 1.0, 0.0, 21), derivatives(7, 4, 6, 1, "relu", 1.0, 0.3, 31),
        ],
        # Three partial batches an epoch; one batch smaller than 200; a run that stops by itself.
        regressor=[regressor(450, 3, 41, 40), regressor(60, 2, 51, 100), regressor(500, 2, 61, 5000)])
    path = pathlib.Path(__file__).with_name("network.json")
    path.write_text(json.dumps(report, indent=1) + "\n")
    print([len(r["losses"]) for r in report["regressor"]])

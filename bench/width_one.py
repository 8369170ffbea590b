"""Width-1 representations of the 64-leaf ρ-tree in closed form, one mask at a time, in NumPy.

Written from the definitions, not from the Swift code. With Σ_vv = C Cᵀ the whitened visible values are u = C⁻¹ x_v, and a linear
representation of width 1 is aᵀu with a unit vector a. Its best decoder leaves the loss (tr Σ_mm − aᵀGᵀG a) / k of the k masked leaves,
G = Σ_mv C⁻ᵀ, and R² of the root from it is (hᵀa)², h = C⁻¹ Σ_v,root. The least loss is at the leading eigenvector of M = GᵀG.
"""

import math

import numpy as np

DEPTH, LEAVES, RHO = 6, 64, 0.85
# Eigenvalues closer than this, relative to the largest, are ties, as in the engine.
TIE = 1e-9


def covariance():
    """Of the leaves, shape (64, 64): ρ to the length of the path between two of them."""
    leaf = np.arange(LEAVES)
    differing = leaf[:, None] ^ leaf[None, :]
    height = np.where(differing > 0, np.floor(np.log2(np.maximum(differing, 1))) + 1, 0)
    return RHO ** (2 * height)


SIGMA = covariance()


def draw_masks(ratio, count, seed):
    """Flags of shape (count, 64), in each mask the same number of leaves, drawn without replacement."""
    random = np.random.default_rng(seed)
    masked = max(1, math.floor(ratio * LEAVES + 0.5))
    return np.array([np.isin(np.arange(LEAVES), random.choice(LEAVES, masked, replace=False)) for _ in range(count)])


class WidthOne:
    """What a representation of width 1 can be under one mask.

    Attributes: `whitening` (v, v), u = whitening · x_v; `prediction` G, (k, v); `root` h, (v,); `values` and `directions`, the eigenvalues of M
    from the largest down and their unit vectors as columns, (v, min(k, v)), each with hᵀa ≥ 0.
    """

    def __init__(self, mask):
        self.mask, self.visible, self.masked = mask, ~mask, int(mask.sum())
        self.whitening = np.linalg.inv(np.linalg.cholesky(SIGMA[np.ix_(self.visible, self.visible)]))
        self.prediction = SIGMA[np.ix_(mask, self.visible)] @ self.whitening.T
        self.root = self.whitening @ np.full(self.visible.sum(), RHO**DEPTH)
        _, singular, rows = np.linalg.svd(self.prediction, full_matrices=False)
        self.values, self.directions = singular**2, rows.T * np.where(rows @ self.root < 0, -1, 1)

    @property
    def optimum(self):
        return self.directions[:, 0]

    @property
    def gap(self):
        """(λ₁ − λ₂) / λ₁."""
        return 1 - self.values[1] / self.values[0]

    def loss(self, direction):
        """Squared error a masked leaf from aᵀu with its best linear decoder; a representation that is not linear has a `direction` shorter than 1."""
        return (self.masked - ((self.prediction @ direction) ** 2).sum()) / self.masked

    def least_loss(self):
        return (self.masked - self.values[0]) / self.masked

    def root_r2(self):
        """At the optimum; where the leading eigenvalue is tied, the mean over the optima."""
        tied = self.values > self.values[0] * (1 - TIE)
        return float(((self.directions[:, tied].T @ self.root) ** 2).mean())

    def ceiling(self):
        """R² of the root from all visible leaves."""
        return float(self.root @ self.root)

    def sum_of_leaves(self):
        """The unit direction of the sum of the visible leaves, which is what the optima of all masks are on average (docs/theory.md)."""
        direction = np.linalg.solve(self.whitening.T, np.ones(self.visible.sum()))
        return direction / np.linalg.norm(direction)

    def sum_of_predictions(self):
        """The unit direction of Σ_j E[x_j | x_v] over the masked leaves j, to which each adds a term of its own."""
        direction = self.prediction.sum(0)
        return direction / np.linalg.norm(direction)

    def orthogonal(self, vector):
        """The unit vector along the part of a vector that is orthogonal to the optimum."""
        rest = vector - (vector @ self.optimum) * self.optimum
        return rest / np.linalg.norm(rest)

    def tilted(self, sine):
        """The optimum, turned towards the sum of the visible leaves."""
        return math.sqrt(1 - sine**2) * self.optimum + sine * self.orthogonal(self.sum_of_leaves())

    def extreme_root_r2(self, excess):
        """The least and the largest R² of the root over unit directions whose loss is at most the least one + excess.

        Of ±(hᵀa)² subject to aᵀMa ≥ t = λ₁ − k · excess, ‖a‖ = 1. Both are quadratic forms, and the pairs of values that two of them take on the
        unit sphere are a convex set in three dimensions or more (Brickman 1961), so that the Lagrangian bound is attained: the largest value is the
        minimum over ν ≥ 0 of λ_max(±hhᵀ + ν (M − t)), a convex function of ν. A part of a outside the span of h and the rows of G only takes from
        both forms, so that the span is enough.
        """
        basis = np.linalg.qr(np.column_stack([self.prediction.T, self.root]))[0]
        h, m = basis.T @ self.root, (self.prediction @ basis).T @ (self.prediction @ basis)
        slack = m - (self.values[0] - self.masked * excess) * np.eye(len(m))
        bounds = []
        for sign in (-1, 1):
            form = sign * np.outer(h, h)
            multiplier = lambda logarithm: np.linalg.eigvalsh(form + math.exp(logarithm) * slack)[-1]
            bounds.append(sign * min(least_of_convex(multiplier, -12, 18), np.linalg.eigvalsh(form)[-1]))
        return max(bounds[0], 0), bounds[1]


def least_of_convex(function, low, high, rounds=60):
    """The least value of a function that falls, then rises: golden sections."""
    share = (math.sqrt(5) - 1) / 2
    left, right = high - share * (high - low), low + share * (high - low)
    at_left, at_right = function(left), function(right)
    for _ in range(rounds):
        if at_left < at_right:
            high, right, at_right = right, left, at_left
            left = high - share * (high - low)
            at_left = function(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + share * (high - low)
            at_right = function(right)
    return min(at_left, at_right)


def check_extremes(masks, excess=1e-3, directions=200_000):
    """Fails if random directions find an R² outside the extremes, or none that is near them."""
    random = np.random.default_rng(0)
    for mask in masks:
        one = WidthOne(mask)
        low, high = one.extreme_root_r2(excess)
        basis = np.linalg.qr(np.column_stack([one.prediction.T, one.root]))[0]
        scale = math.sqrt(one.masked * excess / one.values[0]) * random.uniform(0, 2, (directions, 1))
        steps = random.standard_normal((directions, basis.shape[1]))
        a = one.optimum @ basis + scale * steps / np.linalg.norm(steps, axis=1, keepdims=True)
        a /= np.linalg.norm(a, axis=1, keepdims=True)
        explained = ((a @ (one.prediction @ basis).T) ** 2).sum(1)
        found = (a @ (basis.T @ one.root))[explained >= one.values[0] - one.masked * excess] ** 2
        assert low - 1e-6 < found.min() < low + 5e-3 and high - 5e-3 < found.max() < high + 1e-6, (low, high, found.min(), found.max())

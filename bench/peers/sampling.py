"""NumPy's side of the sampling benchmarks: the same models, vectorised level by level, in float32.

Usage: OPENBLAS_NUM_THREADS=1 python bench/peers/sampling.py   (needs NumPy; prints thousand samples a second, medians of 5)
"""

import time

import numpy as np

rng = np.random.Generator(np.random.SFC64(1))  # NumPy's fastest
normal = lambda *shape: rng.standard_normal(shape, dtype=np.float32)


def tree(n, weights):
    """64-leaf tree: nodes of level l are a (nodes, n, l + 1) array; 3 layers of leaky ReLU (0.2) at each."""
    value = normal(1, n, 1)
    for level in range(1, 7):
        nodes = 2**level
        z = np.concatenate([np.repeat(value, 2, axis=0), normal(nodes, n, 1)], axis=2)
        for k, w in enumerate(weights[level]):
            z = z @ w
            if k < 2:
                z = np.maximum(z, np.float32(0.2) * z)
        value = z
    return value


def dense(n, weights):
    z = normal(n, 8)
    for w in weights:
        h = z @ w
        z = np.maximum(h, np.float32(0.1) * h) + np.float32(0.3) * normal(*h.shape)
    return z


def median_rate(sample, weights, total, chunk):
    times = []
    for _ in range(5):
        start = time.perf_counter()
        for _ in range(total // chunk):
            sample(chunk, weights)
        times.append(time.perf_counter() - start)
    return total / sorted(times)[2] * 1e-3


tree_weights = {
    level: [(normal(2**level, level + 1, level + 1) / np.sqrt(level + 1)).astype(np.float32) for _ in range(3)]
    for level in range(1, 7)
}
widths = [8, 32, 64, 128]
dense_weights = [(normal(a, b) / np.sqrt(a)).astype(np.float32) for a, b in zip(widths, widths[1:])]
for name, sample, weights in [("64-leaf tree of networks", tree, tree_weights), ("8-32-64-128 hierarchy", dense, dense_weights)]:
    # The best chunk is the peer's to choose.
    best = max((median_rate(sample, weights, 1 << 15, chunk), chunk) for chunk in (512, 2048, 8192, 1 << 15))
    print(f"numpy {name}: {best[0]:.1f} thousand samples/s (chunks of {best[1]})")

"""NumPy's and PyTorch's side of the sampling comparison: the same models, vectorised level by level, in float32.

Usage: python bench/peers/sampling.py SAMPLES THREADS   (one JSON line for each timing; bench/sampling.sh sets BLAS threads)
"""

import json
import sys
import time

import numpy as np
import torch

torch.set_num_threads(int(sys.argv[2]))
rng = np.random.Generator(np.random.SFC64(1))  # NumPy's fastest
normal = lambda *shape: rng.standard_normal(shape, dtype=np.float32)
samples = int(sys.argv[1])


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


def hierarchy(n, weights):
    z = normal(n, 8)
    for w in weights:
        h = z @ w
        z = np.maximum(h, np.float32(0.1) * h) + np.float32(0.3) * normal(*h.shape)
    return z


def report(work, name, amount, seconds, mean_square):
    print(json.dumps(dict(work=work, name=name, amount=amount, seconds=seconds, mean_square=float(mean_square))), flush=True)


def timed(body):
    clock = time.process_time if sys.argv[2] == "1" else time.perf_counter
    start = clock()
    result = body()
    return clock() - start, result


def run(sample, weights, n, chunk, rows):
    for start in range(0, n, chunk):
        count = min(chunk, n - start)
        value = sample(count, weights)
        if rows is not None:
            rows[start : start + count] = value
    return np.mean(np.square(value))


tree_weights = {
    level: [(normal(2**level, level + 1, level + 1) / np.sqrt(level + 1)).astype(np.float32) for _ in range(3)]
    for level in range(1, 7)
}
widths = [8, 32, 64, 128]
dense_weights = [(normal(a, b) / np.sqrt(a)).astype(np.float32) for a, b in zip(widths, widths[1:])]
for work, sample, weights, columns in [("tree", tree, tree_weights, 0), ("hierarchy", hierarchy, dense_weights, 128)]:
    # The best chunk is the peer's to choose.
    trial = samples // 32
    best = min((timed(lambda: run(sample, weights, trial, chunk, None))[0], chunk) for chunk in (256, 512, 1024, 4096, 16384))
    rows = np.empty((samples, columns), np.float32) if columns else None
    seconds, square = timed(lambda: run(sample, weights, samples, best[1], rows))
    report(work, "NumPy", samples, seconds, square)

if sys.argv[2] != "1":
    sys.exit()
numbers = np.empty(1 << 22, np.float32)
rng.standard_normal(out=numbers, dtype=np.float32)
seconds, _ = timed(lambda: rng.standard_normal(out=numbers, dtype=np.float32))
report("gaussian", "NumPy SFC64", numbers.size, seconds, np.mean(np.square(numbers)))
philox = np.random.Generator(np.random.Philox(1))
seconds, _ = timed(lambda: philox.standard_normal(out=numbers, dtype=np.float32))
report("gaussian", "NumPy Philox", numbers.size, seconds, np.mean(np.square(numbers)))
tensor = torch.empty(1 << 22)
tensor.normal_()
seconds, _ = timed(lambda: tensor.normal_())
report("gaussian", "PyTorch normal_", tensor.numel(), seconds, tensor.square().mean())

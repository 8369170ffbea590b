"""What both peers of the training comparison share: shapes, the files that StrataBench wrote, windows of time, the JSON line."""

import json
import os
import pathlib
import time

import numpy as np

# D, H, k, batch, hidden layers a side
CONFIGURATIONS = {"S": (64, 128, 8, 256, 2), "M": (128, 256, 16, 512, 3), "L": (256, 512, 32, 1024, 3)}
POOL, SLOPE, CHECKED_STEP = 32, 0.1, 100


def layers(name):
    """((tensor name, shape of the weight), …) and the index of the layer that makes the representation."""
    D, H, K, _, depth = CONFIGURATIONS[name]
    result = []
    for side, widths in [("encoder", [2 * D] + [H] * depth + [K]), ("decoder", [K + D] + [H] * depth + [D])]:
        result += [(f"{side}.{i}", (a, b)) for i, (a, b) in enumerate(zip(widths, widths[1:]))]
    return result, depth


def read(folder, name, shape):
    return np.fromfile(f"{folder}/{name}.f32", dtype=np.float32).reshape(shape).copy()


def meet():
    """Waits for the other process of a pair, if MEET names a folder where they meet."""
    folder = os.environ.get("MEET")
    if folder:
        pathlib.Path(folder, str(os.getpid())).touch()
        while len(os.listdir(folder)) < 2:
            time.sleep(0.001)


def windows(run, seconds):
    """Steps per second in windows of about a fifth of a second, which the processes of a pair begin together; the first of that length is not
    counted."""
    meet()
    run(8)
    start = time.perf_counter()
    run(8)
    steps = max(4, int(0.2 / (time.perf_counter() - start) * 8))
    run(steps)
    rates = []
    for _ in range(max(3, int(seconds / 0.2))):
        start = time.perf_counter()
        run(steps)
        rates.append(steps / (time.perf_counter() - start))
    return rates


def report(name, configuration, source, activation, threads, rates, loss):
    line = dict(
        name=name, configuration=configuration, source=source, activation=activation, threads=int(threads), windows=rates, loss=loss
    )
    print(json.dumps(line), flush=True)

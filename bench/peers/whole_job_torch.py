"""The whole job as a competent PyTorch user would write it: recovery over mask ratio and patch size on the 64-leaf binary ρ-tree
(scalar Gaussian). Fresh samples at every step, a mask for every sample, AdamW, R² by ordinary least squares on held-out rows: pooled (one
probe over random masks), per mask (a probe for each) and full (nothing masked). One JSON line a cell, then one for the whole job.
Settings: published, 6000 steps with a one-cycle schedule; fast, those of Strata's defaults: 2000 steps, five times the rate, linear decay, and
initial weights of the encoder on the mask times 1/√ratio.

  python whole_job_torch.py --settings published --ratios .05,.5 --patches 1,4 --seeds 1 --workers 2
"""

import argparse
import itertools
import json
import multiprocessing
import os
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("MKL_NUM_THREADS", "1")

DEPTH, RHO, WIDTH, HIDDEN, BATCH, WARM_UP = 6, 0.85, 1, 256, 512, 0.05
# Steps and peak rate.
SETTINGS = {"published": (6000, 1e-3), "fast": (2000, 5e-3)}


def cell(job):
    import torch

    settings, ratio, patch, seed, mask_count = job
    steps, rate = SETTINGS[settings]
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    torch.set_flush_denormal(True)
    start = time.perf_counter()
    leaves = 2**DEPTH
    patches = leaves // patch
    masked = min(max(1, round(ratio * patches)), patches - 1)

    def sample(n):
        levels = [torch.randn(n, 1)]
        for level in range(DEPTH):
            noise = torch.randn(n, 2 ** (level + 1))
            levels.append(RHO * levels[-1].repeat_interleave(2, 1) + (1 - RHO * RHO) ** 0.5 * noise)
        return levels

    def masks(n):
        chosen = torch.zeros(n, patches)
        chosen.scatter_(1, torch.rand(n, patches).argsort(1)[:, :masked], 1.0)
        return chosen.repeat_interleave(patch, 1)

    def network(inputs, outputs):
        layer, gelu = torch.nn.Linear, lambda: torch.nn.GELU("tanh")
        return torch.nn.Sequential(layer(inputs, HIDDEN), gelu(), layer(HIDDEN, HIDDEN), gelu(), layer(HIDDEN, outputs))

    encoder, decoder = network(2 * leaves, WIDTH), network(WIDTH + leaves, leaves)
    optimizer = torch.optim.AdamW([*encoder.parameters(), *decoder.parameters()], lr=rate, weight_decay=0.0, fused=True)
    if settings == "published":
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, steps, pct_start=WARM_UP)
    else:
        first = WARM_UP * steps
        schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda t: min((t + 1) / first, (steps - t) / (steps - first)))
        with torch.no_grad():
            encoder[0].weight[:, leaves:] *= (masked / patches) ** -0.5

    def encode(x, mask):
        return encoder(torch.cat([x * (1 - mask), mask], 1))

    for _ in range(steps):
        x, mask = sample(BATCH)[-1], masks(BATCH)
        error = decoder(torch.cat([encode(x, mask), mask], 1)) - x
        loss = (error**2 * mask).sum() / mask.sum()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        schedule.step()
    trained = time.perf_counter()

    def r2(features, targets, test_features, test_targets):
        def affine(values):
            return torch.cat([values, torch.ones(len(values), 1)], 1).double()

        weights = torch.linalg.lstsq(affine(features), targets.double()).solution
        errors = ((affine(test_features) @ weights - test_targets.double()) ** 2).mean(0)
        return float((1 - errors / test_targets.double().var(0)).mean())

    def score(n, draw):
        levels = sample(2 * n)
        representation = encode(levels[-1], draw(2 * n))
        return [r2(representation[:n], z[:n], representation[n:], z[n:]) for z in levels]

    with torch.no_grad():
        pooled, full = score(4000, masks), score(4000, lambda n: torch.zeros(n, leaves))
        single = [score(1000, lambda n, one=masks(1): one.expand(n, -1)) for _ in range(mask_count)]
    return {
        "program": f"PyTorch, {steps} steps", "ratio": ratio, "patch": patch, "seed": seed, "steps": steps,
        "root": sum(levels[0] for levels in single) / mask_count, "pooled": pooled[0], "full": full[0],
        "training_seconds": trained - start, "evaluation_seconds": time.perf_counter() - trained,
    }  # fmt: skip


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--settings", choices=list(SETTINGS), default="published")
    parser.add_argument("--ratios", default=".05,.1,.25,.5,.75,.9,.95")
    parser.add_argument("--patches", default="1,4,16")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--masks", type=int, default=128)
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    jobs = [
        (arguments.settings, float(ratio), int(patch), seed, arguments.masks)
        for patch, ratio, seed in itertools.product(
            arguments.patches.split(","), arguments.ratios.split(","), range(1, arguments.seeds + 1))
    ]
    start = time.perf_counter()
    with multiprocessing.get_context("spawn").Pool(arguments.workers) as pool:
        for row in pool.imap_unordered(cell, jobs):
            print(json.dumps(row), flush=True)
    seconds = time.perf_counter() - start
    program = f"PyTorch, {SETTINGS[arguments.settings][0]} steps"
    print(json.dumps({"program": program, "cells": len(jobs), "workers": arguments.workers, "seconds": seconds}))

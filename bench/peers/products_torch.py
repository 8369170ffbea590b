"""The matrix products of a training step alone, in PyTorch: python bench/peers/products_torch.py S|M|L SECONDS [NAME]   (a JSON line)

One thread, the operands of each product in the layout in which the training with a backward pass written by hand has them.
"""

import json
import sys

import torch

from train_common import CONFIGURATIONS, layers, windows

name, seconds = sys.argv[1:3]
torch.set_num_threads(1)
D, H, K, B, depth = CONFIGURATIONS[name]
shapes, representation = layers(name)
products = []
for layer, (_, (inputs, outputs)) in enumerate(shapes):
    x, weight, gradient = torch.rand(B, inputs), torch.rand(outputs, inputs), torch.rand(B, outputs)
    products.append((x, weight.t(), torch.empty(B, outputs)))
    products.append((gradient.t(), x, torch.empty(outputs, inputs)))
    below = K if layer == representation + 1 else inputs if layer else 0
    if below:
        products.append((gradient, weight[:, :below], torch.empty(B, below)))


def run(steps):
    for _ in range(steps):
        for a, b, c in products:
            torch.mm(a, b, out=c)


rates = windows(run, float(seconds))
title = " ".join(["torch.mm alone", *sys.argv[3:]])
print(json.dumps(dict(name=title, configuration=name, threads=1, windows=rates)), flush=True)

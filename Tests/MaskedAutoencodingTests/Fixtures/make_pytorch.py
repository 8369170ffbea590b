"""Writes pytorch_step.json: loss and gradients of one step of small masked autoencoders, by PyTorch's automatic
differentiation in double precision.

Usage: python make_pytorch.py   (torch 2.x). Parameters, samples and masks are closed formulas, which PyTorchStepTests.swift repeats.
"""

import json
import math
import pathlib

import torch
import torch.nn.functional as F

D, K, H, DEPTH, BATCH = 6, 3, 9, 2, 7


def layers():
    for side, widths in [("encoder", [2 * D] + [H] * DEPTH + [K]), ("decoder", [K + D] + [H] * DEPTH + [D])]:
        for i, shape in enumerate(zip(widths, widths[1:])):
            yield f"{side}.{i}", shape


def values(count, phase):
    return torch.tensor([0.6 * math.sin(1.7 * i + 0.9 * phase + 0.01 * i * i) for i in range(count)], dtype=torch.float64)


def case(name, act):
    tensors, index = {}, 0
    for key, shape in layers():
        for part, size in [("weight", shape), ("bias", shape[1:])]:
            tensors[f"{key}.{part}"] = values(math.prod(size), index).reshape(size).requires_grad_()
            index += 1
    x = 2 * values(BATCH * D, 50).reshape(BATCH, D)
    m = torch.tensor([1.0 if (3 * i + i // D) % 5 < 2 else 0.0 for i in range(BATCH * D)], dtype=torch.float64).reshape(BATCH, D)

    def run(side, h):
        for i in range(DEPTH + 1):
            h = h @ tensors[f"{side}.{i}.weight"] + tensors[f"{side}.{i}.bias"]
            if i < DEPTH:
                h = act(h)
        return h

    c = run("encoder", torch.cat((x * (1 - m), m), dim=1))
    y = run("decoder", torch.cat((c, m), dim=1))
    loss = (((y - x) * m) ** 2).sum() / m.sum()
    loss.backward()
    return dict(activation=name, loss=loss.item(), gradients={k: t.grad.reshape(-1).tolist() for k, t in tensors.items()})


cases = [
    case("gelu", lambda h: F.gelu(h, approximate="tanh")),
    case("leaky_relu", lambda h: F.leaky_relu(h, 0.1)),
    case("tanh", torch.tanh),
]
path = pathlib.Path(__file__).with_name("pytorch_step.json")
path.write_text(json.dumps(dict(torch=torch.__version__, cases=cases)) + "\n")

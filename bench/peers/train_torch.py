"""PyTorch's side of the training comparison: one masked autoencoder, the same shapes, loss, optimizer and data.

Usage: python bench/peers/train_torch.py MODE S|M|L pool|fresh leaky|gelu THREADS SECONDS FOLDER   (a JSON line)
MODE: eager (fused Adam), compile (torch.compile of the loss, fused Adam), manual (hand-written backward pass into preallocated
buffers, one flat fused Adam; leaky ReLU only), intel (the same; the caller has told MKL that the processor is Intel's, see training.sh).
FOLDER holds the pool and the initial parameters that StrataBench wrote.
"""

import math
import os
import sys

mode, name, source, activation, threads, seconds, folder = sys.argv[1:8]
title = "manual, MKL's Intel kernels" if mode == "intel" else mode
mode = "manual" if mode == "intel" else mode
os.environ.setdefault("TORCHINDUCTOR_COMPILE_THREADS", "1")
import torch
import torch.nn.functional as F

from train_common import CONFIGURATIONS, CHECKED_STEP, POOL, SLOPE, layers, read, report, windows

torch.set_num_threads(int(threads))
torch.set_num_interop_threads(1)
torch.set_flush_denormal(True)
torch.manual_seed(1)
D, H, K, B, depth = CONFIGURATIONS[name]
shapes, representation = layers(name)
last = len(shapes) - 1
weights = [torch.from_numpy(read(folder, key + ".weight", shape)) for key, shape in shapes]
biases = [torch.from_numpy(read(folder, key + ".bias", shape[1:])) for key, shape in shapes]
pool_x = torch.from_numpy(read(folder, "observed", (POOL, B, D)))
pool_m = torch.from_numpy(read(folder, "masks", (POOL, B, D)))
A0 = torch.randn(K, D // 4) / math.sqrt(K)
A1 = torch.randn(D // 4, D) / math.sqrt(D // 4)


def fresh():
    z = F.leaky_relu(torch.randn(B, K) @ A0, SLOPE).add_(torch.randn(B, D // 4), alpha=0.3)
    x = (z @ A1).add_(torch.randn(B, D), alpha=0.3)
    return x, (torch.rand(B, D // 4, 1) < 0.5).to(torch.float32).expand(B, D // 4, 4).reshape(B, D)


# A boolean mask, which torch.compile stores for leaky ReLU's backward pass, is ten times slower than this form.
leaky = (lambda h: 0.5 * (1 + SLOPE) * h + 0.5 * (1 - SLOPE) * h.abs()) if mode == "compile" else (lambda h: F.leaky_relu(h, SLOPE))
act = leaky if activation == "leaky" else (lambda h: F.gelu(h, approximate="tanh"))

if mode == "manual":
    assert activation == "leaky"
    # PyTorch's products are fastest with weights of shape (outputs, inputs).
    parts = [part for w, b in zip(weights, biases) for part in (w.t().contiguous(), b)]
    flat = torch.nn.Parameter(torch.cat([part.reshape(-1) for part in parts]))
    flat.grad = torch.empty_like(flat)
    W, b, gW, gb, offset = [], [], [], [], 0
    for index, part in enumerate(parts):
        views = [t[offset : offset + part.numel()].view(part.shape) for t in (flat.data, flat.grad)]
        (b if index % 2 else W).append(views[0])
        (gb if index % 2 else gW).append(views[1])
        offset += part.numel()
    optimizer = torch.optim.Adam([flat], lr=1e-3, fused=True)
    inputs = [torch.empty(B, shape[0]) for _, shape in shapes]
    outputs = [torch.empty(B, shape[1]) for _, shape in shapes]
    gradients = [torch.empty(B, shape[1]) for _, shape in shapes]
    below = torch.empty(B, K)

    @torch.no_grad()
    def step(x, m):
        torch.mul(x, 1 - m, out=inputs[0][:, :D])
        inputs[0][:, D:].copy_(m)
        for l in range(last + 1):
            torch.addmm(b[l], inputs[l], W[l].t(), out=outputs[l])
            if l == representation:
                inputs[l + 1][:, :K].copy_(outputs[l])
                inputs[l + 1][:, K:].copy_(m)
            elif l < last:
                inputs[l + 1] = F.leaky_relu_(outputs[l], SLOPE)
        d = (outputs[last] - x) * m
        masked = m.sum()
        loss = (d * d).sum() / masked
        torch.mul(d, 2.0 / masked, out=gradients[last])
        for l in range(last, -1, -1):
            torch.mm(gradients[l].t(), inputs[l], out=gW[l])
            torch.sum(gradients[l], 0, out=gb[l])
            if l == representation + 1:
                torch.mm(gradients[l], W[l][:, :K], out=gradients[l - 1])
            elif l:
                torch.mm(gradients[l], W[l], out=gradients[l - 1])
                torch.ops.aten.leaky_relu_backward.grad_input(
                    gradients[l - 1], outputs[l - 1], SLOPE, True, grad_input=gradients[l - 1]
                )
        optimizer.step()
        return loss

else:
    W = [torch.nn.Parameter(w.t().contiguous()) for w in weights]
    b = [torch.nn.Parameter(bias) for bias in biases]
    optimizer = torch.optim.Adam([p for pair in zip(W, b) for p in pair], lr=1e-3, fused=True)

    def loss_of(x, m):
        h = torch.cat((x * (1 - m), m), dim=1)
        for l in range(last + 1):
            h = F.linear(h, W[l], b[l])
            if l == representation:
                h = torch.cat((h, m), dim=1)
            elif l < last:
                h = act(h)
        d = (h - x) * m
        return (d * d).sum() / m.sum()

    loss_function = torch.compile(loss_of, dynamic=False) if mode == "compile" else loss_of

    def step(x, m):
        optimizer.zero_grad(set_to_none=True)
        loss = loss_function(x, m)
        loss.backward()
        optimizer.step()
        return loss


count, checked = 0, None


def run(steps):
    global count, checked
    for _ in range(steps):
        x, m = (pool_x[count % POOL], pool_m[count % POOL]) if source == "pool" else fresh()
        loss = step(x, m)
        if count == CHECKED_STEP:
            checked = float(loss.detach())
        count += 1


run(CHECKED_STEP + 1)
report(f"PyTorch {title}", name, source, activation, threads, windows(run, float(seconds)), checked)

"""JAX's side of the training comparison: jit of a scan over steps with donated state, Adam written out.

Usage: python bench/peers/train_jax.py MODE S|M|L pool|fresh leaky|gelu THREADS SECONDS FOLDER   (a JSON line)
MODE: scan; or draws, which draws each of the three noises of fresh data by itself. To draw them as one array takes less time, and a
transform of uniform numbers by hand, batches drawn outside the scan and masks from random bits do not.
"""

import os
import sys

mode, name, source, activation, threads, seconds, folder = sys.argv[1:8]
eigen = "true" if int(threads) > 1 else "false"
# The most instructions that its compiler and oneDNN may use, for comparison; what else multiplies does not say.
isa = os.environ.get("XLA_ISA")
if isa:
    os.environ["ONEDNN_MAX_CPU_ISA"] = isa.upper()
os.environ["XLA_FLAGS"] = f"--xla_cpu_multi_thread_eigen={eigen}" + (f" --xla_cpu_max_isa={isa.upper()}" if isa else "")
os.environ["JAX_PLATFORMS"] = "cpu"
os.environ["NPROC"] = threads
import functools
import math

import jax
import jax.numpy as jnp

from train_common import CONFIGURATIONS, CHECKED_STEP, POOL, SLOPE, layers, read, report, windows

# The fastest of its generators.
jax.config.update("jax_default_prng_impl", "unsafe_rbg")
D, H, K, B, depth = CONFIGURATIONS[name]
shapes, representation = layers(name)
last = len(shapes) - 1
parameters = [(jnp.array(read(folder, k + ".weight", s)), jnp.array(read(folder, k + ".bias", s[1:]))) for k, s in shapes]
pool_x, pool_m = jnp.array(read(folder, "observed", (POOL, B, D))), jnp.array(read(folder, "masks", (POOL, B, D)))
keys = jax.random.split(jax.random.key(1), 3)
A0 = jax.random.normal(keys[0], (K, D // 4)) / math.sqrt(K)
A1 = jax.random.normal(keys[1], (D // 4, D)) / math.sqrt(D // 4)


def noises(key):
    widths = (K, D // 4, D)
    if mode == "draws":
        return [jax.random.normal(k, (B, width)) for k, width in zip(jax.random.split(key, 3), widths)]
    return jnp.split(jax.random.normal(key, (B, sum(widths))), (K, K + D // 4), axis=1)


def fresh(key):
    key, mask_key = jax.random.split(key)
    root, first, second = noises(key)
    x = (jax.nn.leaky_relu(root @ A0, SLOPE) + 0.3 * first) @ A1 + 0.3 * second
    return x, jnp.repeat((jax.random.uniform(mask_key, (B, D // 4)) < 0.5).astype(jnp.float32), 4, axis=1)


act = (lambda h: jax.nn.leaky_relu(h, SLOPE)) if activation == "leaky" else (lambda h: jax.nn.gelu(h, approximate=True))


def loss_of(parameters, x, m):
    h = jnp.concatenate((x * (1 - m), m), axis=1)
    for l, (w, b) in enumerate(parameters):
        # Of the decoder's input the gradient of the representation alone is needed: two products form no other.
        h = (h @ w[:K] + m @ w[K:] if l == representation + 1 else h @ w) + b
        if l not in (representation, last):
            h = act(h)
    d = (h - x) * m
    return (d * d).sum() / m.sum()


def step(state, x, m):
    p, first, second, t = state
    loss, g = jax.value_and_grad(loss_of)(p, x, m)
    t = t + 1
    first = jax.tree.map(lambda a, b: 0.9 * a + 0.1 * b, first, g)
    second = jax.tree.map(lambda a, b: 0.999 * a + 0.001 * b * b, second, g)
    rate = 1e-3 / (1 - 0.9**t)
    root = 1 / jnp.sqrt(1 - 0.999**t)
    p = jax.tree.map(lambda a, u, v: a - rate * u / (jnp.sqrt(v) * root + 1e-8), p, first, second)
    return (p, first, second, t), loss


@functools.partial(jax.jit, donate_argnums=(0,), static_argnums=(2,))
def scan(state, begin, steps):
    def body(state, k):
        if source == "pool":
            return step(state, pool_x[k % POOL], pool_m[k % POOL])
        return step(state, *fresh(jax.random.fold_in(keys[2], k)))

    return jax.lax.scan(body, state, begin + jnp.arange(steps))


zeros = jax.tree.map(jnp.zeros_like, parameters)
state = (parameters, zeros, jax.tree.map(jnp.zeros_like, parameters), jnp.float32(0))
count, checked = 0, None


def run(steps):
    global state, count, checked
    state, losses = scan(state, count, steps)
    jax.block_until_ready(losses)
    if count <= CHECKED_STEP < count + steps:
        checked = float(losses[CHECKED_STEP - count])
    count += steps


run(CHECKED_STEP + 1)
title = ["JAX scan"] + ["a draw a noise"] * (mode == "draws") + ([isa] if isa else [])
report(", ".join(title), name, source, activation, threads, windows(run, float(seconds)), checked)

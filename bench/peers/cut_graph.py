"""Writes a layered hierarchical graph and a patch mask: the input of every minimum-cut benchmark.

usage: cut_graph.py NODES FILE

Half of the nodes are observables; each layer above has half as many nodes, and every node one parent above it, up to two
near that, and sometimes one far away. The file holds 32-bit integers: nodes, edges, observables (the first nodes), then
(parent, child) for each edge, then one flag for each observable (1 is masked).
"""

import sys

import numpy as np

nodes, path = int(sys.argv[1]), sys.argv[2]
rng = np.random.default_rng(0)
sizes = []
size = nodes // 2
while size >= 4 and sum(sizes) + size <= nodes:
    sizes.append(size)
    size //= 2
offsets = np.cumsum([0] + sizes)
edges = set()
for layer in range(len(sizes) - 1):
    above = sizes[layer + 1]
    for i in range(sizes[layer]):
        parents = {min(i // 2, above - 1)}
        for _ in range(2):
            parents.add(int(min(max(i // 2 + rng.integers(-3, 4), 0), above - 1)))
        if rng.random() < 0.05:
            parents.add(int(rng.integers(above)))
        for p in parents:
            edges.add((int(offsets[layer + 1] + p), int(offsets[layer] + i)))
edges = np.array(sorted(edges), np.int32)
leaves = sizes[0]
patch = max(4, leaves // 64)
patches = rng.random((leaves + patch - 1) // patch) < 0.5
mask = np.repeat(patches, patch)[:leaves].astype(np.int32)
with open(path, "wb") as file:
    np.array([sum(sizes), len(edges), leaves], np.int32).tofile(file)
    edges.tofile(file)
    mask.tofile(file)

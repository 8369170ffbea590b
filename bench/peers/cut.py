"""Times minimum latent vertex cuts between masked and visible observables in SciPy, igraph and networkx.

usage: cut.py FILE REPETITIONS [--networkx]

FILE is written by cut_graph.py. Prints one JSON line for each measurement. What is timed is building the flow network of the
library from ready arrays, and solving; observables may not be cut, latents have capacity 1.
"""

import json
import sys
import time

import igraph
import numpy as np
import scipy
import scipy.sparse
from scipy.sparse.csgraph import maximum_flow

data = np.fromfile(sys.argv[1], np.int32)
repetitions = int(sys.argv[2])
nodes, count, leaves = (int(x) for x in data[:3])
edges = data[3 : 3 + 2 * count].reshape(-1, 2)
mask = data[3 + 2 * count :].astype(bool)
masked, visible = np.flatnonzero(mask), np.flatnonzero(~mask)

# Every node is split into an entry 2v and an exit 2v + 1.
v = np.arange(nodes)
source, sink = 2 * nodes, 2 * nodes + 1
unbounded = 1 << 28
arcs = np.concatenate(
    [
        np.stack([2 * v, 2 * v + 1], 1),
        np.stack([2 * edges[:, 0] + 1, 2 * edges[:, 1]], 1),
        np.stack([2 * edges[:, 1] + 1, 2 * edges[:, 0]], 1),
        np.stack([np.full(len(visible), source), 2 * visible], 1),
        np.stack([2 * masked + 1, np.full(len(masked), sink)], 1),
    ]
)
capacities = np.concatenate([np.where(v < leaves, unbounded, 1), np.full(len(arcs) - nodes, unbounded)])


def report(name, version, solve, repetitions):
    seconds = []
    for _ in range(repetitions):
        start = time.perf_counter()
        value = solve()
        seconds.append(time.perf_counter() - start)
    line = {"name": name, "version": version, "nodes": nodes, "edges": count, "seconds": seconds, "value": int(value)}
    print(json.dumps(line), flush=True)


def scipy_dinic():
    shape = (2 * nodes + 2, 2 * nodes + 2)
    matrix = scipy.sparse.csr_matrix((capacities.astype(np.int32), (arcs[:, 0], arcs[:, 1])), shape=shape)
    return maximum_flow(matrix, source, sink, method="dinic").flow_value


arc_list, capacity_list = arcs.tolist(), capacities.astype(float).tolist()


def igraph_maxflow():
    graph = igraph.Graph(n=2 * nodes + 2, edges=arc_list, directed=True)
    return graph.maxflow(source, sink, capacity=capacity_list).value


report("SciPy maximum_flow (dinic)", scipy.__version__, scipy_dinic, repetitions)
# Minutes a repetition beyond this.
if nodes < 200_000:
    report("igraph maxflow", igraph.__version__, igraph_maxflow, repetitions)

if "--networkx" in sys.argv:
    import networkx

    def networkx_cut():
        # Observables are merged into two terminals: networkx has no capacities on vertices.
        graph = networkx.Graph()
        name = lambda a: a if a >= leaves else "T" if mask[a] else "S"
        for a, b in edges.tolist():
            graph.add_edge(name(a), name(b))
        return len(networkx.minimum_node_cut(graph, "S", "T"))

    report("networkx minimum_node_cut", networkx.__version__, networkx_cut, 1)

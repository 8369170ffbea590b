"""The models that data sets of `strata sample` hold, in NumPy: every mechanism by its formula (docs/mechanisms.md) from its
stored tensors (docs/data-format.md), with nothing of Strata's but the files. verify-exports.py and
experiments/presets/make_covariances.py compare with it.
"""

import json
import pathlib
import subprocess

import numpy as np


def sigmoid(u):
    """The activation of hidden layers, u / sqrt(1 + u^2)."""
    return u / np.sqrt(1 + u * u)


def hidden_layer(t, prefix, parents):
    return sigmoid(parents @ t[f"{prefix}hidden"].T + t[f"{prefix}biases"]) @ t[f"{prefix}output"].T + t[f"{prefix}offsets"]


def linear(t, parents, noise):
    return np.hstack([parents, noise]) @ t["weights"].T


def mlp(t, parents, noise):
    u, layer = np.hstack([parents, noise]), 0
    while f"weights_{layer}" in t:
        if layer:
            u = np.where(u > 0, u, t["slope"] * u)
        u = u @ t[f"weights_{layer}"].T
        layer += 1
    return (u - t["shift"]) * t["scale"]


def residual_flow(t, parents, noise):
    u, block = np.hstack([parents, noise]) @ t["entrance"].T, 0
    while f"inner_{block}" in t:
        u = u + sigmoid(u @ t[f"inner_{block}"].T + t[f"biases_{block}"]) @ t[f"outer_{block}"].T
        block += 1
    return (u - t["shift"]) * t["scale"]


def polynomial(t, parents, noise):
    u, a, d = linear(t, parents, noise), t["coefficient"], int(t["degree"])
    bend = np.inf
    if "largest_slope" in t and a > 0:
        bend = ((t["largest_slope"] - 1) / (a * d)) ** (1 / (d - 1))
    inside = np.minimum(abs(u), bend)
    value = inside + a * inside**d + (t["largest_slope"] * (abs(u) - inside) if np.isfinite(bend) else 0)
    return (np.sign(u) * value - t["shift"]) * t["scale"]


MECHANISMS = {
    "linear": linear,
    "mlp": mlp,
    "residual-flow": residual_flow,
    "polynomial": polynomial,
    "additive-noise": lambda t, p, e: hidden_layer(t, "", p) + t["noise_scale"] * e,
    "location-scale": lambda t, p, e: hidden_layer(t, "location_", p) + np.exp(hidden_layer(t, "log_scale_", p)) * e,
    "post-nonlinear": lambda t, p, e: (
        np.arcsinh(t["sharpness"] * (hidden_layer(t, "inner_", p) + t["noise_scale"] * e)) - t["shift"]
    )
    * t["scale"],
    "multiplicative": lambda t, p, e: (p @ t["content"].T) * (t["offset"] + t["weight"] * e) * t["scale"],
    "constant": lambda t, p, e: np.broadcast_to(t["value"], (len(e), len(t["value"]))),
}


class Node:
    def __init__(self, entry, parents, part, noise, tensors):
        self.name, self.parents = entry["id"], parents
        self.dimension, self.noise_dimension = entry["dimension"], entry["noise_dimension"]
        self.is_observed = entry["observed"]
        self.noise = {"kind": noise["kind"], **tensors(noise)}
        # What shifts and scales wrap the mechanism proper, outermost first.
        self.changes = []
        while part["kind"] == "shift-scale":
            self.changes.append(tensors(part))
            part = next(p["content"] for p in part["parts"] if p["name"] == "base")
        self.kind, self.tensors = part["kind"], tensors(part)

    def value(self, parents, noise):
        value = MECHANISMS[self.kind](self.tensors, parents, noise)
        for change in reversed(self.changes):
            value = change["scale"] * value + change["shift"]
        return value


class ExportedModel:
    """The model of a data set in .h5, in .npz or in a folder."""

    def __init__(self, strata, path, scratch):
        path = str(path)
        if path.endswith(".npz"):
            with np.load(path) as archive:
                metadata, numbers = json.loads(archive["metadata.json"]), archive["model_parameters"]
        elif path.endswith("/"):
            metadata = json.loads(pathlib.Path(path, "metadata.json").read_text())
            numbers = np.load(pathlib.Path(path, "model_parameters.npy"))
        else:
            import h5py

            with h5py.File(path) as file:
                metadata = {"model": {"description": file["model"].attrs["description"]}}
                numbers = file["model/parameters"][:]

        def tensors(part):
            found = {}
            for tensor in part["tensors"]:
                size = int(np.prod(tensor["shape"]))
                values = numbers[tensor["offset"] : tensor["offset"] + size].reshape(tensor["shape"])
                found[tensor["name"]] = values if tensor["shape"] else float(values)
            return found

        # The graph is stored as YAML, which the standard library of Python does not read.
        graph_file = pathlib.Path(scratch, "graph.json")
        subprocess.run([strata, "graph", "convert", path, "-o", graph_file, "--force"], check=True, capture_output=True)
        graph = json.loads(graph_file.read_text())
        self.description = json.loads(metadata["model"]["description"])
        names = [entry["id"] for entry in graph["nodes"]]
        parents = {name: [] for name in names}
        for edge in graph["edges"]:
            parents[edge["target"]].append(edge["source"])
        position = {name: i for i, name in enumerate(names)}
        assert [node["name"] for node in self.description["nodes"]] == names
        self.nodes = {
            entry["id"]: Node(
                entry, sorted(parents[entry["id"]], key=position.get), stored["mechanism"], stored["noise"], tensors
            )
            for entry, stored in zip(graph["nodes"], self.description["nodes"])
        }

    def ordered(self):
        """The nodes, parents first."""
        done = {}

        def visit(node):
            if node.name not in done:
                done[node.name] = None
                for parent in node.parents:
                    visit(self.nodes[parent])
                done[node.name] = node
                order.append(node)

        order = []
        for node in self.nodes.values():
            visit(node)
        return order

    def values(self, noises, environment={}):
        """Every node's values, shape (n, dimension), from its noise, shape (n, noise dimension), under the interventions of an
        environment as data sets record them; replaced noises are among `noises` already."""
        n = len(next(iter(noises.values())))
        values = {}
        for node in self.ordered():
            inputs = np.hstack([np.empty((n, 0)), *(values[parent] for parent in node.parents)])
            value = node.value(inputs, noises[node.name])
            change = environment.get(node.name, {})
            if "do" in change:
                value = np.broadcast_to(np.array(change["do"], float), value.shape)
            if "shift" in change:
                value = np.array(change["scale"]) * value + np.array(change["shift"])
            values[node.name] = value
        return values

    def linear_part(self, environment={}):
        """Mean and loadings on all noises, shape (dimension, sum of noise dimensions), of each node that is a linear function of
        noises. All noises have mean 0; degenerate ones are none."""
        width = sum(node.noise_dimension for node in self.nodes.values())
        mean, loading, start, columns = {}, {}, 0, {}
        for node in self.nodes.values():
            columns[node.name] = range(start, start + node.noise_dimension)
            start += node.noise_dimension
        for node in self.ordered():
            change = environment.get(node.name, {})
            if node.kind == "constant" or "do" in change:
                value = np.array(change["do"] if "do" in change else node.tensors["value"], float)
                m, l = np.broadcast_to(value, node.dimension), np.zeros((node.dimension, width))
            elif node.kind == "linear" and all(parent in loading for parent in node.parents):
                assert node.noise["kind"] not in ["degenerate", "correlated"], node.name
                unit = np.zeros((node.noise_dimension, width))
                unit[range(node.noise_dimension), columns[node.name]] = 1
                inputs = np.vstack([*(loading[parent] for parent in node.parents), unit])
                means = np.concatenate([*(mean[parent] for parent in node.parents), np.zeros(node.noise_dimension)])
                m, l = node.tensors["weights"] @ means, node.tensors["weights"] @ inputs
            else:
                continue
            if "do" not in change:
                for shift in reversed(node.changes):
                    m, l = shift["scale"] * m + shift["shift"], shift["scale"][:, None] * l
            if "shift" in change:
                scale = np.broadcast_to(np.array(change["scale"], float), node.dimension)
                m, l = scale * m + np.array(change["shift"]), scale[:, None] * l
            mean[node.name], loading[node.name] = m, l
        return mean, loading

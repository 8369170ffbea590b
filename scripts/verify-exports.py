#!/usr/bin/env python3
"""Checks the files of `strata sample` with h5py and NumPy. The test suite runs it; `make setup` installs both.

Usage: verify-exports.py [STRATA]     (needs h5py and numpy; STRATA is .build/release/strata by default)

For a linear model on a tree: all four formats hold the same arrays; the values of every node follow from its parents and
noise by the stored weights; the covariance of the observables is the population's within five standard errors; a data set
drawn in two parts is the data set drawn in one; masks have the right share. For environments (a value that is set, a shift and
a scale, another noise): all formats hold the same rows, the mean and covariance of each are the population's, and nodes that
do not descend from a changed one are the same bits.
"""

import csv
import json
import pathlib
import subprocess
import sys
import tempfile

import h5py
import numpy as np

strata = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".build/release/strata").resolve()
names = ["observed", "latents", "noises", "masks"]
rows = 20_000


def run(*arguments):
    subprocess.run([strata, "sample", *map(str, arguments)], check=True)


def weights(file):
    """Each node's weight matrix, parents and noise columns, from the stored model alone."""
    model = json.loads(file["model"].attrs["description"])
    numbers = file["model/parameters"][:]
    result = {}
    for node in model["nodes"]:
        (tensor,) = node["mechanism"]["tensors"]
        size = int(np.prod(tensor["shape"]))
        result[node["name"]] = numbers[tensor["offset"] : tensor["offset"] + size].reshape(tensor["shape"])
    return result


def columns(file, group, node):
    return [i for i, name in enumerate(file[group]["nodes"].asstr()[:]) if name == node]


with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    common = ["tree:depth=3,branching=2", "--mechanism", "linear", "--masks", "0.5,2", "--seed", "7", "-n"]
    for output in ["all.h5", "all.npz", "all/", "all.csv"]:
        run(*common, rows, "-o", f"{folder}/{output}")
    with h5py.File(folder / "all.h5") as file:
        arrays = {name: file[name]["values"][:] for name in names}
        for name in names:
            values = file[name]["values"]
            assert values.compression == "gzip" and values.fletcher32, name
            assert values.shape == (rows, len(file[name]["columns"])), name
        assert file.attrs["sample_seed"] == 7 and file.attrs["samples"] == rows
        assert file.attrs["graph"].startswith("name: ")

        # In the tree, node i of a level is the child of node i // 2 of the level above.
        w = weights(file)
        all_columns = {n: (g, columns(file, g, n)) for g in ["latents", "observed"] for n in file[g]["nodes"].asstr()[:]}
        noise = arrays["noises"].astype("f8")
        value, loading = {}, {}
        for node in file["noises"]["nodes"].asstr()[:]:
            own = columns(file, "noises", node)
            unit = np.eye(noise.shape[1])[:, own]
            level, _, index = (node[1:] + "_").partition("_") if node[0] == "z" else ("0", "", node[1:])
            index = int(index.rstrip("_") or 0)
            parent = f"z{int(level) + 1}_{index // 2}"
            inputs = [loading[parent]] if parent in loading else []
            loading[node] = np.hstack(inputs + [unit]) @ w[node].T
        for node, (group, where) in all_columns.items():
            np.testing.assert_allclose(noise @ loading[node], arrays[group][:, where], atol=2e-6, err_msg=node)
        population_loading = np.hstack([loading[n] for n in file["observed"]["nodes"].asstr()[:]])
        population = population_loading.T @ population_loading
        sample = np.cov(arrays["observed"].astype("f8"), rowvar=False)
        variance = np.diag(population)
        error = np.sqrt((population**2 + np.outer(variance, variance)) / rows)
        assert (np.abs(sample - population) < 5 * error).all(), np.abs((sample - population) / error).max()
        print("largest deviation of a covariance:", np.abs((sample - population) / error).max(), "standard errors")

    patches = arrays["masks"].reshape(rows, -1, 2)
    assert (patches[:, :, 0] == patches[:, :, 1]).all() and (patches[:, :, 0].sum(1) == 2).all()

    with np.load(folder / "all.npz") as archive:
        metadata = json.loads(archive["metadata.json"])
        for name in names:
            np.testing.assert_array_equal(archive[name], arrays[name])
            np.testing.assert_array_equal(np.load(folder / "all" / f"{name}.npy"), arrays[name])
        with h5py.File(folder / "all.h5") as file:
            np.testing.assert_array_equal(archive["model_parameters"], file["model/parameters"][:])
            assert metadata["graph"] == file.attrs["graph"]
            assert metadata["model"]["description"] == file["model"].attrs["description"]
    with open(folder / "all.csv", newline="") as text:
        header = next(csv.reader(text))
    table = np.loadtxt(folder / "all.csv", delimiter=",", skiprows=1)
    assert [h.split(".")[0] for h in header] == [n for n in names for _ in range(arrays[n].shape[1])]
    np.testing.assert_array_equal(table.astype("f4"), np.hstack([arrays[n].astype("f4") for n in names]))

    run(*common, 12_345, "-o", folder / "first.h5")
    run("--model", folder / "first.h5", "-n", rows - 12_345, "-o", folder / "second.h5")
    with h5py.File(folder / "first.h5") as one, h5py.File(folder / "second.h5") as two:
        for name in names:
            np.testing.assert_array_equal(np.vstack([one[name]["values"], two[name]["values"]]), arrays[name])


def population(file, environment):
    """Mean and loadings on the noises of every node, from the stored weights and the recorded interventions alone."""
    w = weights(file)
    noises = list(file["noises"]["nodes"].asstr()[:])
    mean, loading = {}, {}
    for index, node in enumerate(noises):
        level, _, position = (node[1:] + "_").partition("_") if node[0] == "z" else ("0", "", node[1:])
        parent = f"z{int(level) + 1}_{int(position.rstrip('_') or 0) // 2}"
        unit = np.eye(len(noises))[index]
        if parent in loading:
            mean[node] = w[node][0, 0] * mean[parent]
            loading[node] = w[node][0, 0] * loading[parent] + w[node][0, 1] * unit
        else:
            mean[node], loading[node] = 0.0, w[node][0, 0] * unit
        change = environment.get(node, {})
        if "do" in change:
            mean[node], loading[node] = change["do"][0], 0 * unit
        if "shift" in change:
            mean[node] = change["scale"][0] * mean[node] + change["shift"][0]
            loading[node] = change["scale"][0] * loading[node]
    return mean, loading


model = """
graph: tree:depth=3,branching=2
mechanism: linear
environments:
  set: {z2_0: {do: -1.5}}
  mapped: {z1_3: {shift: 2, scale: 0.5}, x0: {scale: -1}}
  uniform: {z3_0: {noise: uniform}}
"""
changed = {
    "observational": set(),
    "set": {"z2_0", "z1_0", "z1_1", "x0", "x1", "x2", "x3"},
    "mapped": {"z1_3", "x6", "x7", "x0"},
    "uniform": {"z3_0", "z2_0", "z2_1", "z1_0", "z1_1", "z1_2", "z1_3", *(f"x{i}" for i in range(8))},
}
with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    (folder / "model.yaml").write_text(model)
    for output in ["all.h5", "all.npz", "all/", "all.csv"]:
        run(folder / "model.yaml", "--environment", "all", "--masks", "0.5,2", "-n", rows, "-o", f"{folder}/{output}")
    names = [*names, "environment"]
    with h5py.File(folder / "all.h5") as file:
        arrays = {name: file[name]["values"][:] for name in names}
        assert arrays["environment"].dtype == np.uint8 and arrays["environment"].shape == (4 * rows, 1)
        attributes = dict(file["environment"].attrs)
        environments = list(attributes["names"])
        assert environments == list(changed), environments
        recorded = json.loads(attributes["interventions"])
        assert recorded["uniform"] == {"z3_0": {"noise": "uniform"}}
        stored = json.loads(file["model"].attrs["description"])
        assert [e["name"] for e in stored["environments"]] == environments[1:]
        all_columns = {n: (g, columns(file, g, n)) for g in ["latents", "observed"] for n in file[g]["nodes"].asstr()[:]}
        for number, environment in enumerate(environments):
            block = slice(number * rows, (number + 1) * rows)
            assert (arrays["environment"][block] == number).all()
            np.testing.assert_array_equal(arrays["masks"][block], arrays["masks"][:rows])
            for node, (group, where) in all_columns.items():
                same = (arrays[group][block, where] == arrays[group][:rows, where]).all()
                assert same == (node not in changed[environment]), (node, environment)
            mean, loading = population(file, recorded[environment])
            nodes = [n for n, (group, _) in all_columns.items() if group == "observed"]
            expected_mean = np.array([mean[n] for n in nodes])
            expected = np.array([[loading[a] @ loading[b] for b in nodes] for a in nodes])
            values = np.hstack([arrays["observed"][block][:, all_columns[n][1]] for n in nodes]).astype("f8")
            variance = np.diag(expected)
            error = np.sqrt((expected**2 + np.outer(variance, variance)) / rows)
            np.testing.assert_array_less(abs(values.mean(0) - expected_mean), 5 * np.sqrt(variance / rows) + 1e-9)
            np.testing.assert_array_less(abs(np.cov(values, rowvar=False) - expected), 5 * error + 1e-9)
    with np.load(folder / "all.npz") as archive:
        metadata = json.loads(archive["metadata.json"])
        assert metadata["arrays"]["environment"]["names"] == environments
        assert json.loads(metadata["arrays"]["environment"]["interventions"]) == recorded
        for name in names:
            np.testing.assert_array_equal(archive[name], arrays[name])
            np.testing.assert_array_equal(np.load(folder / "all" / f"{name}.npy"), arrays[name])
    table = np.loadtxt(folder / "all.csv", delimiter=",", skiprows=1)
    np.testing.assert_array_equal(table.astype("f4"), np.hstack([arrays[n].astype("f4") for n in names]))
    beside = json.loads((folder / "all.csv.metadata.json").read_text())
    assert beside["arrays"]["environment"]["names"] == environments
    assert json.loads(beside["arrays"]["environment"]["interventions"]) == recorded
print("all exports are read back as they should be")

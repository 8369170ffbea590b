#!/usr/bin/env python3
"""Checks the files of `strata sample` with h5py and NumPy. The test suite runs it where both are installed.

Usage: verify-exports.py [STRATA]     (needs h5py and numpy; STRATA is .build/release/strata by default)

For a linear model on a tree: all four formats hold the same arrays; the values of every node follow from its parents and
noise by the stored weights; the covariance of the observables is the population's within five standard errors; a data set
drawn in two parts is the data set drawn in one; masks have the right share.
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
    run("--model", folder / "first.h5", "--masks", "0.5,2", "-n", rows - 12_345, "-o", folder / "second.h5")
    with h5py.File(folder / "first.h5") as one, h5py.File(folder / "second.h5") as two:
        for name in names:
            np.testing.assert_array_equal(np.vstack([one[name]["values"], two[name]["values"]]), arrays[name])
print("all exports are read back as they should be")

#!/usr/bin/env python3
"""Checks the files of `strata sample` with h5py and NumPy. The test suite runs it; `make setup` installs both.

Usage: verify-exports.py [STRATA]     (needs h5py and numpy; STRATA is .build/release/strata by default)

For every preset, a graph of vector nodes, one for each family of mechanisms, and models with interventions and environments:
all four formats hold the same arrays and say the same of them; the values of every node follow from its parents and noise by
the stored weights and the recorded interventions; means and covariances of linear nodes are the population's within six
standard errors, in every environment; a data set drawn in two parts is the data set drawn in one; masks and noises are there
and are what they should be; nodes that do not descend from a changed one are the same bits.
"""

import csv
import json
import pathlib
import subprocess
import sys
import tempfile
import zlib

import h5py
import numpy as np

from exported_model import ExportedModel

strata = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".build/release/strata").resolve()
presets = pathlib.Path(__file__).resolve().parent.parent / "experiments/presets"

# Values are computed in single precision: 24 bits a step, and a few dozen steps on the way to a node.
ROUNDING = 3e-5
# Of the largest of up to half a million entries of a covariance; seeds are fixed.
STANDARD_ERRORS = 6
# Rows of a CSV file, whose numbers take long to read.
CSV_ROWS = 100

INTERVENTIONS = """
graph: tree:depth=3,branching=2
mechanism: linear
interventions: {x7: {shift: 1, scale: 2}, z1_2: {do: 0.5}}
"""
ENVIRONMENTS = """
graph: tree:depth=3,branching=2
mechanism: linear
environments:
  set: {z2_0: {do: -1.5}}
  mapped: {z1_3: {shift: 2, scale: 0.5}, x0: {scale: -1}}
  uniform: {z3_0: {noise: uniform}}
"""
VECTORS = """
graph:
  nodes:
    - {name: a, dim: 3}
    - {name: b, dim: 2, parents: [a]}
    - {name: x, dim: 4, parents: [a, b]}
    - {name: y, dim: 1, parents: [b]}
mechanism: linear
environments: {moved: {b: {shift: [1, -1], scale: [2, 0.5]}, y: {do: 3}}}
"""
# What descends from a changed node.
CHANGED = {
    "set": {"z2_0", "z1_0", "z1_1", "x0", "x1", "x2", "x3"},
    "mapped": {"z1_3", "x6", "x7", "x0"},
    "uniform": {"z3_0", "z2_0", "z2_1", "z1_0", "z1_1", "z1_2", "z1_3", *(f"x{i}" for i in range(8))},
    "moved": {"b", "x", "y"},
}


def run(*arguments):
    subprocess.run([strata, "sample", *map(str, arguments)], check=True, stdout=subprocess.DEVNULL)


def by_node(file, group, values):
    """The columns of each node."""
    names = file[group]["nodes"].asstr()[:]
    return {name: values[:, names == name] for name in dict.fromkeys(names)}


def check_population(values, mean, loading, label):
    nodes = [name for name in values if name in loading]
    if not nodes:
        return 0.0
    x = np.hstack([values[name] for name in nodes])
    x = x.astype("f8")
    population_mean = np.concatenate([mean[name] for name in nodes])
    loadings = np.vstack([loading[name] for name in nodes])
    population = loadings @ loadings.T
    variance = np.diag(population)
    # Of Gaussian variables; a uniform noise has lighter tails.
    error = np.sqrt((population**2 + np.outer(variance, variance)) / len(x))
    covariance = np.atleast_2d(np.cov(x, rowvar=False))
    np.testing.assert_array_less(abs(x.mean(0) - population_mean), STANDARD_ERRORS * np.sqrt(variance / len(x)) + 1e-6, label)
    deviation = abs(covariance - population)
    np.testing.assert_array_less(deviation, STANDARD_ERRORS * error + 1e-6, label)
    return (deviation / (error + 1e-6)).max()


def check_formats(folder, arrays, environments, attributes):
    """The same arrays and facts in .npz, in the folder and in CSV."""
    metadata = {"all/": json.loads((folder / "all/metadata.json").read_text())}
    rows = attributes["samples"]
    with np.load(folder / "all.npz") as archive:
        metadata["all.npz"] = json.loads(archive["metadata.json"])
        for name, values in arrays.items():
            np.testing.assert_array_equal(archive[name], values)
            np.testing.assert_array_equal(np.load(folder / "all" / f"{name}.npy"), values)
            checksum = metadata["all/"]["arrays"][name]["checksum"]
            assert zlib.crc32((folder / "all" / f"{name}.npy").read_bytes()) == checksum, name
        np.testing.assert_array_equal(archive["model_parameters"], np.load(folder / "all/model_parameters.npy"))
    with open(folder / "all.csv", newline="") as text:
        header = next(csv.reader(text))
    assert [h.split(".")[0] for h in header] == [n for n, v in arrays.items() for _ in range(v.shape[1])]
    table = np.loadtxt(folder / "all.csv", delimiter=",", skiprows=1, ndmin=2)
    few = [v.reshape(len(environments), rows, -1)[:, :CSV_ROWS].reshape(-1, v.shape[1]) for v in arrays.values()]
    np.testing.assert_array_equal(table.astype("f4"), np.hstack([v.astype("f4") for v in few]))
    beside = folder / "all.csv.metadata.json"
    if "interventions" in attributes or "environment" in arrays:
        metadata["all.csv"] = json.loads(beside.read_text())
        assert zlib.crc32((folder / "all.csv").read_bytes()) == metadata["all.csv"]["checksum"]
    else:
        assert not beside.exists()
    for name, found in metadata.items():
        for fact, value in attributes.items():
            if not (name == "all.csv" and fact in ["samples", "graph", "facts_checksum"]):
                assert np.array_equal(found[fact], value), (name, fact)
        if "environment" in arrays:
            assert found["arrays"]["environment"]["names"] == environments
    return metadata


def check(label, source, rows, *options, patch=1):
    """One model in all formats. `options` are of every call."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        if "\n" in source:
            (folder / "model.yaml").write_text(source)
            source = folder / "model.yaml"
        ratio = ["--masks", f"0.5,{patch}", "--seed", "7"]
        run(source, *options, *ratio, "-n", rows, "-o", folder / "all.h5")
        # Not drawn anew from the source: that the stored model gives the same samples is checked on the way.
        again = ["--model", folder / "all.h5", "--first", "0", "-n"]
        run(*again, rows, "-o", folder / "all.npz")
        run("--model", folder / "all.npz", "--first", "0", "-n", rows, "-o", f"{folder}/all/")
        run(*again, min(rows, CSV_ROWS), "-o", folder / "all.csv")
        part = rows // 3
        run("--model", f"{folder}/all/", "--first", part, "-n", rows - part, "-o", folder / "rest.h5")
        worst, rounding = 0.0, 0.0
        model = ExportedModel(strata, folder / "all.h5", folder)
        with h5py.File(folder / "all.h5") as file, h5py.File(folder / "rest.h5") as rest:
            names = [n for n in ["observed", "latents", "noises", "masks", "environment"] if n in file]
            assert names[0] == "observed" and "noises" in names and "masks" in names
            arrays = {n: file[n]["values"][:] for n in names}
            for n in names:
                values = file[n]["values"]
                assert values.compression == "gzip" and values.fletcher32, n
                assert values.shape[1] == len(file[n]["columns"]) == len(file[n]["nodes"]), n
            attributes = {n: v for n, v in file.attrs.items() if n not in ["facts", "facts_checksum"]}
            assert attributes["sample_seed"] == 7 and attributes["samples"] == rows and attributes["first_sample"] == 0
            for n in ["strata_version", "gsl", "hdf5", "blas", "blas_kernel"]:
                assert attributes[n], n
            environments, recorded = [""], {"": {}}
            if "environment" in arrays:
                environments = list(file["environment"].attrs["names"])
                recorded = json.loads(file["environment"].attrs["interventions"])
                assert arrays["environment"].dtype == np.uint8
            for n in names:
                assert len(arrays[n]) == len(environments) * rows
                blocks = arrays[n].reshape(len(environments), rows, -1)[:, part:]
                np.testing.assert_array_equal(rest[n]["values"][:], blocks.reshape(-1, arrays[n].shape[1]))
            check_formats(folder, arrays, environments, attributes)
            for number, environment in enumerate(environments):
                block = slice(number * rows, (number + 1) * rows)
                values = by_node(file, "observed", arrays["observed"][block])
                if "latents" in names:
                    values |= by_node(file, "latents", arrays["latents"][block])
                noises = by_node(file, "noises", arrays["noises"][block].astype("f8"))
                noises |= {n: np.empty((rows, 0)) for n in model.nodes if n not in noises}
                assert set(values) == set(model.nodes)
                computed = model.values(noises, recorded[environment])
                for n, value in values.items():
                    error = abs(value - computed[n]).max() / max(1, abs(computed[n]).max())
                    assert error < ROUNDING, (label, n, error)
                    rounding = max(rounding, error)
                worst = max(worst, check_population(values, *model.linear_part(recorded[environment]), label))
                noise = np.hstack([n for n in noises.values()])
                np.testing.assert_array_less(abs(noise.mean(0)), STANDARD_ERRORS / np.sqrt(rows), label)
                np.testing.assert_array_less(
                    abs(noise.var(0) - 1), STANDARD_ERRORS * ((noise**2).std(0) + 1e-3) / np.sqrt(rows), label
                )
                np.testing.assert_array_equal(arrays["masks"][block], arrays["masks"][:rows])
                if "environment" in arrays:
                    assert (arrays["environment"][block] == number).all()
                    for group in ["observed", "latents"]:
                        first = by_node(file, group, arrays[group][:rows])
                        for n, value in by_node(file, group, arrays[group][block]).items():
                            changed = n in CHANGED.get(environment, set())
                            assert (value == first[n]).all() != changed, (label, environment, n)
            masks = by_node(file, "masks", arrays["masks"][:rows])
            assert all((m == m[:, :1]).all() for m in masks.values())
            observables = np.hstack([m[:, :1] for m in masks.values()])
            patches = observables.reshape(rows, -1, patch)
            assert (patches == patches[:, :, :1]).all() and set(np.unique(observables)) == {0, 1}
            share = patches[:, :, 0].sum(1)
            assert (share == share[0]).all() and abs(share[0] - 0.5 * patches.shape[1]) <= 0.5
        print(f"{label}: {worst:.2f} standard errors, rounding {rounding:.1e}")
        return attributes, recorded


for preset in sorted(presets.glob("*.yaml")):
    attributes, _ = check(preset.stem, str(preset), 2000)
    assert attributes.get("interventions", "").startswith('{"s": {"shift": ') == (preset.stem == "content-style-causal")
check("tree", "tree:depth=3,branching=2", 20_000, "--mechanism", "linear", patch=2)
check("vector nodes", VECTORS, 10_000, "--environment", "all")
for family in ["additive-noise", "location-scale", "post-nonlinear", "polynomial", "multiplicative:offset=1"]:
    check(family, "tree:depth=3,branching=2", 2000, "--mechanism", family)
for family in ["mlp", "residual-flow"]:
    check(family, "tree:depth=3,branching=2,regime=invertible", 2000, "--mechanism", family)
attributes, _ = check("interventions", INTERVENTIONS, 10_000)
assert json.loads(attributes["interventions"]) == {"x7": {"shift": [1], "scale": [2]}, "z1_2": {"do": [0.5]}}
_, recorded = check("environments", ENVIRONMENTS, 20_000, "--environment", "all")
assert list(recorded) == ["observational", "set", "mapped", "uniform"]
assert recorded["uniform"] == {"z3_0": {"noise": "uniform"}}
print("all exports are read back as they should be")

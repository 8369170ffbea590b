"""Writes the files beside it with h5py and NumPy; the tests read them back. Usage: python make_fixtures.py"""

import pathlib

import h5py
import numpy as np

folder = pathlib.Path(__file__).parent
values = np.array([[1.5, -2.0, 3.25], [0.1, 1e-30, -7e20]])
flags = np.array([[0, 1, 0], [1, 1, 0]], dtype="u1")

with h5py.File(folder / "h5py.h5", "w") as f:
    f.create_dataset("plain", data=values)
    f.create_dataset("group/compressed", data=values.astype("f4"), chunks=(1, 2), compression="gzip", shuffle=True, fletcher32=True)
    f.create_dataset("group/integers", data=np.array([[1, -2], [3, 4], [5, 6]], dtype=">i2"))
    f.create_dataset("observed/values", data=values)
    f.create_dataset("names", data=["a", "b"])
    f.create_dataset("vector", data=values[0])
with h5py.File(folder / "h5py-latest.h5", "w", libver="latest") as f:
    f.create_dataset("only", data=values, chunks=(1, 3), maxshape=(None, 3))

np.savez(folder / "numpy.npz", observed=values, single=values.astype("f4"), masks=flags, fortran=np.asfortranarray(values))
np.savez_compressed(folder / "numpy-compressed.npz", observed=values)
np.savetxt(folder / "numpy.csv", values, delimiter=",", header="a,b,c", comments="")

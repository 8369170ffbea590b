"""Turns a sweep's results.csv, the seconds that it took and its steps into JSON lines like those of whole_job_torch.py."""

import csv
import json
import sys
from collections import defaultdict

program = f"Strata, {sys.argv[3]} steps"
cells = defaultdict(dict)
height = 0
with open(sys.argv[1], newline="") as file:
    rows = [row for row in csv.DictReader(file) if row["metric"] == "r2_linear" and row["target"] == "z" and not row["node"]]
height = max(int(row["level"]) for row in rows)
for row in rows:
    if int(row["level"]) == height and row["estimator"] in ("mae", "theory"):
        key = float(row["mask_ratio"]), int(row["patch_size"]), int(row["training_seed"])
        cells[key][row["estimator"], row["evaluation"]] = float(row["value"])
for (ratio, patch, seed), values in sorted(cells.items()):
    print(json.dumps({
        "program": program, "ratio": ratio, "patch": patch, "seed": seed, "root": values["mae", "per-mask"],
        "theory": values["theory", "per-mask"], "pooled": values["mae", "pooled"], "full": values["mae", "full"],
    }))  # fmt: skip
print(json.dumps({"program": program, "cells": len(cells), "workers": 2, "seconds": float(sys.argv[2])}))

#!/usr/bin/env bash
# What merging costs: bench/merge.sh [CELLS [SHARDS [ROWS]]]
# Writes SHARDS (1000) stores with CELLS (1000000) synthetic cell results of ROWS (4) scores each and measures their merge with
# 'strata sweep merge', the merge again, where all is there, the status, and dry runs of 'strata sweep submit' of the same plan and of one
# with 10,000 cells: seconds, peak resident memory, sizes and the load. JSON lines go to out/bench/merge-ROWS.jsonl. With four rows a
# cell takes 1.5 kB of disk.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
cells=${1:-1000000}
shards=${2:-1000}
rows=${3:-4}
out=${OUT:-out}/bench
mkdir -p "$out"
"${SWIFT:-swift}" build -c release --product strata >&2
strata=$PWD/.build/release/strata
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

plan() { # CELLS
  cat <<YAML
name: merge
graphs: {family: tree, depth: 4, branching: 2}
mechanisms: {family: linear}
mask_ratios: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8]
widths: [1, 2, 4, 8, 16]
generator_seeds: [$(seq -s, 1 5)]
training_seeds: [$(seq -s, 1 $(($1 / 200)))]
model: {hidden_width: 64}
training: {steps: 1000, batch: 128}
YAML
}

# Prints a JSON line with a command's wall seconds, its processor seconds, its peak memory and the load before it.
measure() { # NAME CELLS COMMAND...
  python3 - "$shards" "$rows" "$@" <<'PY'
import json, os, resource, subprocess, sys, time
shards, rows, name, cells, *command = sys.argv[1:]
load = os.getloadavg()[0]
start = time.time()
run = subprocess.run(command, stdout=subprocess.PIPE)
seconds = time.time() - start
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps({
    "name": name, "cells": int(cells), "shards": int(shards), "rows": int(rows), "seconds": seconds,
    "processor_seconds": usage.ru_utime + usage.ru_stime, "peak_bytes": usage.ru_maxrss * 1024, "load": load}), flush=True)
sys.exit(run.returncode)
PY
}

plan "$cells" >"$scratch/plan.yaml"
plan 10000 >"$scratch/small.yaml"
# The names of cells are hashes of what they are: the tool lists them.
mkdir -p "$scratch/sweep/shards"
"$strata" sweep plan "$scratch/plan.yaml" --cells --shards "$shards" >"$scratch/cells.csv"
python3 - "$scratch" "$strata" "$shards" "$rows" <<'PY'
import collections, csv, pathlib, random, sqlite3, struct, subprocess, sys, zlib

scratch, strata, shards, rows = pathlib.Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
tiny = """name: template
graphs: {family: tree, depth: 2, branching: 2}
mechanisms: {family: rho, rho: 0.85}
mask_ratios: [0.5]
training_seeds: [1]
model: {hidden_width: 8, hidden_layers: 1}
training: {steps: 1, batch: 16}
evaluation: {masks: 3, rows: 40, pooled_rows: 60, kernel_rows: 20}
"""
(scratch / "tiny.yaml").write_text(tiny)
subprocess.run([strata, "sweep", "run", scratch / "tiny.yaml", "--out", scratch / "tiny", "--quiet"], check=True,
               stdout=subprocess.DEVNULL)
template = sqlite3.connect(scratch / "tiny" / "results.sqlite")
template.executescript("DELETE FROM scores; DELETE FROM cells; VACUUM;")
text = (scratch / "plan.yaml").read_text()
template.execute("UPDATE plans SET text = ?, name = 'merge'", [text])
template.commit()
template.close()
empty = (scratch / "tiny" / "results.sqlite").read_bytes()

# docs/store.md says what the checksum is of.
draw = random.Random(1)
def scores():
    checksum, result = 0, []
    for position in range(rows):
        value, level = draw.random(), position % 4 + 1
        words = ["per-mask", "", "latents", ["mae", "untrained", "ceiling", "shuffled"][position // 4 % 4], "r2-linear"]
        packed = b"".join(word.encode() + b"\0" for word in words) + struct.pack("<qddq", level, value, float("nan"), 8)
        checksum = zlib.crc32(packed, checksum)
        result.append((position, words[0], level, None, *words[2:], value, None, 8))
    return checksum, result
variants = [scores() for _ in range(997)]

parts = collections.defaultdict(list)
with open(scratch / "cells.csv") as file:
    for number, row in enumerate(csv.DictReader(file)): parts[int(row["shard"])].append((number, row))
for part, cells in parts.items():
    path = scratch / "sweep" / "shards" / f"{part}-of-{shards}.attempt-1.sqlite"
    path.write_bytes(empty)
    store = sqlite3.connect(path)
    store.execute("PRAGMA synchronous = OFF")
    store.executemany(
        "INSERT INTO cells VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'finished', NULL, 0.5, 1000, 1.0, 50000000, 1, 1, ?, 0.8, 0.2)",
        ((place, row["cell"], row["specification"], row["graph"], row["mechanism"], float(row["mask_ratio"]),
          int(row["patch_size"]), int(row["width"]), row["generator_seed"], row["training_seed"],
          variants[number % 997][0]) for place, (number, row) in enumerate(cells, 1)))
    store.executemany(
        "INSERT INTO scores VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)",
        ((place, *score) for place, (number, _) in enumerate(cells, 1) for score in variants[number % 997][1]))
    store.commit()
    store.close()
print(f"{sum(map(len, parts.values()))} cells in {len(parts)} stores, {rows} scores each", file=sys.stderr)
PY
rm "$scratch/cells.csv"
{
  measure merge "$cells" "$strata" sweep merge "$scratch/sweep" --out "$scratch/sweep"
  store=$(stat -c %s "$scratch/sweep/results.sqlite") csv=$(stat -c %s "$scratch/sweep/results.csv")
  echo "{\"name\": \"merged\", \"cells\": $cells, \"rows\": $rows, \"store_bytes\": $store, \"csv_bytes\": $csv}"
  measure 'merge again' "$cells" "$strata" sweep merge "$scratch/sweep" --out "$scratch/sweep"
  measure status "$cells" "$strata" sweep status "$scratch/sweep"
  measure 'dry run' "$cells" "$strata" sweep submit "$scratch/plan.yaml" --out "$scratch/new" --dry-run
  measure 'dry run' 10000 "$strata" sweep submit "$scratch/small.yaml" --out "$scratch/new" --dry-run
} | tee "$out/merge-$rows.jsonl" | python3 bench/scaling_table.py

#!/usr/bin/env bash
# What the store and the scheduling cost, and how two workers scale: bench/sweeps.sh [ROUNDS [SECONDS]]
# Cells of about SECONDS (1) each, 12 of them, with one worker, with two and isolated in turn, ROUNDS (3) times. The overhead is the share
# of the wall time with one worker that is not in any cell, the start of the program included. Then a shard of 500 cells of a few
# milliseconds in each round, and how much a cell stores with all nodes recorded and without. JSON lines with the load of the machine, which
# should be quiet, go to out/bench/sweeps.jsonl.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
rounds=${1:-3}
seconds=${2:-1}
out=${OUT:-out}/bench
mkdir -p "$out"
"${SWIFT:-swift}" build -c release --product strata >&2
strata=.build/release/strata
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

plan() { # STEPS [NODES]
  cat <<EOF
name: sweeps
graphs: {family: tree, depth: 6, branching: 2}
mechanisms: {family: rho, rho: 0.85}
mask_ratios: [0.25, 0.5, 0.75]
training_seeds: [1, 2, 3, 4]
model: {hidden_width: 64}
training: {steps: $1, batch: 128}
evaluation: {masks: 4, rows: 200, pooled_rows: 400, kernel_rows: 100, nodes: ${2:-true}}
EOF
}

short_plan() {
  cat <<EOF
name: shard
graphs: {family: tree, depth: 2, branching: 2}
mechanisms: {family: rho, rho: 0.85}
mask_ratios: [0.5]
training_seeds: [$(seq -s, 500)]
model: {hidden_width: 8, hidden_layers: 1}
training: {steps: 50, batch: 16}
evaluation: {masks: 3, rows: 40, pooled_rows: 60, kernel_rows: 20}
EOF
}

run() { # NAME PLAN OPTION...: a JSON line with wall seconds, the seconds in cells, what was stored and the load before
  rm -rf "$scratch/sweep"
  python3 - "$strata" "$scratch/sweep" "$@" <<'EOF'
import json, os, pathlib, sqlite3, subprocess, sys, time
strata, sweep, name, plan, *options = sys.argv[1:]
load, start = os.getloadavg()[0], time.time()
subprocess.run([strata, "sweep", "run", plan, "--out", sweep, "--quiet", *options], check=True, stdout=sys.stderr)
seconds = time.time() - start
path = next(path for path in pathlib.Path(sweep).rglob("*.sqlite"))
store = sqlite3.connect(path)
inside, cells, steps = store.execute("SELECT sum(seconds), count(*), max(steps) FROM cells").fetchone()
rows, = store.execute("SELECT count(*) FROM scores").fetchone()
csv = pathlib.Path(sweep) / "results.csv"
print(json.dumps({
    "name": name, "seconds": seconds, "seconds_in_cells": inside, "cells": cells, "steps": steps, "rows": rows,
    "store_bytes": path.stat().st_size, "csv_bytes": csv.stat().st_size if csv.exists() else None, "load": load}), flush=True)
EOF
}

field() { python3 -c "import json, sys; print(json.load(sys.stdin)['$1'])"; }

# As many steps as make a cell last about SECONDS here.
plan 200 >"$scratch/plan.yaml"
short=$(run short "$scratch/plan.yaml" --workers 1 | field seconds)
plan 1200 >"$scratch/plan.yaml"
long=$(run long "$scratch/plan.yaml" --workers 1 | field seconds)
plan "$(python3 -c "
step = ($long - $short) / 12 / 1000
print(max(50, round(($seconds - $short / 12) / step + 200)))")" >"$scratch/plan.yaml"
plan 50 false >"$scratch/levels.yaml"
short_plan >"$scratch/short.yaml"

{
  bench/load
  for ((round = 1; round <= rounds; round++)); do
    run 'one worker' "$scratch/plan.yaml" --workers 1
    run 'two workers' "$scratch/plan.yaml" --workers 2
    run isolated "$scratch/plan.yaml" --workers 1 --isolate
    run shard "$scratch/short.yaml" --workers 1 --shard 1/1
  done
  run 'levels alone' "$scratch/levels.yaml" --workers 1
} | tee "$out/sweeps.jsonl" | python3 bench/scaling_table.py

#!/usr/bin/env bash
# What the store and the scheduling cost, and how two workers scale: bench/sweeps.sh [ROUNDS [SECONDS]]
# Cells of about SECONDS (1) each, 12 of them, with one worker and with two in turn, ROUNDS (3) times. The overhead is the share of
# the wall time with one worker that is not in any cell, the start of the program included. Quiet machines only.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
rounds=${1:-3}
seconds=${2:-1}
"${SWIFT:-swift}" build -c release --product strata >&2
strata=.build/release/strata
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

plan() {
  cat <<EOF
name: sweeps
graphs: {family: tree, depth: 6, branching: 2}
mechanisms: {family: rho, rho: 0.85}
mask_ratios: [0.25, 0.5, 0.75]
training_seeds: [1, 2, 3, 4]
model: {hidden_width: 64}
training: {steps: $1, batch: 128}
evaluation: {masks: 4, rows: 200, pooled_rows: 400, kernel_rows: 100}
EOF
}

run() { # WORKERS: prints wall seconds, seconds in cells, cells
  rm -rf "$scratch/sweep"
  local start end
  start=$(date +%s%N)
  "$strata" sweep run "$scratch/plan.yaml" --out "$scratch/sweep" --workers "$1" --quiet "${@:2}" >&2
  end=$(date +%s%N)
  python3 - "$scratch/sweep/results.sqlite" "$start" "$end" <<'EOF'
import sqlite3, sys
store = sqlite3.connect(sys.argv[1])
inside, cells = store.execute("SELECT sum(seconds), count(*) FROM cells").fetchone()
print((int(sys.argv[3]) - int(sys.argv[2])) / 1e9, inside, cells)
EOF
}

# As many steps as make a cell last about SECONDS here.
plan 200 >"$scratch/plan.yaml"
read -r _ short cells < <(run 1)
plan 1200 >"$scratch/plan.yaml"
read -r _ long _ < <(run 1)
steps=$(python3 -c "
step = ($long - $short) / $cells / 1000
print(max(50, round(($seconds - $short / $cells) / step + 200)))")
plan "$steps" >"$scratch/plan.yaml"

for ((round = 1; round <= rounds; round++)); do
  read -r one inside cells < <(run 1)
  read -r two _ _ < <(run 2)
  read -r isolated _ _ < <(run 1 --isolate)
  echo "$one $inside $cells $two $isolated"
done | python3 -c '
import statistics, sys
rows = [tuple(map(float, line.split())) for line in sys.stdin]
median = lambda values: statistics.median(values)
print(f"steps '"$steps"', {rows[0][2]:.0f} cells of {median([r[1] / r[2] for r in rows]):.3f} s")
print(f"overhead of a cell, one worker: {median([(r[0] - r[1]) / r[2] * 1e3 for r in rows]):.1f} ms, "
      f"{median([(r[0] - r[1]) / r[1] * 100 for r in rows]):.2f} %")
print(f"the same isolated: {median([(r[4] - r[0]) / r[2] * 1e3 for r in rows]):.1f} ms more")
speedups = [r[0] / r[3] for r in rows]
print(f"two workers: {median(speedups):.2f} times one ({min(speedups):.2f} to {max(speedups):.2f})")'

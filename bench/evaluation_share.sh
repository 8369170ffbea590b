#!/usr/bin/env bash
# What the evaluation of a sweep's cell costs beside its training, in processor time (user and system) of the thread that runs the cell:
# bench/evaluation_share.sh [ROUNDS]. Two plans on the 64-leaf ρ-tree at ratio 0.5, one cell each: that of experiments/mask-ratio, and one
# with every default. And cells of two experiments that train a small network: theorem-2, whose evaluation is MLP probes and
# independence tests, and masking-design, which fits kernel ridge under 24 masks. The store has both times of every cell. JSON lines go
# to out/bench/evaluation_share.jsonl. A round is a minute.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
out=${OUT:-out}/bench
mkdir -p "$out"
"${SWIFT:-swift}" build -c release --product strata >&2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
sed -e 's/^mask_ratios: .*/mask_ratios: [0.5]/' -e 's/^patch_sizes: .*/patch_sizes: [1]/' -e 's/^training_seeds: .*/training_seeds: [1]/' \
  experiments/mask-ratio/plan.yaml >"$work/mask-ratio.yaml"
cat >"$work/defaults.yaml" <<PLAN
name: defaults
graphs: [{family: tree, depth: 6, branching: 2}]
mechanisms: [{family: rho, rho: 0.85}]
mask_ratios: [0.5]
PLAN
sed -e 's/^generator_seeds: .*/generator_seeds: [1]/' experiments/theorem-2/mlp.yaml >"$work/theorem-2.yaml"
sed -e 's/^generator_seeds: .*/generator_seeds: [1]/' -e 's/^training_seeds: .*/training_seeds: [1]/' -e 's/^patch_sizes: .*/patch_sizes: [1]/' \
  experiments/masking-design/mlp.yaml >"$work/masking-design.yaml"
for ((round = 0; round < ${1:-3}; round++)); do
  for plan in mask-ratio defaults theorem-2 masking-design; do
    .build/release/strata sweep run "$work/$plan.yaml" --out "$work/$plan-$round" --workers 1 --quiet >&2
    .build/release/strata sweep export "$work/$plan-$round" --json | python3 -c '
import json, sys
for line in sys.stdin:
    cell = json.loads(line)
    keys = ("steps", "training_seconds", "evaluation_seconds", "blas_kernel", "cpu")
    print(json.dumps({"plan": sys.argv[1], "load": float(sys.argv[2]), **{key: cell[key] for key in keys}}))
' "$plan" "$(cut -d' ' -f1 /proc/loadavg)"
  done
done | tee "$out/evaluation_share.jsonl" | python3 bench/evaluation_share_table.py

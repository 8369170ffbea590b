#!/usr/bin/env bash
# The whole job beside PyTorch: the ρ-tree table over mask ratios and patch sizes, two workers each: bench/whole_job.sh [PATCHES [SEEDS]]
# The peer (peers/whole_job_torch.py) trains each cell for 6000 steps as published, and once more with the settings of Strata's defaults;
# Strata runs the same table with its defaults and all floors and ceilings, and once more with 3000 steps instead of 2000. JSON lines go to
# out/bench/whole_job.jsonl. Each patch size and seed is seven cells: some six minutes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
out=${OUT:-out}/bench
patches=${1:-1,4,16} seeds=${2:-3}
ratios=0.05,0.1,0.25,0.5,0.75,0.9,0.95
mkdir -p "$out"
"${SWIFT:-swift}" build -c release --product strata >&2
python=$(bench/peers/environment)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/plan.yaml" <<PLAN
name: whole-job
graphs: [{family: tree, depth: 6, branching: 2}]
mechanisms: [{family: rho, rho: 0.85}]
mask_ratios: [$ratios]
patch_sizes: [$patches]
training_seeds: [$(seq -s, "$seeds")]
model: {hidden_width: 256, hidden_layers: 2, activation: gelu}
training: {batch: 512, steps: STEPS}
evaluation:
  modes: [per-mask, pooled, full]
  targets: [z]
  metrics: [r2_linear]
  masks: 128
  rows: 1000
  pooled_rows: 4000
  nodes: false
PLAN
{
  bench/load
  for steps in 2000 3000; do
    sed "s/STEPS/$steps/" "$work/plan.yaml" >"$work/$steps.yaml"
    start=$EPOCHREALTIME
    .build/release/strata sweep run "$work/$steps.yaml" --out "$work/$steps" --workers 2 >/dev/null
    python3 bench/peers/whole_job_cells.py "$work/$steps/results.csv" "$(awk "BEGIN { print $EPOCHREALTIME - $start }")" "$steps"
  done
  for settings in fast published; do
    "$python" bench/peers/whole_job_torch.py --settings "$settings" --ratios "$ratios" --patches "$patches" --seeds "$seeds" --workers 2
  done
  bench/load
} | tee "$out/whole_job.jsonl" | python3 bench/whole_job_table.py

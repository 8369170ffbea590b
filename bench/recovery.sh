#!/usr/bin/env bash
# Steps to recovery: 1000 steps of the fast settings beside 2000 of Adam at constant rates: bench/recovery.sh [SEEDS]
# JSON lines go to out/bench/recovery.jsonl. A seed is 70,000 steps: some five minutes on one core.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
out=${OUT:-out}/bench
mkdir -p "$out"
bench=$(bench/binary)
for ((seed = 1; seed <= ${1:-5}; seed++)); do
  for setting in "rho-tree 0.05" "rho-tree 0.25" "rho-tree 0.5" "rho-tree 0.9" "pyramid 0.05" "pyramid 0.5" "pyramid 0.9" \
    "network-tree 0.05" "network-tree 0.5" "network-tree 0.9"; do
    read -r graph ratio <<<"$setting"
    "$bench" recovery "$graph" "$ratio" "$seed" fast 1000
    for rate in 0.001 0.003 0.005; do
      "$bench" recovery "$graph" "$ratio" "$seed" "constant@$rate" 1000,2000
    done
  done
done | tee "$out/recovery.jsonl" | python3 bench/recovery_table.py

#!/usr/bin/env bash
# What was tried and is not in the engine, on the 64-leaf rho-tree: bench/tried.sh [SEEDS]
# Groups of samples that share a mask; a start from the closed form; eight times the default steps; and the course of a training at a
# constant rate, on which rules of early stopping are tried afterwards. JSON lines go to out/bench/tried.jsonl. A seed takes about eight minutes of one core.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
out=${OUT:-out}/bench
mkdir -p "$out"
bench=$(bench/binary)
for ((seed = 1; seed <= ${1:-3}; seed++)); do
  for ratio in 0.05 0.5; do
    for group in 1 8 64 512; do
      "$bench" recovery rho-tree $ratio "$seed" fast/$group 2000
    done
    for start in fast linear; do
      for steps in 100 500 2000; do
        "$bench" recovery rho-tree $ratio "$seed" $start $steps
      done
    done
    "$bench" recovery rho-tree $ratio "$seed" constant \
      250,500,750,1000,1250,1500,1750,2000,2250,2500,2750,3000,3250,3500,3750,4000
  done
  for setting in "0.05 6000" "0.05 16000" "0.1 2000" "0.1 6000" "0.1 16000" "0.25 2000" "0.25 6000" "0.25 16000"; do
    read -r ratio steps <<<"$setting"
    "$bench" recovery rho-tree "$ratio" "$seed" fast "$steps"
  done
done | tee "$out/tried.jsonl" | python3 bench/tried_table.py

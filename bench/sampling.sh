#!/usr/bin/env bash
# Sampling beside NumPy and PyTorch, in turn, with as many threads on both sides: bench/sampling.sh [ROUNDS [SAMPLES [THREADS]]]
# The peers are installed into a virtual environment outside the tree. JSON lines go to out/bench/sampling-$threads.jsonl.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
out=${OUT:-out}/bench
mkdir -p "$out"
bench=$(bench/binary)
python=$(bench/peers/environment)
threads=${3:-1}
export OMP_NUM_THREADS=$threads OPENBLAS_NUM_THREADS=$threads MKL_NUM_THREADS=$threads
for ((round = 0; round < ${1:-5}; round++)); do
  "$bench" sampling "${2:-1000000}" "$threads"
  "$python" bench/peers/sampling.py "${2:-1000000}" "$threads"
done | tee "$out/sampling-$threads.jsonl" | "$python" bench/sampling_table.py

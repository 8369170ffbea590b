#!/usr/bin/env bash
# Recovery scores beside scikit-learn, NumPy and SciPy, in turn, one thread each: bench/evaluation.sh [ROUNDS]
# The peers are installed into a virtual environment outside the tree. JSON lines go to out/bench/evaluation.jsonl.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
out=${OUT:-out}/bench
mkdir -p "$out"
bench=$(bench/binary)
python=$(bench/peers/environment)
data=$(mktemp -d)
trap 'rm -rf "$data"' EXIT
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1
"$python" bench/peers/evaluation.py "$data" data
for ((round = 0; round < ${1:-5}; round++)); do
  "$bench" evaluation "$data"
  "$python" bench/peers/evaluation.py "$data"
done | tee "$out/evaluation.jsonl" | "$python" bench/evaluation_table.py

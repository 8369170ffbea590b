#!/usr/bin/env bash
# Training beside PyTorch and JAX in turn, on the same data from the same initial parameters: bench/training.sh [ROUNDS [SECONDS]]
# Losses after the same steps must agree. The peers are installed into a virtual environment outside the tree. JSON lines go to
# out/bench/training.jsonl; SHAPES="S M", THREADS="1", SOURCES="pool" and ACTIVATIONS="leaky" narrow the run.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
out=${OUT:-out}/bench
rounds=${1:-3} seconds=${2:-2}
mkdir -p "$out"
"${SWIFT:-swift}" build -c release --package-path bench --scratch-path .build/bench --product StrataBench >&2
python=$(bench/peers/environment)
bench=.build/bench/release/StrataBench
pools=$(mktemp -d)
trap 'rm -rf "$pools"' EXIT
{
  for ((round = 0; round < rounds; round++)); do
    for shape in ${SHAPES:-S M L}; do
      for threads in ${THREADS:-1 2}; do
        export OMP_NUM_THREADS=$threads MKL_NUM_THREADS=$threads
        for activation in ${ACTIVATIONS:-leaky gelu}; do
          pool=$pools/$shape-$activation
          [[ -d $pool ]] || "$bench" train "$shape" pool "$activation" 1 0.1 "$pool" >/dev/null
          for source in ${SOURCES:-pool fresh}; do
            setting=("$shape" "$source" "$activation" "$threads" "$seconds")
            "$bench" train "${setting[@]}"
            for mode in eager compile manual; do
              [[ $mode != manual || $activation == leaky ]] || continue
              "$python" bench/peers/train_torch.py "$mode" "${setting[@]}" "$pool"
            done
            "$python" bench/peers/train_jax.py scan "${setting[@]}" "$pool"
          done
        done
        [[ $threads != 1 ]] || "$bench" products "$shape" "$seconds"
      done
    done
  done
} | tee "$out/training.jsonl" | "$python" bench/peers/training_table.py

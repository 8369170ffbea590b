#!/usr/bin/env bash
# Training beside PyTorch and JAX in turn, on the same data from the same initial parameters: bench/training.sh [ROUNDS [SECONDS]]
# Losses after the same steps must agree. The peers are installed into a virtual environment outside the tree. JSON lines go to
# out/bench/training.jsonl; SHAPES="S M", THREADS="1", SOURCES="pool" and ACTIVATIONS="leaky" narrow the run. "1+1" among THREADS is two
# processes of one thread each at the same time, as two workers of a sweep are: their rates are added.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
out=${OUT:-out}/bench
rounds=${1:-3} seconds=${2:-2}
mkdir -p "$out"
bench=$(bench/binary)
python=$(bench/peers/environment)
pools=$(mktemp -d)
trap 'rm -rf "$pools"' EXIT

# One program, or two of it at the same time: COUNT COMMAND…
together() {
  if (($1 == 1)); then "${@:2}"; else
    "${@:2}" >"$pools/other" &
    "${@:2}" >"$pools/one"
    wait $!
    "$python" bench/peers/training_pair.py "$pools/one" "$pools/other"
  fi
}

{
  bench/load
  for ((round = 0; round < rounds; round++)); do
    for shape in ${SHAPES:-S M L}; do
      for setting in ${THREADS:-1 2 1+1}; do
        threads=${setting%%+*} processes=1
        [[ $setting != 1+1 ]] || processes=2
        export OMP_NUM_THREADS=$threads MKL_NUM_THREADS=$threads
        for activation in ${ACTIVATIONS:-leaky gelu}; do
          pool=$pools/$shape-$activation
          [[ -d $pool ]] || "$bench" train "$shape" pool "$activation" 1 0.1 "$pool" >/dev/null
          for source in ${SOURCES:-pool fresh}; do
            arguments=("$shape" "$source" "$activation" "$threads" "$seconds")
            together $processes "$bench" train "${arguments[@]}"
            [[ $setting == 1+1 || $activation != leaky ]] || "$bench" train-equal "${arguments[@]}"
            for mode in eager compile manual; do
              [[ $mode != manual || $activation == leaky ]] || continue
              together $processes "$python" bench/peers/train_torch.py "$mode" "${arguments[@]}" "$pool"
            done
            together $processes "$python" bench/peers/train_jax.py scan "${arguments[@]}" "$pool"
          done
        done
        [[ $setting != 2 ]] || continue
        together $processes "$bench" products "$shape" "$seconds"
        together $processes "$bench" peak "$shape" "$seconds"
      done
    done
  done
  bench/load
} | tee "$out/training.jsonl" | "$python" bench/training_table.py

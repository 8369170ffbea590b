#!/usr/bin/env bash
# Training beside PyTorch and JAX in turn, on the same data from the same initial parameters: bench/training.sh [ROUNDS [SECONDS]]
# Losses after the same steps must agree. The peers are installed into a virtual environment outside the tree. JSON lines go to
# out/bench/training.jsonl; SHAPES="S M", THREADS="1", SOURCES="pool" and ACTIVATIONS="leaky" narrow the run, in which GELU is trained at S
# on one thread only. "1+1" among THREADS is two processes of one thread each at the same time, as two workers of a sweep are: their rates
# are added.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
out=${OUT:-out}/bench
rounds=${1:-3} seconds=${2:-2}
mkdir -p "$out"
bench=$(bench/binary)
python=$(bench/peers/environment)
pools=$(mktemp -d)
trap 'rm -rf "$pools"' EXIT
# PyTorch's MKL has slower kernels for processors that are not Intel's. Mode intel calls this function instead of the one by which it tells:
# not a supported way to use it, so that goals are not judged by it, but it says what the engine is worth beside MKL's best.
intel=$pools/intel.so
echo 'int mkl_serv_intel_cpu_true(void) { return 1; }' >"$pools/intel.c"
compiler=$(command -v cc || command -v clang || echo "$(dirname "$(readlink -f "$(command -v swift)")")/clang")
"$compiler" -shared -fPIC -o "$intel" "$pools/intel.c"

# One program, or two of it at the same time, whose windows begin together: COUNT COMMAND…
together() {
  if (($1 == 1)); then "${@:2}"; else
    rm -rf "$pools/meeting"
    mkdir "$pools/meeting"
    MEET=$pools/meeting "${@:2}" >"$pools/other" &
    MEET=$pools/meeting "${@:2}" >"$pools/one"
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
        [[ $shape$setting == S1 ]] && default="leaky gelu" || default=leaky
        for activation in ${ACTIVATIONS:-$default}; do
          pool=$pools/$shape-$activation
          [[ -d $pool ]] || "$bench" train "$shape" pool "$activation" 1 0.1 "$pool" >/dev/null
          for source in ${SOURCES:-pool fresh}; do
            arguments=("$shape" "$source" "$activation" "$threads" "$seconds")
            together $processes "$bench" train "${arguments[@]}"
            [[ $setting == 1+1 || $activation != leaky ]] || "$bench" train-equal "${arguments[@]}"
            for mode in eager compile manual intel; do
              [[ $activation == leaky || $mode == eager || $mode == compile ]] || continue
              [[ $mode != intel ]] || export LD_PRELOAD=$intel
              together $processes "$python" bench/peers/train_torch.py "$mode" "${arguments[@]}" "$pool"
              unset LD_PRELOAD
            done
            together $processes "$python" bench/peers/train_jax.py scan "${arguments[@]}" "$pool"
            if [[ $setting == 1 && $activation == leaky ]]; then
              STRATA_PROCESSOR=avx2 "$bench" train-equal "${arguments[@]}"
              XLA_ISA=avx2 "$python" bench/peers/train_jax.py scan "${arguments[@]}" "$pool"
            fi
            [[ $source == pool ]] || together $processes "$python" bench/peers/train_jax.py draws "${arguments[@]}" "$pool"
          done
        done
        [[ $setting != 2 ]] || continue
        together $processes "$bench" products "$shape" "$seconds"
        together $processes "$bench" peak "$shape" "$seconds"
        [[ $setting == 1 ]] || continue
        "$python" bench/peers/products_torch.py "$shape" "$seconds"
        LD_PRELOAD=$intel "$python" bench/peers/products_torch.py "$shape" "$seconds" "(MKL's Intel kernels)"
      done
    done
  done
  bench/load
} | tee "$out/training.jsonl" | "$python" bench/training_table.py

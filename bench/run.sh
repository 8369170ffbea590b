#!/usr/bin/env bash
# Builds the benchmarks and measures the catalogue: a table on standard output, all repetitions in out/bench/kernels.json.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
out=${OUT:-out}/bench
mkdir -p "$out"
bench=$(bench/binary)
"$bench" "$out/kernels.json"

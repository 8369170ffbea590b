#!/usr/bin/env bash
# Builds the benchmarks and measures the catalogue: a table on standard output, all repetitions in out/bench/kernels.json.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
out=${OUT:-out}/bench
mkdir -p "$out"
"${SWIFT:-swift}" build -c release --package-path bench --scratch-path .build/bench --product StrataBench
.build/bench/release/StrataBench "$out/kernels.json"

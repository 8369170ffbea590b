#!/usr/bin/env bash
# How cost grows with the sizes of a network and of a graph: bench/growth.sh [SECONDS]
# One thread, SECONDS (1) a measurement. JSON lines go to out/bench/growth.jsonl.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
out=${OUT:-out}/bench
mkdir -p "$out"
bench=$(bench/binary)
"$bench" growth "${1:-1}" | tee "$out/growth.jsonl" | python3 bench/growth_table.py

#!/usr/bin/env bash
# Size and power of the tests against leakage, the table of docs/metrics.md: bench/power.sh [REPLICATIONS ROWS… [TEST…]]
# With the defaults, 200 replications of 500 and 2000 rows and both tests (hsic, r2-linear), tens of minutes on one core. JSON lines go to
# out/bench/power.jsonl.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
out=${OUT:-out}/bench
mkdir -p "$out"
bench=$(bench/binary)
(($#)) || set -- 200 500 2000
"$bench" power "$@" | tee "$out/power.jsonl" | python3 bench/power_table.py

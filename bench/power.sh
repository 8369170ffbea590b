#!/usr/bin/env bash
# Size and power of the tests against leakage, the table of docs/metrics.md: bench/power.sh [REPLICATIONS [ROWS…]]
# With 200 replications and 500 and 2000 rows half an hour on one core.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
bench=$(bench/binary)
replications=${1:-200}
shift || true
rows=("$@")
((${#rows[@]})) || rows=(500 2000)
"$bench" power "$replications" "${rows[@]}"

#!/usr/bin/env bash
# Everything that docs/performance.md quotes, one after the other: bench/all.sh. Two hours on two cores; the machine should be idle, and
# the load averages before and after are part of the results. Then `python3 bench/quote.py --adopt` puts the results into the page.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
out=${OUT:-out}/bench
mkdir -p "$out"
bench/load >"$out/machine.jsonl"
bench/run.sh
bench/theory.sh
bench/sampling.sh 5 1000000 1
bench/sampling.sh 5 1000000 2
bench/training.sh
bench/growth.sh
bench/evaluation.sh
bench/evaluation_share.sh
bench/recovery.sh
bench/whole_job.sh
bench/load >>"$out/machine.jsonl"

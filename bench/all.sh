#!/usr/bin/env bash
# Everything that the pages of docs quote, one after the other: bench/all.sh. Hours on two cores; the machine should be idle, and
# the load averages before and after are part of the results. Then `python3 bench/quote.py --adopt` puts the results into the pages.
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
python3 bench/step_profile.py
bench/growth.sh
bench/evaluation.sh
bench/evaluation_share.sh
python3 bench/evaluation_masks.py
bench/recovery.sh
bench/tried.sh
python3 bench/near_ties.py
python3 bench/other_networks.py
bench/whole_job.sh
bench/sweeps.sh
bench/merge.sh
bench/merge.sh 20000 20 369
python3 bench/slurm.py
python3 bench/export.py
python3 bench/coverage.py
python3 bench/reproduce.py quick full
bench/power.sh
python3 bench/closed_forms.py
bench/load >>"$out/machine.jsonl"

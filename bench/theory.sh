#!/usr/bin/env bash
# Minimum cuts beside SciPy, igraph and networkx on the same graphs in the same run: bench/theory.sh [REPETITIONS]
# The peers are installed into a virtual environment outside the tree. JSON lines go to out/bench/cuts.jsonl.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
out=${OUT:-out}/bench
cache=${XDG_CACHE_HOME:-$HOME/.cache}/strata-bench
repetitions=${1:-5}
mkdir -p "$out" "$cache"
bench=$(bench/binary)
python=$(bench/peers/environment)
{
  echo "{\"load\": \"$(cut -d' ' -f1-3 /proc/loadavg)\"}"
  for nodes in 10000 100000 1000000; do
    graph=$cache/cut-$nodes.bin
    [[ -s $graph ]] || "$python" bench/peers/cut_graph.py "$nodes" "$graph"
    networkx=()
    ((nodes > 10000)) || networkx=(--networkx)
    "$bench" cut "$graph" "$repetitions"
    "$python" bench/peers/cut.py "$graph" "$repetitions" "${networkx[@]}"
  done
  echo "{\"load\": \"$(cut -d' ' -f1-3 /proc/loadavg)\"}"
} | tee "$out/cuts.jsonl" | "$python" bench/peers/table.py

#!/usr/bin/env bash
# Minimum cuts beside SciPy, igraph and networkx on the same graphs in the same run: bench/theory.sh [REPETITIONS]
# The peers are installed into a virtual environment outside the tree. JSON lines go to out/bench/theory.jsonl.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
out=${OUT:-out}/bench
cache=${XDG_CACHE_HOME:-$HOME/.cache}/strata-bench
repetitions=${1:-5}
mkdir -p "$out" "$cache"
bench=$(bench/binary)
python=$(bench/peers/environment)
{
  bench/load
  for nodes in 10000 100000 1000000; do
    graph=$cache/cut-$nodes.bin
    [[ -s $graph ]] || "$python" bench/peers/cut_graph.py "$nodes" "$graph"
    networkx=()
    ((nodes > 10000)) || networkx=(--networkx)
    "$bench" cut "$graph" "$repetitions"
    "$python" bench/peers/cut.py "$graph" "$repetitions" "${networkx[@]}"
  done
  bench/load
} | tee "$out/theory.jsonl" | python3 bench/theory_table.py

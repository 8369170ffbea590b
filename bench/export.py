"""What samples of a large model cost to write: python3 bench/export.py [ROUNDS]

MUNIN's 1041 nodes, every value and noise, 10⁴ and 10⁵ samples to HDF5 and .npz in turn, ROUNDS (2) times: seconds, processor seconds, peak
memory, size and load. JSON lines go to out/bench/export.jsonl, the Markdown table of them to standard output.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

from timing import BENCH, OUT, strata, timed

NODES = 1041


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 2
    program, model = strata(), BENCH.parent / "experiments/presets/munin.yaml"
    OUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, open(OUT / "export.jsonl", "w") as results:
        for _ in range(rounds):
            for samples in (10**4, 10**5):
                for form in ("h5", "npz"):
                    file = pathlib.Path(folder) / f"samples.{form}"
                    code, cost = timed([program, "sample", model, "-n", str(samples), "-o", file])
                    if code:
                        sys.exit(f"export.py: strata sample ended with {code}")
                    line = {"format": form, "samples": samples, "values": 2 * NODES * samples, "bytes": file.stat().st_size}
                    print(json.dumps(line | cost), file=results, flush=True)
                    file.unlink()
    with open(OUT / "export.jsonl") as results:
        subprocess.run([sys.executable, BENCH / "export_table.py"], stdin=results, check=True)


if __name__ == "__main__":
    main()

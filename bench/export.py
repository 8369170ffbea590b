"""What samples of a large model cost to write: python3 bench/export.py [ROUNDS]

MUNIN's 1041 nodes, every value and noise, 10⁴ and 10⁵ samples to HDF5 and .npz in turn, ROUNDS (2) times: seconds, processor seconds, peak
memory, size and load. JSON lines go to out/bench/export.jsonl, the Markdown table of them to standard output.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

BENCH = pathlib.Path(__file__).resolve().parent
OUT = pathlib.Path(os.environ.get("OUT", BENCH.parent / "out")) / "bench"
NODES = 1041


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 2
    build = [os.environ.get("SWIFT", "swift"), "build", "-c", "release", "--product", "strata"]
    subprocess.run(build, cwd=BENCH.parent, check=True, stdout=sys.stderr)
    strata, model = BENCH.parent / ".build/release/strata", BENCH.parent / "experiments/presets/munin.yaml"
    OUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, open(OUT / "export.jsonl", "w") as results:
        for _ in range(rounds):
            for samples in (10**4, 10**5):
                for form in ("h5", "npz"):
                    file = pathlib.Path(folder) / f"samples.{form}"
                    load, start = os.getloadavg()[0], time.time()
                    program = subprocess.Popen(
                        [strata, "sample", model, "-n", str(samples), "-o", file], stdout=subprocess.DEVNULL
                    )
                    _, status, usage = os.wait4(program.pid, 0)
                    seconds = time.time() - start
                    if status:
                        sys.exit(f"export.py: strata sample ended with {os.waitstatus_to_exitcode(status)}")
                    line = {
                        "format": form, "samples": samples, "values": 2 * NODES * samples, "seconds": seconds,
                        "processor_seconds": usage.ru_utime + usage.ru_stime, "peak_bytes": 1024 * usage.ru_maxrss,
                        "bytes": file.stat().st_size, "load": load,
                    }
                    print(json.dumps(line), file=results, flush=True)
                    file.unlink()
    with open(OUT / "export.jsonl") as results:
        subprocess.run([sys.executable, BENCH / "export_table.py"], stdin=results, check=True)


if __name__ == "__main__":
    main()

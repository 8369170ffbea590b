"""Where the time of a training step goes: python3 bench/step_profile.py [SHAPE…] (S M L)

Samples the processor clock with Linux's perf while `StrataBench train` and `train-equal` (a flag a column) run on one thread, on a pool of
batches and on fresh ones, and adds up symbols by what they do. `StrataBench peak`, before each, says how fast the processor is then. JSON lines
go to out/bench/profile.jsonl, Markdown tables to standard output. Without perf it says so.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

from timing import BENCH, OUT

# What a symbol does: the first expression that is found in its name.
PARTS = [
    ("products, forward", r"_multiply_activate"), ("products, backward", r"_multiply_differentiate"),
    ("products, weights", r"_multiply|gemm"), ("Adam", r"_adam"), ("activations and derivatives", r"_activate|_differentiate"),
    ("transposes", r"_transpose"), ("noise", r"fill_(avx|sse|portable)|Gaussian"), ("modules", r"(avx2|avx512|portable)_(run|scaled)|run_avx2|PanelLayer|Mechanism"),
    ("masks", r"HierarchicalGraphs|BulkRandomStream"), ("input, loss, flags", r"standardize|masked_error|column_sums|MaskedAutoencoding"),
]
REST = "the rest"


def part(symbol):
    return next((name for name, pattern in PARTS if re.search(pattern, symbol)), REST)


def rate(command):
    """Steps per second in the fastest of the windows that a command prints, the last of its lines: what disturbs it only slows."""
    line = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.strip().splitlines()[-1]
    return max(json.loads(line)["windows"])


def profile(program, mode, shape, source):
    peak = rate([program, "peak", shape, "1"])
    with tempfile.TemporaryDirectory() as folder:
        data = f"{folder}/perf.data"
        # BLAS's other threads, which have nothing to do here, look out for work when they begin: no part of a step.
        record = ["env", "OPENBLAS_NUM_THREADS=1", "perf", "record", "-q", "-o", data, "-e", "cpu-clock", "-F", "2999"]
        steps = rate(record + [program, mode, shape, source, "leaky", "1", "4"])
        report = ["perf", "report", "-i", data, "--no-children", "--stdio", "-F", "overhead,symbol"]
        lines = subprocess.run(report, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True).stdout.splitlines()
    shares = {}
    for line in lines:
        if found := re.match(r"\s*([\d.]+)%\s+\[.\]\s+(.*)", line):
            shares[part(found[2])] = shares.get(part(found[2]), 0) + float(found[1])
    return {
        "configuration": shape, "mode": mode, "source": source, "steps": steps, "peak": peak, "load": os.getloadavg()[0], "shares": shares,
    }


def main():
    if not shutil.which("perf"):
        sys.exit("perf is not installed: apt-get install linux-perf")
    program = subprocess.run([BENCH / "binary"], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
    OUT.mkdir(parents=True, exist_ok=True)
    with open(OUT / "profile.jsonl", "w") as results:
        for shape in sys.argv[1:] or ["S", "M", "L"]:
            for mode in ["train", "train-equal"]:
                for source in ["pool", "fresh"]:
                    print(json.dumps(profile(program, mode, shape, source)), file=results, flush=True)
    for table in ["profile_table.py", "step_limit_table.py"]:
        with open(OUT / "profile.jsonl") as results:
            subprocess.run([sys.executable, BENCH / table], stdin=results, check=True)


if __name__ == "__main__":
    main()

"""Runs a program and measures it: what bench/export.py and bench/reproduce.py share."""

import os
import pathlib
import subprocess
import sys
import time

BENCH = pathlib.Path(__file__).resolve().parent
OUT = pathlib.Path(os.environ.get("OUT", BENCH.parent / "out")) / "bench"


def strata():
    """The path of strata, built."""
    build = [os.environ.get("SWIFT", "swift"), "build", "-c", "release", "--product", "strata"]
    subprocess.run(build, cwd=BENCH.parent, check=True, stdout=sys.stderr)
    return BENCH.parent / ".build/release/strata"


def timed(command):
    """The exit code of a command, and a dictionary of seconds, processor seconds, peak memory in bytes and the load before."""
    load, start = os.getloadavg()[0], time.time()
    program = subprocess.Popen(command, cwd=BENCH.parent, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(program.pid, 0)
    cost = {
        "seconds": time.time() - start, "processor_seconds": usage.ru_utime + usage.ru_stime,
        "peak_bytes": 1024 * usage.ru_maxrss, "load": load,
    }
    return os.waitstatus_to_exitcode(status), cost

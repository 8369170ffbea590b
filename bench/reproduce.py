"""What the experiments cost: python3 bench/reproduce.py [quick] [full]

`strata reproduce all --check` on all cores, from nothing, in the given forms (quick): seconds, processor seconds, load before.
The full form takes more than an hour of two cores. JSON lines are appended to out/bench/reproduce.jsonl, the
Markdown table of them goes to standard output.
"""

import datetime
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

BENCH = pathlib.Path(__file__).resolve().parent
OUT = pathlib.Path(os.environ.get("OUT", BENCH.parent / "out")) / "bench"


def main():
    forms = sys.argv[1:] or ["quick"]
    if not set(forms) <= {"quick", "full"}:
        sys.exit("usage: python3 bench/reproduce.py [quick] [full]")
    build = [os.environ.get("SWIFT", "swift"), "build", "-c", "release", "--product", "strata"]
    subprocess.run(build, cwd=BENCH.parent, check=True, stdout=sys.stderr)
    OUT.mkdir(parents=True, exist_ok=True)
    with open(OUT / "reproduce.jsonl", "a") as results:
        for form in forms:
            with tempfile.TemporaryDirectory() as folder:
                command = [BENCH.parent / ".build/release/strata", "reproduce", "all", "--check", "--out", folder]
                command += ["--quick"] if form == "quick" else []
                load, start = os.getloadavg()[0], time.time()
                program = subprocess.Popen(command, cwd=BENCH.parent, stdout=subprocess.DEVNULL)
                _, status, usage = os.wait4(program.pid, 0)
                seconds = time.time() - start
                verdicts = [json.loads(path.read_text()) for path in pathlib.Path(folder).glob(f"*/{form}/verdicts.json")]
            line = {
                "form": form, "date": datetime.date.today().isoformat(), "exit_code": os.waitstatus_to_exitcode(status),
                "experiments": len(verdicts), "claims": sum(len(verdict["verdicts"]) for verdict in verdicts),
                "seconds": seconds, "processor_seconds": usage.ru_utime + usage.ru_stime,
                "cell_seconds": sum(verdict["cell_seconds"] for verdict in verdicts),
                "cores": os.cpu_count(), "load": load,
            }
            print(json.dumps(line), file=results, flush=True)
    with open(OUT / "reproduce.jsonl") as results:
        subprocess.run([sys.executable, BENCH / "reproduce_table.py"], stdin=results, check=True)


if __name__ == "__main__":
    main()

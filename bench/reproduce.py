"""What the experiments cost: python3 bench/reproduce.py [quick] [full]

`strata reproduce all --check` on all cores, from nothing, in the given forms (quick): seconds, processor seconds, load before. The full
form takes more than an hour of two cores. JSON lines are appended to out/bench/reproduce.jsonl, the Markdown table of them goes to
standard output.
"""

import datetime
import json
import os
import pathlib
import subprocess
import sys
import tempfile

from timing import BENCH, OUT, strata, timed


def main():
    forms = sys.argv[1:] or ["quick"]
    if not set(forms) <= {"quick", "full"}:
        sys.exit("usage: python3 bench/reproduce.py [quick] [full]")
    program = strata()
    OUT.mkdir(parents=True, exist_ok=True)
    with open(OUT / "reproduce.jsonl", "a") as results:
        for form in forms:
            with tempfile.TemporaryDirectory() as folder:
                command = [program, "reproduce", "all", "--check", "--out", folder]
                code, cost = timed(command + (["--quick"] if form == "quick" else []))
                verdicts = [json.loads(path.read_text()) for path in pathlib.Path(folder).glob(f"*/{form}/verdicts.json")]
            line = {
                "form": form, "date": datetime.date.today().isoformat(), "exit_code": code, "experiments": len(verdicts),
                "claims": sum(len(verdict["verdicts"]) for verdict in verdicts),
                "cell_seconds": sum(verdict["cell_seconds"] for verdict in verdicts), "cores": os.cpu_count(),
            }
            print(json.dumps(line | cost), file=results, flush=True)
    with open(OUT / "reproduce.jsonl") as results:
        subprocess.run([sys.executable, BENCH / "reproduce_table.py"], stdin=results, check=True)


if __name__ == "__main__":
    main()

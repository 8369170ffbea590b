"""Quotes benchmark results in docs/performance.md, so that no number there is typed by hand.

  python3 bench/quote.py            rewrite every quoted block from bench/results
  python3 bench/quote.py --check    exit 1 if a block is not what bench/results says
  python3 bench/quote.py --adopt    first copy the results of out/bench that are quoted to bench/results

A block begins with `<!-- bench TABLE RESULTS -->` and ends with `<!-- /bench -->`: what stands between is the output of the script TABLE
(of bench/peers or bench) on bench/results/RESULTS.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys

BENCH = pathlib.Path(__file__).parent
PAGE = BENCH.parent / "docs" / "performance.md"
BLOCK = re.compile(r"(<!-- bench (\S+) (\S+) -->\n).*?(<!-- /bench -->)", re.DOTALL)


def quote(match):
    table, results = match[2], BENCH / "results" / match[3]
    script = next(path for path in (BENCH / "peers" / table, BENCH / table) if path.exists())
    with open(results) as lines:
        output = subprocess.run([sys.executable, script], stdin=lines, capture_output=True, text=True, check=True).stdout
    return f"{match[1]}{output.strip()}\n{match[4]}"


def main():
    text = PAGE.read_text()
    if "--adopt" in sys.argv:
        measured = pathlib.Path(os.environ.get("OUT", "out")) / "bench"
        (BENCH / "results").mkdir(exist_ok=True)
        for _, _, results, _ in BLOCK.findall(text):
            if (measured / results).exists():
                shutil.copy(measured / results, BENCH / "results" / results)
    quoted = BLOCK.sub(quote, text)
    if "--check" in sys.argv:
        if quoted != text:
            sys.exit("docs/performance.md does not quote bench/results: run python3 bench/quote.py")
        return
    PAGE.write_text(quoted)


if __name__ == "__main__":
    main()

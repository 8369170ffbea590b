"""Quotes benchmark results in the pages of docs, so that no number there is typed by hand.

  python3 bench/quote.py                   rewrite every quoted block from bench/results
  python3 bench/quote.py --check           exit 1 if a block is not what bench/results says
  python3 bench/quote.py --adopt           first copy the results of out/bench that are quoted to bench/results
  python3 bench/quote.py [OPTION] FOLDER…  the same with the pages of other folders

A block begins with `<!-- bench TABLE RESULTS… -->` and ends with `<!-- /bench -->`: what stands between is the output of the script TABLE
(of bench/peers or bench) on the files bench/results/RESULTS, one after the other.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys

BENCH = pathlib.Path(__file__).resolve().parent
BLOCK = re.compile(r"(<!-- bench (\S+) ((?:\S+ )+)-->\n).*?(<!-- /bench -->)", re.DOTALL)


def quote(match, page):
    table = next((path for path in (BENCH / "peers" / match[2], BENCH / match[2]) if path.exists()), None)
    if not table:
        sys.exit(f"{page}: there is no table script '{match[2]}' in bench")
    missing = [name for name in match[3].split() if not (BENCH / "results" / name).exists()]
    if missing:
        sys.exit(f"{page}: bench/results has no {', '.join(missing)}")
    lines = "".join((BENCH / "results" / name).read_text() for name in match[3].split())
    output = subprocess.run([sys.executable, table], input=lines, stdout=subprocess.PIPE, text=True, check=True).stdout
    return f"{match[1]}{output.strip()}\n{match[4]}"


def adopt(texts):
    """Copies what the blocks of texts quote from out/bench, as far as it was measured."""
    measured = pathlib.Path(os.environ.get("OUT", BENCH.parent / "out")) / "bench"
    (BENCH / "results").mkdir(exist_ok=True)
    for text in texts:
        for name in {name for block in BLOCK.finditer(text) for name in block[3].split()}:
            if (measured / name).exists():
                shutil.copy(measured / name, BENCH / "results" / name)


def main():
    folders = [argument for argument in sys.argv[1:] if not argument.startswith("--")] or [BENCH.parent / "docs"]
    pages = {page: page.read_text() for folder in folders for page in sorted(pathlib.Path(folder).glob("*.md"))}
    if "--adopt" in sys.argv:
        adopt(pages.values())
    stale = []
    for page, text in pages.items():
        quoted = BLOCK.sub(lambda match: quote(match, page.name), text)
        if quoted == text:
            continue
        if "--check" in sys.argv:
            stale.append(page.name)
        else:
            page.write_text(quoted)
    if stale:
        sys.exit(f"{', '.join(stale)}: not what bench/results says; run python3 bench/quote.py")


if __name__ == "__main__":
    main()

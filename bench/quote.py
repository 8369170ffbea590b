"""Quotes benchmark results in the pages of docs, so that no number there is typed by hand.

  python3 bench/quote.py                   rewrite every quoted block from bench/results
  python3 bench/quote.py --check           exit 1 if a block is not what bench/results says
  python3 bench/quote.py --adopt           first copy the results of out/bench that are quoted to bench/results
  python3 bench/quote.py [OPTION] FOLDER…  the same with the pages of other folders

A block begins with `<!-- bench TABLE RESULTS… -->` and ends with `<!-- /bench -->`: what stands between is the output of the script TABLE
(of bench) on the files bench/results/RESULTS, one after the other.

A number in a sentence is followed by the cell that it is, `+.020<!-- cell TABLE RESULTS ROW: COLUMN -->`: ROW is how the row begins (`1 | 0.05`), COLUMN its
heading; of the cell it is the first number. Decimals, a leading zero and the sign are those of what stands there, as in scripts/verdicts.
"""

import importlib.machinery
import importlib.util
import os
import pathlib
import re
import shutil
import subprocess
import sys

BENCH = pathlib.Path(__file__).resolve().parent
# How a number is written as the one that is shown is said once, in scripts/verdicts, which is no module: no bytecode of it is kept.
loader = importlib.machinery.SourceFileLoader("verdicts", str(BENCH.parent / "scripts/verdicts"))
sys.dont_write_bytecode = True
verdicts = importlib.util.module_from_spec(importlib.util.spec_from_loader("verdicts", loader))
loader.exec_module(verdicts)

NUMBER = verdicts.NUMBER
CELL = re.compile(rf"({NUMBER})<!-- cell (\S+) (\S+) ([^:>]+): ([^>]+) -->")
BLOCK = re.compile(r"(<!-- bench (\S+) ((?:\S+ )+)-->\n).*?(<!-- /bench -->)", re.DOTALL)


def output(script, results, page):
    """What a table script prints of results."""
    table = BENCH / script
    if not table.exists():
        sys.exit(f"{page}: there is no table script '{script}' in bench")
    missing = [name for name in results if not (BENCH / "results" / name).exists()]
    if missing:
        sys.exit(f"{page}: bench/results has no {', '.join(missing)}")
    lines = "".join((BENCH / "results" / name).read_text() for name in results)
    return subprocess.run([sys.executable, table], input=lines, stdout=subprocess.PIPE, text=True, check=True).stdout


def quote(match, page):
    return f"{match[1]}{output(match[2], match[3].split(), page).strip()}\n{match[4]}"


def quote_cell(match, page):
    """A number of a sentence with its mark, from the cell of the table that the mark names."""
    shown, script, results, row, column = match.groups()
    lines = [line.strip("| ") for line in output(script, [results], page).splitlines() if line.startswith("|")]
    found, headings = [], []
    for line, following in zip(lines, lines[1:] + [""]):
        # A script may print several tables: a row belongs to the headings above it.
        if following.startswith(("--", ":--")):
            headings = line.split(" | ")
        elif line.startswith(f"{row} | ") and column in headings:
            found.append(line.split(" | ")[headings.index(column)])
    if len(found) != 1:
        sys.exit(f"{page}: {len(found)} rows of {results} begin with '{row}' and have a column '{column}'")
    number = re.search(NUMBER, found[0])[0].replace("−", "-")
    return verdicts.like(shown, float(number)) + match[0][len(shown) :]


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
        quoted = CELL.sub(lambda match: quote_cell(match, page.name), quoted)
        if len(CELL.findall(quoted)) != quoted.count("<!-- cell "):
            sys.exit(f"{page.name}: a mark of a cell that is not understood")
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

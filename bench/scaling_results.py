"""What the JSON lines of bench/sweeps.sh, bench/merge.sh, bench/slurm.py and bench/whole_job.sh say of the cost of a large plan, and how it
is printed."""

import json
import statistics

from spread import spread


def measured(values, digits, unit):
    """A median with its unit, and the range if there are several values."""
    return f"{spread(values, f'.{digits}f')} {unit}"


def rounded(value, digits=2):
    """A number with so many significant digits, and commas in thousands."""
    exponent = int(f"{value:e}".split("e")[1])
    value = round(value, digits - 1 - exponent)
    return f"{value:,.{max(0, digits - 1 - exponent)}f}"


def size(count):
    """Bytes in the largest decimal unit of which there are some."""
    for unit, factor in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= factor:
            return f"{rounded(count / factor, 3 if count >= 100 * factor else 2)} {unit}"
    return f"{count:.0f} bytes"


class Results:
    """The lines of all files, by name."""

    def __init__(self, lines):
        self.rows = [json.loads(line) for line in lines]

    def named(self, name, **fields):
        found = [row for row in self.rows if row.get("name") == name]
        return [row for row in found if all(row[key] == value for key, value in fields.items())]

    def load(self, *names):
        loads = [row["load"] for name in names for row in self.named(name)]
        low, high = f"{min(loads):.1f}", f"{max(loads):.1f}"
        return low if low == high else f"{low} – {high}"

    # Of bench/whole_job.sh.

    def whole_job(self):
        return next((row for row in self.rows if row.get("program") == "Strata, 2000 steps" and "cells" in row), None)

    def seconds_of_a_cell(self):
        job = self.whole_job()
        return job["seconds"] * job["workers"] / job["cells"]

    def cell(self):
        """Rows of a table: what, command, load, value."""
        job = self.whole_job()
        if job:
            yield (
                f"a cell with a plan's defaults, ρ-tree, {job['cells']} cells on {job['workers']} workers in {job['seconds']:.1f} s",
                "`bench/whole_job.sh` ([performance](performance.md#the-whole-job))", "not recorded", f"{self.seconds_of_a_cell():.1f} s",
            )

    # Of bench/sweeps.sh.

    def overheads(self, name):
        """Seconds a cell that a run takes besides its cells, of each round."""
        return [(row["seconds"] - row["seconds_in_cells"]) / row["cells"] for row in self.named(name)]

    def stored(self, name):
        """Rows, bytes of CSV and bytes of the store of one cell."""
        row = self.named(name)[0]
        return [row[key] / row["cells"] for key in ("rows", "csv_bytes", "store_bytes")]

    def sweeps(self):
        """Rows of a table: what, command, load, value."""
        if not self.named("one worker"):
            return
        one, two, isolated = (self.named(name) for name in ("one worker", "two workers", "isolated"))
        shares = [100 * (row["seconds"] - row["seconds_in_cells"]) / row["seconds_in_cells"] for row in one]
        inside = statistics.median(row["seconds_in_cells"] / row["cells"] for row in one)
        shard = self.named("shard")
        yield (
            f"store and scheduling of {one[0]['cells']} cells of {inside:.2f} s with {one[0]['rows'] / one[0]['cells']:,.0f} rows each, start of "
            "the program and `results.csv` included, one worker", "`bench/sweeps.sh`", self.load("one worker"),
            f"{measured([1e3 * x for x in self.overheads('one worker')], 1, 'ms')} a cell: {measured(shares, 2, '%')}",
        )
        yield (
            "two workers instead of one, the same cells", "the same", self.load("two workers"),
            measured([a["seconds"] / b["seconds"] for a, b in zip(one, two)], 2, "times as fast"),
        )
        yield (
            "a process of its own for every cell (`--isolate`)", "the same", self.load("isolated"),
            measured([1e3 * (b["seconds"] - a["seconds"]) / a["cells"] for a, b in zip(one, isolated)], 0, "ms more a cell"),
        )
        milliseconds = statistics.median(1e3 * row["seconds_in_cells"] / row["cells"] for row in shard)
        yield (
            f"store and scheduling in a shard, {shard[0]['cells']} cells of {milliseconds:.0f} ms", "the same: `strata sweep run --shard 1/1`",
            self.load("shard"), measured([1e3 * x for x in self.overheads("shard")], 2, "ms a cell"),
        )
        for name, what in (("one worker", "all nodes recorded (the default)"), ("levels alone", "`evaluation: {nodes: false}`")):
            rows, csv, store = self.stored(name)
            yield (
                f"a cell of a tree of 64 leaves, {what}", "the same", "–",
                f"{rows:,.0f} rows: {size(csv)} of CSV, {size(store)} of store",
            )

    # Of bench/merge.sh.

    def merges(self):
        """Rows of a table: what, command, load, value."""
        for row in self.named("merge"):
            yield (
                f"merging {row['cells']:,} cells from {row['shards']:,} stores, {row['rows']} rows each, checksums compared",
                f"`bench/merge.sh {row['cells']} {row['shards']} {row['rows']}`", f"{row['load']:.1f}", self.cost(row),
            )
            rest = (("merge again", "merging them again, where all is there"), ("status", "their status, `strata sweep status`"))
            for name, what in rest:
                again, = self.named(name, rows=row["rows"])
                yield what, "the same", f"{again['load']:.1f}", self.cost(again)
            if row is self.largest():
                for dry in self.named("dry run", rows=row["rows"]):
                    yield (
                        f"submitting {dry['cells']:,} cells in {dry['shards']:,} tasks, Slurm's time apart",
                        "the same: `strata sweep submit --dry-run`", f"{dry['load']:.1f}", self.cost(dry),
                    )

    def cost(self, row):
        seconds, processor = (f"{row[key]:.{1 if row[key] >= 1 else 2}f} s" for key in ("seconds", "processor_seconds"))
        text = f"{seconds} ({processor} of processor), {size(row['peak_bytes'])}"
        if row["name"] == "merge":
            text += f": {1e6 * row['seconds'] / row['cells'] / row['rows']:.1f} µs a row"
        return text

    def largest(self):
        return max(self.named("merge"), key=lambda row: row["cells"])

    def seconds_of_a_row(self):
        """Seconds that a merge takes for a row, where cells have most of them."""
        row = max(self.named("merge"), key=lambda row: row["rows"])
        return row["seconds"] / row["cells"] / row["rows"]

    # Of bench/slurm.py.

    def slurm(self):
        """Rows of a table: what, command, load, value."""
        arrays, asked = self.named("array"), self.named("squeue")
        if not arrays:
            return
        nodes, tasks = arrays[0]["nodes"], arrays[0]["tasks"]
        where = f"{nodes} nodes of one processor on one host"
        yield (
            f"accepting an array of {tasks} empty tasks, {where}", "`bench/slurm.py`", self.load("array"),
            measured([row["accepted_seconds"] for row in arrays], 2, "s"),
        )
        yield (
            "running them, with what goes before and after each", "the same", self.load("array"),
            measured([row["seconds"] * nodes / tasks for row in arrays], 1, "s a task and node"),
        )
        yield (
            f"asking for {asked[0]['tasks']:,} tasks, `squeue -h -r -o %T`", "the same", self.load("squeue"),
            measured([row["seconds"] for row in asked], 2, "s"),
        )

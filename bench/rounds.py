"""What the tables of several programs that take turns share: rows of JSON lines, work by work and program by program."""

import json
import sys


def groups():
    """(work, program, its rows, Strata's rows of the same rounds), in the order of standard input."""
    rows = [json.loads(line) for line in sys.stdin]
    for work in dict.fromkeys(row["work"] for row in rows):
        of_work = [row for row in rows if row["work"] == work]
        own = [row for row in of_work if row["name"] == "Strata"]
        for name in dict.fromkeys(row["name"] for row in of_work):
            yield work, name, [row for row in of_work if row["name"] == name], own

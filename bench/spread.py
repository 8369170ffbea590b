"""How the tables of the benchmarks print several values."""

import statistics


def spread(values, form):
    """The median in a format such as `.2f`, and the range where it can be told from the median: `1.20 (1.10 – 1.30)`."""
    dash = "…" if form.startswith("+") else "–"
    low, middle, high = (f"{value:{form}}" for value in (min(values), statistics.median(values), max(values)))
    return middle if low == high else f"{middle} ({low} {dash} {high})"

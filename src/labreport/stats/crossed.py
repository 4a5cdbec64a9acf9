"""Accuracies known item by item for several units, such as seeds: both are random, and cross.

The variance of a mean is that between units over their number, plus that between items over theirs, less the
residual, which both contain (Owen 2007, The pigeonhole bootstrap). Limits: with one unit, or where the units
do not differ, only the items are left; where the items do not differ, only the units. Items are taken as
independent of one another.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping
from typing import Any, TypeAlias

from labreport.stats.intervals import Computed, quantile, student, total, wilson

Rights: TypeAlias = Any
"""Which items are right, an array for each unit."""
Counts: TypeAlias = Mapping[str, Any]
"""What is counted of such arrays: a `table` of two on the same items, else a share `first`, less `threshold`,
or `first` and `second` on other items; with `joint` where nothing pairs the units."""


def table(first: Rights, second: Rights) -> Counts:
    """Count two arrays of shape (units, items) on the same items.

    By unit: of how many items `both` are right, only the first, only the second, `neither`; and how many
    items have which sum of differences over the k units, from −k to k.
    """
    import numpy as np

    units, a, b = len(first), np.array(first), np.array(second)
    sums = np.sum(a, axis=0, dtype=np.int64) - np.sum(b, axis=0, dtype=np.int64)
    cells = {"both": a & b, "first": a & ~b, "second": b & ~a, "neither": ~a & ~b}
    counts = {name: np.sum(cell, axis=1).tolist() for name, cell in cells.items()}
    return {"table": {**counts, "sums": np.bincount(sums + units, minlength=2 * units + 1).tolist()}}


def share(right: Rights) -> Counts:
    """Count an array (units, items): how many are right by unit, and how many 0, 1, … units get right."""
    import numpy as np

    rows = np.array(right)
    sums = np.bincount(np.sum(rows, axis=0), minlength=len(rows) + 1).tolist()
    return {"right": np.sum(rows, axis=1).tolist(), "items": int(rows.shape[1]), "sums": sums}


def unpaired(first: Rights, second: Rights, same: bool) -> Counts:
    """Count two arrays whose units nothing pairs; on the `same` items, also how many units get each right."""
    import numpy as np

    joint = np.zeros((len(first) + 1, len(second) + 1), dtype=int)
    if same:
        np.add.at(joint, (np.sum(first, axis=0), np.sum(second, axis=0)), 1)
    return {"first": share(first), "second": share(second), "joint": joint.tolist() if same else []}


def crossed(counts: Counts, alpha: float) -> Computed:
    """Compute an accuracy (less a threshold) or a difference, with its interval of level 1 − `alpha`."""
    joint, shares = counts.get("joint"), [counts[key] for key in ("first", "second") if key in counts]
    if of := counts.get("table"):
        units, items, equal = len(of["both"]), sum(of["sums"]), not sum(of["first"]) + sum(of["second"])
    else:
        units, items = min(len(one["right"]) for one in shares), min(one["items"] for one in shares)
        equal = bool(joint and joint[0][0] + joint[-1][-1] == items)
    if not units or not items:
        return Computed(None, units, reason="nothing in common")
    rows = [row for row, _, _ in _tables(counts)] if joint is None else []
    apart = [one - sum(others) for one, *others in zip(*rows, strict=True)]
    spread = statistics.stdev(apart) if len(apart) > 1 else None
    values = tuple(one - counts.get("threshold", 0.0) for one in apart)
    if equal:
        return Computed(0.0, units, spread, reason="equal", values=values)
    if joint is not None and units == 1:
        means = [statistics.fmean(one["right"]) / one["items"] for one in shares]
        return Computed(means[0] - means[1], 1, reason="one run")
    value, low, high, how = _interval(counts, alpha)
    return Computed(value, units, spread, low, high, how=how, values=values)


def _interval(counts: Counts, alpha: float) -> tuple[float, float, float, str]:
    """Value, low and high, and the name of the interval."""
    found, joint = _tables(counts), counts.get("joint")
    split, rows = [_pieces(*each) for each in found], [row for row, _, _ in found]
    sizes, means = [sum(n for _, n in columns) for _, columns, _ in found], [*map(statistics.fmean, rows)]
    rests = [each[:2] if each else (0.0, math.inf) for each in split]
    value, over = means[0] - sum(means[1:]), "units and items" if any(split) else "items"
    if "table" not in counts and len(found) == 1:  # Wilson's, with an effective number (Dean and Pagano 2015)
        variance, df = total([_of_units(rows[0], *rests[0]), split[0][2]]) if split[0] else (0.0, math.inf)
        size = value * (1 - value) / variance if variance else sizes[0]
        low, high = wilson(value, size, quantile(alpha, df))
        bound = counts.get("threshold", 0.0)
        return value - bound, low - bound, high - bound, f"Wilson, over {over}"
    if not any(split):
        corners = [joint[i][j] for i in (-1, 0) for j in (-1, 0)] if joint else []
        if "table" in counts:
            corners = [counts["table"][key][0] for key in ("both", "first", "second", "neither")]
        elif sum(corners) != sizes[0]:
            return *newcombe(means[0], sizes[0], means[1], sizes[1], alpha), "Newcombe, over items"
        apart, low, high = agreement(corners[0], corners[1], corners[2], corners[3], alpha)
        value = apart if joint else value
        return value, min(low, value), max(high, value), "exact and Newcombe, over items"
    if joint is None:  # the units are pairs
        pairs = [one - sum(others) for one, *others in zip(*rows, strict=True)]
        units = [_of_units(pairs, sum(rest for rest, _ in rests), min(df for _, df in rests))]
    else:
        units = [_of_units(row, *rest) for row, rest in zip(rows, rests, strict=True)]
    items = [
        each[2] if each else _of_items(counts[key]["right"], counts[key]["items"])
        for each, key in zip(split, ("first", "second"), strict=False)
    ]
    if joint:
        k, m, n = len(rows[0]), len(rows[1]), sizes[0]
        places = ((i / k - j / m, count) for i, line in enumerate(joint) for j, count in enumerate(line))
        by_item = math.fsum(count * (place - value) ** 2 for place, count in places) / (n - 1) / n
        items = [(max(0.0, by_item - rests[0][0] / k - rests[1][0] / m), n - 1)]
    return *student(value, [*units, *items], alpha), f"Student's t over {over}"


def _tables(counts: Counts) -> list[tuple[list[float], list[tuple[int, int]], int]]:
    """Each table of units and items, as `_pieces` splits it."""
    if of := counts.get("table"):
        rows = [(a - b) / sum(of["sums"]) for a, b in zip(of["first"], of["second"], strict=True)]
        return [(rows, list(enumerate(of["sums"], -len(rows))), sum(of["first"]) + sum(of["second"]))]
    shares = [counts[key] for key in ("first", "second") if key in counts]
    return [
        ([right / one["items"] for right in one["right"]], list(enumerate(one["sums"])), sum(one["right"]))
        for one in shares
    ]


def _pieces(rows: Any, columns: Any, squares: float) -> Any:
    """Split the squares of a table of units and items, whose sum over all cells is `squares`.

    `rows` are the means of the units, `columns` pairs of a sum over the units and how many items have it.
    Gives the residual's variance of a unit's mean, its degrees of freedom, and the variance of the mean by
    items, with its own; None for one unit, or where the units agree on every item.
    """
    k, n = len(rows), sum(count for _, count in columns)
    if k < 2 or n < 2 or k * squares == sum(count * place**2 for place, count in columns):
        return None
    mean = statistics.fmean(rows)
    by_row = n * math.fsum((row - mean) ** 2 for row in rows)
    by_column = k * math.fsum(count * (place / k - mean) ** 2 for place, count in columns)
    df = (k - 1) * (n - 1)
    rest = max(0.0, squares - k * n * mean**2 - by_row - by_column) / df / n
    return rest, df, (max(0.0, by_column / k / (n - 1) / n - rest / k), n - 1)


def _of_units(rows: Any, rest: float, rest_df: float) -> tuple[float, float]:
    """Variance of a mean that the units cause, with its degrees of freedom.

    It is at least what the residual causes, so that units that agree by accident do not look certain; where
    the residual is used, so are its degrees of freedom, from four units on.
    """
    k, between = len(rows), statistics.variance(rows)
    if between >= rest:
        return between / k, k - 1
    return rest / k, rest_df if k > 3 else k - 1


def _of_items(right: Any, items: int) -> tuple[float, float]:
    """Variance of a share that the draw of items causes; of 0 and 1, that of one more item of each kind."""
    share = statistics.fmean(right) / items
    if share in (0, 1):
        share = (share * items + 1) / (items + 2)
    return share * (1 - share) / items, math.inf


def agreement(both: int, a: int, b: int, neither: int, alpha: float) -> tuple[float, float, float]:
    """Difference of two shares of the same items, `a` and `b` of which only one gets right, and its interval.

    It holds two: Clopper and Pearson's given how many items the two disagree about, and Newcombe's (1998,
    method 10 of paired data), which covers the draw of items as well.
    """
    from scipy import special

    n, z = both + a + b + neither, quantile(alpha)
    p, q = (both + a) / n, (both + b) / n
    (low_p, high_p), (low_q, high_q) = wilson(p, n, z), wilson(q, n, z)
    cross = float(both * neither - a * b)
    cross = max(cross - n / 2, 0.0) if cross > 0 else cross
    phi = cross / math.sqrt(max(1, (both + a) * (b + neither) * (both + b) * (a + neither)))

    def far(x: float, y: float) -> float:
        return math.sqrt(max(0.0, x * x - 2 * phi * x * y + y * y))

    least = float(special.betaincinv(a, b + 1, alpha / 2)) if a else 0.0
    most = 1 - float(special.betaincinv(b, a + 1, alpha / 2)) if b else 1.0
    low = min(p - q - far(p - low_p, high_q - q), (2 * least - 1) * (a + b) / n)
    high = max(p - q + far(high_p - p, q - low_q), (2 * most - 1) * (a + b) / n)
    return p - q, min(low, p - q), max(high, p - q)


def newcombe(p: float, n: int, q: float, m: int, alpha: float) -> tuple[float, float, float]:
    """Difference of two shares of separate items, with Newcombe's interval (1998, method 10)."""
    z = quantile(alpha)
    (low_p, high_p), (low_q, high_q) = wilson(p, n, z), wilson(q, m, z)
    return p - q, p - q - math.hypot(p - low_p, high_q - q), p - q + math.hypot(high_p - p, q - low_q)

"""Accuracies known item by item for several units, such as seeds: both are random, and cross.

The variance of a mean is that between units over their number, plus that between items over theirs, less the
residual, which both contain (Owen 2007, The pigeonhole bootstrap). Limits: with one unit, or where the units
do not differ, only the items are left; where the items do not differ, only the units. Items are taken as
independent of one another.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from typing import Any, NamedTuple

from labreport.stats.intervals import Computed, Variance, quantile, student, total, wilson


class _Split(NamedTuple):
    """The residual's variance of a unit's mean, and what items cause: nothing where the units all agree."""

    rest: float = 0.0
    rest_df: float = math.inf
    items: Variance | None = None


def crossed(first: Any, second: Any, alpha: float, *, paired: bool = True, same: bool = True) -> Computed:
    """Compute an accuracy, or a difference, with its interval of level 1 − `alpha`.

    `first` and `second` (or None) say which items are right, shape (units, items): of the `same` items or of
    others, by units that are `paired` or not.
    """
    import numpy as np

    given = [np.array(one, dtype=float) for one in (first, second) if one is not None]
    k, n = min(map(len, given)), min(one.size for one in given)
    if not n:
        return Computed(None, k)
    together = len(given) == 2 and same and len(given[0]) == len(given[1]) and (paired or k == 1)
    of = [given[0] - given[1]] if together else given
    lonely = len(of) == 2 and not paired
    rows = [one.mean(axis=1).tolist() for one in of]
    apart = [] if lonely else [one - sum(others) for one, *others in zip(*rows, strict=True)]
    spread, values = statistics.stdev(apart) if len(apart) > 1 else None, tuple(apart)
    if (together and not of[0].any()) or (lonely and same and not np.ptp(np.concatenate(of), axis=0).any()):
        return Computed(0.0, k, spread, values=values, equal=True)
    means = [*map(statistics.fmean, rows)]
    value = means[0] - sum(means[1:])
    if lonely and k == 1:
        return Computed(value)
    split = [_pieces(one) for one in of]
    over = "units and items" if any(one.items for one in split) else "items"
    if len(given) == 1:  # Wilson's, with an effective number (Dean and Pagano 2015)
        parts = [_of_units(rows[0], split[0]), split[0].items] if split[0].items else []
        variance, df = total([part for part in parts if part])
        size = value * (1 - value) / variance if variance else of[0].shape[1]
        low, high = wilson(value, size, quantile(alpha, df))
        return Computed(value, k, spread, low, high, f"Wilson, over {over}", values)
    if over == "items":
        if same:
            a, b = (one[0] > 0 for one in given)
            counts = [int(cell.sum()) for cell in (a & b, a & ~b, b & ~a, ~a & ~b)]
            how, ends = "exact and Newcombe, over items", agreement(counts, alpha)
        else:
            sizes = [one.shape[1] for one in of]
            how, ends = "Newcombe, over items", newcombe(means[0], sizes[0], means[1], sizes[1], alpha)
        return Computed(value, k, spread, min(ends[0], value), max(ends[1], value), how, values)
    units = [_of_units(row, one) for row, one in zip(rows, split, strict=True)]
    if not lonely:  # the units are pairs
        rest = _Split(sum(one.rest for one in split), min(one.rest_df for one in split))
        units = [_of_units(apart, rest)]
    items = [one.items or _of_items(each) for one, each in zip(split, of, strict=True)]
    if lonely and same:
        shares = of[0].mean(axis=0) - of[1].mean(axis=0)
        by_item, n = float(shares.var(ddof=1)), len(shares)
        rests = sum(one.rest / len(each) for one, each in zip(split, of, strict=True))
        items = [(max(0.0, by_item / n - rests), n - 1)]
    low, high = student(value, [*units, *items], alpha)
    return Computed(value, k, spread, low, high, f"Student's t over {over}", values)


def _pieces(of: Any) -> _Split:
    k, n = of.shape
    if k < 2 or n < 2 or (of == of[0]).all():
        return _Split()
    mean, df = of.mean(), (k - 1) * (n - 1)
    by_unit, by_item = n * ((of.mean(axis=1) - mean) ** 2).sum(), k * ((of.mean(axis=0) - mean) ** 2).sum()
    rest = max(0.0, float((of**2).sum() - k * n * mean**2 - by_unit - by_item)) / df / n
    return _Split(rest, df, (max(0.0, float(by_item) / k / (n - 1) / n - rest / k), n - 1))


def _of_units(rows: list[float], split: _Split) -> Variance:
    """Variance of a mean that the units cause, with its degrees of freedom.

    It is at least what the residual causes, so that units that agree by accident do not look certain; where
    the residual is used, so are its degrees of freedom, from four units on.
    """
    k, between = len(rows), statistics.variance(rows)
    if between >= split.rest:
        return between / k, k - 1
    return split.rest / k, split.rest_df if k > 3 else k - 1


def _of_items(of: Any) -> Variance:
    """Variance of a share that the draw of items causes; of 0 and 1, that of one more item of each kind."""
    share, items = float(of.mean()), of.shape[1]
    if share in (0, 1):
        share = (share * items + 1) / (items + 2)
    return share * (1 - share) / items, math.inf


def agreement(counts: Sequence[int], alpha: float) -> tuple[float, float]:
    """The interval of a difference of two shares of the same items.

    `counts` are how many both get right, only the first, only the second, and neither. It holds two: Clopper
    and Pearson's given how many items the two disagree about, and Newcombe's (1998, method 10 of paired
    data), which covers the draw of items as well.
    """
    from scipy import special

    both, a, b, neither = counts
    n, z = sum(counts), quantile(alpha)
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
    return min(low, p - q), max(high, p - q)


def newcombe(p: float, n: int, q: float, m: int, alpha: float) -> tuple[float, float]:
    """Newcombe's interval of a difference of two shares of separate items (1998, method 10)."""
    z = quantile(alpha)
    (low_p, high_p), (low_q, high_q) = wilson(p, n, z), wilson(q, m, z)
    return p - q - math.hypot(p - low_p, high_q - q), p - q + math.hypot(high_p - p, q - low_q)

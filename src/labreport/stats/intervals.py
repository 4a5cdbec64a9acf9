"""Intervals of means, differences and ratios, from a value for each unit, or from what is right, by items.

Accuracies that are known item by item for several units, such as seeds: both are random, and cross. The
variance of a mean is that between units over their number, plus that between items over theirs, less the
residual, which both contain (Owen 2007, The pigeonhole bootstrap). Limits: with one unit, or where the units
do not differ, only the items are left; where the items do not differ, only the units. Items are taken as
independent of one another.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, TypeAlias

ALPHA = 0.05
"""What an interval leaves out."""
Variance: TypeAlias = tuple[float, float]
"""A variance of a mean, and its degrees of freedom."""


@dataclass(frozen=True)
class Estimate:
    """A value over `n` units, its spread, and the ends of its interval, None where there are none.

    `equal` says that all values are, `how` names the interval, `values` are those of the units.
    """

    value: float | None
    n: int = 1
    spread: float | None = None
    low: float | None = None
    high: float | None = None
    how: str = ""
    values: tuple[Any, ...] = ()
    equal: bool = False


def quantile(alpha: float, df: float = math.inf) -> float:
    """How many standard errors an interval of level 1 − `alpha` reaches to each side."""
    from scipy import special

    tail = float(special.ndtri(alpha / 2) if math.isinf(df) else special.stdtrit(df, alpha / 2))
    return -tail if tail <= 0 else math.inf  # SciPy gives +inf where the quantile overflows


def wilson_interval(share: float, size: float, z: float) -> tuple[float, float]:
    """Compute Wilson's score interval (1927) of a share of `size` items, `z` standard errors to each side."""
    if math.isinf(z):
        return 0.0, 1.0
    spread = z * z / size
    centre = (share + spread / 2) / (1 + spread)
    half = z * math.sqrt(share * (1 - share) / size + spread / (4 * size)) / (1 + spread)
    return max(0.0, min(share, centre - half)), min(1.0, max(share, centre + half))


def pooled_variance(parts: Sequence[Variance]) -> Variance:
    """Add variances, each with its degrees of freedom, to one with its own (Satterthwaite 1946)."""
    lost, variance = sum(part**2 / df for part, df in parts if part > 0), sum(part for part, _ in parts)
    return variance, variance**2 / lost if lost > 0 else math.inf


def welch_satterthwaite_interval(
    value: float, parts: Sequence[Variance], alpha: float
) -> tuple[float, float]:
    """Student's interval of a mean whose variance is the sum of `parts`."""
    variance, df = pooled_variance(parts)
    half = quantile(alpha, df) * math.sqrt(variance)
    return value - half, value + half


def t_interval(
    first: Any, second: Any, alpha: float, paired: bool, scale: str, fraction: float | None
) -> Estimate:
    """Compute the mean of `first`, or it less (of ratios: over) `second`, paired or by Welch.

    Each has for each unit its repetitions; `second` may be a number, or None. Ratios are those of geometric
    means. `fraction` says that the units are random splits of one data set, with this share of it for the
    test: they share data, so the variance is Nadeau and Bengio's corrected one (2003), s² (1/n + f/(1 − f)).
    """
    ratio = scale == "ratio"
    if isinstance(second, (int, float)):
        second, paired = [[second]] * len(first), True
    groups = [_by_unit(of, ratio) for of in (first, second) if of is not None]
    how = "Student's t" if second is None else "Student's t, paired" if paired else "Welch's t"
    how += " on logarithms" if ratio else ""
    how += "" if fraction is None else ", variance corrected for repeated splits"
    size = 1e-12 * max(map(abs, chain(*groups)), default=0.0)  # what differs by less, does by rounding
    if second is not None and paired:
        groups = [[one - other for one, other in zip(*groups, strict=True)]]
    n, alone = min(map(len, groups)), len(groups) == 1
    values = tuple(map(_power, groups[0]) if ratio else groups[0]) if alone else ()
    if not n or any(map(math.isnan, chain(*groups))):
        return Estimate(None, n, how=how, values=values)
    means = [*map(statistics.fmean, groups)]
    found, equal = [means[0] - sum(means[1:])], False
    spread = None
    if n > 1:
        shared = 0.0 if fraction is None else fraction / (1 - fraction)
        variances = [(statistics.variance(of), len(of)) for of in groups]
        parts = [(variance * (1 / count + shared), count - 1) for variance, count in variances]
        far = math.sqrt(variances[0][0] if alone else pooled_variance(parts)[0])
        spread = None if ratio or not alone else far if far > size else 0.0
        if far > size:
            found += welch_satterthwaite_interval(found[0], parts, alpha)
        elif second is not None and abs(found[0]) <= size:
            found, equal = [0.0], True
    value, low, high = (*(map(_power, found) if ratio else found), None, None)[:3]
    return Estimate(value, n, spread, low, high, how, values, equal)


def _by_unit(sample: Sequence[Sequence[float]], ratio: bool) -> list[float]:
    """The mean of each unit's repetitions, or of their logarithms; NaN where one has none."""
    found = []
    for values in sample:
        usable = bool(values) and all(map(math.isfinite, values)) and (not ratio or min(values) > 0)
        found.append(statistics.fmean(map(math.log, values) if ratio else values) if usable else math.nan)
    return found


def _power(logarithm: float) -> float:
    """What has this logarithm; infinite where no number can hold it, as of very different units."""
    return math.exp(logarithm) if logarithm < 709 else math.inf


def two_way_interval(
    first: Any, second: Any, alpha: float, *, paired: bool = True, same: bool = True
) -> Estimate:
    """Compute an accuracy, or a difference, with its interval of level 1 − `alpha`.

    `first` and `second` (or None) say which items are right, shape (units, items): of the `same` items or of
    others, by units that are `paired` or not.
    """
    import numpy as np

    given = [np.array(one, dtype=float) for one in (first, second) if one is not None]
    k, n = min(map(len, given)), min(one.size for one in given)
    if not n:
        return Estimate(None, k)
    together = len(given) == 2 and same and len(given[0]) == len(given[1]) and (paired or k == 1)
    of = [given[0] - given[1]] if together else given
    lonely = len(of) == 2 and not paired
    rows = [one.mean(axis=1).tolist() for one in of]
    apart = [] if lonely else [one - sum(others) for one, *others in zip(*rows, strict=True)]
    spread, values = statistics.stdev(apart) if len(apart) > 1 else None, tuple(apart)
    if (together and not of[0].any()) or (lonely and same and not np.ptp(np.concatenate(of), axis=0).any()):
        return Estimate(0.0, k, spread, values=values, equal=True)
    means = [*map(statistics.fmean, rows)]
    value = means[0] - sum(means[1:])
    if lonely and k == 1:
        return Estimate(value)
    rests, caused = zip(*map(_pieces, of), strict=True)
    over = "units and items" if any(caused) else "items"
    if len(given) == 1:  # Wilson's, with an effective number (Dean and Pagano 2015)
        variance, df = pooled_variance([_of_units(rows[0], rests[0]), caused[0]] if caused[0] else [])
        size = value * (1 - value) / variance if variance else of[0].shape[1]
        low, high = wilson_interval(value, size, quantile(alpha, df))
        return Estimate(value, k, spread, low, high, f"Wilson, over {over}", values)
    if over == "items":
        if same:
            a, b = (one[0] > 0 for one in given)
            counts = [int(cell.sum()) for cell in (a & b, a & ~b, b & ~a, ~a & ~b)]
            how, ends = "exact and Newcombe, over items", paired_newcombe_interval(counts, alpha)
        else:
            sizes = [one.shape[1] for one in of]
            how, ends = (
                "Newcombe, over items",
                newcombe_interval(means[0], sizes[0], means[1], sizes[1], alpha),
            )
        return Estimate(value, k, spread, min(ends[0], value), max(ends[1], value), how, values)
    units = [*map(_of_units, rows, rests)]
    if not lonely:  # the units are pairs
        units = [_of_units(apart, (sum(rest for rest, _ in rests), min(df for _, df in rests)))]
    items = [one or _of_items(each) for one, each in zip(caused, of, strict=True)]
    if lonely and same:
        shares = of[0].mean(axis=0) - of[1].mean(axis=0)
        by_item, n = float(shares.var(ddof=1)), len(shares)
        rest = sum(rest / len(each) for (rest, _), each in zip(rests, of, strict=True))
        items = [(max(0.0, by_item / n - rest), n - 1)]
    low, high = welch_satterthwaite_interval(value, [*units, *items], alpha)
    return Estimate(value, k, spread, low, high, f"Student's t over {over}", values)


def _pieces(of: Any) -> tuple[Variance, Variance | None]:
    """The residual's variance of a unit's mean, and what items cause: nothing where the units all agree."""
    k, n = of.shape
    if k < 2 or n < 2 or (of == of[0]).all():
        return (0.0, math.inf), None
    mean, df = of.mean(), (k - 1) * (n - 1)
    by_unit, by_item = n * ((of.mean(axis=1) - mean) ** 2).sum(), k * ((of.mean(axis=0) - mean) ** 2).sum()
    rest = max(0.0, float((of**2).sum() - k * n * mean**2 - by_unit - by_item)) / df / n
    return (rest, df), (max(0.0, float(by_item) / k / (n - 1) / n - rest / k), n - 1)


def _of_units(rows: list[float], residual: Variance) -> Variance:
    """Variance of a mean that the units cause: at least the residual's, as they may agree by accident."""
    k, between, (rest, df) = len(rows), statistics.variance(rows), residual
    return (between / k, k - 1) if between >= rest else (rest / k, df if k > 3 else k - 1)


def _of_items(of: Any) -> Variance:
    """Variance of a share that the draw of items causes; of 0 and 1, that of one more item of each kind."""
    share, items = float(of.mean()), of.shape[1]
    if share in (0, 1):
        share = (share * items + 1) / (items + 2)
    return share * (1 - share) / items, math.inf


def paired_newcombe_interval(counts: Sequence[int], alpha: float) -> tuple[float, float]:
    """The interval of a difference of two shares of the same items.

    `counts` are how many both get right, only the first, only the second, and neither. It holds two: Clopper
    and Pearson's given how many items the two disagree about, and Newcombe's (1998, method 10 of paired
    data), which covers the draw of items as well.
    """
    from scipy import special

    both, a, b, neither = counts
    n, z = sum(counts), quantile(alpha)
    p, q = (both + a) / n, (both + b) / n
    (low_p, high_p), (low_q, high_q) = wilson_interval(p, n, z), wilson_interval(q, n, z)
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


def newcombe_interval(p: float, n: int, q: float, m: int, alpha: float) -> tuple[float, float]:
    """Newcombe's interval of a difference of two shares of separate items (1998, method 10)."""
    z = quantile(alpha)
    (low_p, high_p), (low_q, high_q) = wilson_interval(p, n, z), wilson_interval(q, m, z)
    return p - q - math.hypot(p - low_p, high_q - q), p - q + math.hypot(high_p - p, q - low_q)

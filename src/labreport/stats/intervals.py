"""Intervals of means, of differences of means, and of their ratios, from one value for each unit."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, TypeAlias

ALPHA = 0.05
"""What an interval leaves out."""
NEGLIGIBLE = 1e-12
"""Values that differ by less, relative to their size, are equal: what is left is rounding."""
Variance: TypeAlias = tuple[float, float]
"""A variance of a mean, and its degrees of freedom."""


@dataclass(frozen=True)
class Computed:
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


def wilson(share: float, size: float, z: float) -> tuple[float, float]:
    """Compute Wilson's score interval (1927) of a share of `size` items, `z` standard errors to each side."""
    if math.isinf(z):
        return 0.0, 1.0
    spread = z * z / size
    centre = (share + spread / 2) / (1 + spread)
    half = z * math.sqrt(share * (1 - share) / size + spread / (4 * size)) / (1 + spread)
    return max(0.0, min(share, centre - half)), min(1.0, max(share, centre + half))


def total(parts: Sequence[Variance]) -> Variance:
    """Add variances, each with its degrees of freedom, to one with its own (Satterthwaite 1946)."""
    lost, variance = sum(part**2 / df for part, df in parts if part > 0), sum(part for part, _ in parts)
    return variance, variance**2 / lost if lost > 0 else math.inf


def student(value: float, parts: Sequence[Variance], alpha: float) -> tuple[float, float]:
    """Student's interval of a mean whose variance is the sum of `parts`."""
    variance, df = total(parts)
    half = quantile(alpha, df) * math.sqrt(variance)
    return value - half, value + half


def estimated(
    first: Any, second: Any, alpha: float, paired: bool, scale: str, fraction: float | None
) -> Computed:
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
    size = NEGLIGIBLE * max(map(abs, chain(*groups)), default=0.0)
    if second is not None and paired:
        groups = [[one - other for one, other in zip(*groups, strict=True)]]
    n, alone = min(map(len, groups)), len(groups) == 1
    values = tuple(map(_power, groups[0]) if ratio else groups[0]) if alone else ()
    if not n or any(map(math.isnan, chain(*groups))):
        return Computed(None, n, how=how, values=values)
    means = [*map(statistics.fmean, groups)]
    found, equal = [means[0] - sum(means[1:])], False
    spread = None
    if n > 1:
        shared = 0.0 if fraction is None else fraction / (1 - fraction)
        variances = [(statistics.variance(of), len(of)) for of in groups]
        parts = [(variance * (1 / count + shared), count - 1) for variance, count in variances]
        far = math.sqrt(variances[0][0] if alone else total(parts)[0])
        spread = None if ratio or not alone else far if far > size else 0.0
        if far > size:
            found += student(found[0], parts, alpha)
        elif second is not None and abs(found[0]) <= size:
            found, equal = [0.0], True
    value, low, high = (*(map(_power, found) if ratio else found), None, None)[:3]
    return Computed(value, n, spread, low, high, how, values, equal)


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

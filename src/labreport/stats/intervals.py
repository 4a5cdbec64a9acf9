"""Intervals of means, of differences of means, and of their ratios, from one value for each unit."""

from __future__ import annotations

import math
import statistics
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

ALPHA = 0.05
"""What an interval leaves out."""
NEGLIGIBLE = 1e-12
"""Values that differ by less, relative to their size, are equal: what is left is rounding."""
Repeated = Sequence[Sequence[float]]
"""For each unit its repetitions."""


@dataclass(frozen=True)
class Computed:
    """A value over `n` units, its spread, and the ends of its interval, or the `reason` why there are none.

    Of the reasons, `equal` is that all values are. `how` names the interval, `values` are those of the units.
    """

    value: float | None
    n: int = 1
    spread: float | None = None
    low: float | None = None
    high: float | None = None
    reason: str = ""
    how: str = ""
    values: tuple[Any, ...] = ()


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


def total(parts: Iterable[tuple[float, float]]) -> tuple[float, float]:
    """Add variances, each with its degrees of freedom, to one with its own (Satterthwaite 1946)."""
    of = list(parts)
    lost, variance = sum(part**2 / df for part, df in of if part > 0), sum(part for part, _ in of)
    return variance, variance**2 / lost if lost > 0 else math.inf


def student(value: float, parts: Iterable[tuple[float, float]], alpha: float) -> tuple[float, float, float]:
    """A mean whose variance is the sum of `parts`, with Student's interval."""
    variance, df = total(parts)
    half = quantile(alpha, df) * math.sqrt(variance)
    return value, value - half, value + half


def mean(
    sample: Repeated,
    alpha: float,
    scale: str = "difference",
    fraction: float | None = None,
    bounds: tuple[float, float] | None = None,
) -> Computed:
    """The mean of a sample over its units, or the geometric mean; `bounds` are those that it cannot leave."""
    values = _by_unit(sample, scale)
    found = _named(_of_means([values], alpha, 0.0, fraction), "Student's t", scale, fraction, values)
    if bounds and found.low is not None and found.high is not None:
        return replace(found, low=max(bounds[0], found.low), high=min(bounds[1], found.high))
    return found


def difference(
    first: Repeated,
    second: Repeated | float,
    alpha: float,
    paired: bool = True,
    scale: str = "difference",
    fraction: float | None = None,
) -> Computed:
    """First minus second, or over it on the scale of ratios: paired, by Welch, or from a number."""
    a = _by_unit(first, scale)
    number = isinstance(second, (int, float))
    b = _by_unit([[second]] * len(first) if isinstance(second, (int, float)) else second, scale)
    size = max((abs(value) for value in (*a, *b) if value is not None), default=0.0)
    groups, name, values = [a, b], "Welch's t", list[Any]()
    if paired or number:
        pairs = zip(a, b, strict=True)
        groups = [[None if one is None or other is None else one - other for one, other in pairs]]
        name, values = "Student's t, paired", groups[0]
    found = _of_means(groups, alpha, size, fraction)
    if found.reason == "no spread" and abs(found.value or 0.0) <= NEGLIGIBLE * size:
        found = Computed(0.0, found.n, found.spread, reason="equal")
    return _named(found, name, scale, fraction, values)


def _by_unit(sample: Repeated, scale: str) -> list[float | None]:
    """One value for each unit: the mean of its repetitions, of their logarithms on the scale of ratios.

    None where a repetition is not finite, or has no logarithm.
    """
    found: list[float | None] = []
    for values in sample:
        usable = bool(values) and all(map(math.isfinite, values)) and (scale != "ratio" or min(values) > 0)
        taken = [math.log(value) for value in values] if usable and scale == "ratio" else values
        found.append(statistics.fmean(taken) if usable else None)
    return found


def _of_means(
    groups: list[list[float | None]], alpha: float, scale: float, fraction: float | None
) -> Computed:
    """The mean of one value for each unit, or of two groups the first less the second; Student's interval.

    `fraction` says that the units are random splits of one data set, with this share of it for the test.
    They share data, so the variance is Nadeau and Bengio's corrected one (2003): s² (1/n + f/(1 − f)).
    A spread that is negligible beside `scale` is none.
    """
    n = min(map(len, groups))
    known = [[value for value in values if value is not None] for values in groups]
    if not n or any(len(values) < len(group) for values, group in zip(known, groups, strict=True)):
        return Computed(None, n, reason="not finite" if n else "nothing in common")
    means = [statistics.fmean(values) for values in known]
    value = means[0] - sum(means[1:])
    if n == 1:
        return Computed(value, 1, reason="one run")
    shared = 0.0 if fraction is None else fraction / (1 - fraction)
    variances = [statistics.variance(values) for values in known]
    sizes = [*map(len, known)]
    of = [(v * (1 / size + shared), size - 1) for v, size in zip(variances, sizes, strict=True)]
    spread, flat = (math.sqrt(variances[0]), 0.0) if len(groups) == 1 else (None, None)
    far = math.sqrt(total(of)[0]) if spread is None else spread
    if far <= NEGLIGIBLE * max(scale, *(abs(each) for values in known for each in values)):
        return Computed(value, n, flat, reason="no spread")
    _, low, high = student(value, of, alpha)
    return Computed(value, n, spread, low, high)


def _named(found: Computed, name: str, scale: str, fraction: float | None, values: list[Any]) -> Computed:
    """With the name of the interval; a mean of logarithms becomes a ratio, whose spread would mislead.

    An end that no number can hold, as two very different units give it at a strict level, is infinite.
    """
    corrected = "" if fraction is None else ", variance corrected for repeated splits"
    how = f"{name}{' on logarithms' if scale == 'ratio' else ''}{corrected}"
    if scale != "ratio":
        return replace(found, how=how, values=tuple(values))
    largest = math.log(sys.float_info.max)

    def power(end: float | None) -> float | None:
        return None if end is None else math.exp(end) if end < largest else math.inf

    value, low, high, *own = map(power, (found.value, found.low, found.high, *values))
    return replace(found, value=value, spread=None, low=low, high=high, how=how, values=tuple(own))

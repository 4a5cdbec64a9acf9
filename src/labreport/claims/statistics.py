"""One sample: its centre, its spread and an interval, as a quantity. Methods are SciPy's."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from scipy import stats

from labreport.claims.quantity import Interval, Quantity, Unit, measured_varies_with

LEVEL = 0.95
"""Confidence level of every interval."""


def over_seeds(values: Sequence[float], unit: Unit, source: str) -> Quantity:
    """Mean over seeds, standard deviation, and Student's interval of the mean.

    One value has no spread and no interval: a single seed says nothing of another.
    """
    sample = [float(value) for value in values]
    return Quantity(
        value=float(np.mean(sample)),
        unit=unit,
        source=source,
        n=len(sample),
        spread=float(np.std(sample, ddof=1)) if len(sample) > 1 else None,
        interval=student(sample, unit),
        varies_with=measured_varies_with(unit),
    )


def student(values: Sequence[float], unit: Unit = "") -> Interval | None:
    """Student's interval of the mean, or None for fewer than two values.

    For a `fraction` it is cut at 0 and 1, beyond which no mean can lie.
    """
    if len(values) < 2:
        return None
    mean = float(np.mean(values))
    error = float(stats.sem(values)) if np.std(values) > 1e-12 * (abs(mean) + 1) else 0.0
    # SciPy's interval of a scale of zero is not a number; equal values leave no room
    low, high = stats.t.interval(LEVEL, len(values) - 1, mean, error) if error > 0 else (mean, mean)
    if unit == "fraction":
        low, high = max(0.0, low), min(1.0, high)
    return Interval(float(low), float(high), "Student, seeds", LEVEL)


def wilson(successes: int, n: int, source: str) -> Quantity:
    """Share of `successes` among `n` images, with Wilson's score interval."""
    low, high = wilson_ends(successes, n)
    return Quantity(
        value=successes / n,
        unit="fraction",
        source=source,
        interval=Interval(low, high, f"Wilson, {n} images", LEVEL),
    )


def wilson_ends(successes: int, n: int) -> tuple[float, float]:
    """The ends of Wilson's score interval of a share (Wilson 1927)."""
    interval = stats.binomtest(successes, n).proportion_ci(LEVEL, method="wilson")
    return float(interval.low), float(interval.high)


def geometric(values: Sequence[float], unit: Unit, source: str) -> Quantity:
    """Geometric mean of positive values, with Student's interval of the mean logarithm.

    For what spans orders of magnitude, such as gradient norms. `spread` is left out: a standard
    deviation in the unit of the value would mislead.
    """
    logarithms = [math.log(value) for value in values]
    interval = student(logarithms)
    return Quantity(
        value=math.exp(float(np.mean(logarithms))),
        unit=unit,
        source=source,
        n=len(logarithms),
        interval=Interval(math.exp(interval.low), math.exp(interval.high), interval.kind, LEVEL, True)
        if interval
        else None,
        varies_with=measured_varies_with(unit),
    )


def median(values: Sequence[float], unit: Unit, source: str) -> Quantity:
    """Median with the range of the middle half; `n` counts the observations, whatever they are."""
    low, middle, high = (float(value) for value in np.quantile(values, (0.25, 0.5, 0.75)))
    return Quantity(
        value=middle,
        unit=unit,
        source=source,
        n=len(values),
        spread=float(np.std(values, ddof=1)) if len(values) > 1 else None,
        interval=Interval(low, high, "middle half of the observations", 0.5) if len(values) > 1 else None,
        varies_with=measured_varies_with(unit),
    )

"""One sample: its centre, its spread and an interval, as a quantity."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from labreport.claims.comparison import NEGLIGIBLE, against
from labreport.claims.derivation import Derivation, known
from labreport.claims.intervals import Share, Student
from labreport.claims.quantity import Interval, Quantity, Unit, measured_varies_with
from labreport.later import later

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
else:
    np = later("numpy")

LEVEL = 0.95
"""Confidence level of every interval."""


def over_seeds(values: Sequence[float], unit: Unit, source: str) -> Quantity:
    """Mean over seeds, standard deviation, and Student's interval of the mean; it covers the seeds only.

    One value has neither spread nor interval: a single seed says nothing about another. Equal values
    have no interval either: that they agree does not make them certain. Without values, or where one of
    them is not finite (a training that diverged), the value is None.
    """
    sample = [float(value) for value in values]
    derivation = Derivation("mean over seeds", {"values": known(sample)})
    if not sample or not all(math.isfinite(value) for value in sample):
        return _unknown(unit, source, len(sample), derivation)
    return Quantity(
        value=float(np.mean(sample)),
        unit=unit,
        source=source,
        n=len(sample),
        spread=float(np.std(sample, ddof=1)) if len(sample) > 1 else None,
        interval=student(sample, unit),
        varies_with=measured_varies_with(unit),
        derivation=derivation,
    )


def _unknown(unit: Unit, source: str, n: int, derivation: Derivation | None = None) -> Quantity:
    """No value in this run, though another one may have it."""
    return Quantity(None, unit, source, n, varies_with=measured_varies_with(unit), derivation=derivation)


def student(values: Sequence[float], unit: Unit = "") -> Interval | None:
    """Student's interval of the mean, or None for fewer than two values, or for values that do not vary.

    For a `fraction` it is cut at 0 and 1, beyond which no mean can lie.
    """
    if len(values) < 2:
        return None
    mean, variance = float(np.mean(values)), float(np.var(values, ddof=1))
    if math.sqrt(variance) <= NEGLIGIBLE * max(abs(value) for value in values):
        return None
    low, high = Student(mean, variance, len(values)).ends(1 - LEVEL)
    if unit == "fraction":
        low, high = max(0.0, low), min(1.0, high)
    return Interval(low, high, f"Student, {len(values)} seeds", LEVEL)


def wilson(successes: int, n: int, source: str) -> Quantity:
    """Share of `successes` among `n` items, with Wilson's score interval; None of no items."""
    if n == 0:
        return _unknown("fraction", source, 0)
    low, high = wilson_ends(successes, n)
    return Quantity(
        value=successes / n,
        unit="fraction",
        source=source,
        interval=Interval(low, high, f"Wilson, {n} items", LEVEL),
        derivation=Derivation("Wilson", {"successes": successes, "items": n}),
    )


def wilson_ends(successes: int, n: int) -> tuple[float, float]:
    """The ends of Wilson's score interval of a share (Wilson 1927)."""
    return Share(successes / n, n).ends(1 - LEVEL)


def share_over_seeds(
    values: Sequence[float], items: int, source: str, *, rights: NDArray[np.bool_] | None = None
) -> Quantity:
    """Mean accuracy with an interval that covers seeds and test items, see `comparison.against`."""
    found = against(values, 0.0, items, source, rights=rights)
    return replace(found.quantity(), unit="fraction")


def geometric(values: Sequence[float], unit: Unit, source: str) -> Quantity:
    """Geometric mean of positive values, with Student's interval of the mean logarithm.

    None where a value is not positive and finite.

    For what spans orders of magnitude, such as gradient norms. `spread` is left out: a standard
    deviation in the unit of the value would mislead.
    """
    derivation = Derivation("geometric mean", {"values": known(values)})
    if not values or not all(0 < value < math.inf for value in values):
        return _unknown(unit, source, len(values), derivation)
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
        derivation=derivation,
    )


def median(values: Sequence[float], unit: Unit, source: str) -> Quantity:
    """Median with the range of the middle half; `n` counts the observations, whatever they are."""
    derivation = Derivation("median", {"values": known(values)})
    if not values or not all(math.isfinite(value) for value in values):
        return _unknown(unit, source, len(values), derivation)
    low, middle, high = (float(value) for value in np.quantile(values, (0.25, 0.5, 0.75)))
    return Quantity(
        value=middle,
        unit=unit,
        source=source,
        n=len(values),
        spread=float(np.std(values, ddof=1)) if len(values) > 1 else None,
        interval=Interval(low, high, "middle half of the observations", 0.5) if len(values) > 1 else None,
        varies_with=measured_varies_with(unit),
        derivation=derivation,
    )

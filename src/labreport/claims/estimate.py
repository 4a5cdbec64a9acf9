"""A measured difference, with the tests that its own intervals give."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from labreport.claims.derivation import Derivation
from labreport.claims.intervals import Intervals, Student
from labreport.claims.quantity import Interval, Quantity, Unit, VariesWith, measured_varies_with

ALPHA = 0.05
"""A p-value below this, corrected where several comparisons are made at once, counts as evidence."""
_LEAST_EXPONENT = -290.0


@dataclass(frozen=True)
class Estimate:
    """First minus second, or a value minus a threshold.

    All p-values are read off `intervals`: the p-value of a hypothesis is the largest alpha at which the
    interval of level 1 − alpha still contains it. An interval and a test can therefore never disagree.
    Without `intervals` there is no test, and `reason` says why. `over_seeds`, where it differs from
    `intervals`, covers the seeds only, for these very items.
    """

    value: float | None
    unit: Unit
    source: str
    n: int
    test: str
    intervals: Intervals | None = None
    spread: float | None = None
    reason: str = ""
    over_seeds: Student | None = None
    planning: Student | None = None
    """Variances from which the power of the test and the number of seeds that it needs are computed."""
    varies_with: VariesWith = ""
    """What another run may change; it follows from the unit where it is not given."""
    derivation: Derivation | None = field(default=None, compare=False, repr=False)
    """The operation and the data that the estimate was made of."""

    def __post_init__(self) -> None:
        if not self.varies_with:
            object.__setattr__(self, "varies_with", measured_varies_with(self.unit))

    def interval(self, alpha: float = ALPHA) -> Interval | None:
        """The interval at level 1 − `alpha`."""
        if self.value is None or self.intervals is None:
            return None
        low, high = self.intervals.ends(alpha)
        return Interval(min(low, self.value), max(high, self.value), self.intervals.kind, 1 - alpha)

    def quantity(self, alpha: float = ALPHA) -> Quantity:
        """The value with its interval at level 1 − `alpha`."""
        interval = self.interval(alpha)
        return Quantity(
            self.value,
            self.unit,
            self.source,
            self.n,
            self.spread,
            interval,
            self.varies_with,
            self.derivation,
        )

    @property
    def difference(self) -> Quantity:
        """The value with its 95 % interval."""
        return self.quantity()

    @property
    def seeds_only(self) -> Quantity | None:
        """The value with the 95 % interval that covers the seeds only, where that is another one."""
        if self.value is None or self.over_seeds is None:
            return None
        low, high = self.over_seeds.ends(ALPHA)
        interval = Interval(low, high, self.over_seeds.kind, 1 - ALPHA)
        return Quantity(
            self.value,
            self.unit,
            f"{self.source}, these items only",
            self.n,
            self.spread,
            interval,
            self.varies_with,
        )

    @property
    def p_value(self) -> float | None:
        """Two-sided p-value of no difference; None where there is no test."""
        if self.value is None or self.intervals is None:
            return None
        ends = self.intervals.ends
        return _largest(lambda alpha: ends(alpha)[0] <= 0 <= ends(alpha)[1])

    def p_equivalent(self, margin: float) -> float | None:
        """p-value of two one-sided tests (Schuirmann 1987) that the difference is `margin` or more."""
        if self.value is None or self.intervals is None:
            return None
        if not -margin < self.value < margin:
            return 1.0
        ends = self.intervals.ends
        return _largest(lambda alpha: ends(alpha)[0] <= -margin or ends(alpha)[1] >= margin) / 2


def without_test(value: float | None, unit: Unit, source: str, n: int, reason: str) -> Estimate:
    """An estimate that allows no test, and why."""
    known = value if value is not None and math.isfinite(value) else None
    return Estimate(known, unit, source, n, f"no test: {reason}", reason=reason)


def _largest(contains: Callable[[float], bool]) -> float:
    """The largest alpha whose interval still contains something, by bisection of its logarithm."""
    if contains(1.0):
        return 1.0
    low, high = _LEAST_EXPONENT, 0.0
    if not contains(10**low):
        return float(10**low)
    while high - low > 1e-9:
        middle = (low + high) / 2
        if contains(10**middle):
            low = middle
        else:
            high = middle
    return float(10**low)

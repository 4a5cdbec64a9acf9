"""An estimate with its interval, and the variances and critical values that intervals are computed from."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

ALPHA = 0.05
"""The probability that an interval misses the true value: 95 % intervals."""
Ends: TypeAlias = tuple[float, float]
"""The lower and the upper end of an interval."""


@dataclass(frozen=True)
class Estimate:
    """A value with its interval.

    `n` is the number of replicates (of two independent samples, the smaller number), `values` their values,
    `spread` the standard deviation of these. `low` and `high` are None without an interval. `p` is the
    two-sided p value of the test of no difference; `exact_test` means that the test is exact. `method` names
    the method of the interval; `on_logarithms` means that it was computed on logarithms. `all_equal` means
    that the two subjects compared are equal in every replicate and item.
    """

    value: float | None
    n: int = 1
    spread: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    method: str = ""
    values: tuple[float, ...] = ()
    all_equal: bool = False
    exact_test: bool = False
    on_logarithms: bool = False

    @property
    def finite_ends(self) -> Ends | tuple[None, None]:
        """The ends of the interval; two None where there is none or it is unbounded."""
        if self.low is None or self.high is None or not math.isfinite(self.high):
            return None, None
        return self.low, self.high


@dataclass(frozen=True)
class Variance:
    """The variance of a mean, with its degrees of freedom."""

    value: float
    df: float = math.inf


def differences_of_pairs(first: Sequence[float], second: Sequence[float]) -> list[float]:
    """The first minus the second of each pair."""
    return [a - b for a, b in zip(first, second, strict=True)]


def spread_of(values: Sequence[float]) -> float | None:
    """The standard deviation of the values of replicates; None for one."""
    return statistics.stdev(values) if len(values) > 1 else None


def sum_of_variances(variances: Sequence[Variance]) -> Variance:
    """Add variances; the degrees of freedom of the sum are Satterthwaite's (1946, Biometrics Bulletin 2)."""
    total = 0.0
    denominator = 0.0
    for variance in variances:
        total += variance.value
        denominator += variance.value**2 / variance.df
    df = total**2 / denominator if denominator > 0 else math.inf
    return Variance(total, df)


def critical_value(alpha: float, df: float = math.inf) -> float:
    """The number of standard errors from the estimate to each end of the interval: 1.96 for `alpha` 0.05."""
    from scipy import special

    return -float(special.stdtrit(df, alpha / 2))


def with_t_interval(estimate: Estimate, value: float, variance: Variance, alpha: float) -> Estimate:
    """Give an estimate this value, with Student's interval and the p value of the test against 0.

    `p` is None if the variance is 0.
    """
    from scipy import special

    standard_error = math.sqrt(variance.value)
    half_width = critical_value(alpha, variance.df) * standard_error
    p = None
    if standard_error > 0:
        t = abs(value) / standard_error
        p = 2 * float(special.stdtr(variance.df, -t))
    return replace(estimate, value=value, low=value - half_width, high=value + half_width, p=p)

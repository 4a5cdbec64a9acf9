"""An estimate with its interval, and what all intervals are made with: variances and Student's t."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

ALPHA = 0.05
"""What an interval leaves out."""
Ends: TypeAlias = tuple[float, float]
"""The lower and the upper end of an interval."""


@dataclass(frozen=True)
class Estimate:
    """A value with its interval.

    `n` is the number of units (of two unpaired groups, the smaller number), `values` are theirs and `spread`
    their standard deviation. `low` and `high` are None where there is no interval. `p` is the probability of
    a two-sided test of no difference, `exact_test` says that it is an exact one. `method` names the interval,
    which was made `on_logarithms`, or not. `all_equal`: two groups that were compared are equal in every unit
    and item.
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


@dataclass(frozen=True)
class Variance:
    """The variance of a mean, and its degrees of freedom."""

    value: float
    df: float = math.inf


def sum_of_variances(variances: Sequence[Variance]) -> Variance:
    """Add variances; the degrees of freedom of the sum are Satterthwaite's (1946, Biometrics Bulletin 2)."""
    total = sum(variance.value for variance in variances)
    denominator = sum(variance.value**2 / variance.df for variance in variances)
    return Variance(total, total**2 / denominator if denominator > 0 else math.inf)


def critical_value(alpha: float, df: float = math.inf) -> float:
    """How many standard errors an interval of level 1 − `alpha` reaches to each side: 1.96 for 0.05."""
    from scipy import special

    if math.isinf(df):
        return -float(special.ndtri(alpha / 2))
    return -float(special.stdtrit(df, alpha / 2))


def with_t_interval(estimate: Estimate, value: float, variance: Variance, alpha: float) -> Estimate:
    """The estimate with a mean of this variance, Student's interval of it, and his test of whether it is 0.

    Without a variance the test has no `p`.
    """
    from scipy import special

    standard_error = math.sqrt(variance.value)
    half_width = critical_value(alpha, variance.df) * standard_error
    p = None
    if standard_error > 0:
        t = abs(value) / standard_error
        tail = special.ndtr(-t) if math.isinf(variance.df) else special.stdtr(variance.df, -t)
        p = 2 * float(tail)
    return replace(estimate, value=value, low=value - half_width, high=value + half_width, p=p)

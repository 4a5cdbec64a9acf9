"""What a test could have found: the smallest difference it would show, and the seeds it would need."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from labreport.claims.estimate import ALPHA
from labreport.claims.intervals import Student, quantile
from labreport.later import later

if TYPE_CHECKING:
    from scipy import special
else:
    special = later("scipy.special")

POWER = 0.8
"""Probability with which a test should find a difference that exists."""
MOST_SEEDS = 1_000
"""Larger numbers of seeds are not named: they say only that no reasonable number is enough."""
_NORMAL_FROM = 1e5


def power(difference: float, error: float, df: float, alpha: float = ALPHA) -> float:
    """Probability that Student's two-sided test finds `difference`, by the noncentral t distribution."""
    if error <= 0:
        return 1.0 if difference else alpha
    critical, shift = quantile(alpha, df), abs(difference) / error
    return _above(critical, df, shift) + _above(critical, df, -shift)


def power_equivalent(
    difference: float, margin: float, error: float, df: float, alpha: float = ALPHA
) -> float:
    """Probability that two one-sided tests find `difference` to be smaller than `margin`, at least.

    The bound is the sum of the two single powers less one.
    """
    if abs(difference) >= margin:
        return 0.0
    if error <= 0:
        return 1.0
    critical = quantile(2 * alpha, df)
    single = (_above(critical, df, (margin + sign * difference) / error) for sign in (1, -1))
    return max(0.0, sum(single) - 1)


def _above(critical: float, df: float, shift: float) -> float:
    """Probability that a t variable of noncentrality `shift` exceeds `critical`."""
    if math.isinf(critical):
        return 0.0
    if df > _NORMAL_FROM:
        return float(special.ndtr(shift - critical))
    above = 1.0 - float(special.nctdtr(df, shift, critical))
    if math.isnan(above):  # SciPy's answer in the far tails
        return 1.0 if shift > critical else 0.0
    return above


def detectable(student: Student, alpha: float = ALPHA) -> float | None:
    """The smallest difference that these seeds would have shown with probability `POWER`.

    None where the spread is zero or infinite.
    """
    error, df = student.error(), student.df()
    if not 0 < error < math.inf:
        return None
    low, high = 0.0, quantile(alpha, df) + 10.0
    while power(high, 1.0, df, alpha) < POWER:
        high *= 2
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if power(middle, 1.0, df, alpha) < POWER else (low, middle)
    return high * error


def seeds_needed(student: Student, alpha: float = ALPHA, margin: float | None = None) -> int | None:
    """How many seeds would decide, were the difference and the spread as observed.

    To decide is to show the difference, or to show that it is smaller than `margin`, with probability
    `POWER`. None where more than `MOST_SEEDS` would not, or where one seed leaves the spread unknown.
    """
    if student.seeds < 2 or not _decides(student, MOST_SEEDS, alpha, margin):
        return None
    low, high = 1, MOST_SEEDS
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _decides(student, middle, alpha, margin) else (middle, high)
    return high


def _decides(student: Student, seeds: int, alpha: float, margin: float | None) -> bool:
    error, df = student.error(seeds), student.df(seeds)
    if power(student.value, error, df, alpha) >= POWER:
        return True
    return margin is not None and power_equivalent(student.value, margin, error, df, alpha) >= POWER

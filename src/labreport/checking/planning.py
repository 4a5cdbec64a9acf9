"""What could have been found: power, the smallest detectable difference, and the seeds that would decide."""

from __future__ import annotations

from functools import cache

from labreport.checking.distributions import decreasing_root, noncentral_tail, student_quantile
from labreport.checking.shapes import Variances


def power(shift: float, df: float, alpha: float) -> float:
    """Probability that Student's two-sided test finds a mean of `shift` standard errors."""
    critical = student_quantile(alpha, df)
    return noncentral_tail(critical, df, shift) + noncentral_tail(critical, df, -shift)


@cache
def _shift_for(df: float, alpha: float, wanted: float) -> float:
    critical = student_quantile(alpha, df)
    return decreasing_root(lambda shift: wanted - power(shift, df, alpha), critical + 1)


def detectable(variances: Variances, alpha: float, wanted: float) -> float | None:
    """The smallest mean that these seeds would have shown with probability `wanted`."""
    error = variances.error(variances.seeds)
    if not 0 < error < float("inf"):
        return None
    return _shift_for(variances.df(variances.seeds, planned=False), alpha, wanted) * error


def decides(variances: Variances, seeds: int, alpha: float, margin: float | None, wanted: float) -> bool:
    """Whether so many seeds would show the difference, or that it lies inside `margin`."""
    error, df = variances.error(seeds), variances.df(seeds, planned=True)
    value = variances.mean
    if error <= 0:
        return bool(value) or (margin is not None and abs(value) < margin)
    if power(abs(value) / error, df, alpha) >= wanted:
        return True
    if margin is None or abs(value) >= margin:
        return False
    critical = student_quantile(2 * alpha, df)
    both = sum(noncentral_tail(critical, df, (margin + sign * value) / error) for sign in (1, -1))
    return both - 1 >= wanted


def seeds_needed(
    variances: Variances, alpha: float, margin: float | None, wanted: float, most: int
) -> int | None:
    """The least number of seeds that would decide, None where `most` would not."""
    if variances.seeds < 2 or not decides(variances, most, alpha, margin, wanted):
        return None
    enough, few = 2, 1
    while not decides(variances, enough, alpha, margin, wanted):
        few, enough = enough, min(2 * enough, most)
    while enough - few > 1:
        middle = (few + enough) // 2
        few, enough = (few, middle) if decides(variances, middle, alpha, margin, wanted) else (middle, enough)
    return enough

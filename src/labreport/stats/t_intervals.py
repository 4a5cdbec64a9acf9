"""Student's intervals from one number a unit: of a mean, of pairs, of two groups by Welch, and of ratios.

The units may be random splits of one data set, of which `test_fraction` is the share for the test: they
share data, so the variance of a mean is the corrected one of Nadeau and Bengio (2003, Inference for the
generalization error, Machine Learning 52): s² (1/n + f / (1 − f)).
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Sequence
from dataclasses import replace

from labreport.stats.estimate import Estimate, Variance, student_ends, student_p, sum_of_variances

ROUNDING = 1e-12
"""What differs by less than this share of the largest value differs by rounding."""


def mean_estimate(values: Sequence[float], alpha: float, test_fraction: float | None = None) -> Estimate:
    """The mean of some values with Student's interval.

    There is none where there is one value, or all are equal; of values of which one is NaN, the mean is None.
    """
    method = _named("Student's t", test_fraction)
    return _one_group(values, alpha, method, _rounding_of(values), test_fraction)


def mean_against_zero(values: Sequence[float], alpha: float, test_fraction: float | None = None) -> Estimate:
    """The mean of some differences with Student's interval, and the test of whether it is zero."""
    return _differences(values, alpha, _rounding_of(values), test_fraction)


def paired_difference(
    first: Sequence[float], second: Sequence[float], alpha: float, test_fraction: float | None = None
) -> Estimate:
    """The mean of the differences of pairs, in their order, with Student's interval and test."""
    differences = [a - b for a, b in zip(first, second, strict=True)]
    return _differences(differences, alpha, _rounding_of([*first, *second]), test_fraction)


def welch_difference(
    first: Sequence[float], second: Sequence[float], alpha: float, test_fraction: float | None = None
) -> Estimate:
    """The difference of the means of two independent groups.

    Welch (1947), The generalization of Student's problem when several population variances are involved,
    Biometrika 34.
    """
    method = _named("Welch's t", test_fraction)
    n = min(len(first), len(second))
    if not n or any(map(math.isnan, [*first, *second])):
        return Estimate(None, n, method=method)
    difference = statistics.fmean(first) - statistics.fmean(second)
    if n == 1:
        return Estimate(difference, n, method=method)
    rounding = _rounding_of([*first, *second])
    parts = [_of_mean(statistics.variance(group), len(group), test_fraction) for group in (first, second)]
    variance = sum_of_variances(parts)
    if math.sqrt(variance.value) <= rounding:
        return _without_spread(difference, n, None, method, (), rounding)
    low, high = student_ends(difference, variance, alpha)
    return Estimate(difference, n, None, low, high, student_p(difference, variance), method)


def geometric(
    estimate: Callable[..., Estimate], *groups: Sequence[float], **options: float | None
) -> Estimate:
    """An estimate from the logarithms of positive values, as a geometric mean or the ratio of two.

    `geometric(paired_difference, first, second, alpha=0.05)` is how many times the second the first is.
    """
    on_logarithms = estimate(*([_logarithm(value) for value in group] for group in groups), **options)
    return replace(
        on_logarithms,
        value=_power(on_logarithms.value),
        low=_power(on_logarithms.low),
        high=_power(on_logarithms.high),
        spread=None,
        values=tuple(map(_power_of, on_logarithms.values)),
        method=f"{on_logarithms.method} on logarithms",
    )


def _differences(
    differences: Sequence[float], alpha: float, rounding: float, test_fraction: float | None
) -> Estimate:
    """The mean of differences, exactly 0 and all equal where none is more than rounding."""
    method = _named("Student's t, paired", test_fraction)
    estimate = _one_group(differences, alpha, method, rounding, test_fraction)
    if estimate.value is None or estimate.n < 2:
        return estimate
    if estimate.spread == 0:
        return _without_spread(estimate.value, estimate.n, 0.0, method, estimate.values, rounding)
    variance = _of_mean(statistics.variance(differences), estimate.n, test_fraction)
    return replace(estimate, p=student_p(estimate.value, variance))


def _one_group(
    values: Sequence[float], alpha: float, method: str, rounding: float, test_fraction: float | None
) -> Estimate:
    n = len(values)
    if not n or any(map(math.isnan, values)):
        return Estimate(None, n, method=method, values=tuple(values))
    mean = statistics.fmean(values)
    if n == 1:
        return Estimate(mean, n, method=method, values=tuple(values))
    square = statistics.variance(values)
    spread = math.sqrt(square)
    if spread <= rounding:
        return Estimate(mean, n, 0.0, method=method, values=tuple(values))
    low, high = student_ends(mean, _of_mean(square, n, test_fraction), alpha)
    return Estimate(mean, n, spread, low, high, method=method, values=tuple(values))


def _without_spread(
    difference: float, n: int, spread: float | None, method: str, values: tuple[float, ...], rounding: float
) -> Estimate:
    """A difference between values that do not vary: no interval, and none at all where it is rounding."""
    equal = abs(difference) <= rounding
    return Estimate(0.0 if equal else difference, n, spread, method=method, values=values, all_equal=equal)


def _of_mean(variance: float, n: int, test_fraction: float | None) -> Variance:
    """The variance of a mean of `n` values that have this one each, corrected where the values share data."""
    shared = 0.0 if test_fraction is None else test_fraction / (1 - test_fraction)
    return Variance(variance * (1 / n + shared), n - 1)


def _named(method: str, test_fraction: float | None) -> str:
    return method if test_fraction is None else f"{method}, variance corrected for repeated splits"


def _rounding_of(values: Sequence[float]) -> float:
    return ROUNDING * max(map(abs, values), default=0.0)


def _logarithm(value: float) -> float:
    """NaN where there is none."""
    return math.log(value) if math.isfinite(value) and value > 0 else math.nan


def _power(logarithm: float | None) -> float | None:
    return None if logarithm is None else _power_of(logarithm)


def _power_of(logarithm: float) -> float:
    """What has this logarithm; infinite where no number can hold it, as of very different units."""
    return math.exp(logarithm) if logarithm < 709 else math.inf

"""Student's intervals from one number for each replicate: a mean, pairs, two samples (Welch), ratios.

The replicates may be random splits of one data set, with the share `test_fraction` for testing. Such splits
have data in common, so that the variance of a mean is corrected after Nadeau and Bengio (2003, Inference for
the generalization error, Machine Learning 52): s² (1/n + f / (1 − f)). SciPy has no such tests. Without the
correction the numbers equal SciPy's, which tests check.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Sequence
from dataclasses import replace

from labreport.stats.estimate import (
    Estimate,
    Variance,
    differences_of_pairs,
    sum_of_variances,
    with_t_interval,
)

ROUNDING = 1e-12
"""Differences smaller than this share of the largest value are taken as rounding errors."""
Values = list[float]


def mean_estimate(
    values: Values, alpha: float, test_fraction: float | None, rounding: float | None = None
) -> Estimate:
    """The mean of the values with Student's interval, and the p value of the test that it is zero.

    There is no interval for one value, or if all are equal. If a value is NaN, the mean is None. Values that
    differ by no more than `rounding` count as equal; by default it is a share of the largest value.
    """
    estimate = Estimate(None, len(values), method=_named("Student's t", test_fraction), values=tuple(values))
    if not values or any(map(math.isnan, values)):
        return estimate
    mean = statistics.fmean(values)
    if len(values) == 1:
        return replace(estimate, value=mean)
    variance = statistics.variance(values)
    spread = math.sqrt(variance)
    if rounding is None:
        rounding = _rounding_of(values)
    if spread <= rounding:
        return _without_interval(replace(estimate, spread=0.0), mean, rounding)
    variance_of_mean = _variance_of_mean(variance, len(values), test_fraction)
    return with_t_interval(replace(estimate, spread=spread), mean, variance_of_mean, alpha)


def paired_difference(
    first: Values, second: Values, alpha: float, test_fraction: float | None = None
) -> Estimate:
    """The mean of the differences of pairs, with Student's interval and test."""
    differences = differences_of_pairs(first, second)
    rounding = _rounding_of(first + second)
    estimate = mean_estimate(differences, alpha, test_fraction, rounding)
    return replace(estimate, method=_named("Student's t, paired", test_fraction))


def welch_difference(
    first: Values, second: Values, alpha: float, test_fraction: float | None = None
) -> Estimate:
    """The difference of the means of two independent samples.

    Welch (1947), The generalization of Student's problem when several population variances are involved,
    Biometrika 34.
    """
    values = first + second
    n = min(len(first), len(second))
    estimate = Estimate(None, n, method=_named("Welch's t", test_fraction))
    if n == 0 or any(map(math.isnan, values)):
        return estimate
    difference = statistics.fmean(first) - statistics.fmean(second)
    if n == 1:
        return replace(estimate, value=difference)
    variance_of_first = _variance_of_mean(statistics.variance(first), len(first), test_fraction)
    variance_of_second = _variance_of_mean(statistics.variance(second), len(second), test_fraction)
    variance = sum_of_variances([variance_of_first, variance_of_second])
    rounding = _rounding_of(values)
    if math.sqrt(variance.value) <= rounding:
        return _without_interval(estimate, difference, rounding)
    return with_t_interval(estimate, difference, variance, alpha)


def geometric_estimate(
    estimator: Callable[..., Estimate], samples: Sequence[Values], alpha: float, test_fraction: float | None
) -> Estimate:
    """An estimate on logarithms, transformed back: a geometric mean, or a ratio of two.

    With `paired_difference` and `[first, second]` it is the ratio of the first to the second. Values that are
    not positive become NaN.
    """
    logarithms = [list(map(_logarithm, sample)) for sample in samples]
    on_logarithms = estimator(*logarithms, alpha, test_fraction)
    return replace(
        on_logarithms,
        value=_power_or_none(on_logarithms.value),
        low=_power_or_none(on_logarithms.low),
        high=_power_or_none(on_logarithms.high),
        spread=None,
        values=tuple(map(_power, on_logarithms.values)),
        method=f"{on_logarithms.method} on logarithms",
        on_logarithms=True,
    )


def _without_interval(estimate: Estimate, value: float, rounding: float) -> Estimate:
    """The estimate of values that do not vary: `value`, or exactly 0 within rounding errors."""
    is_zero = abs(value) <= rounding
    return replace(estimate, value=0.0 if is_zero else value, all_equal=is_zero)


def _variance_of_mean(variance: float, n: int, test_fraction: float | None) -> Variance:
    """The variance of a mean of `n` values with this variance, corrected if they are repeated splits."""
    shared = 0.0 if test_fraction is None else test_fraction / (1 - test_fraction)
    return Variance(variance * (1 / n + shared), n - 1)


def _named(method: str, test_fraction: float | None) -> str:
    return method if test_fraction is None else f"{method}, variance corrected for repeated splits"


def _rounding_of(values: Values) -> float:
    return ROUNDING * max(map(abs, values), default=0.0)


def _logarithm(value: float) -> float:
    """The natural logarithm; NaN for a value that is missing or not positive."""
    return math.log(value) if value > 0 else math.nan


def _power(logarithm: float) -> float:
    """The exponential of a logarithm; infinite where it exceeds what a float holds."""
    return math.exp(logarithm) if logarithm < 709 else math.inf


def _power_or_none(logarithm: float | None) -> float | None:
    return None if logarithm is None else _power(logarithm)

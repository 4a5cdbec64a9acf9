"""Student's intervals from one number a unit: of a mean, of pairs, of two groups by Welch, and of ratios.

The units may be random splits of one data set, of which `test_fraction` is the share for the test: they share
data, so the variance of a mean is the corrected one of Nadeau and Bengio (2003, Inference for the
generalization error, Machine Learning 52): s² (1/n + f / (1 − f)). SciPy's tests do not know it; without it
they give the same numbers, and the tests compare them.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Sequence
from dataclasses import replace

from labreport.stats.estimate import Estimate, Variance, sum_of_variances, with_t_interval

ROUNDING = 1e-12
"""What differs by less than this share of the largest value differs by rounding."""
Values = list[float]


def mean_estimate(
    values: Values, alpha: float, test_fraction: float | None, rounding: float | None = None
) -> Estimate:
    """The mean of some values with Student's interval, and his test of whether it is zero.

    There is no interval where there is one value, or all are equal; of values of which one is NaN, the mean
    is None. `rounding` is how much may be due to rounding, by default a share of the largest value.
    """
    estimate = Estimate(None, len(values), method=_named("Student's t", test_fraction), values=tuple(values))
    if not values or any(map(math.isnan, values)):
        return estimate
    mean = statistics.fmean(values)
    if len(values) == 1:
        return replace(estimate, value=mean)
    square = statistics.variance(values)
    spread = math.sqrt(square)
    rounding = _rounding_of(values) if rounding is None else rounding
    if spread <= rounding:
        return _without_interval(replace(estimate, spread=0.0), mean, rounding)
    variance = _variance_of_mean(square, len(values), test_fraction)
    return with_t_interval(replace(estimate, spread=spread), mean, variance, alpha)


def paired_difference(
    first: Values, second: Values, alpha: float, test_fraction: float | None = None
) -> Estimate:
    """The mean of the differences of pairs, in their order, with Student's interval and test."""
    differences = [a - b for a, b in zip(first, second, strict=True)]
    rounding = _rounding_of(first + second)
    estimate = mean_estimate(differences, alpha, test_fraction, rounding)
    return replace(estimate, method=_named("Student's t, paired", test_fraction))


def welch_difference(
    first: Values, second: Values, alpha: float, test_fraction: float | None = None
) -> Estimate:
    """The difference of the means of two independent groups.

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
    variances = []
    for group in (first, second):
        variances.append(_variance_of_mean(statistics.variance(group), len(group), test_fraction))
    variance = sum_of_variances(variances)
    rounding = _rounding_of(values)
    if math.sqrt(variance.value) <= rounding:
        return _without_interval(estimate, difference, rounding)
    return with_t_interval(estimate, difference, variance, alpha)


def geometric_estimate(
    estimator: Callable[..., Estimate], groups: Sequence[Values], alpha: float, test_fraction: float | None
) -> Estimate:
    """An estimate from the logarithms of positive values, as a geometric mean or the ratio of two.

    With `paired_difference` and `[first, second]` it is how many times the second the first is.
    """
    logarithms = [list(map(_logarithm, group)) for group in groups]
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
    """A mean or a difference of values that do not vary; exactly zero where it is no more than rounding."""
    is_zero = abs(value) <= rounding
    return replace(estimate, value=0.0 if is_zero else value, all_equal=is_zero)


def _variance_of_mean(variance: float, n: int, test_fraction: float | None) -> Variance:
    """The variance of a mean of `n` values that have this one each, corrected where the values share data."""
    shared = 0.0 if test_fraction is None else test_fraction / (1 - test_fraction)
    return Variance(variance * (1 / n + shared), n - 1)


def _named(method: str, test_fraction: float | None) -> str:
    return method if test_fraction is None else f"{method}, variance corrected for repeated splits"


def _rounding_of(values: Values) -> float:
    return ROUNDING * max(map(abs, values), default=0.0)


def _logarithm(value: float) -> float:
    """NaN where there is none."""
    return math.log(value) if math.isfinite(value) and value > 0 else math.nan


def _power(logarithm: float) -> float:
    """What has this logarithm; infinite where no number can hold it, as of very different units."""
    return math.exp(logarithm) if logarithm < 709 else math.inf


def _power_or_none(logarithm: float | None) -> float | None:
    return None if logarithm is None else _power(logarithm)

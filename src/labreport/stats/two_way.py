"""Intervals of accuracies that are known item by item for several units, such as seeds.

Units and items are both random, and cross. The variance of a mean is that between units over their number,
plus that between items over theirs, less the residual, which both contain (Owen 2007, The pigeonhole
bootstrap, Annals of Applied Statistics 1). With one unit, or where the units do not differ, only the items
are left; where the items do not differ, only the units. Items are taken as independent of one another.

Arrays say which items are right: shape (units, items), 1.0 or 0.0.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from labreport.stats.estimate import (
    Ends,
    Estimate,
    Variance,
    critical_value,
    sum_of_variances,
    with_student,
)
from labreport.stats.shares import count_pairs, exact_and_newcombe_ends, newcombe_ends, wilson_ends

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

    Array: TypeAlias = NDArray[np.float64]

OVER_BOTH, OVER_ITEMS = "over units and items", "over items"


def accuracy(right: ArrayLike, alpha: float) -> Estimate:
    """The share of items that are right, with Wilson's interval for the number of items that it is worth.

    That number is the one whose binomial variance is that of the share (Dean and Pagano 2015, Evaluating
    confidence interval methods for binomial proportions in clustered surveys).
    """
    correct = _as_array(right)
    by_unit = _means(correct)
    value = statistics.fmean(by_unit)
    residual, by_items = _components(correct)
    variance = Variance(0.0)
    method = f"Wilson, {OVER_ITEMS}"
    if by_items is not None:
        variance = sum_of_variances([_between_units(by_unit, residual), by_items])
        method = f"Wilson, {OVER_BOTH}"
    worth = value * (1 - value) / variance.value if variance.value else correct.shape[1]
    low, high = wilson_ends(value, worth, critical_value(alpha, variance.df))
    spread = _spread(by_unit)
    return Estimate(value, len(correct), spread, low, high, method=method, values=tuple(by_unit))


def accuracy_difference(
    first_right: ArrayLike,
    second_right: ArrayLike,
    alpha: float,
    *,
    paired: bool = True,
    same_items: bool = True,
) -> Estimate:
    """The difference of two accuracies with its interval of level 1 − `alpha`.

    `paired` says that the units of both are the same, in order, `same_items` that the items are.
    """
    first, second = _as_array(first_right), _as_array(second_right)
    is_single = len(first) == len(second) == 1
    if same_items and (paired or is_single):
        return _difference_on_same_items(first, second, alpha)
    if paired:
        return _difference_on_other_items(first, second, alpha)
    return _difference_of_other_units(first, second, alpha, same_items)


def _difference_on_same_items(first: Array, second: Array, alpha: float) -> Estimate:
    """The difference of the same units on the same items."""
    differences = first - second
    by_unit = _means(differences)
    estimate = Estimate(0.0, len(by_unit), _spread(by_unit), values=tuple(by_unit))
    if not differences.any():
        return replace(estimate, all_equal=True)
    estimate = replace(estimate, value=statistics.fmean(by_unit))
    residual, by_items = _components(differences)
    if by_items is None:
        return _over_same_items(estimate, first, second, alpha)
    return _over_units_and_items(estimate, [_between_units(by_unit, residual), by_items], alpha)


def _difference_on_other_items(first: Array, second: Array, alpha: float) -> Estimate:
    """The difference of the same units, each on items of its own."""
    first_means, second_means = _means(first), _means(second)
    by_unit = [a - b for a, b in zip(first_means, second_means, strict=True)]
    value = statistics.fmean(first_means) - statistics.fmean(second_means)
    estimate = Estimate(value, len(by_unit), _spread(by_unit), values=tuple(by_unit))
    first_residual, first_items = _components(first)
    second_residual, second_items = _components(second)
    if first_items is None and second_items is None:
        return _over_other_items(estimate, first, second, alpha)
    df = min(first_residual.df, second_residual.df)
    residual = Variance(first_residual.value + second_residual.value, df)
    parts = [
        _between_units(by_unit, residual),
        first_items or _draw_of_items(first),
        second_items or _draw_of_items(second),
    ]
    return _over_units_and_items(estimate, parts, alpha)


def _difference_of_other_units(first: Array, second: Array, alpha: float, same_items: bool) -> Estimate:
    """The difference of two groups of units that nothing pairs; without an interval if one is a single."""
    first_means, second_means = _means(first), _means(second)
    n = min(len(first), len(second))
    if same_items and (first == first[0]).all() and (second == first[0]).all():
        return Estimate(0.0, n, all_equal=True)
    estimate = Estimate(statistics.fmean(first_means) - statistics.fmean(second_means), n)
    if n == 1:
        return estimate
    first_residual, first_items = _components(first)
    second_residual, second_items = _components(second)
    if first_items is None and second_items is None:
        over_items = _over_same_items if same_items else _over_other_items
        return over_items(estimate, first, second, alpha)
    parts = [_between_units(first_means, first_residual), _between_units(second_means, second_residual)]
    if same_items:
        residual = first_residual.value / len(first) + second_residual.value / len(second)
        parts.append(_between_shared_items(first, second, residual))
    else:
        parts.append(first_items or _draw_of_items(first))
        parts.append(second_items or _draw_of_items(second))
    return _over_units_and_items(estimate, parts, alpha)


# Intervals


def _over_units_and_items(estimate: Estimate, parts: Sequence[Variance], alpha: float) -> Estimate:
    """A difference whose variance is the sum of these, with Student's interval and test."""
    with_interval = with_student(estimate, estimate.value or 0.0, sum_of_variances(parts), alpha)
    return replace(with_interval, method=f"Student's t {OVER_BOTH}")


def _over_same_items(estimate: Estimate, first: Array, second: Array, alpha: float) -> Estimate:
    """A difference whose units do not differ, with an interval over the items that both have."""
    ends = exact_and_newcombe_ends(count_pairs(first[0], second[0]), alpha)
    return _with_ends_around(estimate, ends, f"exact and Newcombe, {OVER_ITEMS}")


def _over_other_items(estimate: Estimate, first: Array, second: Array, alpha: float) -> Estimate:
    """A difference whose units do not differ, with an interval over the items of each."""
    p = statistics.fmean(_means(first))
    q = statistics.fmean(_means(second))
    ends = newcombe_ends(p, first.shape[1], q, second.shape[1], alpha)
    return _with_ends_around(estimate, ends, f"Newcombe, {OVER_ITEMS}")


def _with_ends_around(estimate: Estimate, ends: Ends, method: str) -> Estimate:
    value = estimate.value or 0.0
    low, high = ends
    return replace(estimate, low=min(low, value), high=max(high, value), method=method)


# Variances


def _components(values: Array) -> tuple[Variance, Variance | None]:
    """The residual's variance in the mean of a unit, and that which items cause in the mean of all.

    The latter is None where the units agree in each item, or there is one of them.
    """
    units, items = values.shape
    if units < 2 or items < 2 or (values == values[0]).all():
        return Variance(0.0), None
    mean = values.mean()
    df = (units - 1) * (items - 1)
    squares_of_units = items * ((values.mean(axis=1) - mean) ** 2).sum()
    squares_of_items = units * ((values.mean(axis=0) - mean) ** 2).sum()
    squares = (values**2).sum() - units * items * mean**2
    squares_of_residual = max(0.0, float(squares - squares_of_units - squares_of_items))
    residual = squares_of_residual / df / items
    between_items = float(squares_of_items) / units / (items - 1) / items
    by_items = max(0.0, between_items - residual / units)
    return Variance(residual, df), Variance(by_items, items - 1)


def _between_units(by_unit: Sequence[float], residual: Variance) -> Variance:
    """The variance of a mean that units cause: at least the residual's, since units may agree by accident."""
    n = len(by_unit)
    between = statistics.variance(by_unit)
    if between >= residual.value:
        return Variance(between / n, n - 1)
    return Variance(residual.value / n, residual.df if n > 3 else n - 1)


def _between_shared_items(first: Array, second: Array, residual: float) -> Variance:
    """The variance of a difference that items cause which two unpaired groups of units share."""
    differences = first.mean(axis=0) - second.mean(axis=0)
    items = len(differences)
    between_items = float(differences.var(ddof=1)) / items
    return Variance(max(0.0, between_items - residual), items - 1)


def _draw_of_items(correct: Array) -> Variance:
    """The variance of a share by the draw of items; of 0 and 1, that of one more item of each kind."""
    share, items = float(correct.mean()), correct.shape[1]
    if share in (0, 1):
        share = (share * items + 1) / (items + 2)
    return Variance(share * (1 - share) / items)


def _as_array(right: ArrayLike) -> Array:
    import numpy as np

    return np.array(right, dtype=float)


def _means(correct: Array) -> list[float]:
    """The mean of each unit."""
    by_unit: list[float] = correct.mean(axis=1).tolist()
    return by_unit


def _spread(by_unit: Sequence[float]) -> float | None:
    return statistics.stdev(by_unit) if len(by_unit) > 1 else None

"""Intervals of accuracies that are known item by item for several units, such as seeds.

Units and items are both random, and cross. The variance of a mean is that between units over their number,
plus that between items over theirs, less the residual, which both contain (Owen 2007, The pigeonhole
bootstrap, Annals of Applied Statistics 1). With one unit, or where the units do not differ, only the items
are left; where the items do not differ, only the units. Items are taken as independent of one another.

Arrays say which of two items or more are right: shape (units, items), 1.0 or 0.0.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from labreport.stats.estimate import (
    Estimate,
    Variance,
    critical_value,
    sum_of_variances,
    with_t_interval,
)
from labreport.stats.shares import count_pairs, exact_and_newcombe_ends, newcombe_ends, wilson_ends

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

    Array: TypeAlias = NDArray[np.float64]

OVER_BOTH, OVER_ITEMS = "over units and items", "over items"


@dataclass(frozen=True)
class Accuracies:
    """Which items several units have right, or how two groups of units differ in each: shape (units, items).

    `by_unit` are the means of units. `residual` is the variance of the residual in the mean of a unit,
    `by_items` what items cause in the mean of all: None where the units agree in each item, or there is one.
    """

    values: Array
    by_unit: list[float]
    residual: Variance
    by_items: Variance | None

    @property
    def mean(self) -> float:
        """The mean of all units."""
        return statistics.fmean(self.by_unit)

    @property
    def spread(self) -> float | None:
        """The standard deviation of the units."""
        return statistics.stdev(self.by_unit) if len(self.by_unit) > 1 else None

    @property
    def items(self) -> int:
        """The number of items."""
        return int(self.values.shape[1])

    @property
    def between_units(self) -> Variance:
        """The variance of the mean that units cause."""
        return _between_units(self.by_unit, self.residual)

    @property
    def draw_of_items(self) -> Variance:
        """The variance of the mean by the draw of items; of 0 and 1, that of one more item of each kind."""
        if self.by_items is not None:
            return self.by_items
        share = float(self.values.mean())
        if share in (0, 1):
            share = (share * self.items + 1) / (self.items + 2)
        return Variance(share * (1 - share) / self.items)


def _accuracies(values: Array) -> Accuracies:
    """What units and items cause, by the sums of squares of a two-way table with one value a cell."""
    by_unit: list[float] = values.mean(axis=1).tolist()
    units, items = values.shape
    if units < 2 or (values == values[0]).all():
        return Accuracies(values, by_unit, Variance(0.0), None)
    mean = values.mean()
    df = (units - 1) * (items - 1)
    squares_of_units = items * ((values.mean(axis=1) - mean) ** 2).sum()
    squares_of_items = units * ((values.mean(axis=0) - mean) ** 2).sum()
    squares = (values**2).sum() - units * items * mean**2
    squares_of_residual = max(0.0, float(squares - squares_of_units - squares_of_items))
    residual = squares_of_residual / df / items
    between_items = float(squares_of_items) / units / (items - 1) / items
    by_items = max(0.0, between_items - residual / units)
    return Accuracies(values, by_unit, Variance(residual, df), Variance(by_items, items - 1))


def _between_units(by_unit: Sequence[float], residual: Variance) -> Variance:
    """The variance of a mean that units cause: at least the residual's, since units may agree by accident."""
    n = len(by_unit)
    between = statistics.variance(by_unit)
    if between >= residual.value:
        return Variance(between / n, n - 1)
    return Variance(residual.value / n, residual.df if n > 3 else n - 1)


def accuracy_estimate(right: ArrayLike, alpha: float) -> Estimate:
    """The share of items that are right, with Wilson's interval for the number of items that it is worth.

    That number is the one whose binomial variance is that of the share (Dean and Pagano 2015, Evaluating
    confidence interval methods for binomial proportions in clustered surveys).
    """
    accuracies = _accuracies(_as_array(right))
    value = accuracies.mean
    worth: float = accuracies.items
    variance = Variance(0.0)
    method = f"Wilson, {OVER_ITEMS}"
    if accuracies.by_items is not None:
        variance = sum_of_variances([accuracies.between_units, accuracies.by_items])
        method = f"Wilson, {OVER_BOTH}"
    if variance.value > 0:
        worth = value * (1 - value) / variance.value
    low, high = wilson_ends(value, worth, critical_value(alpha, variance.df))
    return replace(_estimate(accuracies), low=low, high=high, method=method)


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
        return _difference_on_other_items(_accuracies(first), _accuracies(second), alpha)
    return _difference_of_other_units(_accuracies(first), _accuracies(second), alpha, same_items)


def _difference_on_same_items(first: Array, second: Array, alpha: float) -> Estimate:
    """The difference of the same units on the same items."""
    differences = _accuracies(first - second)
    estimate = _estimate(differences)
    if not differences.values.any():
        return replace(estimate, value=0.0, all_equal=True)
    if differences.by_items is None:
        return _over_same_items(estimate, first, second, alpha)
    return _over_units_and_items(estimate, [differences.between_units, differences.by_items], alpha)


def _difference_on_other_items(first: Accuracies, second: Accuracies, alpha: float) -> Estimate:
    """The difference of the same units, each on items of its own."""
    by_unit = [a - b for a, b in zip(first.by_unit, second.by_unit, strict=True)]
    spread = statistics.stdev(by_unit) if len(by_unit) > 1 else None
    estimate = Estimate(first.mean - second.mean, len(by_unit), spread, values=tuple(by_unit))
    if first.by_items is None and second.by_items is None:
        return _over_other_items(estimate, first, second, alpha)
    df = min(first.residual.df, second.residual.df)
    residual = Variance(first.residual.value + second.residual.value, df)
    variances = [_between_units(by_unit, residual), first.draw_of_items, second.draw_of_items]
    return _over_units_and_items(estimate, variances, alpha)


def _difference_of_other_units(
    first: Accuracies, second: Accuracies, alpha: float, same_items: bool
) -> Estimate:
    """The difference of two groups of units that nothing pairs; if one has a single unit, no interval."""
    n = min(len(first.by_unit), len(second.by_unit))
    any_unit = first.values[0]
    if same_items and (first.values == any_unit).all() and (second.values == any_unit).all():
        return Estimate(0.0, n, all_equal=True)
    estimate = Estimate(first.mean - second.mean, n)
    if n == 1:
        return estimate
    if first.by_items is None and second.by_items is None:
        if same_items:
            return _over_same_items(estimate, first.values, second.values, alpha)
        return _over_other_items(estimate, first, second, alpha)
    variances = [first.between_units, second.between_units]
    if same_items:
        variances.append(_between_shared_items(first, second))
    else:
        variances += [first.draw_of_items, second.draw_of_items]
    return _over_units_and_items(estimate, variances, alpha)


def _between_shared_items(first: Accuracies, second: Accuracies) -> Variance:
    """The variance of a difference that items cause which two unpaired groups of units share."""
    differences = first.values.mean(axis=0) - second.values.mean(axis=0)
    items = len(differences)
    between_items = float(differences.var(ddof=1)) / items
    residual = first.residual.value / len(first.by_unit) + second.residual.value / len(second.by_unit)
    return Variance(max(0.0, between_items - residual), items - 1)


def _estimate(accuracies: Accuracies) -> Estimate:
    """The mean of all units, without an interval."""
    by_unit = accuracies.by_unit
    return Estimate(accuracies.mean, len(by_unit), accuracies.spread, values=tuple(by_unit))


# Intervals


def _over_units_and_items(estimate: Estimate, variances: Sequence[Variance], alpha: float) -> Estimate:
    """A difference whose variance is the sum of these, with Student's interval and test."""
    with_interval = with_t_interval(estimate, estimate.value or 0.0, sum_of_variances(variances), alpha)
    return replace(with_interval, method=f"Student's t {OVER_BOTH}")


def _over_same_items(estimate: Estimate, first: Array, second: Array, alpha: float) -> Estimate:
    """A difference whose units do not differ, with an interval over the items that both have."""
    low, high = exact_and_newcombe_ends(count_pairs(first[0], second[0]), alpha)
    return replace(estimate, low=low, high=high, method=f"exact and Newcombe, {OVER_ITEMS}")


def _over_other_items(estimate: Estimate, first: Accuracies, second: Accuracies, alpha: float) -> Estimate:
    """A difference whose units do not differ, with an interval over the items of each."""
    low, high = newcombe_ends(first.mean, first.items, second.mean, second.items, alpha)
    return replace(estimate, low=low, high=high, method=f"Newcombe, {OVER_ITEMS}")


def _as_array(right: ArrayLike) -> Array:
    import numpy as np

    return np.array(right, dtype=float)

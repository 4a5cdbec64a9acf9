"""Intervals of accuracies, where for several replicates, such as seeds, it is known which items are right.

Replicates and items are two crossed random factors. The variance of a mean is the variance between
replicates over their number, plus that between items over theirs, minus the variance of the residual, which
both contain (Owen 2007, The pigeonhole bootstrap, Annals of Applied Statistics 1). With one replicate, or if
the replicates do not differ, only the items contribute; if the items do not differ, only the replicates.
Items are taken as independent.

The arrays have the shape (replicates, items), with two items or more: 1.0 if an item is right, else 0.0.
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
    differences_of_pairs,
    spread_of,
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
    """Which items each replicate has right, or the differences of two such arrays: `values`.

    `by_replicate` are the means of the replicates. `residual` is the variance of a replicate's mean that is
    due to the residual. `by_items` is the variance of the overall mean that is due to items; None with one
    replicate, or if all replicates agree in every item.
    """

    values: Array
    by_replicate: list[float]
    residual: Variance
    by_items: Variance | None

    @property
    def mean(self) -> float:
        """The mean over all replicates and items."""
        return statistics.fmean(self.by_replicate)

    @property
    def items(self) -> int:
        """The number of items."""
        return int(self.values.shape[1])

    @property
    def between_replicates(self) -> Variance:
        """The variance of the overall mean that is due to replicates."""
        return _between_replicates(self.by_replicate, self.residual)

    @property
    def draw_of_items(self) -> Variance:
        """The variance of the overall mean that is due to the choice of items.

        Where `by_items` is None, it is binomial. For a share of 0 or 1 it is then computed as if one more
        item were right and one more wrong.
        """
        if self.by_items is not None:
            return self.by_items
        share = float(self.values.mean())
        if share in (0, 1):
            share = (share * self.items + 1) / (self.items + 2)
        return Variance(share * (1 - share) / self.items)

    def estimate(self) -> Estimate:
        """The mean of all replicates, without an interval."""
        values = tuple(self.by_replicate)
        return Estimate(self.mean, len(values), spread_of(values), values=values)


def _accuracies(values: Array) -> Accuracies:
    """Compute the variances by the sums of squares of a two-way table with one value in each cell."""
    replicates, items = values.shape
    means_of_replicates = values.mean(axis=1)
    by_replicate: list[float] = means_of_replicates.tolist()
    if replicates < 2 or (values == values[0]).all():
        return Accuracies(values, by_replicate, Variance(0.0), None)
    mean = values.mean()
    squares = (values**2).sum() - replicates * items * mean**2
    squares_of_replicates = items * ((means_of_replicates - mean) ** 2).sum()
    squares_of_items = replicates * ((values.mean(axis=0) - mean) ** 2).sum()
    squares_of_residual = max(0.0, float(squares - squares_of_replicates - squares_of_items))
    df = (replicates - 1) * (items - 1)
    residual = squares_of_residual / df / items
    between_items = float(squares_of_items) / replicates / (items - 1) / items
    by_items = max(0.0, between_items - residual / replicates)
    return Accuracies(values, by_replicate, Variance(residual, df), Variance(by_items, items - 1))


def _between_replicates(by_replicate: Sequence[float], residual: Variance) -> Variance:
    """The variance of an overall mean that is due to replicates.

    It is at least that of the residual, since means of replicates may agree by accident.
    """
    n = len(by_replicate)
    between = statistics.variance(by_replicate)
    if between >= residual.value:
        return Variance(between / n, n - 1)
    return Variance(residual.value / n, residual.df if n > 3 else n - 1)


def accuracy_estimate(right: ArrayLike, alpha: float) -> Estimate:
    """The share of items that are right, with Wilson's interval for an effective number of items.

    This is the number whose binomial variance equals the variance of the share (Dean and Pagano 2015,
    Evaluating confidence interval methods for binomial proportions in clustered surveys).
    """
    accuracies = _accuracies(_as_array(right))
    share = accuracies.mean
    worth: float = accuracies.items
    variance = Variance(0.0)
    method = f"Wilson, {OVER_ITEMS}"
    if accuracies.by_items is not None:
        variance = sum_of_variances([accuracies.between_replicates, accuracies.by_items])
        method = f"Wilson, {OVER_BOTH}"
    if variance.value > 0:
        worth = share * (1 - share) / variance.value
    low, high = wilson_ends(share, worth, critical_value(alpha, variance.df))
    return replace(accuracies.estimate(), low=low, high=high, method=method)


def accuracy_difference(
    first_right: ArrayLike,
    second_right: ArrayLike,
    alpha: float,
    *,
    paired: bool = True,
    same_items: bool = True,
) -> Estimate:
    """The difference of two accuracies, with its interval at level 1 − `alpha`.

    `paired` means that both arrays have the same replicates in the same order; `same_items`, that they have
    the same items.
    """
    first, second = _as_array(first_right), _as_array(second_right)
    is_single = len(first) == len(second) == 1
    if same_items and (paired or is_single):
        return _difference_on_same_items(first, second, alpha)
    if paired:
        return _difference_on_other_items(_accuracies(first), _accuracies(second), alpha)
    return _difference_of_other_replicates(_accuracies(first), _accuracies(second), alpha, same_items)


def _difference_on_same_items(first: Array, second: Array, alpha: float) -> Estimate:
    """The difference where both arrays have the same replicates and the same items."""
    differences = _accuracies(first - second)
    estimate = differences.estimate()
    if not differences.values.any():
        return replace(estimate, value=0.0, all_equal=True)
    if differences.by_items is None:
        return _over_same_items(estimate, first, second, alpha)
    variances = [differences.between_replicates, differences.by_items]
    return _over_replicates_and_items(estimate, variances, alpha)


def _difference_on_other_items(first: Accuracies, second: Accuracies, alpha: float) -> Estimate:
    """The difference where both arrays have the same replicates, but different items."""
    differences = differences_of_pairs(first.by_replicate, second.by_replicate)
    spread = spread_of(differences)
    estimate = Estimate(first.mean - second.mean, len(differences), spread, values=tuple(differences))
    if first.by_items is None and second.by_items is None:
        return _over_other_items(estimate, first, second, alpha)
    df = min(first.residual.df, second.residual.df)
    residual = Variance(first.residual.value + second.residual.value, df)
    between_replicates = _between_replicates(differences, residual)
    variances = [between_replicates, first.draw_of_items, second.draw_of_items]
    return _over_replicates_and_items(estimate, variances, alpha)


def _difference_of_other_replicates(
    first: Accuracies, second: Accuracies, alpha: float, same_items: bool
) -> Estimate:
    """The difference of two independent samples; no interval if one of them has a single replicate."""
    n = min(len(first.by_replicate), len(second.by_replicate))
    any_replicate = first.values[0]
    if same_items and (first.values == any_replicate).all() and (second.values == any_replicate).all():
        return Estimate(0.0, n, all_equal=True)
    estimate = Estimate(first.mean - second.mean, n)
    if n == 1:
        return estimate
    if first.by_items is None and second.by_items is None:
        if same_items:
            return _over_same_items(estimate, first.values, second.values, alpha)
        return _over_other_items(estimate, first, second, alpha)
    variances = [first.between_replicates, second.between_replicates]
    if same_items:
        variances.append(_between_shared_items(first, second))
    else:
        variances += [first.draw_of_items, second.draw_of_items]
    return _over_replicates_and_items(estimate, variances, alpha)


def _between_shared_items(first: Accuracies, second: Accuracies) -> Variance:
    """The variance of the difference of two independent samples that is due to their common items."""
    differences = first.values.mean(axis=0) - second.values.mean(axis=0)
    between_items = float(differences.var(ddof=1)) / first.items
    residual_of_first = first.residual.value / len(first.values)
    residual_of_second = second.residual.value / len(second.values)
    by_items = max(0.0, between_items - residual_of_first - residual_of_second)
    return Variance(by_items, first.items - 1)


# Intervals


def _over_replicates_and_items(estimate: Estimate, variances: Sequence[Variance], alpha: float) -> Estimate:
    """An estimate with Student's interval and test for the sum of these variances."""
    variance = sum_of_variances(variances)
    with_interval = with_t_interval(estimate, estimate.value or 0.0, variance, alpha)
    return replace(with_interval, method=f"Student's t {OVER_BOTH}")


def _over_same_items(estimate: Estimate, first: Array, second: Array, alpha: float) -> Estimate:
    """An interval from the items alone, where replicates do not differ and both have the same items."""
    low, high = exact_and_newcombe_ends(count_pairs(first[0], second[0]), alpha)
    return replace(estimate, low=low, high=high, method=f"exact and Newcombe, {OVER_ITEMS}")


def _over_other_items(estimate: Estimate, first: Accuracies, second: Accuracies, alpha: float) -> Estimate:
    """An interval from the items alone, where replicates do not differ and each has its own items."""
    low, high = newcombe_ends(first.mean, first.items, second.mean, second.items, alpha)
    return replace(estimate, low=low, high=high, method=f"Newcombe, {OVER_ITEMS}")


def _as_array(right: ArrayLike) -> Array:
    import numpy as np

    return np.array(right, dtype=float)

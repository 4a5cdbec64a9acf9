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
    Estimate,
    Variance,
    critical_value,
    student_ends,
    student_p,
    sum_of_variances,
)
from labreport.stats.shares import PairCounts, exact_and_newcombe_ends, newcombe_ends, wilson_ends

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

    Array: TypeAlias = NDArray[np.float64]

OVER_BOTH, OVER_ITEMS = "over units and items", "over items"


def two_way_interval(
    first: ArrayLike,
    second: ArrayLike | None,
    alpha: float,
    *,
    paired: bool = True,
    same_items: bool = True,
) -> Estimate:
    """An accuracy, or the difference of two, with its interval of level 1 − `alpha`.

    `second` may be None. `paired` says that the units of both are the same, in order, `same_items` that the
    items are.
    """
    import numpy as np

    ours = np.array(first, dtype=float)
    theirs = None if second is None else np.array(second, dtype=float)
    if not ours.size or (theirs is not None and not theirs.size):
        return Estimate(None, min(len(ours), len(ours if theirs is None else theirs)))
    if theirs is None:
        return accuracy(ours, alpha)
    is_single = len(ours) == len(theirs) == 1
    if same_items and (is_single or (paired and len(ours) == len(theirs))):
        return difference_on_same_items(ours, theirs, alpha)
    return difference_of_two(ours, theirs, alpha, paired=paired, same_items=same_items)


def accuracy(correct: Array, alpha: float) -> Estimate:
    """The share of items that are right, with Wilson's interval for the number of items that it is worth.

    That number is the one whose binomial variance is that of the share (Dean and Pagano 2015, Evaluating
    confidence interval methods for binomial proportions in clustered surveys).
    """
    by_unit = _means(correct)
    value = statistics.fmean(by_unit)
    residual, by_items = _components(correct)
    variance = Variance(0.0)
    if by_items is not None:
        variance = sum_of_variances([_between_units(by_unit, residual), by_items])
    worth = value * (1 - value) / variance.value if variance.value else correct.shape[1]
    low, high = wilson_ends(value, worth, critical_value(alpha, variance.df))
    method = f"Wilson, {OVER_ITEMS if by_items is None else OVER_BOTH}"
    return Estimate(value, len(correct), _spread(by_unit), low, high, None, method, tuple(by_unit))


def difference_on_same_items(first: Array, second: Array, alpha: float) -> Estimate:
    """The difference of two accuracies of the same units on the same items."""
    differences = first - second
    by_unit = _means(differences)
    estimate = Estimate(0.0, len(by_unit), _spread(by_unit), values=tuple(by_unit))
    if not differences.any():
        return replace(estimate, all_equal=True)
    estimate = replace(estimate, value=statistics.fmean(by_unit))
    residual, by_items = _components(differences)
    if by_items is None:
        return _over_items(estimate, first, second, alpha, same_items=True)
    return _student(estimate, [_between_units(by_unit, residual), by_items], alpha)


def difference_of_two(
    first: Array, second: Array, alpha: float, *, paired: bool, same_items: bool
) -> Estimate:
    """The difference of two accuracies on other items, or of units that nothing pairs, or both."""
    import numpy as np

    means, other_means = _means(first), _means(second)
    n = min(len(first), len(second))
    by_unit = [ours - theirs for ours, theirs in zip(means, other_means, strict=True)] if paired else []
    estimate = Estimate(0.0, n, _spread(by_unit), values=tuple(by_unit))
    if same_items and not np.ptp(np.concatenate([first, second]), axis=0).any():
        return replace(estimate, all_equal=True)
    estimate = replace(estimate, value=statistics.fmean(means) - statistics.fmean(other_means))
    if n == 1 and not paired:
        return estimate
    residual, by_items = _components(first)
    other_residual, by_other_items = _components(second)
    if by_items is None and by_other_items is None:
        return _over_items(estimate, first, second, alpha, same_items)
    if paired:
        residuals = Variance(residual.value + other_residual.value, min(residual.df, other_residual.df))
        parts = [_between_units(by_unit, residuals)]
    else:
        parts = [_between_units(means, residual), _between_units(other_means, other_residual)]
    if same_items:
        residual_of_shares = residual.value / len(first) + other_residual.value / len(second)
        parts.append(_between_shared_items(first, second, residual_of_shares))
    else:
        parts += [by_items or _draw_of_items(first), by_other_items or _draw_of_items(second)]
    return _student(estimate, parts, alpha)


def _over_items(estimate: Estimate, first: Array, second: Array, alpha: float, same_items: bool) -> Estimate:
    """The interval of a difference whose units do not differ: over the items alone."""
    if same_items:
        low, high = exact_and_newcombe_ends(_agreement(first[0], second[0]), alpha)
        method = f"exact and Newcombe, {OVER_ITEMS}"
    else:
        shares = [statistics.fmean(_means(correct)) for correct in (first, second)]
        low, high = newcombe_ends(shares[0], first.shape[1], shares[1], second.shape[1], alpha)
        method = f"Newcombe, {OVER_ITEMS}"
    value = estimate.value or 0.0
    return replace(estimate, low=min(low, value), high=max(high, value), method=method)


def _student(estimate: Estimate, parts: Sequence[Variance], alpha: float) -> Estimate:
    """A difference whose variance is the sum of these, with Student's interval and test."""
    value = estimate.value or 0.0
    variance = sum_of_variances(parts)
    low, high = student_ends(value, variance, alpha)
    p = student_p(value, variance)
    return replace(estimate, low=low, high=high, p=p, method=f"Student's t {OVER_BOTH}")


def _means(correct: Array) -> list[float]:
    """The mean of each unit."""
    by_unit: list[float] = correct.mean(axis=1).tolist()
    return by_unit


def _spread(by_unit: Sequence[float]) -> float | None:
    return statistics.stdev(by_unit) if len(by_unit) > 1 else None


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


def _agreement(first: Array, second: Array) -> PairCounts:
    """How many items two units both get right, only one of them, or neither; arrays of shape (items,)."""
    a, b = first > 0, second > 0
    return PairCounts(
        both=int((a & b).sum()),
        first_only=int((a & ~b).sum()),
        second_only=int((b & ~a).sum()),
        neither=int((~a & ~b).sum()),
    )

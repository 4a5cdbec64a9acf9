"""Each operation that makes a number of data: what it gives, and which inputs decide it to the last digit."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from labreport.checking.distributions import student_quantile
from labreport.checking.shapes import (
    Agreement,
    Mean,
    Proportion,
    Shape,
    Variances,
    score,
    two_shares,
)

EQUAL = 1e-12
"""Values that differ by less, relative to their size, are equal."""
Inputs = Mapping[str, Any]


@dataclass(frozen=True)
class Found:
    """A number computed again: its value, spread, number of observations, and how certain it is.

    `shape` gives intervals and p-values; `over_seeds` is the one over the seeds only, where that differs;
    `plan` are the variances from which power follows; `interval` is given where it is not a shape's.
    """

    value: float | None
    n: int = 1
    spread: float | None = None
    shape: Shape | None = None
    over_seeds: Mean | None = None
    plan: Variances | None = None
    interval: tuple[float, float, float] | None = None
    """Low end, high end, level."""

    def at(self, alpha: float) -> tuple[float, float, float] | None:
        """The interval of level 1 − `alpha` with its level, widened to hold the value."""
        if self.value is None or self.shape is None:
            return self.interval
        low, high = self.shape.ends(alpha)
        return min(low, self.value), max(high, self.value), 1 - alpha


def variance(values: Sequence[float]) -> float:
    """With one degree of freedom less than values."""
    mean = fmean(values)
    return sum((value - mean) ** 2 for value in values) / (len(values) - 1)


def over_seeds(values: Sequence[float | None], size: float = 0.0, fraction: float | None = None) -> Found:
    """A mean of one value for each seed, against zero; `fraction` is the test share of repeated splits.

    Nothing is certain where the values vary by less than their size, or `size`, times `EQUAL`.
    """
    n = len(values)
    finite = [value for value in values if value is not None]
    if not n or len(finite) < n:
        return Found(None, n)
    mean = fmean(finite)
    if n == 1:
        return Found(mean, 1)
    squared = variance(finite)
    if math.sqrt(squared) <= EQUAL * max(size, *map(abs, finite)):
        return Found(mean, n)
    fixed = squared * fraction / (1 - fraction) if fraction is not None else 0.0
    plan = Variances(mean, squared, n, n - 1.0, fixed, common=fraction is not None)
    return Found(mean, n, math.sqrt(squared), Mean(plan), plan=plan)


def mean_over_seeds(given: Inputs, unit: str) -> Found:
    """Mean, standard deviation and Student's interval; of a fraction it ends at 0 and 1."""
    values = given["values"]
    found = over_seeds(values)
    spread = math.sqrt(variance(values)) if found.value is not None and len(values) > 1 else None
    if found.shape is None:
        return Found(found.value, found.n, spread)
    low, high = found.shape.ends(0.05)
    if unit == "fraction":
        low, high = max(low, 0.0), min(high, 1.0)
    return Found(found.value, found.n, spread, interval=(low, high, 0.95))


def paired(given: Inputs, unit: str) -> Found:
    """First minus second, seed by seed."""
    first, second = given["first"], given["second"]
    pairs = list(zip(first, second, strict=True))
    differences = [None if a is None or b is None else a - b for a, b in pairs]
    size = max((abs(value) for value in (*first, *second) if value is not None), default=0.0)
    return over_seeds(differences, size, given.get("test_fraction"))


def paired_items(given: Inputs, unit: str) -> Found:
    """Two models on the same items, for several seeds: seeds and items crossed, from counts."""
    first, second, sums = given["only_first"], given["only_second"], given["items_by_sum"]
    k = len(first)
    n = given["both"][0] + first[0] + second[0] + given["neither"][0]
    by_sum = dict(zip(range(-k, k + 1), sums, strict=True))
    squares = sum(first) + sum(second)
    alike = squares == k * (by_sum[-k] + by_sum[k])
    if k == 1 or alike:
        return mcnemar({key: given[key][0] for key in ("both", "only_first", "only_second", "neither")}, unit)
    rows = [(a - b) / n for a, b in zip(first, second, strict=True)]
    mean = fmean(rows)
    in_rows = n * sum((row - mean) ** 2 for row in rows)
    in_columns = k * sum(count * (total / k - mean) ** 2 for total, count in by_sum.items())
    residual_df = (k - 1.0) * (n - 1)
    rest = (squares - k * n * mean * mean - in_rows - in_columns) / residual_df / n
    between, between_df = in_rows / n / (k - 1), k - 1.0
    by_item = in_columns / k / (n - 1) / n
    if between < rest:
        between, between_df = rest, residual_df if k > 2 else between_df
    plan = Variances(mean, between, k, between_df, max(0.0, by_item - rest / k), n - 1.0)
    alone = over_seeds(rows)
    spread = math.sqrt(variance(rows))
    return Found(mean, k, spread, Mean(plan), alone.shape if alone.plan else None, plan)  # type: ignore[arg-type]


def mcnemar(given: Inputs, unit: str) -> Found:
    """Two models on the same items."""
    table = Agreement(given["both"], given["only_first"], given["only_second"], given["neither"])
    n = sum(given[key] for key in ("both", "only_first", "only_second", "neither"))
    value = (table.only_first - table.only_second) / n
    squared = ((table.only_first + table.only_second) / n - value * value) / n
    plan = Variances(value, 0.0, 1, 0.0, squared) if squared > 0 else None
    return Found(value, 1, None, table, plan=plan)


def separate_shares(given: Inputs, unit: str) -> Found:
    """Two shares of separate items."""
    n_a, n_b = given["items_first"], given["items_second"]
    if not n_a or not n_b:
        return Found(None)
    a, b = given["right_first"] / n_a, given["right_second"] / n_b
    squared = a * (1 - a) / n_a + b * (1 - b) / n_b
    plan = Variances(a - b, 0.0, 1, 0.0, squared) if squared > 0 else None
    return Found(a - b, 1, None, two_shares(a, n_a, b, n_b), plan=plan)


def separate_items(given: Inputs, unit: str) -> Found:
    """Accuracy on some items minus accuracy on others, paired by seed; covers seeds and items."""
    found = paired({"first": given["first"], "second": given["second"]}, unit)
    n_a, n_b = given["items_first"], given["items_second"]
    if found.value is None:
        return found
    if not n_a or not n_b:
        return Found(None, found.n)
    a, b = fmean(given["first"]), fmean(given["second"])
    fixed = a * (1 - a) / n_a + b * (1 - b) / n_b
    if found.plan is None or fixed == 0:
        counts = {
            "right_first": round(a * n_a),
            "items_first": n_a,
            "right_second": round(b * n_b),
            "items_second": n_b,
        }
        alone = separate_shares(counts, unit)
        return Found(found.value, found.n, None, alone.shape, plan=alone.plan)
    known = found.plan
    plan = Variances(known.mean, known.between, known.seeds, known.between_df, fixed)
    return Found(found.value, found.n, found.spread, Mean(plan), Mean(known), plan)


def share_over_items(given: Inputs, unit: str) -> Found:
    """Mean accuracy less a threshold, over seeds and items."""
    values, items, threshold = given["values"], given["items"], given["threshold"]
    n = len(values)
    if not n or not items or any(value is None for value in values):
        return Found(None, n)
    mean = fmean(values)
    seeds = over_seeds([value - threshold for value in values])
    binomial = mean * (1 - mean) / items
    plan: Variances | None = Variances(mean - threshold, 0.0, n, n - 1.0, binomial)
    crossed = _crossed_shares(given, threshold, items)
    if crossed is not None:
        plan = crossed
    elif n > 1 and max(values) - min(values) > EQUAL:
        plan = Variances(mean - threshold, variance(values), n, n - 1.0, binomial)
    size, df = float(items), math.inf
    if 0 < mean < 1 and plan is not None:
        size, df = mean * (1 - mean) / plan.error(n) ** 2, plan.df(n, planned=False)
    else:
        plan = None
    shape = Proportion(mean, size, df, threshold)
    alone = seeds.shape if isinstance(seeds.shape, Mean) else None
    return Found(mean - threshold, n, seeds.spread, shape, alone, plan)


def _crossed_shares(given: Inputs, threshold: float, items: int) -> Variances | None:
    """Variances of shares whose items are known: from how many items how many seeds have right."""
    by_seed, by_item = given.get("right_by_seed", []), given.get("items_by_seeds_right", [])
    if len(by_seed) < 2 or sum(by_item[1:-1]) == 0:
        return None
    k, n = len(by_seed), sum(by_item)
    mean = sum(by_seed) / k / n
    if n < 2:
        return Variances(mean - threshold, variance([right / n for right in by_seed]), k, k - 1.0)
    in_rows = n * sum((right / n - mean) ** 2 for right in by_seed)
    in_columns = k * sum(count * (right / k - mean) ** 2 for right, count in enumerate(by_item))
    residual_df = (k - 1.0) * (n - 1)
    rest = (sum(by_seed) - k * n * mean * mean - in_rows - in_columns) / residual_df / n
    between, between_df = in_rows / n / (k - 1), k - 1.0
    if between < rest:
        between, between_df = rest, residual_df if k > 2 else between_df
    fixed = max(0.0, in_columns / k / (n - 1) / n - rest / k)
    return Variances(mean - threshold, between, k, between_df, fixed, n - 1.0)


def wilson(given: Inputs, unit: str) -> Found:
    """A share with Wilson's interval."""
    share = given["successes"] / given["items"]
    low, high = score(share, given["items"], student_quantile(0.05, math.inf))
    return Found(share, 1, interval=(low, high, 0.95))


Operation = Callable[[Inputs, str], Found]
ESTIMATES: Mapping[str, Operation] = {
    "paired difference": paired,
    "paired items": paired_items,
    "McNemar": mcnemar,
    "two shares": separate_shares,
    "separate items": separate_items,
    "share over items": share_over_items,
}
"""Operations whose results are tested; the others give a number and perhaps an interval."""

"""Two samples: their difference as a quantity, and the p-value of the test that none exists."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from labreport.claims.quantity import Interval, Quantity, Unit
from labreport.claims.statistics import LEVEL, over_seeds


@dataclass(frozen=True)
class Comparison:
    """First minus second; `p_value` is None where one seed allows no test."""

    difference: Quantity
    p_value: float | None
    test: str


def paired(a: Sequence[float], b: Sequence[float], unit: Unit, source: str) -> Comparison:
    """`a` minus `b`, seed by seed, by Student's paired test (two-sided).

    Raises `ValueError` when the two differ in length.
    """
    differences = [float(first) - float(second) for first, second in zip(a, b, strict=True)]
    difference = over_seeds(differences, unit, source)
    if len(differences) < 2:
        return Comparison(difference, None, "one seed: no test over seeds")
    test = f"paired Student test over {len(differences)} seeds, two-sided"
    if difference.spread == 0:  # SciPy divides by it
        return Comparison(difference, 0.0 if difference.value else 1.0, test)
    return Comparison(difference, float(stats.ttest_1samp(differences, 0.0).pvalue), test)


def mcnemar(right_a: NDArray[np.bool_], right_b: NDArray[np.bool_], source: str) -> Comparison:
    """Two models on the same images, by McNemar's exact test (McNemar 1947).

    `right_a` and `right_b`, shape (images,), say which images each model gets right. The interval
    of the difference is Student's over images, which the many images make a normal one.
    """
    only_a = int(np.sum(right_a & ~right_b))
    only_b = int(np.sum(right_b & ~right_a))
    discordant = only_a + only_b
    p_value = float(stats.binomtest(only_a, discordant).pvalue) if discordant else 1.0
    differences = right_a.astype(np.int8) - right_b.astype(np.int8)
    mean = float(np.mean(differences))
    half = float(stats.t.ppf((1 + LEVEL) / 2, len(differences) - 1) * stats.sem(differences))
    kind = f"Student, {len(differences)} images"
    return Comparison(
        Quantity(mean, "points", source, 1, None, Interval(mean - half, mean + half, kind, LEVEL)),
        p_value,
        f"McNemar's exact test on the same {len(differences)} images",
    )


def newcombe(a: Quantity, b: Quantity, source: str) -> Quantity:
    """`a` minus `b`, shares of two separate sets of images, both with Wilson's interval.

    The interval is Newcombe's hybrid score (Newcombe 1998, method 10).
    """
    if a.value is None or b.value is None or a.interval is None or b.interval is None:
        raise ValueError("newcombe needs two shares with their intervals")
    difference = a.value - b.value
    below = math.hypot(a.value - a.interval.low, b.interval.high - b.value)
    above = math.hypot(a.interval.high - a.value, b.value - b.interval.low)
    kind = "Newcombe, images"
    return Quantity(difference, "points", source, 1, None, Interval(difference - below, difference + above, kind, LEVEL))


def holm(p_values: Sequence[float]) -> list[float]:
    """p-values adjusted for making several comparisons at once (Holm 1979), in the given order."""
    order = sorted(range(len(p_values)), key=lambda index: p_values[index])
    adjusted = [0.0] * len(p_values)
    largest = 0.0
    for rank, index in enumerate(order):
        largest = max(largest, min(1.0, (len(order) - rank) * p_values[index]))
        adjusted[index] = largest
    return adjusted

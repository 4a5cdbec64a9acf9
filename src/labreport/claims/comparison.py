"""Two samples: their difference as a quantity, and the p-value of the test that none exists."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from labreport.claims.quantity import Interval, Quantity, Unit
from labreport.claims.statistics import LEVEL, over_seeds, wilson_ends


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
    return Comparison(difference, _student_p(differences), test)


def _student_p(differences: Sequence[float]) -> float:
    """Two-sided p of Student's test that the mean is zero; equal values leave no doubt."""
    if np.std(differences) < 1e-12:  # SciPy would divide by it
        return 0.0 if abs(differences[0]) > 1e-12 else 1.0
    return float(stats.ttest_1samp(differences, 0.0).pvalue)


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


def independent(right_a: int, n_a: int, right_b: int, n_b: int, source: str) -> Comparison:
    """Share `right_a` of `n_a` minus share `right_b` of `n_b`, two separate sets of images.

    The interval is Newcombe's hybrid score (Newcombe 1998, method 10), the test Pearson's chi-square.
    """
    a, b = right_a / n_a, right_b / n_b
    low_a, high_a = wilson_ends(right_a, n_a)
    low_b, high_b = wilson_ends(right_b, n_b)
    difference = a - b
    below, above = math.hypot(a - low_a, high_b - b), math.hypot(high_a - a, b - low_b)
    interval = Interval(difference - below, difference + above, "Newcombe, images", LEVEL)
    table = [[right_a, n_a - right_a], [right_b, n_b - right_b]]
    decidable = 0 < right_a + right_b < n_a + n_b  # with an empty column there is nothing to test
    p_value = float(stats.chi2_contingency(table, correction=False).pvalue) if decidable else 1.0
    test = f"chi-square test of two shares, of {n_a} and of {n_b} images"
    return Comparison(Quantity(difference, "points", source, 1, None, interval), p_value, test)


def against(values: Sequence[float], threshold: float, images: int, source: str) -> Comparison:
    """Mean accuracy minus `threshold`, by Student's test over seeds.

    With one seed, or where all agree and leave Student nothing to go by, it is one model against
    `threshold` by the exact binomial test over its `images`.
    """
    differences = [float(value) - threshold for value in values]
    if np.ptp(differences) < 1e-12:
        right = round(values[0] * images)
        low, high = wilson_ends(right, images)
        interval = Interval(low - threshold, high - threshold, f"Wilson, {images} images", LEVEL)
        p_value = float(stats.binomtest(right, images, threshold).pvalue)
        difference = Quantity(differences[0], "points", source, len(values), None, interval)
        return Comparison(difference, p_value, f"exact binomial test over {images} images")
    difference = over_seeds(differences, "points", source)
    test = f"Student's test over {len(differences)} seeds, two-sided"
    return Comparison(difference, _student_p(differences), test)


def holm(p_values: Sequence[float]) -> list[float]:
    """p-values adjusted for making several comparisons at once (Holm 1979), in the given order."""
    order = sorted(range(len(p_values)), key=lambda index: p_values[index])
    adjusted = [0.0] * len(p_values)
    largest = 0.0
    for rank, index in enumerate(order):
        largest = max(largest, min(1.0, (len(order) - rank) * p_values[index]))
        adjusted[index] = largest
    return adjusted

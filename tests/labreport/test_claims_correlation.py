"""Rank correlations, and how little few points can show."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from labreport.claims.correlation import mantel, spearman


def test_a_perfect_order_of_six_is_one_in_three_hundred_and_sixty() -> None:
    """Two of 720 orders are as extreme; and the least p that six points can reach is that."""
    found = spearman([1, 2, 3, 4, 5, 6], [10, 20, 30, 40, 50, 60], "made")
    assert found.coefficient.value == pytest.approx(1.0)
    assert found.p_value == pytest.approx(2 / 720)
    assert found.least_p == pytest.approx(2 / 720)


def test_three_points_can_show_nothing() -> None:
    """Their interval is all there is, and even a perfect order is no evidence."""
    found = spearman([1, 2, 3], [1, 2, 3], "made")
    assert found.coefficient.interval is not None
    assert (found.coefficient.interval.low, found.coefficient.interval.high) == (-1, 1)
    assert found.p_value == pytest.approx(1 / 3)


def test_the_coefficient_is_scipys() -> None:
    """With a tie, as `scipy.stats.spearmanr` has it."""
    x, y = [1, 2, 3, 4, 5, 6], [2, 1, 4, 4, 6, 5]
    assert spearman(x, y, "made").coefficient.value == pytest.approx(stats.spearmanr(x, y).statistic)


def test_a_perfect_order_keeps_an_interval_with_width() -> None:
    """Fisher's interval of a coefficient of one would be a point, which claims too much."""
    interval = spearman([1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 6], "made").coefficient.interval
    assert interval is not None
    assert interval.low < 0.7
    assert interval.high == pytest.approx(1.0)


def test_what_is_constant_has_no_correlation() -> None:
    """The coefficient is undefined, and nothing is evidence."""
    found = spearman([1, 2, 3, 4], [5, 5, 5, 5], "made")
    assert (found.coefficient.value, found.p_value) == (None, 1.0)


def test_mantel_finds_a_matrix_in_itself_and_not_in_noise() -> None:
    """Correlation one with p at its least; with an unrelated matrix p is large."""
    generator = np.random.default_rng(3)
    first, other = generator.random((2, 10, 10))
    first, other = first + first.T, other + other.T
    same = mantel(first, first, "made")
    assert same.coefficient.value == pytest.approx(1.0)
    assert same.p_value == same.least_p
    assert mantel(first, other, "made").p_value > 0.05


def test_mantel_is_the_same_every_time() -> None:
    """The permutations come from a fixed generator."""
    generator = np.random.default_rng(4)
    first, other = generator.random((2, 6, 6))
    first, other = first + first.T, other + other.T
    assert mantel(first, other, "made") == mantel(first, other, "made")

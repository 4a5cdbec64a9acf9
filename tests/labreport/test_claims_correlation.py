"""Rank correlations, and how little few points can show."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from labreport.claims.correlation import mantel, spearman
from labreport.claims.rounding import format_spread


def test_a_perfect_order_of_six_is_one_in_three_hundred_and_sixty() -> None:
    """Two of 720 orders are as extreme; and the least p that six points can reach is that."""
    found = spearman([1, 2, 3, 4, 5, 6], [10, 20, 30, 40, 50, 60], "made")
    assert found.coefficient.value == pytest.approx(1.0)
    assert found.p_value == pytest.approx(2 / 720)
    assert found.least_p == pytest.approx(2 / 720)


def test_three_points_can_show_nothing() -> None:
    """Even a perfect order of three is not evidence."""
    assert spearman([1, 2, 3], [1, 2, 3], "made").p_value == pytest.approx(1 / 3)


@pytest.mark.parametrize("order", [[1, 2, 3, 4, 5, 6], [6, 5, 4, 3, 2, 1], [2, 1, 4, 3, 6, 5]])
def test_points_chosen_by_hand_have_no_interval(order: list[int]) -> None:
    """They are not a sample, and an interval could exclude the coefficient itself at plus and minus one."""
    found = spearman([1, 2, 3, 4, 5, 6], order, "made").coefficient
    assert found.interval is None
    assert found.value is not None
    assert -1 <= found.value <= 1
    assert "±" not in format_spread(found)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    ("x", "y"), [([], []), ([1], [2]), ([1, 2, 3], [5, 5, 5]), ([1, 2, 3], [1, math.nan, 2])]
)
def test_where_there_is_no_order_nothing_is_evidence(x: list[float], y: list[float]) -> None:
    """No points, one, a constant, a value that is not a number: no coefficient, and p is one."""
    found = spearman(x, y, "made")
    assert (found.coefficient.value, found.p_value) == (None, 1.0)


def test_the_coefficient_is_scipys() -> None:
    """With a tie, as `scipy.stats.spearmanr` has it."""
    x, y = [1, 2, 3, 4, 5, 6], [2, 1, 4, 4, 6, 5]
    assert spearman(x, y, "made").coefficient.value == pytest.approx(stats.spearmanr(x, y).statistic)


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


@pytest.mark.filterwarnings("error")
def test_mantel_of_missing_numbers_is_undefined() -> None:
    """A matrix with a value that is not a number, and one without pairs."""
    broken = np.full((4, 4), math.nan)
    assert mantel(broken, np.ones((4, 4)), "made").coefficient.value is None
    assert mantel(np.ones((1, 1)), np.ones((1, 1)), "made").p_value == 1.0

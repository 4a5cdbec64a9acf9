"""Two samples: published examples, and the corners where a formula would divide by zero."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labreport.claims.comparison import against, holm, independent, mcnemar, paired


def test_pairing_removes_what_both_share() -> None:
    """Values far apart between seeds, but always one apart within a seed, differ beyond doubt."""
    found = paired([1.0, 11.1, 20.9, 31.0], [0.0, 10.0, 20.0, 30.0], "points", "made")
    assert found.difference.value == pytest.approx(1.0)
    assert found.p_value == pytest.approx(0.000148, rel=0.01)


def test_one_pair_has_no_test() -> None:
    """One seed gives a difference and no p-value."""
    found = paired([1.0], [0.5], "points", "made")
    assert (found.difference.value, found.p_value) == (0.5, None)


def test_pairs_need_their_partners() -> None:
    """Samples of different length cannot be paired."""
    with pytest.raises(ValueError, match="shorter"):
        paired([1.0, 2.0], [1.0], "points", "made")


def test_mcnemar_counts_the_images_on_which_two_models_disagree() -> None:
    """One image against nine: the exact two-sided p is 22 in 1,024."""
    right_a = np.array([True] * 90 + [True] * 1 + [False] * 9)
    right_b = np.array([True] * 90 + [False] * 1 + [True] * 9)
    found = mcnemar(right_a, right_b, "made")
    assert found.difference.value == pytest.approx(-0.08)
    assert found.p_value == pytest.approx(22 / 1024)


def test_models_that_never_disagree_do_not_differ() -> None:
    """No discordant image: p is one, the interval has no width."""
    right = np.array([True, False, True])
    found = mcnemar(right, right, "made")
    assert (found.difference.value, found.p_value) == (0.0, 1.0)


def test_newcombes_interval_is_the_published_one() -> None:
    """Newcombe 1998, paper on differences, example (a): 56 of 70 against 48 of 80, method 10."""
    found = independent(56, 70, 48, 80, "made").difference
    assert found.value == pytest.approx(0.2)
    assert found.interval is not None
    assert (found.interval.low, found.interval.high) == pytest.approx((0.0524, 0.3339), abs=5e-5)


def test_two_sets_without_an_error_do_not_differ() -> None:
    """Where all images are right there is nothing to test."""
    assert independent(70, 70, 80, 80, "made").p_value == 1.0


def test_seeds_that_agree_are_judged_by_their_images() -> None:
    """Equal accuracies leave Student nothing; the exact binomial test takes over."""
    found = against([0.1135] * 5, 0.2, 10_000, "made")
    assert found.difference.value == pytest.approx(-0.0865)
    assert found.p_value is not None
    assert 0 < found.p_value < 1e-100
    assert "binomial" in found.test


def test_seeds_that_differ_are_judged_by_student() -> None:
    """Mean 0.3 against 0.2, standard deviation 0.1, four seeds: t is 2.449 or so."""
    found = against([0.2, 0.3, 0.4, 0.3], 0.2, 10_000, "made")
    assert found.p_value == pytest.approx(0.0917, abs=5e-4)


def test_holm_multiplies_the_smallest_most() -> None:
    """Three comparisons: the smallest times three, the next times two, never falling."""
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_correcting_never_makes_a_comparison_surer(p_values: list[float]) -> None:
    """Adjusted values lie between the raw one and one, in the same order."""
    adjusted = holm(p_values)
    assert all(raw <= new <= 1 for raw, new in zip(p_values, adjusted, strict=True))
    assert sorted(range(len(p_values)), key=lambda i: (p_values[i], adjusted[i])) == sorted(
        range(len(p_values)), key=lambda i: (adjusted[i], p_values[i])
    ) or len(set(adjusted)) < len(adjusted)

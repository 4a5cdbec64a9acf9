"""Two samples: published examples, and the corners where a formula would divide by zero."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from labreport.claims.comparison import against, independent, mcnemar, paired, paired_items
from labreport.claims.decision import decide
from labreport.claims.estimate import Estimate
from labreport.claims.holm import holm
from labreport.claims.intervals import PairedShares


def _ends(estimate: Estimate, alpha: float = 0.05) -> tuple[float, float]:
    interval = estimate.interval(alpha)
    assert interval is not None
    return interval.low, interval.high


def test_pairing_removes_what_both_share() -> None:
    """Values far apart between seeds, but always about one apart within a seed, as SciPy tests them."""
    found = paired([1.0, 11.1, 20.9, 31.0], [0.0, 10.0, 20.0, 30.0], "points", "made")
    reference = stats.ttest_rel([1.0, 11.1, 20.9, 31.0], [0.0, 10.0, 20.0, 30.0])
    assert found.difference.value == pytest.approx(1.0)
    assert found.p_value == pytest.approx(reference.pvalue, rel=1e-6)
    assert _ends(found) == pytest.approx(tuple(reference.confidence_interval()))


def test_pairs_need_their_partners() -> None:
    """Samples of different length cannot be paired."""
    with pytest.raises(ValueError, match="shorter"):
        paired([1.0, 2.0], [1.0], "points", "made")


@pytest.mark.parametrize(
    ("a", "b", "reason"),
    [
        ([], [], "no seed in common"),
        ([1.0], [0.5], "one seed"),
        ([0.9, 0.9, 0.9], [0.5, 0.5, 0.5], "all 3 seeds give the same value, so their spread is unknown"),
        ([0.1 + 0.2, 0.3], [0.1, 0.1], "all 2 seeds give the same value, so their spread is unknown"),
        ([math.nan, 1.0], [0.5, 0.5], "1 of 2 seeds gave no finite number"),
    ],
)
def test_values_without_a_spread_decide_nothing_and_say_why(
    a: list[float], b: list[float], reason: str
) -> None:
    """Neither a crash nor a warning, no p-value of zero, and no interval without width."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = paired(a, b, "points", "made")
        claim = decide([found], [0.1])[0].claim("made", "a > b", ())
    assert (found.p_value, found.interval(), found.reason) == (None, None, reason)
    assert (claim.inconclusive, claim.reason) == (True, reason)


def test_repeated_splits_of_one_data_set_need_a_wider_interval() -> None:
    """Nadeau and Bengio: variance (1/k + f/(1 − f)) s², with ten splits of one tenth for the test."""
    a = [0.81, 0.79, 0.84, 0.80, 0.83, 0.78, 0.82, 0.85, 0.80, 0.81]
    b = [0.80, 0.79, 0.81, 0.80, 0.80, 0.79, 0.80, 0.82, 0.79, 0.80]
    d = np.array(a) - np.array(b)
    error = math.sqrt((1 / 10 + 0.1 / 0.9) * np.var(d, ddof=1))
    found = paired(a, b, "points", "made", test_fraction=0.1)
    assert found.p_value == pytest.approx(2 * stats.t.sf(abs(d.mean()) / error, 9), rel=1e-6)
    assert "corrected resampled" in found.test


def test_mcnemar_counts_the_items_on_which_two_models_disagree() -> None:
    """One item against nine: the exact two-sided p is 22 in 1,024, and the interval excludes zero."""
    right_a = np.array([True] * 90 + [True] * 1 + [False] * 9)
    right_b = np.array([True] * 90 + [False] * 1 + [True] * 9)
    found = mcnemar(right_a, right_b, "made")
    assert found.difference.value == pytest.approx(-0.08)
    assert found.p_value == pytest.approx(22 / 1024)
    assert _ends(found)[1] < 0


def test_newcombes_paired_interval_is_the_published_one() -> None:
    """Newcombe 1998, paper on paired data, example of 36, 12, 2 and 0: 0.0569 to 0.3404, method 10."""
    table = PairedShares(36, 12, 2, 0)
    assert table._newcombe(1.959964) == pytest.approx((0.0569, 0.3404), abs=5e-5)
    assert table.ends(0.05)[0] <= 0.0569


@given(st.lists(st.integers(0, 40), min_size=4, max_size=4).filter(lambda counts: sum(counts) > 0))
def test_the_interval_excludes_zero_where_mcnemar_rejects(counts: list[int]) -> None:
    """Never does one say that there is a difference and the other that there is none."""
    both, first, second, neither = counts
    low, high = PairedShares(both, first, second, neither).ends(0.05)
    p_value = stats.binomtest(first, first + second).pvalue if first + second else 1.0
    if low > 0 or high < 0:
        assert p_value < 0.05


def test_models_that_never_disagree_do_not_differ() -> None:
    """No discordant item: p is one, and the interval has a width all the same."""
    right = np.array([True, False, True])
    found = mcnemar(right, right, "made")
    assert (found.difference.value, found.p_value) == (0.0, 1.0)
    assert _ends(found)[0] < 0 < _ends(found)[1]


def test_newcombes_interval_is_the_published_one() -> None:
    """Newcombe 1998, paper on differences, example (a): 56 of 70 against 48 of 80, method 10."""
    found = independent(56, 70, 48, 80, "made")
    assert found.value == pytest.approx(0.2)
    assert _ends(found) == pytest.approx((0.0524, 0.3339), abs=5e-5)


def test_two_sets_without_an_error_do_not_differ() -> None:
    """Where all items are right there is nothing to show, and without items nothing to test."""
    assert independent(70, 70, 80, 80, "made").p_value == 1.0
    assert independent(0, 0, 80, 80, "made").reason == "no items"


@pytest.mark.parametrize("share", [0.1135, 0.0, 1.0])
def test_seeds_that_agree_are_judged_by_their_items(share: float) -> None:
    """Equal accuracies leave Student nothing; Wilson's interval for the items takes over."""
    found = against([share] * 5, 0.2, 10_000, "made")
    reference = stats.binomtest(round(share * 10_000), 10_000).proportion_ci(0.95, "wilson")
    assert _ends(found) == pytest.approx((reference.low - 0.2, reference.high - 0.2))
    assert found.p_value is not None
    assert 0 < found.p_value < 1e-100
    assert "10000 items" in found.test


def test_a_threshold_is_tested_over_seeds_and_items() -> None:
    """With few items the interval is wider than Student's over seeds; with countless ones about as wide."""
    values = [0.2, 0.3, 0.4, 0.3]
    student = stats.t.interval(0.95, 3, 0.3, stats.sem(values))
    few, many = (_ends(against(values, 0.0, items, "made")) for items in (50, 10**9))
    assert few[1] - few[0] > student[1] - student[0]
    assert many[1] - many[0] == pytest.approx(student[1] - student[0], rel=0.1)
    only = against(values, 0.0, 50, "made").seeds_only
    assert only is not None
    assert only.interval is not None
    assert (only.interval.low, only.interval.high) == pytest.approx(student)


def _made(generator: np.random.Generator, seeds: int, by_seed: float, by_item: float) -> NDArray[np.bool_]:
    chance = 0.5 + generator.normal(0, by_seed, (seeds, 1)) + generator.normal(0, by_item, 300)
    return np.asarray(generator.random((seeds, 300)) < np.clip(chance, 0, 1))


@pytest.mark.parametrize(
    ("by_seed", "by_item", "least"), [(0.0, 0.1, 0.93), (0.02, 0.3, 0.93), (0.1, 0.1, 0.92)]
)
def test_the_interval_over_seeds_and_items_covers_both(by_seed: float, by_item: float, least: float) -> None:
    """Of 600 simulated experiments with five seeds (generator 7), about 95 % cover the true value."""
    generator = np.random.default_rng(7)
    none = np.zeros((5, 300), dtype=bool)
    covered = [
        low <= 0.5 <= high
        for low, high in (
            _ends(paired_items(_made(generator, 5, by_seed, by_item), none, "made")) for _ in range(600)
        )
    ]
    assert least <= np.mean(covered) <= 0.99


def test_seeds_that_predict_the_same_leave_the_items() -> None:
    """Deterministic learners: five equal rows are one model, tested by McNemar and never surer than that."""
    right_a = np.array([True] * 90 + [True] * 3 + [False] * 7)
    right_b = np.array([True] * 90 + [False] * 3 + [True] * 7)
    one = mcnemar(right_a, right_b, "made")
    many = paired_items(np.tile(right_a, (5, 1)), np.tile(right_b, (5, 1)), "made")
    assert (many.p_value, _ends(many)) == (one.p_value, _ends(one))
    assert "the 5 seeds do not differ" in many.test


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

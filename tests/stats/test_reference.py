"""The same numbers from SciPy and statsmodels, which share no code with the functions tested."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from stats import made
from statsmodels.formula.api import ols
from statsmodels.stats.anova import anova_lm
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.weightstats import DescrStatsW

from labreport.project import Design, Measure, table
from labreport.stats import Quantity, Sample, Source, difference, mean, mean_of, ranking, ratio
from labreport.stats.estimate import Estimate
from labreport.stats.shares import PairCounts, exact_and_newcombe_ends
from labreport.stats.two_way import accuracy_difference

GENERATOR = np.random.default_rng(7)


def ends(quantity: Quantity) -> tuple[float, float]:
    """The ends of its interval."""
    assert quantity.interval is not None
    return quantity.interval


def test_a_ratio_over_blocks_is_that_of_geometric_means_pair_by_pair() -> None:
    """Six inputs are six observations, not thirty; repetitions are averaged before logarithms are taken."""
    sizes = GENERATOR.normal(0, 3, (6, 1))  # inputs differ by orders of magnitude
    ash = np.exp(sizes + GENERATOR.normal(0, 0.01, (6, 5)))
    birch = np.exp(sizes + np.log(1.5) + GENERATOR.normal(0, 0.01, (6, 5)))
    samples = {"ash": made.sample_of_numbers("ash", ash), "birch": made.sample_of_numbers("birch", birch)}
    quantity = difference(samples, made.SECONDS, "birch", "ash").difference.quantity
    differences = np.log(birch.mean(axis=1)) - np.log(ash.mean(axis=1))
    paired = stats.ttest_1samp(differences, 0)
    assert quantity.n == 6
    assert quantity.value == pytest.approx(math.exp(differences.mean()), rel=1e-9)
    assert np.log(ends(quantity)) == pytest.approx(tuple(paired.confidence_interval()), rel=1e-9)
    assert quantity.p == pytest.approx(paired.pvalue, rel=1e-9)


FRACTION = 50 / 178
SPLITS = Design(test_fraction=FRACTION)
SPLIT_VALUES = GENERATOR.normal(0.9, 0.01, 10)
SPLIT_ITEMS = made.right_or_wrong(GENERATOR, 10, 50)
"""Other items in each split, though there are as many."""


@pytest.mark.parametrize(
    ("sample", "measure", "values"),
    [
        (made.sample_of_numbers("a", SPLIT_VALUES, design=SPLITS), made.LOSS, SPLIT_VALUES),
        (made.sample_of_items("a", SPLIT_ITEMS, design=SPLITS), made.ACCURACY, SPLIT_ITEMS.mean(axis=1)),
    ],
)
def test_a_mean_of_random_splits_has_the_corrected_variance(
    sample: Sample, measure: Measure, values: np.ndarray
) -> None:
    """Nadeau and Bengio: s² (1/n + f/(1 − f)), also where accuracies are known item by item."""
    error = math.sqrt(values.var(ddof=1) * (1 / 10 + FRACTION / (1 - FRACTION)))
    theirs = stats.t.interval(0.95, 9, values.mean(), error)
    assert ends(mean_of(sample, measure)) == pytest.approx(theirs, rel=1e-9)


def test_crossed_variances_are_those_of_an_analysis_of_variance() -> None:
    """Mean squares of seeds and of items, less the residual's."""
    generator = np.random.default_rng(1)
    easy, seeds = generator.normal(0, 2, (2, 1, 60)), generator.normal(0, 0.8, (2, 5, 1))
    first, second = generator.random((2, 5, 60)) < 1 / (1 + np.exp(-easy - seeds))
    values = first.astype(float) - second
    frame = pd.DataFrame(values).melt(ignore_index=False, var_name="item").reset_index(names="seed")
    squares = anova_lm(ols("value ~ C(seed) + C(item)", frame).fit())["mean_sq"] / 300
    by_seed, by_item, rest = squares["C(seed)"], squares["C(item)"], squares["Residual"]
    assert by_seed > rest < by_item
    by_item -= rest
    variance = by_seed + by_item
    df = variance**2 / (by_seed**2 / 4 + by_item**2 / 59)
    estimate = accuracy_difference(first, second, 0.05)
    theirs = stats.t.interval(0.95, df, values.mean(), math.sqrt(variance))
    assert (estimate.low, estimate.high) == pytest.approx(theirs, rel=1e-9)


AGREEING, OTHER = np.eye(2, 60)[[0, 0]], np.eye(2, 60)[[1, 1]]
VARYING = made.right_or_wrong(np.random.default_rng(2), 3, 60)


@pytest.mark.parametrize(
    ("first", "second", "same_items", "method"),
    [
        (AGREEING, AGREEING, True, ""),
        (AGREEING[:1], VARYING, True, ""),
        (AGREEING, OTHER, True, "exact and Newcombe, over items"),
        (AGREEING, OTHER, False, "Newcombe, over items"),
        (AGREEING, VARYING, True, "Student's t over units and items"),
        (AGREEING, VARYING, False, "Student's t over units and items"),
    ],
)
def test_runs_that_nothing_pairs_have_an_interval_over_what_varies(
    first: np.ndarray, second: np.ndarray, same_items: bool, method: str
) -> None:
    """Over items alone where runs agree; none where nothing varies, or of one run."""
    estimate = accuracy_difference(first, second, 0.05, paired=False, same_items=same_items)
    assert estimate.value == pytest.approx(first.mean() - second.mean())
    assert (estimate.method, estimate.low is None) == (method, method == "")


@pytest.mark.parametrize(("first", "second"), [(1, 9), (0, 6), (40, 20), (5, 5), (12, 3)])
def test_one_seed_excludes_no_difference_only_where_the_exact_test_does(first: int, second: int) -> None:
    """McNemar's, of a table of agreement."""
    low, high = exact_and_newcombe_ends(PairCounts(900, first, second, 50), 0.05)
    theirs = mcnemar([[900, first], [second, 50]], exact=True).pvalue
    if not low <= 0 <= high:
        assert theirs < 0.05


def test_a_ratio_of_two_numbers_has_the_interval_of_both() -> None:
    """Near that of the ratio of two independent normal means, found by simulation."""
    a, b = Quantity(10.0, "s", 9.0, 11.0), Quantity(4.0, "s", 3.8, 4.2)
    quotient = ratio(a, b)
    draws = GENERATOR.normal(10, 1 / 1.96, 200_000) / GENERATOR.normal(4, 0.2 / 1.96, 200_000)
    assert quotient.value == 2.5
    assert ends(quotient) == pytest.approx(tuple(np.quantile(draws, (0.025, 0.975))), rel=0.01)
    four, ten = Quantity(4, exact=True), Quantity(10, exact=True)
    assert ends(ratio(a, four)) == pytest.approx((9 / 4, 11 / 4))
    assert ends(ratio(ten, b)) == pytest.approx((10 / 4.2, 10 / 3.8), rel=0.005)
    exact = ratio(ten, four)
    assert (exact.value, exact.exact, exact.interval) == (2.5, True, None)
    assert ratio(a, Quantity(1.0, "s", -1.0, 3.0)).interval is None
    assert ratio(a, Quantity(0.0, "s", source=Source())).value is None


def _on_same_items(g: np.random.Generator) -> Estimate:
    easy = g.normal(4, 2, 1000)
    first, second = (made.right_or_wrong(g, 5, 1000, easy=easy) for _ in "ab")
    return accuracy_difference(first, second, 0.05)


def _of_other_units(g: np.random.Generator) -> Estimate:
    easy = g.normal(4, 2, 1000)
    first, second = (made.right_or_wrong(g, units, 1000, easy=easy) for units in (3, 5))
    return accuracy_difference(first, second, 0.05, paired=False)


def _on_other_items(g: np.random.Generator) -> Estimate:
    first, second = (made.right_or_wrong(g, 5, items, 4) for items in (100, 150))
    return accuracy_difference(first, second, 0.05, same_items=False)


@pytest.mark.parametrize("draw", [_on_same_items, _of_other_units, _on_other_items])
def test_intervals_over_seeds_and_items_cover_the_truth(
    draw: Callable[[np.random.Generator], Estimate],
) -> None:
    """At least 95 % less three standard errors, of accuracies that do not differ in truth."""
    g = np.random.default_rng(0)
    estimates = [draw(g) for _ in range(300)]
    intervals = [(estimate.low, estimate.high) for estimate in estimates if estimate.low is not None]
    covering = [low <= 0 <= (high or 0) for low, high in intervals]
    assert np.mean(covering) >= 0.912


def test_one_of_all_pairs_is_rarely_clear_by_chance() -> None:
    """Six pairs of equal things, each judged as one of them; each by itself, 28 % had one."""
    g = np.random.default_rng(5)
    clear = 0
    for _ in range(150):
        finding = ranking(
            {name: made.sample_of_numbers(name, g.normal(size=5)) for name in "abcd"}, made.LOSS
        ).ranking
        clear += any(quantity.clear.holds for quantity in finding.evidence)
    assert clear / 150 <= 0.1


def test_a_mean_of_a_table_is_that_of_its_replicates() -> None:
    """Rows of one plate are averaged first: four plates are four observations."""
    values = GENERATOR.normal(5, 1, (4, 3))
    frame = pd.DataFrame({"plate": np.repeat(list("PQRS"), 3), "growth": values.ravel()})
    quantity = mean(table(frame, replicate="plate"), "growth").mean
    assert quantity.n == 4
    assert ends(quantity) == pytest.approx(DescrStatsW(values.mean(axis=1)).tconfint_mean(), rel=1e-9)

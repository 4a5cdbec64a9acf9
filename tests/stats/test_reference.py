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
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

from labreport.project import Design
from labreport.stats import Quantity, Source, difference, mean, mean_of, ranking, ratio
from labreport.stats.estimate import Estimate, critical_value
from labreport.stats.shares import PairCounts, exact_and_newcombe_ends, newcombe_ends, wilson_ends
from labreport.stats.two_way import accuracy_difference

BLOCKS, REPETITIONS = 6, 5
GENERATOR = np.random.default_rng(7)
SIZE = GENERATOR.normal(0, 3, (BLOCKS, 1))
LOGARITHMS = {
    name: SIZE + np.log(times) + GENERATOR.normal(0, 0.01, (BLOCKS, REPETITIONS))
    for name, times in {"ash": 1.0, "birch": 1.5, "elm": 3.0}.items()
}
"""Log seconds by program, shape (inputs, repetitions): inputs differ by orders of magnitude."""


def ends(quantity: Quantity) -> tuple[float, float]:
    """The ends of its interval."""
    assert quantity.interval is not None
    return quantity.interval


def test_a_ratio_over_blocks_is_that_of_geometric_means_pair_by_pair() -> None:
    """Six inputs are six observations, not thirty; repetitions are averaged before logarithms are taken."""
    seconds = {name: np.exp(rows) for name, rows in LOGARITHMS.items()}
    samples = {name: made.plain(name, map(tuple, rows.tolist())) for name, rows in seconds.items()}
    quantity = difference(samples, made.SECONDS, "birch", "ash").difference.quantity
    birch, ash = (np.log(seconds[name].mean(axis=1)) for name in ("birch", "ash"))
    assert quantity.n == BLOCKS
    assert quantity.value == pytest.approx(math.exp((birch - ash).mean()), rel=1e-9)
    assert ends(quantity) == pytest.approx(tuple(np.exp(DescrStatsW(birch - ash).tconfint_mean())), rel=1e-9)
    paired = stats.ttest_rel(birch, ash)
    assert np.log(ends(quantity)) == pytest.approx(tuple(paired.confidence_interval()), rel=1e-9)
    assert quantity.p == pytest.approx(paired.pvalue, rel=1e-9)


def test_what_nothing_pairs_is_compared_by_welch() -> None:
    """As means of two independent samples with variances of their own."""
    a, b = LOGARITHMS["ash"][0], LOGARITHMS["elm"][:, 0]
    samples = {name: made.plain(name, values, design=made.UNPAIRED) for name, values in (("a", a), ("b", b))}
    quantity = difference(samples, made.LOSS).difference.quantity
    theirs = CompareMeans(DescrStatsW(a), DescrStatsW(b)).tconfint_diff(usevar="unequal")
    assert ends(quantity) == pytest.approx(theirs, rel=1e-9)


def test_a_mean_of_random_splits_has_the_corrected_variance() -> None:
    """Nadeau and Bengio: s² (1/n + f/(1 − f))."""
    values, fraction = GENERATOR.normal(0.9, 0.01, 10), 50 / 178
    sample = made.plain("a", values, design=Design(test_fraction=fraction))
    error = math.sqrt(values.var(ddof=1) * (1 / 10 + fraction / (1 - fraction)))
    theirs = stats.t.interval(0.95, 9, values.mean(), error)
    assert ends(mean_of(sample, made.LOSS)) == pytest.approx(theirs, rel=1e-9)
    items = made.rights(GENERATOR, 10, 50)  # other ones in each split, though there are as many
    split = made.known("a", items, design=Design(test_fraction=fraction))
    error = math.sqrt(items.mean(axis=1).var(ddof=1) * (1 / 10 + fraction / (1 - fraction)))
    theirs = stats.t.interval(0.95, 9, items.mean(), error)
    assert ends(mean_of(split, made.ACCURACY)) == pytest.approx(theirs, rel=1e-9)


def test_comparisons_made_together_are_judged_at_their_common_level() -> None:
    """Of three pairs, each at 1 − 0.05 / 3; the interval that is printed stays that of 95 %."""
    samples, measure = made.every()["paired"]
    a, b = (np.array(list(samples[name].values.values())) for name in "ab")
    part = ranking(samples, measure).ranking.comparisons[0]
    for level, interval in (
        (0.05, ends(part.quantity)),
        (0.05 / 3, (part.quantity.judged_low, part.quantity.judged_high)),
    ):
        theirs = stats.ttest_rel(a, b).confidence_interval(1 - level)
        assert interval == pytest.approx(tuple(theirs), rel=1e-9)


def test_crossed_variances_are_those_of_an_analysis_of_variance() -> None:
    """Mean squares of seeds and of items, less the residual's."""
    generator = np.random.default_rng(1)
    easy, seeds = generator.normal(0, 2, (2, 1, 60)), generator.normal(0, 0.8, (2, 5, 1))
    first, second = generator.random((2, 5, 60)) < 1 / (1 + np.exp(-easy - seeds))
    values = first.astype(float) - second
    frame = pd.DataFrame(
        [(seed, item, values[seed, item]) for seed in range(5) for item in range(60)],
        columns=["seed", "item", "value"],
    )
    squares = anova_lm(ols("value ~ C(seed) + C(item)", frame).fit())["mean_sq"]
    by_seed, by_item, rest = (squares[name] / 300 for name in ("C(seed)", "C(item)", "Residual"))
    assert by_seed > rest < by_item
    parts = [(by_seed, 4), (by_item - rest, 59)]
    variance = sum(part for part, _ in parts)
    df = variance**2 / sum(part**2 / df for part, df in parts)
    estimate = accuracy_difference(first, second, 0.05)
    theirs = stats.t.interval(0.95, df, values.mean(), math.sqrt(variance))
    assert (estimate.low, estimate.high) == pytest.approx(theirs, rel=1e-9)


@pytest.mark.parametrize(
    "counts", [(56, 70, 48, 80), (9, 10, 3, 10), (10, 10, 0, 20), (962, 1000, 9_500, 9_900)]
)
def test_two_shares_of_separate_items(counts: tuple[int, int, int, int]) -> None:
    """Newcombe's interval."""
    a, m, b, n = counts
    theirs = confint_proportions_2indep(*counts, method="newcomb")
    assert newcombe_ends(a / m, m, b / n, n, 0.05) == pytest.approx(theirs, abs=1e-9)


@pytest.mark.parametrize(("right", "n"), [(0, 10), (9, 10), (15, 148), (9_623, 10_000), (10_000, 10_000)])
def test_one_share(right: int, n: int) -> None:
    """Wilson's interval, one-sided at the ceiling."""
    theirs = proportion_confint(right, n, method="wilson")
    assert wilson_ends(right / n, n, critical_value(0.05)) == pytest.approx(theirs, abs=1e-9)


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


def _covers(draw: Callable[[], Estimate], truth: float, draws: int = 300) -> float:
    estimates = [draw() for _ in range(draws)]
    intervals = [
        (estimate.low, estimate.high)
        for estimate in estimates
        if estimate.low is not None and estimate.high is not None
    ]
    return sum(low <= truth <= high for low, high in intervals) / len(intervals)


def test_intervals_over_seeds_and_items_cover_the_truth() -> None:
    """At least 95 % less three standard errors, of accuracies that do not differ in truth."""
    g = np.random.default_rng(0)

    def paired() -> Estimate:
        easy = g.normal(4, 2, 1000)
        first, second = (made.rights(g, 5, 1000, easy=easy) for _ in "ab")
        return accuracy_difference(first, second, 0.05)

    def apart() -> Estimate:
        easy = g.normal(4, 2, 1000)
        first, second = (made.rights(g, k, 1000, easy=easy) for k in (3, 5))
        return accuracy_difference(first, second, 0.05, paired=False)

    def others() -> Estimate:
        first, second = (made.rights(g, 5, items, 4) for items in (100, 150))
        return accuracy_difference(first, second, 0.05, same_items=False)

    for draw in (paired, apart, others):
        assert _covers(draw, 0.0) >= 0.912


def test_one_of_all_pairs_is_rarely_clear_by_chance() -> None:
    """Fifteen pairs of equal things, each judged as one of them."""
    g = np.random.default_rng(5)
    clear = 0
    for _ in range(200):
        finding = ranking({name: made.plain(name, g.normal(size=5)) for name in "abcdef"}, made.LOSS).ranking
        clear += any(quantity.clear.holds for quantity in finding.evidence)
    assert clear / 200 <= 0.1


def test_a_mean_of_a_table_is_that_of_its_replicates() -> None:
    """Rows of one plate are averaged first: four plates are four observations."""
    values = GENERATOR.normal(5, 1, (4, 3))
    frame = pd.DataFrame({"plate": np.repeat(list("PQRS"), 3), "growth": values.ravel()})
    from labreport.project import table as declared

    quantity = mean(declared(frame, replicate="plate"), "growth").mean
    assert quantity.n == 4
    assert ends(quantity) == pytest.approx(DescrStatsW(values.mean(axis=1)).tconfint_mean(), rel=1e-9)

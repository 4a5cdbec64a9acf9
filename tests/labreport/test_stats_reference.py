"""The same numbers from scipy and statsmodels, which share no code with the functions tested."""

from __future__ import annotations

import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from made_results import Made, runs
from numpy.typing import NDArray
from scipy import stats
from statsmodels.formula.api import ols
from statsmodels.stats.anova import anova_lm
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

from labreport.experiment import Design, Experiment
from labreport.results import Results
from labreport.stats import Answer, Measure, difference, ranking
from labreport.stats.operation import quantile, wilson
from labreport.stats.operations.crossed import agreement, newcombe, table
from labreport.stats.operations.crossed import compute as crossed

INPUTS, REPETITIONS = 6, 5
TIMES = {"ash": 1.0, "birch": 1.5, "cedar": 1.503, "dogwood": 2.0, "elm": 3.0}
"""Five programs, and how many times as long as the first each takes."""
SECONDS = Measure("seconds", "s", better="lower", scale="ratio", margin=1.02, because="noise of a machine")
SIZE = Measure("size", "ratio of sizes", better="lower", margin=0.02)


def _logarithms() -> dict[str, NDArray[np.float64]]:
    """Log seconds by program, shape (inputs, repetitions): inputs differ by orders of magnitude."""
    generator = np.random.default_rng(7)
    size = generator.normal(0, 3, (INPUTS, 1))
    return {
        name: size + np.log(times) + generator.normal(0, 0.004, (INPUTS, 1))
        + generator.normal(0, 0.01, (INPUTS, REPETITIONS))
        for name, times in TIMES.items()
    }  # fmt: skip


LOGARITHMS = _logarithms()


def _recorded(design: Design) -> Results:
    found = {}
    for name, values in LOGARITHMS.items():
        metrics = [
            {"seconds": float(math.exp(value)), "size": float(0.5 + value / 100)} for value in values.ravel()
        ]
        found[name] = runs(Experiment(name, Made(), design=design, exclusive=True), metrics)
    return Results("test", found)


BLOCKED = Design(
    "input",
    blocks=tuple((run, f"input {run // REPETITIONS}") for run in range(INPUTS * REPETITIONS)),
)
UNPAIRED = Design("run", paired=False)


def _ends(answer: Answer, name: str) -> tuple[float, float]:
    interval = answer.quantities[name].interval
    assert interval is not None
    return interval.low, interval.high


def test_the_fastest_of_five_programs_is_named() -> None:
    """Over six inputs; the slowest is not."""
    answer = ranking(_recorded(BLOCKED), SECONDS)
    (finding,) = answer.findings.values()
    assert finding.judgement.clear
    says = answer.to_plain()["findings"]["ranking"]["says"]
    assert says.startswith("`ash` is the fastest")


def test_programs_are_the_same_within_two_per_cent() -> None:
    """The interval of their ratio lies inside the margin."""
    answer = difference(_recorded(BLOCKED), "birch", "cedar", SECONDS)
    (finding,) = answer.findings.values()
    assert finding.judgement.same
    assert not finding.judgement.clear
    text = answer.to_plain()["findings"]["birch over cedar"]["says"].replace("\u00a0", " ")
    assert text.endswith("the difference is below 2 %.")


@pytest.mark.parametrize(("first", "second"), [("ash", "birch"), ("birch", "cedar"), ("elm", "dogwood")])
def test_blocks_are_compared_pair_by_pair(first: str, second: str) -> None:
    """Six inputs are six observations, and not thirty."""
    answer = difference(_recorded(BLOCKED), first, second, SECONDS)
    apart = LOGARITHMS[first].mean(axis=1) - LOGARITHMS[second].mean(axis=1)
    theirs = DescrStatsW(apart).tconfint_mean()
    found = answer.quantities[f"{first} over {second}"]
    assert found.n == INPUTS
    assert found.value == pytest.approx(math.exp(apart.mean()), rel=1e-9)
    assert _ends(answer, f"{first} over {second}") == pytest.approx(tuple(np.exp(theirs)), rel=1e-9)
    paired = stats.ttest_rel(LOGARITHMS[first].mean(axis=1), LOGARITHMS[second].mean(axis=1))
    assert tuple(paired.confidence_interval()) == pytest.approx(theirs, rel=1e-9)


def test_a_plain_difference_over_blocks_is_that_of_their_means() -> None:
    """On the scale of differences."""
    answer = difference(_recorded(BLOCKED), "elm", "ash", SIZE)
    apart = (LOGARITHMS["elm"] - LOGARITHMS["ash"]).mean(axis=1) / 100
    assert _ends(answer, "elm minus ash") == pytest.approx(DescrStatsW(apart).tconfint_mean(), rel=1e-9)


@pytest.mark.parametrize(("first", "second"), [("ash", "birch"), ("elm", "dogwood")])
def test_repetitions_without_a_partner_are_compared_by_welch(first: str, second: str) -> None:
    """As means of two independent samples with variances of their own."""
    answer = difference(_recorded(UNPAIRED), first, second, SECONDS)
    a, b = LOGARITHMS[first].ravel(), LOGARITHMS[second].ravel()
    theirs = CompareMeans(DescrStatsW(a), DescrStatsW(b)).tconfint_diff(usevar="unequal")
    assert _ends(answer, f"{first} over {second}") == pytest.approx(tuple(np.exp(theirs)), rel=1e-9)


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
    assert by_seed > rest
    assert by_item > rest
    parts = [(by_seed, 4), (by_item - rest, 59)]
    variance = sum(part for part, _ in parts)
    df = variance**2 / sum(part**2 / df for part, df in parts)
    found = crossed(table(first, second), 0.05)
    theirs = stats.t.interval(0.95, df, values.mean(), math.sqrt(variance))
    assert (found.low, found.high) == pytest.approx(theirs, rel=1e-9)


@pytest.mark.parametrize(
    "counts", [(56, 70, 48, 80), (9, 10, 3, 10), (10, 10, 0, 20), (962, 1000, 9_500, 9_900)]
)
def test_two_shares_of_separate_items(counts: tuple[int, int, int, int]) -> None:
    """Newcombe's interval."""
    a, m, b, n = counts
    theirs = confint_proportions_2indep(*counts, method="newcomb")
    assert newcombe(a / m, m, b / n, n, 0.05)[1:] == pytest.approx(theirs, abs=1e-9)


@pytest.mark.parametrize(("right", "n"), [(0, 10), (9, 10), (15, 148), (9_623, 10_000), (10_000, 10_000)])
def test_one_share(right: int, n: int) -> None:
    """Wilson's interval, one-sided at the ceiling."""
    theirs = proportion_confint(right, n, method="wilson")
    assert wilson(right / n, n, quantile(0.05)) == pytest.approx(theirs, abs=1e-9)


@pytest.mark.parametrize(("first", "second"), [(1, 9), (0, 6), (40, 20), (5, 5), (12, 3)])
def test_one_seed_excludes_no_difference_only_where_the_exact_test_does(first: int, second: int) -> None:
    """McNemar's, of a table of agreement."""
    _, low, high = agreement(900, first, second, 50, 0.05)
    theirs = mcnemar([[900, first], [second, 50]], exact=True).pvalue
    if not low <= 0 <= high:
        assert theirs < 0.05


if TYPE_CHECKING:
    import intervals
else:
    sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))
    import intervals

    sys.path.pop(0)

DRAWS = 400
"""With so many, three standard errors of a share of 95 % are 3.3 points."""
TOO_NARROW = {
    "mean,": "a mean of skewed or bimodal values, as the sentence about a mean says",
    "duplicated": "copies of a seed, which a finding says that there may be",
    "uncorrected": "shown beside the corrected one",
    "clusters": "items are taken as independent, as the sentence says",
    "seeds, 1 ×": "one seed says nothing of others, as a finding says",
    "accuracy of 92 %, 1 ×": "the same",
}
"""Kinds of data for which the interval is too narrow, and what is said of it."""


HELD = [case for case in intervals.cases() if not any(part in case.name for part in TOO_NARROW)]


@pytest.mark.parametrize("case", HELD, ids=lambda case: case.name)
def test_an_interval_covers_the_truth(case: intervals.Case) -> None:
    """At least 95 % less three standard errors, and so at most as many false "clear"."""
    found = intervals.tried(case, DRAWS)
    assert found.covers >= 0.917 or found.without == 1
    assert found.false_clear <= 0.083


def test_identical_values_are_never_clear() -> None:
    """They have no interval."""
    (case,) = (case for case in intervals.cases() if "identical" in case.name)
    assert intervals.tried(case, 10) == intervals.Found(0.0, 0.0, 1.0)


def test_one_of_all_pairs_is_rarely_clear_by_chance() -> None:
    """Fifteen pairs of equal things, each judged as one of them."""
    assert intervals.any_clear(6, 5, 400, 15) <= 0.09

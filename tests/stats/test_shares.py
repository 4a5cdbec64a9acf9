"""Yes and no: shares of patients and their differences, beside statsmodels, SciPy and published numbers."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from labreport.errors import UsageError
from labreport.project import Data, Measure, quantile, table
from labreport.stats import Answer, Quantity, difference, mean, sentence
from labreport.stats.shares import PairCounts, paired_newcombe_ends

UNPAIRED = [(0, 36, 0, 36), (1, 36, 0, 36), (36, 36, 0, 36), (5, 27, 14, 32), (3, 5, 0, 5), (2, 2, 0, 2)]
"""How many of how many had the event with the drug, and with the placebo."""


def trial(drug: int, n: int, placebo: int, m: int) -> Data:
    """A table of patients of two arms, a row each."""
    events = [True] * drug + [False] * (n - drug) + [True] * placebo + [False] * (m - placebo)
    frame = pd.DataFrame({"arm": ["drug"] * n + ["placebo"] * m, "event": events})
    return table(frame.assign(patient=[f"P{number}" for number in range(n + m)]), replicate="patient")


def crossover(both: int, first: int, second: int, neither: int) -> Data:
    """A table of patients who got two drugs, a row for each drug."""
    pairs = [(1, 1)] * both + [(1, 0)] * first + [(0, 1)] * second + [(0, 0)] * neither
    rows = [(number, arm, pair[place]) for number, pair in enumerate(pairs) for place, arm in enumerate("ab")]
    return table(pd.DataFrame(rows, columns=["patient", "arm", "event"]), replicate="patient")


def compared(data: Data, event: str | Measure = "event") -> Answer:
    """The first arm against the second."""
    return difference(data, event, by="arm")


def fisher_exactly(a: int, n: int, b: int, m: int) -> float:
    """Fisher's two-sided test in whole numbers: tables as unlikely as this one."""
    events = a + b
    possible = range(max(0, events - m), min(n, events) + 1)
    tables = [math.comb(n, k) * math.comb(m, events - k) for k in possible]
    observed = math.comb(n, a) * math.comb(m, b)
    as_unlikely = sum(count for count in tables if count <= observed)
    return float(Fraction(as_unlikely, math.comb(n + m, events)))


@pytest.mark.parametrize("counts", UNPAIRED)
def test_a_share_has_wilson_s_interval(counts: tuple[int, int, int, int]) -> None:
    """Also where nobody, or everybody, had the event."""
    drug, n, _, _ = counts
    share = mean(trial(*counts), "event", by="arm").mean.drug
    assert share.value == drug / n
    assert share.interval == pytest.approx(proportion_confint(drug, n, method="wilson"), abs=1e-9)
    assert (share.source.method, share.source.text()) == ("Wilson", f"drug, event, DataFrame; {n} patients")


@pytest.mark.parametrize("counts", UNPAIRED)
def test_two_groups_have_newcombe_s_interval_and_fisher_s_test(counts: tuple[int, int, int, int]) -> None:
    """As statsmodels and SciPy have them."""
    drug, n, placebo, m = counts
    quantity: Quantity = compared(trial(*counts)).difference.quantity
    assert quantity.interval == pytest.approx(confint_proportions_2indep(*counts, method="newcomb"), abs=1e-9)
    theirs = stats.fisher_exact([[drug, n - drug], [placebo, m - placebo]]).pvalue
    assert quantity.p == pytest.approx(theirs, abs=1e-9)
    assert quantity.p == pytest.approx(fisher_exactly(*counts), abs=1e-9)
    assert quantity.groups == (("drug", n), ("placebo", m))
    assert f"{n} and {m} patients" in quantity.source.text()


@pytest.mark.parametrize(
    ("counts", "outcome"),
    [
        ((0, 36, 0, 36), "unclear"),
        ((1, 36, 0, 36), "unclear"),
        ((36, 36, 0, 36), "more"),
        ((5, 27, 14, 32), "less"),
        ((3, 5, 0, 5), "unclear"),
        ((2, 2, 0, 2), "unclear"),
        ((1, 1, 0, 1), "unknown"),
        ((5, 5, 0, 5), "more"),
    ],
)
def test_below_fifteen_in_a_group_a_clear_difference_needs_the_exact_test(
    counts: tuple[int, int, int, int], outcome: str
) -> None:
    """Newcombe's interval of 3 of 5 against 0 of 5 leaves out zero, but p is 0.17; one is not compared."""
    assert compared(trial(*counts)).difference.quantity.outcome == outcome


def test_where_the_exact_test_decides_the_sentence_says_so_and_bounds_follow_it() -> None:
    """The printed interval leaves out zero, the one that judges does not."""
    finding = compared(trial(3, 5, 0, 5)).difference
    assert "but the exact test has p = 0.17" in sentence(finding).replace("\u00a0", " ")
    assert finding.above(0).holds is False
    assert (finding.quantity.low > 0, finding.quantity.judged_low) == (True, 0)


def test_without_a_margin_nothing_is_the_same_and_with_one_the_interval_decides() -> None:
    """0 of 36 twice may differ by ten points, 0 of 2,220 twice by 0.2."""
    margin = Measure("event", "%", margin=1)
    assert compared(trial(0, 2220, 0, 2220)).difference.same.holds is False
    assert compared(trial(0, 36, 0, 36), margin).difference.same.holds is False
    assert compared(trial(0, 2220, 0, 2220), margin).difference.same.holds is True


@pytest.mark.parametrize(
    ("counts", "low", "high"),
    [((1, 1, 7, 12), -0.507, -0.026), ((14, 5, 0, 22), 0.011, 0.226), ((36, 12, 2, 0), 0.057, 0.340)],
)
def test_pairs_have_the_published_interval(
    counts: tuple[int, int, int, int], low: float, high: float
) -> None:
    """Of Fagerland and others (2013), of Altman and others (2000), and of Newcombe (1998)."""
    quantity: Quantity = compared(crossover(*counts), Measure("event", "%")).difference.quantity
    assert quantity.interval == pytest.approx((low, high), abs=6e-4)
    assert quantity.value == pytest.approx((counts[1] - counts[2]) / sum(counts))


@pytest.mark.parametrize(
    "counts", [(1, 1, 7, 12), (36, 12, 2, 0), (0, 0, 0, 36), (3, 0, 0, 2), (59, 6, 16, 80)]
)
def test_pairs_are_judged_by_wilson_s_ends_and_mcnemar_s_test(counts: tuple[int, int, int, int]) -> None:
    """The ends by Wilson's of statsmodels, squared and added with the correlation of the pairs."""
    both, first, second, neither = counts
    n, p, q = sum(counts), (both + first) / sum(counts), (both + second) / sum(counts)
    (low_p, high_p), (low_q, high_q) = (proportion_confint(share * n, n, method="wilson") for share in (p, q))
    product = math.prod((both + first, second + neither, both + second, first + neither))
    over = both * neither - first * second
    phi = (min(over, max(over - n / 2, 0)) if over > 0 else over) / math.sqrt(product or 1)
    below = (p - low_p) ** 2 - 2 * phi * (p - low_p) * (high_q - q) + (high_q - q) ** 2
    above = (high_p - p) ** 2 - 2 * phi * (high_p - p) * (q - low_q) + (q - low_q) ** 2
    ends = (p - q - math.sqrt(below), p - q + math.sqrt(above))
    assert paired_newcombe_ends(PairCounts(*counts), 0.05) == pytest.approx(ends, abs=1e-9)
    quantity: Quantity = compared(crossover(*counts), Measure("event", "%")).difference.quantity
    assert quantity.interval == pytest.approx(ends, abs=1e-9)
    theirs = mcnemar([[both, first], [second, neither]], exact=True).pvalue
    assert quantity.p == pytest.approx(theirs, abs=1e-9)


ARMS = {f"P{number}": "placebo" if number % 2 else "drug" for number in range(8)}
VISITS = pd.DataFrame(
    [
        (patient, arm, week, week == 8 and patient in ("P0", "P1", "P5"))
        for patient, arm in ARMS.items()
        for week in (4, 8, 12)
    ],
    columns=["patient", "arm", "week", "event"],
)
"""Three of eight patients have an event at one of three visits."""


def test_several_rows_of_a_replicate_are_its_share_and_any_is_in_at_least_one() -> None:
    """One event in three visits is a third of an event; the source says of what the share is."""
    data = table(VISITS, replicate="patient")
    share = mean(data, "event").mean
    assert share.value == pytest.approx(3 / 24)
    assert "share of 3 rows a patient, DataFrame; 8 patients" in share.source.text()
    patients = mean(data, Measure("event", reduce="any")).mean
    assert patients.value == 3 / 8
    assert patients.interval == pytest.approx(proportion_confint(3, 8, method="wilson"), abs=1e-9)
    assert "in at least one of 3 rows a patient" in patients.source.text()


def test_replicates_that_are_all_at_nothing_have_wilson_s_interval_over_replicates() -> None:
    """Eight patients without any event in three visits each are eight, not 24."""
    data = table(VISITS.assign(event=False), replicate="patient")
    share = mean(data, "event").mean
    assert share.interval == pytest.approx(proportion_confint(0, 8, method="wilson"), abs=1e-9)
    assert share.source.method == "Wilson, over patients"
    apart = compared(data).difference.quantity
    assert apart.interval == pytest.approx(confint_proportions_2indep(0, 4, 0, 4, method="newcomb"), abs=1e-9)


def test_numbers_0_and_1_are_yes_and_no_only_in_per_cent() -> None:
    """Of a measure without a unit they are numbers; True and False are a share whatever is said of them."""
    data = crossover(3, 4, 1, 2)
    assert compared(data, Measure("event", "%")).difference.quantity.source.method.startswith("Newcombe")
    assert compared(data, Measure("event")).difference.quantity.source.method == "Student's t, paired"
    assert mean(trial(1, 2, 0, 2), Measure("event")).mean.unit == "fraction"
    with pytest.raises(
        UsageError, match="has True and False in it; their share has the unit '%', not 'mmHg'"
    ):
        mean(trial(1, 2, 0, 2), Measure("event", "mmHg"))


def test_yes_and_no_with_missing_cells_count_those_that_are_there() -> None:
    """As pandas reads them, among objects; without missing="drop" the row is named."""
    frame = VISITS[VISITS.week == 8].astype({"event": object}).reset_index(drop=True)
    frame.loc[3, "event"] = None
    with pytest.raises(UsageError, match="row 4 has no value in column 'event'"):
        mean(table(frame, replicate="patient"), "event")
    share = mean(table(frame, replicate="patient", missing="drop"), "event").mean
    assert (share.value, share.source.method) == (3 / 7, "Wilson")
    assert share.source.text().endswith("7 of 8 patients: 1 cell is empty")


def test_what_is_taken_of_the_rows_of_a_replicate_is_said_and_computed() -> None:
    """Median, largest, a quantile, a function of the column; of ratios before logarithms are taken."""
    frame = pd.DataFrame({"host": list("aabb"), "ms": [1.0, 3.0, 2.0, 10.0]})
    data = table(frame, replicate="host")
    reductions: dict[Any, tuple[float, float]] = {
        "median": (2.0, 6.0),
        "max": (3.0, 10.0),
        "min": (1.0, 2.0),
        quantile(0.75): (2.5, 8.0),
    }
    for reduce, by_host in reductions.items():
        quantity = mean(data, Measure("ms", "ms", reduce=reduce)).mean
        assert dict(quantity.values) == dict(zip("ab", by_host, strict=True))
    last = mean(data, Measure("ms", "ms", reduce=lambda column: column.iloc[-1])).mean
    assert last.value == 6.5
    ratio = mean(data, Measure("ms", "ms", scale="ratio", reduce=quantile(0.75))).mean
    assert ratio.value == pytest.approx(math.sqrt(2.5 * 8))
    text = "geometric mean of the 75 % quantile of 2 rows a host"
    assert text in ratio.source.text()

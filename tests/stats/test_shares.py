"""Yes and no: shares of patients and their differences, beside statsmodels and published numbers."""

from __future__ import annotations

import math
import re
from fractions import Fraction
from typing import Any

import pandas as pd
import pytest
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from labreport.errors import UsageError
from labreport.project import Data, Measure, quantile, table
from labreport.stats import Quantity, difference, mean, sentence

Counts = tuple[int, int, int, int]
EVENT = Measure("event", "%")


def trial(drug: int, n: int, placebo: int, m: int) -> Data:
    """A table of patients of two arms, a row each: how many of how many had the event."""
    events = [True] * drug + [False] * (n - drug) + [True] * placebo + [False] * (m - placebo)
    frame = pd.DataFrame({"arm": ["drug"] * n + ["placebo"] * m, "event": events})
    return table(frame.assign(patient=range(n + m)), replicate="patient")


def crossover(both: int, first: int, second: int, neither: int) -> Data:
    """A table of patients who got two drugs, a row for each drug."""
    pairs = [(1, 1)] * both + [(1, 0)] * first + [(0, 1)] * second + [(0, 0)] * neither
    frame = pd.DataFrame(pairs, columns=["a", "b"])
    rows = frame.reset_index(names="patient").melt("patient", var_name="arm", value_name="event")
    return table(rows, replicate="patient")


def difference_of(data: Data, event: str | Measure = "event") -> Quantity:
    """The first arm against the second."""
    quantity: Quantity = difference(data, event, by="arm").difference.quantity
    return quantity


def fisher_exactly(a: int, n: int, b: int, m: int) -> float:
    """Fisher's two-sided test in whole numbers: tables as unlikely as this one."""
    events = a + b
    observed = math.comb(n, a) * math.comb(m, b)
    as_unlikely = 0
    for k in range(max(0, events - m), min(n, events) + 1):
        tables = math.comb(n, k) * math.comb(m, events - k)
        if tables <= observed:
            as_unlikely += tables
    return float(Fraction(as_unlikely, math.comb(n + m, events)))


OUTCOMES = """
    0 of 36, 0 of 36: unclear
    1 of 36, 0 of 36: unclear
    36 of 36, 0 of 36: more
    5 of 27, 14 of 32: less
    3 of 5, 0 of 5: unclear
    2 of 2, 0 of 2: unclear
    5 of 5, 0 of 5: more
    1 of 1, 0 of 1: unknown
"""
"""Events with the drug and with the placebo.

Newcombe's interval of 3 of 5 and 0 of 5 leaves out zero, but p is 0.17; one patient is not compared.
"""


@pytest.mark.parametrize("line", OUTCOMES.strip().splitlines())
def test_shares_have_wilson_s_and_newcombe_s_interval_and_fisher_s_test(line: str) -> None:
    """As statsmodels has them. Below fifteen in a group a clear difference needs the exact test, too."""
    shares, _, outcome = line.partition(": ")
    counts = drug, n, _, m = tuple(map(int, re.findall(r"\d+", shares)))
    share = mean(trial(*counts), "event", by="arm").mean.drug
    assert share.value == drug / n
    assert share.interval == pytest.approx(proportion_confint(drug, n, method="wilson"), abs=1e-9)
    assert share.source.method == "Wilson"
    quantity = difference_of(trial(*counts))
    assert quantity.interval == pytest.approx(confint_proportions_2indep(*counts, method="newcomb"), abs=1e-9)
    assert quantity.groups == (("drug", n), ("placebo", m))
    assert quantity.outcome == outcome
    if outcome != "unknown":
        assert quantity.p == pytest.approx(fisher_exactly(*counts), abs=1e-9)


def test_where_the_exact_test_decides_the_sentence_says_so_and_bounds_follow_it() -> None:
    """The printed interval leaves out zero, the one that judges does not."""
    finding = difference(trial(3, 5, 0, 5), "event", by="arm").difference
    assert "but the exact test has p = 0.17" in sentence(finding).replace("\u00a0", " ")
    assert finding.above(0).holds is False
    assert (finding.quantity.low > 0, finding.quantity.judged_low) == (True, 0)


def test_without_a_margin_nothing_is_the_same_and_with_one_the_interval_decides() -> None:
    """0 of 36 twice may differ by ten points, 0 of 2,220 twice by 0.2."""
    few, many = trial(0, 36, 0, 36), trial(0, 2220, 0, 2220)
    margin = Measure("event", "%", margin=1)
    assert difference_of(many).outcome == "unclear"
    assert difference_of(few, margin).outcome == "unclear"
    assert difference_of(many, margin).outcome == "same"


PAIRS = """
    1 1 7 12  -0.507 -0.026
    14 5 0 22  0.011  0.226
    36 12 2 0  0.057  0.340
    0 0 0 36  -0.096  0.096
"""
"""Pairs with both events, the first, the second and neither; the ends, at last as of two shares of 36."""


@pytest.mark.parametrize("line", PAIRS.strip().splitlines())
def test_pairs_have_the_published_interval_and_mcnemar_s_test(line: str) -> None:
    """Of Fagerland and others (2013), of Altman and others (2000), and of Newcombe (1998)."""
    both, first, second, neither = map(int, line.split()[:4])
    quantity = difference_of(crossover(both, first, second, neither), EVENT)
    assert quantity.interval == pytest.approx([float(end) for end in line.split()[4:]], abs=6e-4)
    assert quantity.value == pytest.approx((first - second) / (both + first + second + neither))
    theirs = mcnemar([[both, first], [second, neither]], exact=True).pvalue
    assert quantity.p == pytest.approx(theirs, abs=1e-9)


VISITS = pd.DataFrame([(p, w) for p in range(8) for w in (4, 8, 12)], columns=["patient", "week"])
VISITS["arm"] = VISITS.patient.map(lambda patient: "placebo" if patient % 2 else "drug")
VISITS["event"] = VISITS.patient.isin([0, 1, 5]) & (VISITS.week == 8)
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
    theirs = confint_proportions_2indep(0, 4, 0, 4, method="newcomb")
    assert difference_of(data).interval == pytest.approx(theirs, abs=1e-9)


def test_numbers_0_and_1_are_yes_and_no_only_in_per_cent() -> None:
    """Of a measure without a unit they are numbers; True and False are a share whatever is said of them."""
    data = crossover(3, 4, 1, 2)
    assert difference_of(data, EVENT).source.method.startswith("Newcombe")
    assert difference_of(data, Measure("event")).source.method == "Student's t, paired"
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


@pytest.mark.parametrize("reduce", ["median", "max", "min", quantile(0.75), lambda column: column.iloc[-1]])
def test_what_is_taken_of_the_rows_of_a_replicate_is_said_and_computed(reduce: Any) -> None:
    """As pandas computes it; of ratios before logarithms are taken."""
    a, b = (pd.Series(rows).agg(reduce) for rows in ([1.0, 3.0], [2.0, 10.0]))
    data = table(pd.DataFrame({"host": list("aabb"), "ms": [1.0, 3.0, 2.0, 10.0]}), replicate="host")
    measure = Measure("ms", "ms", reduce=reduce)
    by_host = mean(data, measure).mean
    assert by_host.values == (("a", a), ("b", b))
    assert f"{measure.reduction} of 2 rows a host" in by_host.source.text()
    ratio = mean(data, Measure("ms", "ms", scale="ratio", reduce=reduce)).mean
    assert ratio.value == pytest.approx(math.sqrt(a * b))
    assert f"geometric mean of the {measure.reduction} of 2 rows" in ratio.source.text()

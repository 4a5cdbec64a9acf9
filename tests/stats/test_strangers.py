"""What strangers wrote with data of their own: the truth, or one message with where, what and the allowed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from refusals import check_refusals, indented_below
from stats.made import ACCURACY, Size, results

from labreport import stats
from labreport.errors import UsageError
from labreport.project import Data, Experiment, Measure, question, study, table
from labreport.results import Results
from labreport.stats import (
    Answer,
    Finding,
    Namespace,
    as_quantity,
    count,
    difference,
    effect,
    mean,
    ranking,
    sentence,
)

G = np.random.default_rng(4)
SBP = Measure("sbp", "mmHg", better="lower")
LATENCY = Measure("latency", "ms", "lower", "ratio", margin=1.03, more="slower", less="faster")


def visits() -> pd.DataFrame:
    """72 patients of two arms at four visits; ten come not to the last, three cells are empty."""
    rows = []
    for number in range(72):
        arm = "drug" if number < 33 else "placebo"
        for week in (0, 4, 8, 12):
            if week < 12 or number % 7 != 3:
                rows.append((f"P{number}", arm, week, 140 - 2.0 * week * (arm == "drug") + G.normal(0, 8)))
    frame = pd.DataFrame(rows, columns=["patient", "arm", "week", "sbp"])
    last = frame.index[frame.week == 12]
    frame.loc[last[[0, 10, 40]], "sbp"] = np.nan
    return frame


VISITS = visits()
TRIAL = table(VISITS, replicate="patient", missing="drop")


def speeds(**versions: float) -> pd.DataFrame:
    """Six hosts with two rates each; the factor by which each version is slower."""
    hosts = G.lognormal(2, 0.5, 6)
    rows = []
    for version, factor in versions.items():
        for host, base in enumerate(hosts):
            for rate in (100, 400):
                rows.append((version, f"h{host}", rate, base * factor * G.lognormal(0, 0.01)))
    return pd.DataFrame(rows, columns=["version", "host", "rate", "latency"])


SPEEDS = table(speeds(v1=1.0, v2=1.05, v3=3.0, v4=0.3, v5=1.001), replicate="host")


def written(folder: Path, text: str) -> Path:
    """A CSV with this text."""
    path = folder / "data.csv"
    path.write_text(text)
    return path


# n, what is left out, and what is paired


def weekly(crossover: bool = False, **arm_by_row: str) -> pd.DataFrame:
    """Ten patients at two visits, each in one arm; in a crossover, in the other arm at the second visit.

    `row_15="placebo"` writes another arm into a row.
    """
    rows = []
    for week in (4, 8):
        for number in range(1, 11):
            has_drug = (number <= 5) != (crossover and week == 8)
            rows.append((number, "drug" if has_drug else "placebo", week, 130.0 + number * week % 7))
    frame = pd.DataFrame(rows, columns=["patient", "arm", "week", "sbp"])
    for row, arm in arm_by_row.items():
        frame.loc[int(row.removeprefix("row_")) - 1, "arm"] = arm
    return frame


def arms(data: Any, **more: Any) -> Any:
    """How the arm with the drug differs from that with the placebo."""
    return difference(data, SBP, "drug", "placebo", by="arm", **more).difference


def weeks(data: Any, last: int, first: int, **more: Any) -> Any:
    """How one visit differs from another."""
    return difference(data, SBP, last, first, by="week", **more).difference


WEEKLY = table(weekly(), "patient")
CROSSOVER = table(weekly(crossover=True), "patient")
OTHER_WORD = table(weekly(row_15="drag"), "patient")
TYPO_IN_ONE_WEEK = table(weekly(row_15="placebo"), "patient")
TYPO = table(VISITS.assign(arm=VISITS.arm.where(VISITS.index != 5, "placebo")), "patient", missing="drop")
THREE_ARMS = weekly().assign(arm=lambda frame: frame.arm.where(frame.patient <= 8, "none"))
WITHOUT_LAST = VISITS[VISITS.week < 12]
EMPTY_CELL = table(WITHOUT_LAST.assign(sbp=VISITS.sbp.where(VISITS.index != 5)), "patient", missing="drop")
UNITS = """
arms(TRIAL, within="week")["12"]
    drug minus placebo, sbp, DataFrame; 26 and 33 of 72 patients: 10 without week 12, 3 cells are empty
    Welch's t
arms(TRIAL, within="week")["0"]
    drug minus placebo, sbp, DataFrame; 33 and 39 patients
    Welch's t
mean(TRIAL, SBP, by="week").mean["12"]
    12, sbp, DataFrame; 59 of 72 patients: 10 without week 12, 3 cells are empty
    Student's t
mean(TRIAL, SBP, by="arm", within="week").mean["12"].drug
    drug, sbp, DataFrame; 26 of 33 patients: 5 without week 12, 2 cells are empty
    Student's t
mean(TRIAL, SBP).mean
    DataFrame, sbp, mean of 3 to 4 rows a patient, DataFrame; 72 patients: 3 cells are empty
    Student's t
arms(table(VISITS.dropna()))
    drug minus placebo, sbp, DataFrame; 125 and 150 rows
    Welch's t
arms(CROSSOVER, within="week")["4"]
    drug minus placebo, sbp, DataFrame; 5 and 5 patients
    Welch's t
arms(CROSSOVER, within="week")["8"]
    drug minus placebo, sbp, DataFrame; 5 and 5 patients
    Welch's t
arms(CROSSOVER)
    drug minus placebo, sbp, DataFrame; 10 patients
    Student's t, paired
arms(TYPO_IN_ONE_WEEK, within="week", paired=False)["8"]
    drug minus placebo, sbp, DataFrame; 4 and 6 patients
    Welch's t
arms(table(THREE_ARMS, "patient"))
    drug minus placebo, sbp, mean of 2 rows a patient, DataFrame; 5 and 3 patients: 2 with another arm
    Welch's t
arms(table(THREE_ARMS))
    drug minus placebo, sbp, DataFrame; 10 and 6 rows: 4 with another arm
    Welch's t
difference(table(THREE_ARMS, "patient"), SBP, "drug", "placebo", by="arm").mean.drug
    drug, sbp, mean of 2 rows a patient, DataFrame; 5 patients
    Student's t
arms(OTHER_WORD, within="week")["4"]
    drug minus placebo, sbp, DataFrame; 5 and 5 patients
    Welch's t
arms(OTHER_WORD, within="week")["8"]
    drug minus placebo, sbp, DataFrame; 4 and 5 of 10 patients: 1 with another arm
    Welch's t
weeks(table(WITHOUT_LAST, "patient"), 8, 4)
    8 minus 4, sbp, DataFrame; 72 patients
    Student's t, paired
weeks(TRIAL, 12, 0, paired=True)
    12 minus 0, sbp, DataFrame; 59 of 72 patients: 10 without week 12, 3 cells are empty
    Student's t, paired
weeks(TRIAL, 12, 0, paired=False)
    12 minus 0, sbp, DataFrame; 59 and 72 patients: 10 without week 12, 3 cells are empty
    Welch's t
weeks(EMPTY_CELL, 8, 4)
    8 minus 4, sbp, DataFrame; 71 of 72 patients: 1 cell is empty
    Student's t, paired
"""
"""A comparison, and below it where its quantity comes from, and its method."""


def test_how_many_units_are_used_and_why_not_all_is_told() -> None:
    """27 and 32 are not 27; who has no visit, an empty cell or another arm is counted where it lacks.

    A crossover is unpaired within each week. An empty cell does not unpair, since missing="drop" drops rows
    and never a design.
    """
    for call, source_and_method in indented_below(UNITS):
        source = as_quantity(eval(call)).source
        assert [source.text(), source.method] == source_and_method, call


NOT_PAIRED = """
arms(TYPO)
    patients with both arm 'drug' and arm 'placebo': 1 (such as 'P1'), with one of them: 71; correct it
    paired=True compares those that have both, paired=False two independent groups
arms(TYPO_IN_ONE_WEEK, within="week")
    patients with both arm 'drug' and arm 'placebo': 1 (such as '5'), with one of them: 9; correct it
    paired=False compares two independent groups
arms(table(weekly(row_15="Drug"), "patient"), within="week")
    column 'arm' has 'drug' and 'Drug': correct one
arms(table(weekly(row_15="drug "), "patient"), within="week")
    column 'arm' has 'drug' and 'drug ': correct one
difference(table(weekly(row_15="Drug"), "patient"), SBP, by="arm", against="placebo", paired=False)
    column 'arm' has 'drug' and 'Drug': correct one
weeks(TRIAL, 12, 0)
    patients with both week '12' and week '0': 62, with one of them: 10 (such as 'P3', 'P10'
arms(TRIAL, paired=True)
    paired=True, and no patient has both arm 'drug' and arm 'placebo'
arms(table(VISITS.dropna()), paired=True)
    nothing says which rows belong together: write table(…, replicate=…)
"""
"""A call, and below it what its message says."""


def test_what_cannot_be_paired_is_named_until_somebody_says_what_is_meant() -> None:
    """A mistyped arm is not dropped and pairs nothing by accident, though each week has one arm a patient."""
    check_refusals(NOT_PAIRED, globals())


def test_a_value_that_only_one_group_has_is_no_reason_to_unpair_it() -> None:
    """Only groups with both values count."""
    rows = [(line, dose, plate, plate + dose) for line in "ab" for dose in (0, 1, 2) for plate in (1, 2, 3)]
    doses = pd.DataFrame(rows, columns=["line", "dose", "plate", "cells"])
    fewer = doses[(doses.line == "a") | (doses.dose < 2) & (doses.plate < 3)]
    answer = difference(table(fewer, replicate="plate"), "cells", by="dose", against=0, within="line")
    assert [quantity.n for quantity in answer.difference.evidence] == [3, 3, 2]


def test_both_groups_of_one_size_are_two_numbers_of_patients() -> None:
    """36 and 36 are 72; five pairs are five."""
    assert arms(WEEKLY).table.texts()[0][-1] == "5 and 5"
    assert weeks(WEEKLY, 8, 4).table.texts()[0][-1] == "10"


def test_a_group_with_one_replicate_is_not_compared() -> None:
    """Whatever the other has."""
    few = table(VISITS[(VISITS.arm == "drug") | (VISITS.patient == "P40")].dropna(), replicate="patient")
    assert arms(few).less.holds is None
    assert "which one patient does not decide" in sentence(arms(few))


def test_a_column_may_be_named_study() -> None:
    """A DataFrame has its columns as attributes, and results their studies."""
    assert effect(weekly().assign(study=1), "sbp", by="week").effect.axis == "week"


# Ratios


@pytest.mark.parametrize(
    ("version", "sentences"),
    [
        ("v2", r"v2 is [45][\d. ±]* % slower than v1\."),
        ("v3", r"v3 is [23][\d. ±]* times as slow as v1\."),
        ("v4", r"v4 is 3[\d. ±]* times as fast as v1\."),
        ("v5", r"v5 and v1 are the same in latency, as far as matters: v5 over v1 is [\d. ±()to]* times.*\."),
    ],
)
def test_a_ratio_says_which_over_which_and_per_cent_up_to_a_doubling(version: str, sentences: str) -> None:
    """Not "1.6 times slower", and not "apart"."""
    finding = difference(SPEEDS, LATENCY, version, "v1", by="version").difference
    assert re.fullmatch(sentences, plain_sentence(finding)), plain_sentence(finding)
    assert finding.quantity.source.text().startswith(
        f"{version} over v1, latency, geometric mean of the mean of 2"
    )


def test_means_of_a_ratio_are_geometric_and_say_so() -> None:
    """In the source and in the head of their table."""
    quantity = mean(SPEEDS, LATENCY, by="version").mean.v1
    host_means = [value for _, value in quantity.values]
    assert quantity.value == pytest.approx(float(np.exp(np.mean(np.log(host_means)))))
    assert "geometric mean of the mean of 2 rows a host" in quantity.source.text()
    table_of_means = ranking(SPEEDS, LATENCY, by="version").means
    assert table_of_means.heads[1].startswith("Latency, geometric mean")


# Names of groups


def test_two_texts_that_are_one_number_are_told_apart_only_if_somebody_says_so(tmp_path: Path) -> None:
    """Version 1.1 and version 1.10 would be one; with text= they are two."""
    path = written(tmp_path, "version,host,ms\n1.1,a,10\n1.10,a,12\n1.1,b,11\n1.10,b,13\n")
    with pytest.raises(
        UsageError, match=r"row 1 has 1\.1 in column 'version', and row 2 1\.10, which are one"
    ):
        mean(table(path, replicate="host"), "ms", by="version")
    apart = mean(table(path, replicate="host", text=["version"]), "ms", by="version").mean
    assert {name: apart[name].value for name in apart} == {"1.1": 10.5, "1.10": 12.5}
    assert list(mean(table(path, replicate="host", text=[]), "ms", by="version").mean) == ["1.1"]


def test_a_number_and_its_text_do_not_become_one_group() -> None:
    """Nor does a text among numbers become one."""
    frame = pd.DataFrame({"x": [1.0, 2.0, 3.0], "group": [1, "1", 2], "mixed": [1, "1", 2]})
    with pytest.raises(UsageError, match="row 1 has 1 in column 'group', and row 2 '1'"):
        mean(table(frame), "x", by="group")
    with pytest.raises(UsageError, match="row 2 has '1' in column 'mixed'; a number is needed"):
        mean(table(frame), "mixed")


def test_a_missing_host_is_not_told_as_a_number_that_is_needed(tmp_path: Path) -> None:
    """The message of the pairing stays, though a text like a number is in it."""
    path = written(tmp_path, "version,host,ms\n1.9,a,10\n2.0-rc1,a,12\n1.9,b,11\n2.0-rc1,b,13\n1.9,c,10\n")
    data = table(path, replicate="host")
    with pytest.raises(
        UsageError, match=r"hosts with both .*: 2, with one of them: 1 \(such as 'c'\)"
    ) as error:
        difference(data, "ms", by="version")
    data.explain(error.value)  # which raises where a text among numbers is the cause


# Mistakes that were silent


WORDS = VISITS.dropna().assign(event=np.where(VISITS.dropna().sbp > 140, "yes", "no"))
MISTAKES = """
mean(TRIAL, Measure("sbp", value=lambda run, epoch: 1.0))
    value= and right= read a run, and DataFrame is a table: name the column
mean(table(VISITS.dropna()), Measure("sbp", reduce="median"))
    reduce='median' is taken of the rows of a replicate,
    write table(…, replicate=…)
mean(ONE_EPOCH, Measure("accuracy", reduce="max"))
    reduce= says what is taken of a table's rows; a run has one value
difference(ONE_EPOCH, ACCURACY, paired=False)
    paired=False is of tables; runs are paired by their seeds
Measure("sbp", reduce="medain")
    did you mean 'median'
mean(TRIAL, Measure("sbp", reduce="any"))
    reduce="any" is of True and False, or of 1 and 0 with the unit "%"
Measure("ms", scale="ratio", margin=3)
    of a ratio it is above 1 and at most 2: 1.03 is within 3 %
ranking(SPEEDS, LATENCY, by="version", pairs="bset")
    pairs='bset'; allowed are 'all' and 'best'; did you mean 'best'
mean(TWO_EPOCHS, ACCURACY, epoch=0)
    epoch=0: the first epoch is 1; leave epoch= out for the last
change(TWO_EPOCHS, ACCURACY, 0, 2)
    epoch=0: the first epoch is 1
mean(TRIAL, SBP, by="arm", epoch=8)
    epoch=8: a table has no epochs
difference(TRIAL, SBP, ("drug", 4), ("placebo", 8), by="arm")
    epoch=4: a table has no epochs
mean(results({"a": {1: ["0.95"]}}), ACCURACY)
    'a' has '0.95'; a number is needed
mean(results({"a": {1: [True, True]}}), Measure("test accuracy", "%", percent=True))
    'a' has True and False in it; their share has the unit '%', and no percent=True
mean(table(WORDS, replicate="patient"), "event")
    row 1 has 'no' in column 'event', which has no, yes; yes and no are True and False, or 1 and 0
mean(table(VISITS.dropna().assign(sbp=0.0)), Measure("sbp", scale="ratio"))
    row 1 has 0; scale="ratio" compares values above 0
table(VISITS, missing="skip")
    allowed is 'error' or 'drop'
difference(SPEEDS, LATENCY, "v2", "v1", by="version").difference.uncler
    a difference has no 'uncler'; did you mean 'unclear'
difference(SPEEDS, LATENCY, "v2", "v1", by="version").difference.lower
    a difference has no 'lower'; it has v2, more, less, same
difference(SPEEDS, LATENCY, by="version", against="v1", within="rate").difference["40"]
    a difference has no '40'; did you mean '400'
change(TWO_EPOCHS, ACCURACY, 1, 2, [])
    change: no experiment is named
change(VISITS, SBP, 4, 8)
    the first argument is of the type DataFrame; allowed are the results of experiments
hardest(TRIAL, "a")
    the first argument is of the type Data; allowed are the results of experiments
grid(VISITS, "arm", SBP)
    the first argument is of the type DataFrame; allowed are the results of experiments
mean([1.5, 2.5], SBP)
    the first argument is of the type list; allowed are results, a table or a DataFrame
ranking({"a": [1.5], "b": [2.5]}, SBP)
    the first argument is of the type dict; allowed are results, a table or a DataFrame
ranking(ONE_EPOCH["a"], ACCURACY)
    the first argument is of the type Runs; allowed are results, a table or a DataFrame
summary(ONE_EPOCH, by="arm")
    the first argument is of the type Results; allowed are a table or a DataFrame
count(TRIAL, [], SBP, above=140, by="week")
    count: nothing is named in which to count
ratio(3, 4)
    3 is no quantity; write number(…)
rows([SBP], name="Name")
    rows() has measure 'sbp'; allowed are experiments and names
effect(TRIAL, SBP, by="arm")
    an effect is along numbers, and column 'arm' has texts: use ranking() or difference()
effect(VISITS.dropna().astype({"arm": "category"}), SBP, by="arm")
    column 'arm' has texts
effect(CELLS, ACCURACY, by=SIZES)
    an effect is along one field, and study 'sizes' varies size and rates: use grid()
"""
"""A call, and below it what its message says."""
ONE_EPOCH = results({"a": {1: [0.5]}, "b": {1: [0.6]}})
SIZES = study("sizes", Experiment("base", Size(), fit=str), size=(10, 20), rates=((0.1,), (0.5,)))
CELLS = results({cell.name: {1: [0.5, 0.6]} for cell in SIZES.experiments()}, SIZES)
TWO_EPOCHS = results({"a": {1: [0.5], 2: [0.6]}})


def test_a_mistake_is_one_message() -> None:
    """With what is allowed, and the word that was meant."""
    check_refusals(MISTAKES, vars(stats) | globals())


# Sentences


def plain_sentence(finding: Finding) -> str:
    """The sentence with plain spaces."""
    return sentence(finding).replace("\u00a0", " ")


def test_a_gap_is_larger_or_smaller_and_not_less_accurate() -> None:
    """The difference of two accuracies is no accuracy."""
    frame = {"a": {1: [0.3, 0.31, 0.29, 0.3]}, "b": {1: [0.1, 0.11, 0.1, 0.09]}}
    gap = Measure("training accuracy", "%", value=lambda run, epoch: 0.6 + ACCURACY.of(run, epoch))
    finding = difference(
        results(frame), gap - Measure("accuracy", "%", value=lambda *_: 0.5), "b", "a"
    ).difference
    assert plain_sentence(finding).startswith(
        "training accuracy minus accuracy is smaller for b than for a, by 20.0 ± 1.3 points."
    )


def test_more_than_three_comparisons_are_summed_up_and_listed_once() -> None:
    """In a table with the interval that judges each of them."""
    finding = difference(SPEEDS, LATENCY, by="version", against="v1", within="rate").difference
    assert (
        plain_sentence(finding)
        == "of 8 comparisons with v1 in latency: 4 slower, 2 faster and 2 the same as far as matters."
    )
    listed = finding.table
    assert [column.title for column in listed.columns] == [
        *("Rate", "Compared", "Ratio", "Outcome", "Simultaneous 95 % CI, times", "p", "n")
    ]
    assert [row[1] for row in listed.rows[:2]] == ["v2 / v1", "v3 / v1"]
    counted = count(results({name: {1: [0.95, 0.5]} for name in "abcd"}), None, ACCURACY, above=92).count
    assert plain_sentence(counted) == "test accuracy is above 92 % in 4 of 8 seeds."


@pytest.mark.parametrize(("group", "begins"), [(100, "for rate 100, "), ("peak", "for rate peak, ")])
def test_a_group_is_said_with_its_column(group: Any, begins: str) -> None:
    """Not "for 100"."""
    frame = speeds(v1=1.0, v2=1.05).assign(rate=group)
    answer = difference(table(frame, replicate="host"), LATENCY, by="version", against="v1", within="rate")
    assert plain_sentence(answer.difference).startswith(begins)


def test_a_value_that_is_a_number_is_said_with_its_column() -> None:
    """Not "10 is higher than 0"."""
    frame = pd.DataFrame([(dose, plate, plate + dose / 5) for dose in (0, 5) for plate in (1.0, 2.1, 3.3)],
                         columns=["dose", "plate", "growth"])  # fmt: skip
    data = table(frame.assign(growth=frame.growth + G.normal(0, 0.01, 6)), replicate="plate")
    finding = difference(data, "growth", 5, 0, by="dose").difference
    assert plain_sentence(finding).startswith("dose 5 is higher in growth than dose 0, by ")
    assert plain_sentence(effect(data, "growth", by="dose").effect).startswith(
        "from dose 0 to dose 5, growth rises by "
    )


def test_names_that_differ_clearly_are_a_list_that_can_be_asked() -> None:
    """With a name and without."""
    finding = difference(SPEEDS, LATENCY, by="version", against="v1", within="rate").difference
    assert [*finding.where_clear] == ["100", "400"]
    assert finding.where_clear("v2") == ["100", "400"]
    ranked = ranking(SPEEDS, LATENCY, by="version").ranking
    assert [*ranked.where_clear] == ["v2", "v3"] or ranked.first == ["v4"]
    assert ranked.where_clear("v2") == ["v3"]


def test_a_question_has_a_table_of_its_own() -> None:
    """What one question changes in it, another does not see."""
    wells = table(pd.DataFrame({"y": [1.0, 2.0, 3.0]}))

    def tenfold(data: Data) -> Answer:
        data.frame["y"] *= 10
        return mean(data, "y")

    asked = question("Tenfold?", reads=wells)(tenfold)
    for _ in range(2):
        (given,) = asked.arguments(Results("tenfold", {}), Namespace({}))
        assert asked.function(given).mean.value == 20.0
    assert wells.frame.y.tolist() == [1.0, 2.0, 3.0]


def test_the_order_of_categories_counts() -> None:
    """An effect along them turns with it, although no cell has changed."""
    hashes = set()
    for order in (["low", "high"], ["high", "low"]):
        for ordered in (False, True):
            dose = pd.Categorical(["low", "high", "low"], order, ordered=ordered)
            hashes.add(table(pd.DataFrame({"dose": dose, "y": [1.0, 2.0, 3.0]})).sha256)
    assert len(hashes) == 4

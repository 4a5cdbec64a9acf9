"""What strangers wrote with data of their own: the truth, or one message with where, what and the allowed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from stats.made import ACCURACY, results

from labreport import stats
from labreport.errors import UsageError
from labreport.project import Measure, table
from labreport.stats import Finding, count, difference, effect, mean, ranking, sentence

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


# n, and what is left out


def test_both_n_are_told_and_why_not_all_patients_are_there() -> None:
    """27 and 32 are not 27; ten without a visit and empty cells are counted where they lack."""
    arms = difference(TRIAL, SBP, "drug", "placebo", by="arm", within="week").difference
    last, first = arms["12"].quantity, arms["0"].quantity
    assert last.groups == (("drug", 26), ("placebo", 33))
    text = "26 and 33 of 72 patients: 10 have no week 12, 3 cells are empty"
    assert last.source.text() == f"drug minus placebo, sbp, DataFrame; {text}"
    assert first.source.text() == "drug minus placebo, sbp, DataFrame; 33 and 39 patients"
    weeks = mean(TRIAL, SBP, by="week").mean
    assert weeks["12"].source.text().endswith("59 of 72 patients: 10 have no week 12, 3 cells are empty")
    drug = mean(TRIAL, SBP, by="arm", within="week").mean["12"].drug
    assert drug.source.text().endswith("26 of 33 patients: 5 have no week 12, 2 cells are empty")


def test_what_a_number_averages_is_told() -> None:
    """Several rows of one patient are one number first."""
    quantity = mean(TRIAL, SBP).mean
    assert quantity.source.text() == (
        "DataFrame, sbp, mean of 3 to 4 rows a patient, DataFrame; 72 patients: 3 cells are empty"
    )


def test_a_forgotten_replicate_shows_in_the_source() -> None:
    """All rows count by themselves, and that is said."""
    quantity = difference(table(VISITS.dropna()), SBP, "drug", "placebo", by="arm").difference.quantity
    assert "drug minus placebo, sbp, DataFrame; 125 and 150 rows" in quantity.source.text()


# What is paired


def test_one_mistyped_arm_is_named_with_its_rows() -> None:
    """And pairs nothing by accident; 71 patients are right."""
    typo = VISITS.copy()
    typo.loc[5, "arm"] = "placebo"
    with pytest.raises(UsageError) as error:
        difference(table(typo, replicate="patient", missing="drop"), SBP, by="arm")
    text = str(error.value)
    assert "patient 'P1' is in both arm 'drug' (row 5) and arm 'placebo' (row 6), 71 are in one" in text
    assert "paired=True compares those that are in both, paired=False two independent groups" in text


def weekly(crossover: bool = False) -> pd.DataFrame:
    """Ten patients at two visits, each in one arm; in a crossover, in the other arm at the second visit."""
    rows = []
    for week in (4, 8):
        for number in range(1, 11):
            has_drug = (number <= 5) != (crossover and week == 8)
            rows.append((number, "drug" if has_drug else "placebo", week, 130.0 + number * week % 7))
    return pd.DataFrame(rows, columns=["patient", "arm", "week", "sbp"])


def test_an_arm_mistyped_in_one_week_is_named_though_each_week_has_one_arm_a_patient() -> None:
    """Over the table the patient is in both arms; `paired=False` takes it as it is written."""
    typo = weekly()
    typo.loc[14, "arm"] = "placebo"
    trial = table(typo, replicate="patient")
    with pytest.raises(UsageError) as error:
        difference(trial, SBP, "drug", "placebo", by="arm", within="week")
    text = str(error.value)
    assert "patient '5' is in both arm 'drug' (row 5) and arm 'placebo' (row 15), 9 are in one" in text
    assert text.endswith("paired=False compares two independent groups")
    as_written = difference(trial, SBP, "drug", "placebo", by="arm", within="week", paired=False).difference
    assert as_written["8"].quantity.groups == (("drug", 4), ("placebo", 6))


def test_a_crossover_is_unpaired_within_each_week() -> None:
    """All patients are in both arms over the table, and in one in each week."""
    trial = table(weekly(crossover=True), replicate="patient")
    arms = difference(trial, SBP, "drug", "placebo", by="arm", within="week").difference
    assert [arms[week].quantity.source.method for week in ("4", "8")] == ["Welch's t"] * 2
    assert arms["4"].quantity.source.units_text == "5 and 5 patients"
    assert difference(trial, SBP, by="arm").difference.quantity.n == 10


def test_a_value_that_only_one_group_has_is_no_reason_to_unpair_it() -> None:
    """Only groups with both values count."""
    rows = [(line, dose, plate, plate + dose) for line in "ab" for dose in (0, 1, 2) for plate in (1, 2, 3)]
    doses = pd.DataFrame(rows, columns=["line", "dose", "plate", "cells"])
    fewer = doses[(doses.line == "a") | (doses.dose < 2) & (doses.plate < 3)]
    answer = difference(table(fewer, replicate="plate"), "cells", by="dose", against=0, within="line")
    numbers = [single.quantity.n for single in answer.difference.singles()]
    assert numbers == [3, 3, 2]


def test_an_arm_in_capitals_in_one_row_is_named_and_not_dropped() -> None:
    """A value that differs only in case or blanks from one that is compared is a slip."""
    for slip in ("Drug", "drug "):
        typo = weekly()
        typo.loc[14, "arm"] = slip
        with pytest.raises(UsageError) as error:
            difference(table(typo, "patient"), SBP, "drug", "placebo", by="arm", within="week")
        assert f"row 15 has {slip!r} in column 'arm', and 'drug' is compared: correct it" in str(error.value)


def test_patients_of_an_arm_that_is_not_compared_are_told() -> None:
    """In the source of the difference; of a mean, and of visits that all patients have, nothing is told."""
    three_arms = weekly()
    three_arms.loc[three_arms.patient > 8, "arm"] = "none"
    trial = table(three_arms, "patient")
    answer = difference(trial, SBP, "drug", "placebo", by="arm")
    source = answer.difference.quantity.source
    assert source.units_text == "5 and 3 patients: 2 have another arm"
    assert answer.mean.drug.source.units_text == "5 patients"
    other_word = weekly()
    other_word.loc[14, "arm"] = "drag"
    arms = difference(
        table(other_word, "patient"), SBP, "drug", "placebo", by="arm", within="week"
    ).difference
    assert arms["4"].quantity.source.units_text == "5 and 5 patients"
    assert arms["8"].quantity.source.units_text == "4 and 5 of 10 patients: 1 has another arm"
    rows = difference(table(three_arms), SBP, "drug", "placebo", by="arm").difference.quantity.source
    assert rows.units_text == "10 and 6 rows: 4 have another arm"
    by_week = difference(table(VISITS[VISITS.week < 12], "patient"), SBP, 8, 4, by="week").difference
    assert by_week.quantity.source.units_text == "72 patients"


def test_both_groups_of_one_size_are_two_numbers_of_patients() -> None:
    """36 and 36 are 72; five pairs are five."""
    trial = table(weekly(), "patient")
    unpaired = difference(trial, SBP, "drug", "placebo", by="arm").difference
    paired = difference(trial, SBP, 8, 4, by="week").difference
    assert unpaired.table.cells()[0][-1] == "5 and 5"
    assert paired.table.cells()[0][-1] == "10"


def test_patients_who_lack_a_visit_are_named_until_somebody_says_what_is_meant() -> None:
    """missing="drop" drops rows, and never a design: an empty cell does not unpair."""
    with pytest.raises(
        UsageError, match=r"'P3', 'P10', 'P17', 'P24', 'P31' and 5 more have no week '12', 62 are"
    ):
        difference(TRIAL, SBP, 12, 0, by="week")
    paired = difference(TRIAL, SBP, 12, 0, by="week", paired=True).difference.quantity
    assert (paired.n, paired.source.method) == (59, "Student's t, paired")
    assert paired.source.text().endswith("59 of 72 patients: 10 have no week 12, 3 cells are empty")
    apart = difference(TRIAL, SBP, 12, 0, by="week", paired=False).difference.quantity
    assert (apart.groups, apart.source.method) == ((("12", 59), ("0", 72)), "Welch's t")
    whole = table(VISITS[VISITS.week < 12].assign(sbp=lambda frame: frame.sbp.where(frame.index != 5)),
                  replicate="patient", missing="drop")  # fmt: skip
    cell = difference(whole, SBP, 8, 4, by="week").difference.quantity
    assert cell.source.text().endswith("71 of 72 patients: 1 cell is empty")


def test_pairs_that_there_cannot_be_are_refused() -> None:
    """Of arms, which share no patient, and of rows that nothing holds together."""
    with pytest.raises(UsageError, match="paired=True, and no patient has both arm 'drug' and arm 'placebo'"):
        difference(TRIAL, SBP, by="arm", paired=True)
    with pytest.raises(
        UsageError, match=r"nothing says which rows belong together: write table\(…, replicate=…\)"
    ):
        difference(table(VISITS.dropna()), SBP, by="arm", paired=True)


def test_a_group_with_one_replicate_is_not_compared() -> None:
    """The sentence says which."""
    few = table(VISITS[(VISITS.arm == "drug") | (VISITS.patient == "P40")].dropna(), replicate="patient")
    finding = difference(few, SBP, by="arm").difference
    assert finding.less.holds is None
    assert "which one patient of placebo does not decide" in sentence(finding)


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
    assert re.fullmatch(sentences, said(finding)), said(finding)
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
        UsageError, match=r"line 2 has 1\.1 in column 'version', and line 3 1\.10, which are one"
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
    with pytest.raises(UsageError, match=r"host 'c' has no version '2\.0-rc1', 2 are") as error:
        difference(data, "ms", by="version")
    data.explain(error.value)  # which raises where a text among numbers is the cause


# Mistakes that were silent


WORDS = VISITS.dropna().assign(event=np.where(VISITS.dropna().sbp > 140, "yes", "no"))
MISTAKES = [
    ('mean(TRIAL, Measure("sbp", value=lambda run, epoch: 1.0))',
     "value= reads a run, and DataFrame is a table: name the column"),
    ('mean(table(VISITS.dropna()), Measure("sbp", reduce="median"))',
     r"reduce='median' is taken of the rows of a replicate, .*write table\(…, replicate=…\)"),
    ('mean(ONE_EPOCH, Measure("accuracy", reduce="max"))',
     "reduce= says what is taken of a table's rows; a run has one value"),
    ("difference(ONE_EPOCH, ACCURACY, paired=False)",
     "paired=False is of tables; runs are paired by their seeds"),
    ('Measure("sbp", reduce="medain")', "did you mean 'median'"),
    ('mean(TRIAL, Measure("sbp", reduce="any"))',
     'reduce="any" is of True and False, or of 1 and 0 with the unit "%"'),
    ('Measure("ms", scale="ratio", margin=3)', "of a ratio it is above 1 and at most 2: 1.03 is within 3 %"),
    ('ranking(SPEEDS, LATENCY, by="version", pairs="bset")',
     "pairs='bset'; allowed are 'all' and 'best'; did you mean 'best'"),
    ("mean(TWO_EPOCHS, ACCURACY, epoch=0)", "epoch=0: the first epoch is 1; leave epoch= out for the last"),
    ("change(TWO_EPOCHS, ACCURACY, 0, 2)", "epoch=0: the first epoch is 1"),
    ('mean(TRIAL, SBP, by="arm", epoch=8)', "epoch=8: a table has no epochs"),
    ('difference(TRIAL, SBP, ("drug", 4), ("placebo", 8), by="arm")', "epoch=4: a table has no epochs"),
    ('mean(results({"a": {1: ["0.95"]}}), ACCURACY)', "'a' has '0.95'; a number is needed"),
    ('mean(table(WORDS, replicate="patient"), "event")',
     "row 1 has 'no' in column 'event'; yes and no are True and False, or 1 and 0"),
    ('mean(table(VISITS.dropna().assign(sbp=0.0)), Measure("sbp", scale="ratio"))',
     r"row 1 has 0; scale=\"ratio\" compares values above 0"),
    ('table(VISITS, missing="skip")', "allowed is 'error' or 'drop'"),
    ('difference(SPEEDS, LATENCY, "v2", "v1", by="version").difference.uncler',
     "a difference has no 'uncler'; did you mean 'unclear'"),
    ('difference(SPEEDS, LATENCY, by="version", against="v1", within="rate").difference["40"]',
     "no group of rate '40'; did you mean '400'"),
]  # fmt: skip
ONE_EPOCH = results({"a": {1: [0.5]}, "b": {1: [0.6]}})
TWO_EPOCHS = results({"a": {1: [0.5], 2: [0.6]}})


@pytest.mark.parametrize(("call", "message"), MISTAKES)
def test_a_mistake_is_one_message(call: str, message: str) -> None:
    """With what is allowed, and the word that was meant."""
    with pytest.raises(UsageError, match=message):
        eval(call, vars(stats) | globals())


# Sentences


def said(finding: Finding) -> str:
    """The sentence with plain spaces."""
    return sentence(finding).replace("\u00a0", " ")


def test_a_gap_is_larger_or_smaller_and_not_less_accurate() -> None:
    """The difference of two accuracies is no accuracy."""
    frame = {"a": {1: [0.3, 0.31, 0.29, 0.3]}, "b": {1: [0.1, 0.11, 0.1, 0.09]}}
    gap = Measure("training accuracy", "%", value=lambda run, epoch: 0.6 + ACCURACY.of(run, epoch))
    finding = difference(
        results(frame), gap - Measure("accuracy", "%", value=lambda *_: 0.5), "b", "a"
    ).difference
    assert said(finding).startswith(
        "training accuracy minus accuracy is smaller for b than for a, by 20.0 ± 1.3 points."
    )


def test_more_than_three_comparisons_are_summed_up_and_listed_once() -> None:
    """In a table with the interval that judges each of them."""
    finding = difference(SPEEDS, LATENCY, by="version", against="v1", within="rate").difference
    assert (
        said(finding)
        == "of 8 comparisons with v1 in latency, 4 are slower, 2 faster and 2 the same as far as matters."
    )
    listed = finding.table
    assert [column.title for column in listed.columns] == [
        *("Rate", "Compared", "Ratio", "Outcome", "Simultaneous 95 % CI, times", "p", "n")
    ]
    assert [row[1] for row in listed.rows[:2]] == ["v2 / v1", "v3 / v1"]
    counted = count(results({name: {1: [0.95, 0.5]} for name in "abcd"}), None, ACCURACY, above=92).count
    assert said(counted) == "test accuracy is above 92 % in 4 of 8 seeds."


@pytest.mark.parametrize(
    ("group", "begins"), [(100, "at rate 100, "), ("100 req/s", "at 100 req/s, "), ("peak", "in peak, ")]
)
def test_a_group_is_said_as_people_say_it(group: Any, begins: str) -> None:
    """Numbers are those of a column."""
    frame = speeds(v1=1.0, v2=1.05).assign(rate=group)
    answer = difference(table(frame, replicate="host"), LATENCY, by="version", against="v1", within="rate")
    assert said(answer.difference).startswith(begins)


def test_a_value_that_is_a_number_is_said_with_its_column() -> None:
    """Not "10 is higher than 0"."""
    frame = pd.DataFrame([(dose, plate, plate + dose / 5) for dose in (0, 5) for plate in (1.0, 2.1, 3.3)],
                         columns=["dose", "plate", "growth"])  # fmt: skip
    data = table(frame.assign(growth=frame.growth + G.normal(0, 0.01, 6)), replicate="plate")
    finding = difference(data, "growth", 5, 0, by="dose").difference
    assert said(finding).startswith("dose 5 is higher in growth than dose 0, by ")
    assert said(effect(data, "growth", by="dose").effect).startswith(
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

"""A baseline table describes groups as a clinician's first table does."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pandas as pd
import pytest
from refusals import check_refusals

from labreport import Measure, mean, summary, table
from labreport.errors import UsageError

ROWS = """
patient arm     age crp  sex smoker relapsed pain asked
P1      drug    51  1.2  f   True   0        –    True
P2      placebo 62  30.0 m   False  1        –    –
P3      drug    58  2.5  m   False  0        –    False
P4      placebo 49  4.1  f   False  0        –    –
P5      drug    66  3.3  f   True   0        –    True
P6      placebo –   2.9  f   False  0        –    –
P7      drug    71  18.0 –   False  0        –    False
"""
PATIENTS = pd.read_csv(StringIO(ROWS), sep=" +", engine="python", na_values="–")
TRIAL = table(PATIENTS, replicate="patient")


def printed(data: Any, **options: Any) -> str:
    """A summary as it is printed, with plain spaces; its columns one blank apart."""
    text = repr(summary(data, **options).summary).replace("\u00a0", " ")
    lines = []
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.split("  ") if cell]
        lines.append(" | ".join(cells))
    return "\n".join(lines)


def test_groups_are_described_by_mean_median_and_share_with_what_is_missing() -> None:
    """Two significant digits of the standard deviation; a share of those that have a value.

    Of a column that is empty, in all groups or in one, there is no `0 (0 %)`.
    """
    columns = [Measure("age", "years"), "crp", "sex", "smoker", Measure("relapsed", "%"), "pain", "asked"]
    expected = """
        Arm | drug | placebo
        patients | 4 | 3
        Age, years, mean (SD) | 61.5 (8.8) | 55.5 (9.2)
        Age: missing | 0 | 1
        Crp, median (quartiles) | 2.9 (2.2 to 7.0) | 4.1 (3.5 to 17.1)
        Sex: f, n (%) | 2 (67 %) | 2 (67 %)
        Sex: m, n (%) | 1 (33 %) | 1 (33 %)
        Sex: missing | 1 | 0
        Smoker, n (%) | 2 (50 %) | 0 (0 %)
        Relapsed, n (%) | 0 (0 %) | 1 (33 %)
        Pain: missing | 4 | 3
        Asked, n (%) | 2 (50 %) | –
        Asked: missing | 0 | 3
    """
    lines = [line.strip() for line in expected.strip().splitlines()]
    assert printed(TRIAL, by="arm", columns=columns, median=["crp"]).splitlines() == lines


def test_the_head_of_the_groups_keeps_the_capitals_of_its_column() -> None:
    """A gene is called APOE, not Apoe."""
    genes = PATIENTS.assign(APOE_status=PATIENTS.arm)
    assert printed(genes, by="APOE_status").startswith("APOE status | drug | placebo")


@pytest.mark.parametrize(("factor", "percent"), [(100, False), (1, True)])
def test_values_that_a_measure_does_not_allow_are_refused_as_by_a_mean(factor: int, percent: bool) -> None:
    """Per cent that are not said to be so, and fractions that are said to be per cent."""
    data = pd.DataFrame({"rate": [0.973 * factor, 0.961 * factor]})
    rate = Measure("rate", "%", percent=percent)
    with pytest.raises(UsageError) as of_mean:
        mean(data, rate)
    with pytest.raises(UsageError) as of_summary:
        summary(data, columns=[rate])
    assert str(of_summary.value) == str(of_mean.value)


def test_0_and_100_per_cent_are_yes_and_no() -> None:
    """As they are to every other number of a table."""
    solved = Measure("solved", "%", percent=True)
    assert printed(pd.DataFrame({"solved": [0, 100, 100]}), columns=[solved]).endswith("2 (67 %)")


def test_a_number_of_a_summary_says_of_how_many_it_is() -> None:
    """A click shows the group, what was taken, and what is missing."""
    answer = summary(TRIAL, by="arm", columns=["age"])
    age = answer.summary.rows[1][2].quantity
    assert (age.value, age.n) == (55.5, 2)
    assert age.source.text() == "placebo, age; 2 of 3 patients: 1 missing"
    assert age.source.method == "mean (SD)"


def test_without_groups_all_are_described_and_rows_count_without_replicates() -> None:
    """One column."""
    assert printed(PATIENTS, columns=["smoker"]).splitlines()[1:] == ["rows | 7", "Smoker, n (%) | 2 (29 %)"]


def test_a_replicate_with_several_visits_counts_once_where_they_agree() -> None:
    """Its sex does not change, its age may."""
    visits = table(pd.concat([PATIENTS, PATIENTS.assign(age=PATIENTS.age + 1)]), replicate="patient")
    assert printed(visits, by="arm", columns=["smoker"]).splitlines()[1] == "patients | 4 | 3"
    with pytest.raises(UsageError, match=r"patient 'P1' has 2 values of 'age' \(51, 52\).*where=, such as"):
        summary(visits, by="arm", columns=["age"])


def test_an_infinite_value_is_counted_as_missing() -> None:
    """It has no mean."""
    losses = pd.DataFrame({"loss": [1.0, 2.0, float("inf")]})
    assert printed(losses, columns=["loss"]).splitlines()[2:] == [
        "Loss, mean (SD) | 1.50 (0.71)",
        "Loss: missing | 1",
    ]


def test_a_row_of_no_replicate_is_refused_unless_what_is_missing_is_left_out() -> None:
    """As by a mean."""
    unknown = PATIENTS.assign(patient=PATIENTS.patient.where(PATIENTS.patient != "P2"))
    with pytest.raises(UsageError, match="row 2 has no value in column 'patient'"):
        summary(table(unknown, replicate="patient"), by="arm")
    left_out = table(unknown, replicate="patient", missing="drop")
    assert printed(left_out, by="arm").splitlines()[1] == "patients | 4 | 2"


REFUSALS = """
summary(PATIENTS, by="arms", columns=["age"])
    did you mean 'arm'
summary(PATIENTS, by="arm", columns=["agee"])
    did you mean 'age'
summary(PATIENTS, by="age", columns=["crp"])
    1 row without a value in column 'age'
"""


def test_a_column_that_is_not_there_and_who_is_in_no_group_are_told() -> None:
    """With the nearest that is; a summary leaves nobody out in silence."""
    check_refusals(REFUSALS, globals())

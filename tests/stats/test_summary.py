"""A baseline table describes groups as a clinician's first table does."""

from __future__ import annotations

import pandas as pd
import pytest

from labreport import Measure, summary, table
from labreport.errors import UsageError

PATIENTS = pd.DataFrame(
    {
        "patient": ["P1", "P2", "P3", "P4", "P5", "P6", "P7"],
        "arm": ["drug", "placebo", "drug", "placebo", "drug", "placebo", "drug"],
        "age": [51, 62, 58, 49, 66, None, 71],
        "crp": [1.2, 30.0, 2.5, 4.1, 3.3, 2.9, 18.0],
        "sex": ["f", "m", "m", "f", "f", "f", None],
        "smoker": [True, False, False, False, True, False, False],
        "relapsed": [0, 1, 0, 0, 0, 0, 0],
    }
)
COLUMNS: list[str | Measure] = [Measure("age", "years"), "crp", "sex", "smoker", Measure("relapsed", "%")]


def lines(answer: object) -> list[list[str]]:
    """The cells of a summary, with plain spaces."""
    return [[cell.replace("\u00a0", " ") for cell in line] for line in answer.summary.cells()]  # type: ignore[attr-defined]


def test_groups_are_described_by_mean_median_and_share_with_what_is_missing() -> None:
    """Two significant digits of the standard deviation; a share of those that have a value."""
    answer = summary(table(PATIENTS, replicate="patient"), by="arm", columns=COLUMNS, median=["crp"])
    assert answer.summary.heads == ["Arm", "drug", "placebo"]
    assert lines(answer) == [
        ["patients", "4", "3"],
        ["Age, years, mean (SD)", "61.5 (8.8)", "55.5 (9.2)"],
        ["Age: missing", "0", "1"],
        ["Crp, median (quartiles)", "2.9 (2.2 to 7.0)", "4.1 (3.5 to 17.1)"],
        ["Sex: f, n (%)", "2 (67 %)", "2 (67 %)"],
        ["Sex: m, n (%)", "1 (33 %)", "1 (33 %)"],
        ["Sex: missing", "1", "0"],
        ["Smoker, n (%)", "2 (50 %)", "0 (0 %)"],
        ["Relapsed, n (%)", "0 (0 %)", "1 (33 %)"],
    ]


def test_what_nobody_was_asked_is_missing_and_no_share() -> None:
    """Of an empty column, or of one that is empty in a group, there is no `0 (0 %)`."""
    asked = PATIENTS.assign(pain=[None] * 7, smoker=[True, None, False, None, True, None, False])
    assert lines(summary(asked, by="arm", columns=["pain", "smoker"]))[1:] == [
        ["Pain: missing", "4", "3"],
        ["Smoker, n (%)", "2 (50 %)", "–"],
        ["Smoker: missing", "0", "3"],
    ]


def test_a_number_of_a_summary_says_of_how_many_it_is() -> None:
    """A click shows the group, what was taken, and what is missing."""
    answer = summary(table(PATIENTS, replicate="patient"), by="arm", columns=["age"])
    age = answer.summary.rows[1][2].quantity
    assert (age.value, age.n) == (55.5, 2)
    assert age.source.text() == "placebo, age; 2 of 3 patients: 1 missing"
    assert age.source.method == "mean (SD)"


def test_without_groups_all_are_described_and_rows_count_without_replicates() -> None:
    """One column."""
    assert lines(summary(PATIENTS, columns=["smoker"])) == [["rows", "7"], ["Smoker, n (%)", "2 (29 %)"]]


def test_a_replicate_with_several_visits_counts_once_where_they_agree() -> None:
    """Its sex does not change, its age may."""
    visits = pd.concat([PATIENTS, PATIENTS.assign(age=PATIENTS.age + 1)])
    data = table(visits, replicate="patient")
    assert lines(summary(data, by="arm", columns=["smoker"]))[0] == ["patients", "4", "3"]
    with pytest.raises(UsageError, match=r"patient 'P1' has 2 values of 'age' \(51, 52\).*where=, such as"):
        summary(data, by="arm", columns=["age"])


@pytest.mark.parametrize(
    ("by", "columns", "message"),
    [("arms", ["age"], "did you mean 'arm'"), ("arm", ["agee"], "did you mean 'age'")],
)
def test_a_column_that_is_not_there_is_told(by: str, columns: list[str], message: str) -> None:
    """With the nearest that is."""
    with pytest.raises(UsageError, match=message):
        summary(PATIENTS, by=by, columns=columns)


def test_a_replicate_in_no_group_is_told() -> None:
    """A summary leaves nobody out in silence."""
    nowhere = PATIENTS.assign(arm=["drug", None, *PATIENTS.arm[2:]])
    with pytest.raises(UsageError, match="1 row without a value in column 'arm'"):
        summary(nowhere, by="arm", columns=["age"])

"""What is written for spreadsheets and for Gradescope."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from graded import Plain, expected, graded

from labreport.commands import grade, write
from labreport.errors import UsageError
from labreport.grading.grade import Result
from labreport.grading.score import Graded, unread

TOP = {"score", "output", "output_format", "visibility", "tests"}
TEST = {"name", "number", "score", "max_score", "status", "output", "output_format", "visibility"}
"""Fields of Gradescope's documentation that are used here."""


def one_wrong(folder: Path) -> Result:
    """A submission in which one question has a wrong number."""

    def change(plain: Plain) -> None:
        plain["questions"]["parameters"]["quantities"]["wide.parameters"]["value"] = 5

    return Result("anna", graded(folder, change))


def test_gradescope_gets_its_own_fields(tmp_path: Path) -> None:
    """A test for each question, whose points add up to the score, and a reason for each that failed."""
    document: Any = json.loads(grade.gradescope(one_wrong(tmp_path)))
    assert set(document) == TOP
    assert {frozenset(test) for test in document["tests"]} == {frozenset(TEST)}
    assert sum(test["score"] for test in document["tests"]) - document["score"] < 1e-3
    assert sum(test["max_score"] for test in document["tests"]) == expected().points
    failed = [test for test in document["tests"] if test["status"] == "failed"]
    assert [test["name"] for test in failed] == ["parameters"]
    assert "wide.parameters is 5," in failed[0]["output"]
    assert {test["visibility"] for test in document["tests"]} == {"after_published"}


def test_gradescope_is_told_of_a_file_that_cannot_be_read() -> None:
    """No points, and why."""
    document: Any = json.loads(grade.gradescope(Result("x", unread(expected(), "is not UTF-8 text"))))
    assert (document["score"], document["output"]) == (0, "The submission is not UTF-8 text.")


def test_the_spreadsheet_has_a_column_for_each_question(tmp_path: Path) -> None:
    """Points of every question, the total, and the reasons."""
    text = grade.spreadsheet([one_wrong(tmp_path)], expected())
    (row,) = csv.DictReader(io.StringIO(text))
    slugs = [question.slug for question in expected().questions]
    assert list(row) == ["submission", "points", "max_points", "problem", *slugs, "reasons"]
    assert sum(float(row[slug]) for slug in slugs) - float(row["points"]) < 0.02
    assert row["reasons"].startswith("parameters: wide.parameters is 5,")


def test_the_table_names_where_most_was_lost(tmp_path: Path) -> None:
    """In 80 columns."""
    lines = list(grade.of_many([one_wrong(tmp_path)], expected(), 80))
    assert "in parameters" in lines[1]
    assert max(map(len, lines)) <= 80


def test_lines_that_could_not_be_read_are_told_everywhere() -> None:
    """On the terminal, to Gradescope and in the spreadsheet."""
    whole = unread(expected(), "").questions
    result = Result("anna", Graded(whole, notes=("line 7: 'perhaps' is not a number",)))
    assert "line 7: 'perhaps' is not a number" in list(grade.of_one(result))
    assert "line 7" in json.loads(grade.gradescope(result))["output"]
    assert "line 7" in grade.spreadsheet([result], expected())


@pytest.mark.parametrize("kind", ["csv", "gradescope", "form"])
def test_only_what_the_command_wrote_is_overwritten(kind: str, tmp_path: Path) -> None:
    """Not a submission, a reference, a form that is filled in, a program, nor what a link leads to."""
    result = one_wrong(tmp_path)
    text, ours = {
        "csv": (grade.spreadsheet([result], expected()), grade.is_spreadsheet),
        "gradescope": (grade.gradescope(result), grade.is_gradescope),
        "form": ("form = 2\n", lambda old: False),
    }[kind]
    new, old = tmp_path / "new", tmp_path / "old"
    write([(new, text)], ours)
    if kind != "form":
        new.write_bytes(text.replace("anna", "bert").replace("0.5", "0.6").encode())
    write([(new, text)], ours)
    assert new.read_bytes() == text.encode()
    for content in ('{"schema": 1}', "form = 2\nname = 'anna'\n", "import labreport\n", "a,b\n1,2\n", ""):
        old.write_text(content)
        with pytest.raises(UsageError, match="only what this command wrote is overwritten"):
            write([(tmp_path / "first", text), (old, text)], ours)
        assert old.read_text() == content
        assert not (tmp_path / "first").exists()
    (tmp_path / "link").symlink_to(new)
    for odd in (tmp_path / "link", tmp_path, Path("/dev/null")):
        with pytest.raises(UsageError, match="only what this command wrote is overwritten"):
            write([(odd, text)], ours)

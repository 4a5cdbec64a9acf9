"""Numbers of JSON files by their paths."""

from __future__ import annotations

import json
from functools import reduce
from operator import getitem
from pathlib import Path
from typing import Any

import pytest

from labreport.cli import main
from labreport.errors import UsageError
from labreport.project import Project, question, values
from labreport.project.values import JsonGroup
from labreport.results import Results
from labreport.stats import Namespace

CONTENT = {
    "test": {"accuracy": 0.93, "low": 0.9, "high": 0.95},
    "folds": [{"loss": 3}, {"loss": 4}],
    "model": "forest",
    "passed": True,
    "nothing": None,
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The file as another program has written it."""
    path = tmp_path / "results.json"
    path.write_text(json.dumps(CONTENT))
    return path


def _read(file: Path, **more: Any) -> JsonGroup:
    return values(file, **more).read()


READINGS = [
    ("results.test.accuracy.value", 0.93),
    ("results['test']['accuracy'].value", 0.93),
    ("[results.folds[index].loss.value for index in (0, 1)]", [3, 4]),
    ("(results.test.accuracy > 0.9).holds", True),
    ("results.test.accuracy.source.note", "test.accuracy in results.json"),
    ("results.model", "forest"),
    ("results.passed", True),
    ("list(results.test)", ["accuracy", "low", "high"]),
]


@pytest.mark.parametrize(("expression", "value"), READINGS)
def test_what_a_file_holds_is_read_by_its_path(file: Path, expression: str, value: object) -> None:
    """By attributes, in brackets, out of lists; a number is exact, and says where it is from."""
    assert eval(expression, {"results": _read(file)}) == value


def test_the_numbers_beside_it_are_its_interval(file: Path) -> None:
    """Where both are there; else it is exact."""
    results = _read(file, interval=("low", "high"), units={"accuracy": "%"})
    accuracy = results.test.accuracy
    assert (accuracy.value, accuracy.low, accuracy.high, accuracy.unit) == (0.93, 0.9, 0.95, "fraction")
    assert accuracy.above(89).holds is True
    assert results.folds[0].loss.exact


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("test.acuracy", "test has no 'acuracy'; did you mean 'accuracy'? There are accuracy, low, high"),
        ("valid", "it has no 'valid'; there are test, folds"),
        ("nothing", "nothing is null"),
        ("folds.2", "folds has no '2'; there are 0, 1"),
    ],
)
def test_a_path_that_is_not_there_says_what_is(file: Path, path: str, message: str) -> None:
    """With the file, and the author's line."""
    with pytest.raises(UsageError) as caught:
        reduce(getitem, path.split("."), _read(file))
    assert f"results.json: {message}" in str(caught.value)
    assert "test_values.py:" in caught.value.location


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("broken.json", "broken.json is no JSON: Expecting ':' delimiter: line 2 column 6"),
        ("list.json", "list.json holds a list; an object with names is needed"),
        ("nowhere.json", "nowhere.json cannot be read: No such file"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, name: str, message: str) -> None:
    """With the line on which it is declared."""
    (tmp_path / "broken.json").write_text('{"a": 1,\n "b" 2}')
    (tmp_path / "list.json").write_text("[1, 2]")
    with pytest.raises(UsageError) as caught:
        _read(tmp_path / name)
    assert message in str(caught.value)
    assert "test_values.py:" in caught.value.location


def test_a_question_gets_the_content_and_the_file_counts_for_it(file: Path) -> None:
    """After results and tables; as a source that it reads."""
    external = values(file)

    @question("Who?", reads=external)
    def who(results: JsonGroup) -> Any:
        return results.model

    (content,) = who.arguments(Results("who", {}), Namespace({}))
    assert Project("Report", (who,)).questions[0](content) == "forest"
    assert who.tables_and_values == (external,)


PROJECT = """
from labreport import Answer, Project, question, values

EXTERNAL = values("results.json", interval=("low", "high"), units={"accuracy": "%"})


@question("How accurate is the model of the others?", reads=EXTERNAL)
def theirs(external):
    return Answer(accuracy=external.test.accuracy, folds=external.folds[0].loss)


project = Project("Theirs", (theirs,))
"""
TEMPLATE = "{% claim accuracy.above(89) and folds == 3 %}It reads {{ accuracy | ci }}.{% endclaim %}\n"


def test_a_claim_rests_on_a_file_of_another_program(
    tmp_path: Path, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The number is printed with its interval; an edit of the file makes the answer again, and fells it."""
    (tmp_path / "project.py").write_text(PROJECT)
    (tmp_path / "templates" / "questions").mkdir(parents=True)
    (tmp_path / "templates" / "questions" / "theirs.md").write_text(TEMPLATE)
    assert main(["questions"], str(tmp_path)) == 0
    (section,) = (tmp_path / "report" / "cache" / "section").iterdir()
    assert "95\u00a0% CI 90 to 95" in section.read_text()
    assert "does not hold" not in capsys.readouterr().out
    file.write_text(file.read_text().replace("0.9,", "0.6,"))
    assert main(["questions"], str(tmp_path)) == 0
    printed = capsys.readouterr().out
    assert "results.json changed: " in printed
    assert 'theirs.md:1: does not hold: "It reads ' in printed

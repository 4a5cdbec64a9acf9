"""The project in `examples/wine`, built as its author would build it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from wine import WINE, Wine

SEEDS = "3"


@pytest.fixture(scope="module")
def wine(tmp_path_factory: pytest.TempPathFactory) -> Wine:
    """The project with its report, of a few seeds."""
    return Wine.built("--seeds", SEEDS).copy(tmp_path_factory.mktemp("wine") / "wine")


def test_every_question_is_answered_with_findings(wine: Wine) -> None:
    """Answers, findings and results are those of the project, and rest on scikit-learn."""
    answers = json.loads((wine.folder / "report" / "answers.json").read_text())
    questions = answers["questions"]
    assert sorted(questions) == ["best", "cultivar", "data", "made-with"]
    assert set(questions["best"]["facts"]["order"]) == {"tree", "forest", "linear"}
    assert questions["best"]["quantities"]["forest.mean"]["value"] > 0.9
    assert questions["data"]["facts"]["order"] == ["10", "20", "40", "80", "120"]
    for slug in ("best", "data", "cultivar"):
        assert questions[slug]["headline"]
        words = {finding["judgement"]["word"] for finding in questions[slug]["findings"].values()}
        assert words
        assert words <= {"clear", "the same", "unclear"}
    assert questions["cultivar"]["quantities"]["items"]["value"] == 50 * int(SEEDS)
    assert "scikit-learn" in questions["made-with"]["facts"]["table"]
    assert len(answers["results"]["rows/rows=40"]["keys"]) == int(SEEDS)


def test_a_second_build_does_nothing(wine: Wine) -> None:
    """Neither at the front door nor behind it."""
    assert "Nothing to do" in wine.run("build", "--seeds", SEEDS).out
    status = wine.run("status", "--seeds", SEEDS)
    assert status.code == 0, status.out


def test_verify_says_that_no_other_code_checked_anything(wine: Wine) -> None:
    """The project names none; and a fit that is repeated has no number of epochs."""
    ran = wine.run("verify", "--seeds", SEEDS)
    assert ran.code == 0, ran.out
    assert "No second path of this project's own" in ran.out
    assert "1 fit repeated" in ran.out
    assert "epoch" not in ran.out


def test_editing_a_questions_text_rebuilds_its_section_only(wine: Wine, tmp_path: Path) -> None:
    """No fit and no answer is rebuilt; an edited fit makes every result stale."""
    copy = wine.copy(tmp_path / "wine")
    copy.edit("project.py", "Does more data help?", "Does it help to have more data?")
    documents = {f"document/{name}" for name in ("answers", "html", "pdf", "crate", "workflow")}
    assert stale(copy) == {"section/accuracy", *documents}
    copy.edit("project.py", "Does it help to have more data?", "Does more data help?")
    copy.edit("project.py", "n_estimators=50", "n_estimators=60")
    assert {"result/tree#0", "result/rows/rows=10#2"} <= stale(copy)


def stale(wine: Wine) -> set[str]:
    """What is stale or waits for what is."""
    return {name for name, state in wine.plan("--seeds", SEEDS).items() if state != "fresh"}


def test_one_mistake_in_a_fit_is_reported_once(wine: Wine, tmp_path: Path) -> None:
    """One line for all seeds and experiments, with the file and the line of the mistake."""
    copy = wine.copy(tmp_path / "wine")
    source = (copy.folder / "project.py").read_text()
    line = 1 + source[: source.index("    wine = load_wine()")].count("\n")
    copy.edit("project.py", "    wine = load_wine()", "    wine = load_wine().no_such_member")
    built = copy.run("build", "--seeds", SEEDS)
    assert built.code == 1
    errors = [text for text in built.err.splitlines() if text.startswith("error: ")]
    assert len(errors) == 1, built.err
    assert "fits): AttributeError: no_such_member" in errors[0]
    assert errors[0].endswith(f"at project.py:{line}")


def test_the_example_stays_short() -> None:
    """A project of this size is at most 120 lines, prose and all."""
    files = [path for path in WINE.rglob("*") if path.suffix in (".py", ".html")]
    own = [path for path in files if "report" not in path.parts]
    assert sum(len(path.read_text().splitlines()) for path in own) <= 120

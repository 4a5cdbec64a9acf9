"""The project in `examples/wine`, built as its author would build it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from wine import NOT_COPIED, ROOT, WINE, labreport

SEEDS = "3"


@pytest.fixture(scope="module")
def wine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project with its report, of a few seeds."""
    folder = tmp_path_factory.mktemp("wine") / "wine"
    shutil.copytree(WINE, folder, ignore=NOT_COPIED)
    built = labreport(folder, "build", "--seeds", SEEDS)
    assert built.returncode == 0, built.stderr
    assert "fits, 4 answers, 3 figures" in built.stdout
    return folder


def test_every_question_is_answered_with_findings(wine: Path) -> None:
    """Answers, findings and results are those of the project, and rest on scikit-learn."""
    answers = json.loads((wine / "report" / "answers.json").read_text())
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


def test_a_second_build_does_nothing(wine: Path) -> None:
    """Neither at the front door nor behind it."""
    assert "Nothing to do" in labreport(wine, "build", "--seeds", SEEDS).stdout
    status = labreport(wine, "status", "--seeds", SEEDS)
    assert status.returncode == 0, status.stdout


def test_verify_says_that_no_other_code_checked_anything(wine: Path) -> None:
    """The project names none; and a fit that is repeated has no number of epochs."""
    ran = labreport(wine, "verify", "--seeds", SEEDS)
    assert ran.returncode == 0, ran.stdout
    assert "No second path of this project's own" in ran.stdout
    assert "1 fit repeated" in ran.stdout
    assert "epoch" not in ran.stdout


def test_editing_a_questions_text_rebuilds_its_section_only(wine: Path, tmp_path: Path) -> None:
    """No fit and no answer is rebuilt; an edited fit makes every result stale."""
    copy = shutil.copytree(wine, tmp_path / "wine")
    project = copy / "project.py"
    source = project.read_text()
    project.write_text(source.replace("Does more data help?", "Does it help to have more data?"))
    documents = {f"document/{name}" for name in ("answers", "html", "pdf", "crate", "workflow")}
    assert stale(copy) == {"section/accuracy", *documents}
    project.write_text(source.replace("n_estimators=50", "n_estimators=60"))
    assert {"result/tree#0", "result/rows/rows=10#2"} <= stale(copy)


def stale(folder: Path) -> set[str]:
    """What is stale or waits for what is."""
    nodes = json.loads(labreport(folder, "status", "--json", "--seeds", SEEDS).stdout)["nodes"]
    return {node["name"] for node in nodes if node["state"] != "fresh"}


def test_one_mistake_in_a_fit_is_reported_once(wine: Path, tmp_path: Path) -> None:
    """One line for all seeds and experiments, with the file and the line of the mistake."""
    copy = shutil.copytree(wine, tmp_path / "wine")
    project = copy / "project.py"
    source = project.read_text()
    project.write_text(source.replace("    wine = load_wine()", "    wine = load_wine().no_such_member"))
    line = 1 + source[: source.index("    wine = load_wine()")].count("\n")
    built = labreport(copy, "build", "--seeds", SEEDS)
    assert built.returncode == 1
    errors = [text for text in built.stderr.splitlines() if text.startswith("error: ")]
    assert len(errors) == 1, built.stderr
    assert "fits): AttributeError: no_such_member" in errors[0]
    assert errors[0].endswith(f"at project.py:{line}")


def test_the_example_stays_short() -> None:
    """A project of this size is at most 120 lines, prose and all."""
    files = [path for path in (ROOT / "examples" / "wine").rglob("*") if path.suffix in (".py", ".html")]
    own = [path for path in files if "report" not in path.parts]
    assert sum(len(path.read_text().splitlines()) for path in own) <= 120

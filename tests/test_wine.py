"""The projects in `examples`, built as their authors would build them."""

from __future__ import annotations

import json
import shutil
from importlib.util import find_spec
from pathlib import Path

import pytest
from wine import NOT_COPIED, ROOT, WINE, Wine, labreport

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


def test_importing_more_of_the_engine_rebuilds_no_fit(wine: Wine, tmp_path: Path) -> None:
    """What is loaded with it is nothing that a fit uses."""
    copy = wine.copy(tmp_path / "wine")
    copy.edit(
        "project.py", "from labreport import (", "from labreport.stats import sample\nfrom labreport import ("
    )
    assert stale(copy) == {"document/workflow"}


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


TORCH = ROOT / "examples" / "torch"


@pytest.mark.slow
@pytest.mark.skipif(find_spec("torch") is None, reason="PyTorch is not installed; pip install torch")
def test_networks_that_are_prolonged_are_those_that_are_trained_at_once(tmp_path: Path) -> None:
    """In the same bits, with optimizer and generator; and the report has its answers and its charts."""
    prolonged, whole = tmp_path / "prolonged", tmp_path / "whole"
    for folder, epochs in ((prolonged, 2), (prolonged, 3), (whole, 3)):
        shutil.copytree(TORCH, folder, ignore=NOT_COPIED, dirs_exist_ok=True)
        text = (TORCH / "project.py").read_text(encoding="utf-8").replace("epochs=20", f"epochs={epochs}")
        text = text.replace("dropout=(0.0, 0.25, 0.5)", "dropout=(0.5,)")
        (folder / "project.py").write_text(text, encoding="utf-8")
        built = labreport(folder, "build", "--seeds", "1")
        assert built.returncode == 0, built.stderr
    assert trained(prolonged) == trained(whole)
    assert len(trained(whole)) == 5
    answers = json.loads((whole / "report" / "answers.json").read_text(encoding="utf-8"))["questions"]
    assert {slug: list(one["findings"]) for slug, one in answers.items()} == {
        "best": ["ranking"],
        "width": ["best"],
    }
    assert (whole / "report" / "report.html").read_text(encoding="utf-8").count('<svg role="img"') == 2


def trained(folder: Path) -> dict[str, object]:
    """The losses and the last metrics of each result."""
    files = sorted((folder / "report" / "results").glob("*.json"))
    found = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in files}
    return {key: (one["records"], one["snapshots"]["3"]["metrics"]) for key, one in found.items()}


def test_the_example_of_networks_stays_short() -> None:
    """At most 150 lines in all."""
    files = [path for path in TORCH.iterdir() if path.is_file()]
    assert sum(len(path.read_text(encoding="utf-8").splitlines()) for path in files) <= 150

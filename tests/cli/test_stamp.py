"""A run with nothing to do ends at the stamp, and at nothing else."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from labreport.cli import stamp
from labreport.plan.snapshot import Snapshot, stat_of

SOURCE = Path(stamp.__file__).parents[2]


def snapshot_of(*paths: Path) -> Snapshot:
    """What is known of these files and folders."""
    return {str(path): stat_of(path) for path in paths}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with a source, a folder of templates, and a stamped report."""
    (tmp_path / "report").mkdir()
    (tmp_path / "templates").mkdir()
    (tmp_path / "project.py").write_text("one = 1\n")
    snapshot = snapshot_of(tmp_path / "project.py", tmp_path / "templates", tmp_path / "data.csv")
    stamp.write("python", ["--seeds", "2"], str(tmp_path / "report"), snapshot)
    return tmp_path


def test_an_unchanged_project_is_up_to_date(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same words and the same files: exit code 0, and one line."""
    assert stamp.unchanged("python", ["--seeds", "2"], str(project)) == 0
    assert capsys.readouterr().out.startswith("Up to date: ")
    assert stamp.unchanged("python", ["build", "--seeds", "2", "--quiet"], str(project)) == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    "words", [[], ["--seeds", "3"], ["status", "--seeds", "2"], ["--seeds", "2", "--dry-run"]]
)
def test_other_words_are_looked_at(project: Path, words: list[str]) -> None:
    """What was not asked for before is not known to be done."""
    assert stamp.unchanged("python", words, str(project)) is None


def test_another_interpreter_is_looked_at(project: Path) -> None:
    """It may have other libraries."""
    assert stamp.unchanged("other", ["--seeds", "2"], str(project)) is None


@pytest.mark.parametrize("edit", ["content", "gone", "added", "no longer missing"])
def test_an_edit_is_noticed(project: Path, edit: str) -> None:
    """A file that was edited or removed, one that was added to a folder, one that was looked for before."""
    if edit == "content":
        (project / "project.py").write_text("one = 2\n")
    elif edit == "gone":
        (project / "project.py").unlink()
    elif edit == "no longer missing":
        (project / "data.csv").touch()
    else:
        (project / "templates" / "best.md").write_text("text")
    assert stamp.unchanged("python", ["--seeds", "2"], str(project)) is None


def test_a_stamp_that_was_cut_short_is_looked_at(project: Path) -> None:
    """Half a stamp says nothing."""
    file = project / "report" / stamp.NAME
    file.write_text(file.read_text()[:-9] + "\n12")
    assert stamp.unchanged("python", ["--seeds", "2"], str(project)) is None


def test_claims_that_fail_are_told_again(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With `--strict` they decide the exit code, also when nothing was stale."""
    report = str(project / "report")
    stamp.write("python", [], report, {}, failing=['best.md:1: does not hold: "A wins"'])
    assert stamp.unchanged("python", [], str(project)) == 0
    assert 'best.md:1: does not hold: "A wins"\n' in capsys.readouterr().out
    assert stamp.unchanged("python", ["--strict"], str(project)) == 3


def test_claims_that_are_unknown_count_only_where_it_is_strict(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """They are told then, unless they are allowed."""
    stamp.write("python", [], str(project / "report"), {}, unknown=['best.md:1: is not known: "A wins"'])
    assert stamp.unchanged("python", [], str(project)) == 0
    assert "best.md" not in capsys.readouterr().out
    assert stamp.unchanged("python", ["--strict"], str(project)) == 3
    assert "best.md:1: is not known" in capsys.readouterr().out
    assert stamp.unchanged("python", ["--strict", "--allow-unknown"], str(project)) == 0


def test_on_a_runner_that_shows_annotations_claims_are_looked_at(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stamp has no annotations, which the build itself writes."""
    stamp.write("python", [], str(project / "report"), {}, failing=["best.md:1: does not hold"])
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert stamp.unchanged("python", [], str(project)) is None


def test_nothing_to_do_costs_at_most_twice_a_bare_python(project: Path) -> None:
    """The least processor time of twenty runs each, of a stamp of 500 files."""
    files = [project / f"{number}.py" for number in range(500)]
    for file in files:
        file.touch()
    stamp.write("front", [], str(project / "report"), snapshot_of(*files))
    code = (
        f"import sys; sys.path[:0] = [{str(SOURCE)!r}]\n"
        f"from labreport.cli import main\nsys.exit(main(['--quiet'], {str(project)!r}))"
    )
    environment = {**os.environ, "LABREPORT_FRONT": "front"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)

    def seconds(code: str) -> float:
        process = os.spawnve(os.P_NOWAIT, sys.executable, [sys.executable, "-c", code], environment)
        _, status, used = os.wait4(process, 0)
        assert status == 0
        return used.ru_utime + used.ru_stime

    took = [(seconds(code), seconds("pass")) for _ in range(20)]
    assert min(one for one, _ in took) <= 2 * min(bare for _, bare in took)

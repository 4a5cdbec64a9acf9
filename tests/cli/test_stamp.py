"""A run with nothing to do ends at the stamp, and at nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from labreport.cli import stamp
from labreport.filestat import STAMP, stat_of
from labreport.plan.stamped import StampedFiles

SOURCE = Path(stamp.__file__).parents[2]


def stamped(*paths: Path) -> StampedFiles:
    """What is known of these files and folders."""
    return {str(path): stat_of(path) for path in paths}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with a source, a folder of templates, and a stamped report."""
    (tmp_path / "report").mkdir()
    (tmp_path / "templates").mkdir()
    (tmp_path / "project.py").write_text("one = 1\n")
    files = stamped(tmp_path / "project.py", tmp_path / "templates", tmp_path / "data.csv")
    stamp.write("python", ["--seeds", "2"], str(tmp_path), str(tmp_path / "report"), files)
    return tmp_path


def test_an_unchanged_project_is_up_to_date(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same words and the same files: exit code 0, and one line."""
    assert stamp.unchanged("python", ["--seeds", "2"], str(project)) == 0
    assert capsys.readouterr().out.startswith("Up to date: ")
    assert stamp.unchanged("python", ["build", "--seeds", "2", "--quiet"], str(project)) == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("interpreter", "words"),
    [
        ("python", ""),
        ("python", "--seeds 3"),
        ("python", "status --seeds 2"),
        ("python", "--seeds 2 --dry-run"),
        ("python", "--seeds 2 best"),
        ("python", "--seeds 2 --project"),
        ("python", "--seeds 2 --quiet=yes"),
        ("other", "--seeds 2"),
    ],
)
def test_other_words_and_interpreters_are_looked_at(project: Path, interpreter: str, words: str) -> None:
    """What was not asked for before is not known to be done; another Python may have other libraries."""
    assert stamp.unchanged(interpreter, words.split(), str(project)) is None


@pytest.mark.parametrize("words", ["--open", "--force", "--dry-run", "--debug", "best", "watch", "--help"])
def test_what_asks_for_more_than_a_fresh_report_is_never_stamped(tmp_path: Path, words: str) -> None:
    """A second `--open` opens the page, too."""
    stamp.write("python", [words], str(tmp_path), str(tmp_path), {})
    assert not (tmp_path / STAMP).exists()
    assert stamp.unchanged("python", [words], str(tmp_path)) is None


def test_a_report_that_two_projects_write_is_fresh_for_the_last_only(tmp_path: Path) -> None:
    """Its folder alone does not say whose it is."""
    words = ["--output", str(tmp_path)]
    stamp.write("python", words, str(tmp_path / "first"), str(tmp_path), {})
    assert stamp.unchanged("python", words, str(tmp_path / "first")) == 0
    assert stamp.unchanged("python", words, str(tmp_path / "second")) is None


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
    file = project / "report" / STAMP
    file.write_text(file.read_text()[:-9] + "\n12")
    assert stamp.unchanged("python", ["--seeds", "2"], str(project)) is None


FAILING = 'best.md:1: does not hold: "A wins"'


@pytest.mark.parametrize(
    ("failing", "has_unknown", "begins"),
    [([FAILING], False, f"{FAILING}\nUp to date: "), ([], True, "Up to date: ")],
)
def test_claims_are_told_again_and_decide_where_it_is_strict(
    project: Path, capsys: pytest.CaptureFixture[str], failing: list[str], has_unknown: bool, begins: str
) -> None:
    """One that does not hold; of one that is not known nothing is said."""
    report = str(project / "report")
    stamp.write("python", [], str(project), report, {}, failing=failing, has_unknown=has_unknown)
    assert stamp.unchanged("python", [], str(project)) == 0
    assert capsys.readouterr().out.startswith(begins)
    assert stamp.unchanged("python", ["--strict"], str(project)) is None


def test_nothing_to_do_loads_next_to_nothing(project: Path) -> None:
    """So that it takes not much longer than Python by itself: none of the engine, none of its libraries."""
    code = (
        f"import sys; sys.path[:0] = [{str(SOURCE)!r}]; loaded = set(sys.modules)\n"
        f"from labreport.cli import main\n"
        f"code = main(['--seeds', '2', '--quiet'], {str(project)!r})\n"
        f"print(code, *sorted(set(sys.modules) - loaded))"
    )
    environment = {**os.environ, "LABREPORT_FRONT": "python"}
    command = [sys.executable, "-c", code]
    printed = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    code, *modules = printed.split()
    assert code == "0"
    assert {*modules} - {"__future__"} == {
        "labreport",
        "labreport.cli",
        "labreport.cli.stamp",
        "labreport.filestat",
    }

"""`python build.py test --affected` runs the tests that a change affects, by the rule of `affected.py`."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tools.affected import ALWAYS, ELSEWHERE, ROOT, affected, changed_files


@pytest.mark.parametrize(
    ("changed", "among", "left"),
    [
        ("src/labreport/page/sections.py", "tests/labreport/test_page.py", "tests/test_clean.py"),
        ("src/labreport/commands/stored.py", "tests/test_clean.py", "tests/labreport/test_page.py"),
        ("src/labreport/stats/words.py", "tests/exercise/test_answers_prose.py", "tests/test_lock.py"),
        ("src/exercise/networks.py", "tests/exercise/test_networks.py", "tests/labreport/test_page.py"),
        ("tests/made.py", "tests/exercise/test_figures.py", "tests/labreport/test_page.py"),
        ("tests/test_lock.py", "tests/test_lock.py", "tests/test_readme.py"),
        ("README.md", "tests/test_readme.py", "tests/test_lock.py"),
        (
            "templates/questions/bonus.digits.html",
            "tests/exercise/test_answers_prose.py",
            "tests/test_lock.py",
        ),
    ],
)
def test_a_change_affects_the_tests_of_what_changed_and_no_others(
    changed: str, among: str, left: str
) -> None:
    """By import, by name, by the table; and always those that read all code."""
    found = affected([changed])
    assert among in found
    assert left not in found
    assert found >= ALWAYS


def test_no_change_affects_no_test() -> None:
    """Not even those that always run."""
    assert affected([]) == set()


def test_the_table_names_files_that_there_are() -> None:
    """A test file that is renamed must be renamed in the table."""
    stems = {path.stem for path in (ROOT / "tests").rglob("test_*.py")}
    assert {name for names in ELSEWHERE.values() for name in names} <= stems
    assert all((ROOT / path).is_file() for path in ALWAYS)


def test_what_changed_is_what_git_says_since_the_branch_began(tmp_path: Path) -> None:
    """Committed on the branch, not committed, and new; not what others have put on main since."""

    def git(*words: str) -> None:
        identity = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
        subprocess.run(["git", *identity, *words], cwd=tmp_path, check=True, capture_output=True)

    def commit(name: str) -> None:
        (tmp_path / name).write_text(name)
        git("add", name)
        git("commit", "-m", name)

    git("init", "-b", "main")
    commit("old")
    git("switch", "-c", "branch")
    commit("committed")
    git("switch", "main")
    commit("of-others")
    git("switch", "branch")
    (tmp_path / "old").write_text("edited")
    (tmp_path / "new").write_text("new")
    assert changed_files(tmp_path) == {"committed", "old", "new"}

"""What only a checkout has: its tests, and its environment."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from labreport.errors import LabReportError, UsageError
from tools import environment, folders, tests


@pytest.mark.parametrize(
    ("words", "chosen"),
    [
        ([], "not slow and not browser"),
        (["--slow"], "slow"),
        (["--browser", "--slow"], "browser or slow"),
    ],
)
def test_a_group_of_tests_is_chosen_by_its_marker(words: list[str], chosen: str) -> None:
    """The ordinary ones are those of no group."""
    command = tests.command(words)
    assert command[command.index("-m", 3) + 1] == chosen


def test_all_other_words_are_those_of_pytest() -> None:
    """A marker of the user's own takes the place of ours; one file runs in one process."""
    command = tests.command(["-m", "dask", "tests/run/test_dask.py", "-x"])
    assert command[3:] == ["-m", "dask", "tests/run/test_dask.py", "-x"]


def test_what_is_lacking_is_found_without_an_import(tmp_path: Path) -> None:
    """Names are compared as pip does; what is for other systems does not count."""
    lock = tmp_path / "engine.lock"
    lock.write_text(
        "markdown_it.py==3.0 \\\n    --hash=sha256:0\nno-such-thing==1 \\\n    --hash=sha256:1\n"
        "pywin32==1 ; sys_platform == 'win32' \\\n    --hash=sha256:2\n"
    )
    assert environment.lacking(lock) == ["no-such-thing"]


@pytest.mark.parametrize(
    ("name", "checked"), [("requirements.lock", ["--require-hashes"]), ("requirements.txt", ["-c"])]
)
def test_what_is_locked_is_checked_by_its_hashes_and_else_keeps_the_pins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, checked: list[str]
) -> None:
    """The pins are the versions of the engine's lock file; a file that failed half way is installed anew."""
    (tmp_path / "tools").mkdir()
    for lock in ("tools/engine.lock", name):
        (tmp_path / lock).write_text("numpy==2.1 \\\n    --hash=sha256:0\n")
    commands: list[list[Any]] = []

    def run(command: list[Any], **_: Any) -> SimpleNamespace:
        commands.append(command)
        return SimpleNamespace(returncode=len(commands) == 1)

    for attribute, path in (("ROOT", tmp_path), ("STATE", tmp_path), ("PYTHON", tmp_path / name)):
        monkeypatch.setattr(environment, attribute, path)
    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setattr(environment, "VENV", tmp_path / "none")
    monkeypatch.setattr(environment, "_copy_of", lambda file: tmp_path / "mark")
    with pytest.raises(LabReportError, match=f"{name} could not be installed"):
        environment._install(tmp_path / name, lambda text: None)
    environment._install(tmp_path / name, lambda text: None)
    assert all({*checked, "-r"} <= {*command} for command in commands)
    assert ["--ignore-installed" in command for command in commands] == [False, True]
    assert (tmp_path / "mark").read_text() == (tmp_path / name).read_text()
    assert name.endswith(".lock") or (tmp_path / "pins").read_text() == "numpy==2.1"


def test_asking_installs_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A command that only looks says that libraries are missing, and how they come."""
    lock = tmp_path / "engine.lock"
    lock.write_text("no-such-thing==1\n")
    monkeypatch.setattr(environment, "PYTHON", tmp_path / "python")
    monkeypatch.setattr(environment, "VENV", tmp_path / ".venv")
    with pytest.raises(UsageError, match="the libraries are not installed"):
        environment.ensure([lock], print, installs=False)
    assert not (tmp_path / ".venv").exists()


def test_an_environment_of_somebody_else_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that was not made here is neither changed nor replaced."""
    lock, venv = tmp_path / "engine.lock", tmp_path / ".venv"
    lock.write_text("no-such-thing==1\n")
    venv.mkdir()
    (venv / "pyvenv.cfg").touch()
    for name, path in {
        "ROOT": tmp_path,
        "VENV": venv,
        "PYTHON": venv / "python",
        "STATE": venv / "set-up",
    }.items():
        monkeypatch.setattr(environment, name, path)
    with pytest.raises(UsageError, match="was not made by this program"):
        environment.ensure([lock], print, installs=True)
    assert [path.name for path in venv.iterdir()] == ["pyvenv.cfg"]


def test_a_folder_of_tests_that_is_not_collected_is_noticed(tmp_path: Path) -> None:
    """It has files of tests, and pytest lists none of it; folders of other files do not count."""
    for name in ("build/test_build.py", "cli/test_stamp.py", "page/deep/test_deep.py", "sample/one.py"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).touch()
    lines = ["tests/cli/test_stamp.py::test_a[b::c]", "tests/page/deep/test_deep.py::test_b", "2 tests"]
    counts = folders.count_by_folder(lines)
    assert counts == {"cli": 1, "page": 1}
    assert [name for name in folders.folders_with_tests(tmp_path) if not counts[name]] == ["build"]

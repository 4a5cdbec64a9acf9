"""What only a checkout has: its tests, and its environment."""

from __future__ import annotations

import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from conftest import lost_folders

from labreport.errors import LabReportError, UsageError
from tools import environment, tests


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


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the lock file of the engine, in place of this checkout; no program is on the path."""
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "engine.lock").write_text("no-such-thing==1 \\\n    --hash=sha256:0\n")
    venv = tmp_path / ".venv"
    paths = {"ROOT": tmp_path, "VENV": venv, "PYTHON": venv / "bin" / "python", "STATE": venv / "set-up"}
    for name, path in paths.items():
        monkeypatch.setattr(environment, name, path)
    monkeypatch.setenv("PATH", "")
    return tmp_path


def test_what_is_locked_is_checked_by_its_hashes_and_else_keeps_the_pins(checkout: Path) -> None:
    """The pins are the versions of the engine's lock file."""
    environment.STATE.mkdir(parents=True)
    locked = environment._installing_command(checkout / "tools" / "engine.lock", False)
    listed = environment._installing_command(checkout / "requirements.txt", False)
    assert "--require-hashes" in locked
    assert listed[listed.index("-c") + 1] == str(environment.STATE / "pins")
    assert (environment.STATE / "pins").read_text() == "no-such-thing==1"


def test_what_failed_half_way_is_installed_anew(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a package may look installed; once all is there, nothing is to be done."""
    lock = checkout / "tools" / "engine.lock"
    commands: list[list[str]] = []
    codes = iter([0, 1, 0, 0])

    def run(command: list[str], **_: Any) -> SimpleNamespace:
        commands.append(command)
        return SimpleNamespace(returncode=next(codes))

    monkeypatch.setattr(subprocess, "run", run)
    with pytest.raises(LabReportError, match=r"engine\.lock could not be installed"):
        environment._install(lock, print)
    environment._install(lock, print)
    assert ["--ignore-installed" in command for command in commands] == [False, False, False, True]
    environment.PYTHON.parent.mkdir()
    environment.PYTHON.touch()
    assert environment.is_ready(lock)


def test_asking_installs_nothing(checkout: Path) -> None:
    """A command that only looks says that libraries are missing, and how they come."""
    with pytest.raises(UsageError, match="the libraries are not installed"):
        environment.ensure([checkout / "tools" / "engine.lock"], print, installs=False)
    assert not environment.VENV.exists()


def test_an_environment_of_somebody_else_is_left_alone(checkout: Path) -> None:
    """One that was not made here is neither changed nor replaced."""
    environment.VENV.mkdir()
    (environment.VENV / "pyvenv.cfg").touch()
    with pytest.raises(UsageError, match="was not made by this program"):
        environment.ensure([checkout / "tools" / "engine.lock"], print, installs=True)
    assert [path.name for path in environment.VENV.iterdir()] == ["pyvenv.cfg"]


def test_a_folder_of_tests_that_is_not_collected_is_noticed(tmp_path: Path) -> None:
    """It has files of tests, and pytest lists none of it; folders of other files do not count."""
    files = [tmp_path / name for name in ("build/test_build.py", "page/deep/test_deep.py", "sample/one.py")]
    for file in files:
        file.parent.mkdir(parents=True)
        file.touch()
    assert lost_folders(tmp_path, files[1:]) == ["build"]

"""What is loaded or read for something, and is none of its ingredients, is an error that names both."""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path

import pytest

from labreport.witness import Allowed, Noted, noting


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a module that reads a file and loads another module."""
    (tmp_path / "witnessed.py").write_text(
        "import importlib\n\n\n"
        "def read(path):\n    with open(path) as file:\n        return file.read()\n\n\n"
        "def write(path):\n    open(path, 'w').close()\n    return read(path)\n\n\n"
        "def load(name):\n    return importlib.import_module(name)\n"
    )
    (tmp_path / "witnessed_late.py").write_text("VALUE = 1\n")
    (tmp_path / "data.txt").write_text("3\n")
    monkeypatch.syspath_prepend(tmp_path)
    importlib.invalidate_caches()
    for name in ("witnessed", "witnessed_late"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    return tmp_path


def allowed(folder: Path, *files: str, modules: tuple[str, ...] = ()) -> Allowed:
    """What an answer may use."""
    return Allowed("answer/one", frozenset(modules), frozenset(files), str(folder), str(folder), "data=")


def test_a_file_that_is_not_declared_is_named(project: Path) -> None:
    """With what to do; one that is declared is fine."""
    read = importlib.import_module("witnessed").read

    with noting() as noted:
        read(project / "data.txt")
    assert allowed(project).problem(noted) == (
        "answer/one: the file data.txt was read for it, "
        "which is not among its ingredients; declare it in data="
    )
    assert allowed(project, "data.txt").problem(noted) == ""


def test_a_file_that_was_written_before_is_nobody_s_ingredient(project: Path) -> None:
    """It was made on the way."""
    write = importlib.import_module("witnessed").write

    with noting() as noted:
        write(project / "made.txt")
    assert allowed(project).problem(noted) == ""


def test_a_file_read_by_a_library_for_the_project_counts(project: Path) -> None:
    """Whoever opens it, the project asked for it; nothing else that is open then is noted."""
    (project / "by_numpy.py").write_text(
        "import numpy\n\n\ndef read(path):\n    return numpy.loadtxt(path)\n"
    )
    read = importlib.import_module("by_numpy").read

    with noting() as noted:
        read(project / "data.txt")
    assert "data.txt" in allowed(project).problem(noted)
    with noting() as noted:
        Path(project / "witnessed_late.py").read_text()
        import colorsys  # noqa: F401
    assert allowed(project).problem(noted) == ""


def test_a_module_that_is_not_followed_is_named(project: Path) -> None:
    """It was loaded for what is made, and nothing in the code that is followed leads there."""
    load = importlib.import_module("witnessed").load

    with noting() as noted:
        load("witnessed_late")
    problem = allowed(project).problem(noted)
    assert problem.startswith("answer/one: the module 'witnessed_late' was loaded for it")
    assert allowed(project, modules=("witnessed_late",)).problem(noted) == ""


@pytest.mark.parametrize("path", ["~/.keras/keras.json", "~/.cache/matplotlib/fontlist.json", "/proc/stat"])
def test_settings_and_caches_are_nobody_s_ingredients(project: Path, path: str) -> None:
    """Keras and Matplotlib read theirs when they are loaded, for whoever loads them."""
    assert allowed(project).problem(Noted(files={os.path.expanduser(path)})) == ""

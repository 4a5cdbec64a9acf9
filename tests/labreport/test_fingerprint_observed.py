"""What is loaded or read for something, and is none of its ingredients, is an error that names both."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from labreport import sources
from labreport.fingerprint.observed import Allowed, Noted, noting


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with a module that reads a file and loads another module; no later build rests on them."""
    before = dict(sources.loaded)
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
    yield tmp_path
    sources.loaded.clear()
    sources.loaded.update(before)


def allowed(folder: Path, *files: str, modules: tuple[str, ...] = ()) -> Allowed:
    """What an answer may use."""
    return Allowed(
        "answer/one", dict.fromkeys(modules, ""), frozenset(files), str(folder), str(folder), "data="
    )


def test_a_file_that_is_not_declared_is_named(project: Path) -> None:
    """With what to do; one that is declared is fine."""
    read = importlib.import_module("witnessed").read

    with noting() as noted:
        read(project / "data.txt")
    assert allowed(project).problem(noted) == (
        f"answer/one: the file {project}/data.txt was read for it, "
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


READING = """
import concurrent.futures
import importlib.util
import runpy
import sqlite3

import numpy


def changed(path):
    with open(path, "r+") as file:
        return file.read()


def mapped(path):
    return numpy.memmap(path, mode="r+")[0]


def read_then_written(path):
    changed(path)
    open(path, "w").close()


def connected(path):
    return sqlite3.connect(f"file:{path}?mode=ro", uri=True).close()


def in_a_thread(path):
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        return pool.submit(numpy.fromfile, path, numpy.uint8).result()


def run(path):
    return runpy.run_path(str(path))


def executed(path):
    with open(path) as file:
        exec(file.read())


def located(path):
    spec = importlib.util.spec_from_file_location("located", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
"""


@pytest.mark.parametrize(
    "how",
    [
        *("changed", "mapped", "read_then_written", "connected", "in_a_thread", "run", "executed", "located"),
    ],
)
def test_every_way_to_read_a_file_counts(project: Path, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    """Opened to be changed, mapped, as a database, in a library's thread, or run without being imported."""
    (project / "reading.py").write_text(READING)
    monkeypatch.delitem(sys.modules, "reading", raising=False)
    function = vars(importlib.import_module("reading"))[how]
    path = project / ("data.txt" if how not in ("run", "executed", "located") else "script.py")
    path.write_text("" if how == "connected" else "VALUE = 1\n")

    with noting() as noted:
        function(path)
    for name in ("located", "script"):
        sys.modules.pop(name, None)
    assert path.name in allowed(project, modules=("reading",)).problem(noted)
    assert allowed(project, path.name, modules=("reading",)).problem(noted) == ""


def test_a_library_that_asks_for_versions_lists_nothing_of_the_project(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python looks for distributions in every folder of its path; a new file there changes nothing."""
    (project / "asking.py").write_text(
        "import importlib.metadata\nimport os\n\n\n"
        "def ask():\n    return list(importlib.metadata.distributions(name='no-such-library'))\n\n\n"
        "def listed(path):\n    return os.listdir(path)\n"
    )
    with suppress(ImportError):  # which takes the place of Python's own, once a library has loaded it
        importlib.import_module("importlib_metadata")
    monkeypatch.delitem(sys.modules, "asking", raising=False)
    module = importlib.import_module("asking")
    with noting() as noted:
        module.ask()
    assert str(project) not in noted.folders
    with noting() as noted:
        module.listed(project)
    assert str(project) in noted.folders


def test_text_that_is_compiled_under_a_name_in_brackets_is_no_file() -> None:
    """As PyTorch does when it is imported."""
    with noting() as noted:
        exec(compile("", "<text>.py", "exec"), {})
        exec(compile("", "text.py", "exec"), {})
    assert {"text.py"} == {name for name in noted.files | noted.loaded if "text" in name}


def test_the_text_of_a_module_that_is_followed_is_no_file(project: Path) -> None:
    """A warning, or a traceback, shows a line of it."""
    read = importlib.import_module("witnessed").read

    with noting() as noted:
        read(project / "witnessed.py")
    assert allowed(project, modules=("witnessed",)).problem(noted) == ""


def test_a_module_that_runs_another_text_than_was_planned_is_named(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Edited after the plan was made, and before it was imported."""
    monkeypatch.setitem(sources.loaded, "witnessed", (str(project / "witnessed.py"), "new"))
    asked = replace(allowed(project), modules={"witnessed": "old", "elsewhere": "old"})
    assert asked.edited().startswith(f"{project}/witnessed.py was edited while the build ran")
    assert replace(asked, modules={"witnessed": "new"}).edited() == ""

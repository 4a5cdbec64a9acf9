"""Modules of project and engine run as their text says, whatever compiled code lies beside them."""

from __future__ import annotations

import os
import py_compile
import shutil
import subprocess
import sys
from importlib.util import cache_from_source
from pathlib import Path

import pytest
from program import Program

from labreport import sources
from labreport.sources import Loader

MOMENT = 1_700_000_000
"""The time of every file here, in whole seconds: what Python believes compiled code by."""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A module, with compiled code as Python itself keeps it."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sources, "loaded", {})
    path = tmp_path / "fitted.py"
    write(path, "VALUE = 70\n")
    py_compile.compile(str(path), doraise=True)
    return path


def write(path: Path, text: str) -> None:
    """Write a file that has the same time, however often it is written."""
    path.write_text(text)
    os.utime(path, (MOMENT, MOMENT))


def value(path: Path) -> int:
    """What the module says when it is loaded."""
    names: dict[str, int] = {}
    exec(Loader("fitted", str(path)).get_code("fitted"), names)
    return names["VALUE"]


def kept(path: Path) -> Path:
    """Where its compiled code is."""
    return Path(cache_from_source(str(path), optimization="labreport"))


def test_an_edit_of_equal_size_in_the_same_second_runs(module: Path) -> None:
    """Neither Python's compiled code nor the loader's own is believed by its time."""
    found = []
    for number in (71, 72, 70, 71):
        write(module, f"VALUE = {number}\n")
        found.append(value(module))
    assert found == [71, 72, 70, 71]


def test_compiled_code_of_the_same_text_is_used(module: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is compiled twice; at another place, it is, since code knows its file."""
    assert value(module) == 70
    monkeypatch.setattr(Loader, "source_to_code", lambda self, data, path: 1 / 0)
    assert value(module) == 70
    elsewhere = module.parent / "elsewhere"
    elsewhere.mkdir()
    shutil.copy(module, elsewhere)
    shutil.copytree(module.parent / "__pycache__", elsewhere / "__pycache__")
    with pytest.raises(ZeroDivisionError):
        value(elsewhere / module.name)


def test_compiled_code_that_is_cut_short_or_altered_does_not_matter(module: Path) -> None:
    """At each length that a full disk may leave, and with any byte another."""
    assert value(module) == 70
    whole = kept(module).read_bytes()
    damaged = [whole[:length] for length in range(0, len(whole), 7)]
    damaged += [whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :] for at in range(0, len(whole), 7)]
    for data in damaged:
        kept(module).write_bytes(data)
        assert value(module) == 70
        assert kept(module).read_bytes() == whole
    Path(cache_from_source(str(module))).write_bytes(b"")
    assert value(module) == 70


def test_nothing_is_kept_where_python_keeps_nothing(module: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the user has asked."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert value(module) == 70
    assert not kept(module).exists()


def test_what_runs_is_known_by_its_digest(module: Path) -> None:
    """Of a module that was loaded from two texts, nothing is known."""
    value(module)
    first = sources.loaded["fitted"]
    value(module)
    assert sources.loaded["fitted"] == first
    assert first[0] == str(module)
    write(module, "VALUE = 71\n")
    value(module)
    assert sources.loaded["fitted"] == (str(module), "")


def test_libraries_are_loaded_as_ever(tmp_path: Path) -> None:
    """Only the project's and the engine's modules are loaded by their text."""
    (tmp_path / "own.py").write_text("")
    program = (
        "import sys; sys.path[:0] = sys.argv[1:]; from labreport import sources; sources.install(); "
        "import own, labreport.errors, json.tool, numpy, pytest; "
        "print([type(sys.modules[name].__loader__).__name__ for name in "
        "('own', 'labreport.errors', 'json.tool', 'numpy', 'pytest')])"
    )
    engine = str(Path(sources.__file__).parents[1])
    command = [sys.executable, "-c", program, str(tmp_path), engine]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert ran.stdout.strip() == str(["Loader"] * 2 + ["SourceFileLoader"] * 3)


@pytest.mark.slow
def test_a_build_survives_compiled_code_that_a_full_disk_has_cut_short(tmp_path: Path) -> None:
    """Of every module of project and engine: what Python keeps, and what the loader does."""
    program = Program.fresh(tmp_path / "checkout").own_engine()
    variables = {"PYTHONDONTWRITEBYTECODE": ""}
    assert program.run("status", environment=variables, cold=True).code == 1
    compiled = list((program.folder / "src").rglob("*.pyc"))
    assert len([path for path in compiled if "opt-labreport" in path.name]) > 50
    for path in compiled:
        path.write_bytes(path.read_bytes()[:20])
    ran = program.run("--seeds", "1", environment=variables, cold=True)
    assert (ran.code, ran.err) == (0, "")


def test_an_installed_command_survives_compiled_code_that_is_cut_short(tmp_path: Path) -> None:
    """Of each module that Python loads before the loader does."""
    source = Path(sources.__file__).parent
    installed = tmp_path / "site-packages"
    shutil.copytree(source, installed / "labreport", ignore=shutil.ignore_patterns("__pycache__"))
    command = [sys.executable, str(source.parent / "scripts" / "labreport"), "--help"]
    variables = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    variables["PYTHONPATH"] = str(installed)
    subprocess.run(command, env=variables, check=True, capture_output=True, cwd=tmp_path)
    for module in ("__init__", "program", "streams", "front", "sources"):
        compiled = Path(cache_from_source(str(installed / "labreport" / f"{module}.py")))
        compiled.write_bytes(compiled.read_bytes()[:20])
        ran = subprocess.run(command, env=variables, capture_output=True, text=True, cwd=tmp_path)
        assert (ran.returncode, ran.stderr) == (0, ""), module

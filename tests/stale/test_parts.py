"""Exact texts, versions, loading and remembered hashes."""

from __future__ import annotations

import math
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from stale.edits import write_files

from labreport.errors import UsageError
from labreport.stale import open_project, versions
from labreport.stale.canonical import canonical_repr, specification_classes
from labreport.stale.files import FileHasher
from labreport.stale.modules import ProjectModules
from labreport.stale.versions import distribution


@dataclass(frozen=True)
class Spec:
    """A specification."""

    rate: Any = 0.1
    sizes: Any = (1, 2)


@dataclass(frozen=True)
class Fixed:
    """A part of a specification."""


def test_different_values_have_different_texts() -> None:
    """Types count, floats are exact, and a class counts by its name."""
    values = [1, "1", 1.0, True, None, 0.1, 0.1 + 2**-56, -0.0, (1,), [1], {"a": 1}, {"a": 1.0}]
    values += [Spec(), Spec(1)]
    assert len({canonical_repr(value) for value in values}) == len(values)
    assert canonical_repr(Spec(0.5)).endswith("Spec(rate=0.5,sizes=(1,2))")


def test_the_classes_of_a_specification_are_code_the_inner_ones_too() -> None:
    """So that an edit of a method of an optimiser in a network is noticed."""
    assert specification_classes(Spec(Fixed(), [Fixed()])) == [Spec, Fixed, Fixed]


@pytest.mark.parametrize("value", [math.nan, math.inf, object(), {1: 2}, b"x", {1, 2}])
def test_a_value_that_has_no_such_text_is_refused_by_its_field(value: Any) -> None:
    """With what is allowed."""
    with pytest.raises(UsageError, match=r"^network\.rate is .*; allowed are texts"):
        canonical_repr(Spec(value), "network")


def test_a_library_counts_with_all_that_it_requires() -> None:
    """By distributions, under whatever name a module is imported; Python's own modules have no version."""
    libraries = versions(["PIL", "seaborn", "json", "labreport"])
    assert {"pillow", "seaborn", "matplotlib", "numpy", "pandas"} <= libraries.keys()
    assert not libraries.keys() & {"json", "labreport", "pytest"}
    assert libraries["numpy"] == distribution("numpy").version


def test_a_library_of_no_distribution_counts_by_its_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Modules on the path that nobody installed."""
    (tmp_path / "loose_module.py").write_text("X = 1\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    before = versions(["loose_module"])
    (tmp_path / "loose_module.py").write_text("X = 2\n")
    sys.modules["labreport.stale.versions"].__dict__["_source_hash"].cache_clear()
    assert versions(["loose_module"]) != before


PROJECT = "from labreport import Project\nimport part\nproject = Project(part.TITLE)\n"


def test_two_saves_in_one_moment_are_told_apart(tmp_path: Path) -> None:
    """Modules are compiled from their source, whatever compiled file of equal size and time is there."""
    (tmp_path / "project.py").write_text(PROJECT)
    part = tmp_path / "part.py"
    for title in ("one", "two"):
        part.write_text(f"TITLE = {title!r}\n")
        os.utime(part, (1e9, 1e9))
        assert open_project(tmp_path).project.title == title
    assert not list(tmp_path.rglob("*.pyc"))


def test_what_is_loaded_late_is_what_was_hashed(tmp_path: Path) -> None:
    """An edit during a build does not reach what was read at its beginning."""
    (tmp_path / "project.py").write_text(PROJECT)
    (tmp_path / "part.py").write_text("TITLE = 'x'\n")
    (tmp_path / "late.py").write_text("X = 1\n")
    project_modules = open_project(tmp_path).recorder.project_modules
    project_modules.read(tmp_path / "late.py")
    (tmp_path / "late.py").write_text("X = 2\n")
    assert __import__("late").X == 1
    assert FileHasher(tmp_path).changed(project_modules.file_hashes) == [str(tmp_path / "late.py")]


def test_a_projects_modules_are_its_own_files(tmp_path: Path) -> None:
    """Not those of its report, of an environment in it, of hidden folders, of the engine."""
    for name in (
        "a.py",
        "pkg/__init__.py",
        "pkg/b.py",
        "report/c.py",
        "env/d.py",
        ".hidden/e.py",
        "labreport/f.py",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    (tmp_path / "report" / ".labreport").touch()
    (tmp_path / "env" / "pyvenv.cfg").touch()
    assert list(ProjectModules(tmp_path, tmp_path).names()) == ["a", "pkg", "pkg.b"]


def test_a_module_named_as_one_of_python_that_is_imported_is_refused(tmp_path: Path) -> None:
    """The project would get the other one; one that nobody has imported is the project's."""
    write_files(tmp_path, {"project.py": PROJECT, "part.py": "TITLE = 'x'\n", "json.py": ""})
    with pytest.raises(UsageError, match=r"json\.py: Python has a module 'json', too, .*; rename this file"):
        open_project(tmp_path)
    (tmp_path / "json.py").rename(tmp_path / "this.py")
    (tmp_path / "part.py").write_text("import this\nTITLE = this.TITLE\n")
    for title in ("y", "z"):
        (tmp_path / "this.py").write_text(f"TITLE = {title!r}\n")
        assert open_project(tmp_path).project.title == title


def test_a_file_is_read_again_only_when_it_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was settled is remembered from build to build; a file just written is not trusted."""
    data, cache = tmp_path / "data.npz", tmp_path / "cache.json"
    data.write_bytes(b"old")
    fresh = FileHasher(tmp_path, cache)
    first = fresh.hash_of(data)
    fresh.save()
    assert not cache.exists()
    monkeypatch.setattr("labreport.stale.files._SETTLED", -1.0)
    settled = FileHasher(tmp_path, cache)
    assert settled.pin(data) == first
    settled.save()
    with monkeypatch.context() as patch:
        patch.setattr("labreport.results.files.sha256_of_file", None)
        assert FileHasher(tmp_path, cache).hash_of(data) == first
    data.write_bytes(b"new")
    assert settled.changed(settled.pinned) == [str(data)]
    assert FileHasher(tmp_path, cache).hash_of(data) != first


def test_the_folders_behind_a_pattern_change_when_another_name_matches(tmp_path: Path) -> None:
    """Of a file or a folder it is itself, there or not; the brackets of a folder's name are no pattern."""
    project = tmp_path / "version [2]"
    (project / "many" / "inner").mkdir(parents=True)
    file_hasher = FileHasher(project)

    def behind(path: str) -> set[str]:
        return {os.path.relpath(path, project) for path in file_hasher.paths_behind(path)}

    for path in ("many", "nowhere.txt"):
        assert behind(path) == {path}
    assert behind("many/**/*.txt") == {"many", "many/inner"}
    assert behind("*.csv") == {"."}

"""Source is found where Python would import it from, and nothing is imported for that."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

from labreport.errors import UsageError
from labreport.fingerprint.modules import (
    Modules,
    beside,
    default_roots,
    folder_of,
    search_folder,
    source_files,
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder on the import path with a package, a module of one file, and what is neither."""
    for name in ("wines/__init__.py", "wines/deep/__init__.py", "wines/deep/model.py", "helper.py"):
        path = tmp_path / "here" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("raise RuntimeError('imported')\n")
    (tmp_path / "here" / "data").mkdir()
    (tmp_path / "here" / "not-a-module.py").touch()
    monkeypatch.syspath_prepend(tmp_path / "here")
    importlib.invalidate_caches()
    return tmp_path / "here"


def test_modules_and_packages_are_found_and_not_imported(folder: Path) -> None:
    """Importing any of these would raise."""
    modules = Modules(("wines", "helper"))
    assert modules.path("wines") == folder / "wines" / "__init__.py"
    assert modules.path("wines.deep.model") == folder / "wines" / "deep" / "model.py"
    assert modules.path("helper") == folder / "helper.py"
    assert modules.path("helper.inner") is None
    assert modules.path("wines.absent") is None
    assert modules.path("json") is None
    assert not {"wines", "helper"} & set(sys.modules)


@pytest.mark.parametrize("name", ["wines", "helper"])
def test_what_lies_beside_a_project_is_the_project_s(folder: Path, name: str) -> None:
    """Other modules in its folder are its own; the engine comes first."""
    assert sorted(beside(name)) == ["helper", "wines"]
    assert default_roots(name)[0] == "labreport"
    assert search_folder(name) == folder


def test_what_lies_beside_an_installed_project_is_not_the_project_s(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There the neighbours are libraries."""
    installed = tmp_path / "site-packages"
    installed.mkdir()
    for name in ("vines.py", "library.py"):
        (installed / name).touch()
    monkeypatch.syspath_prepend(installed)
    assert beside("vines") == ("vines",)


def test_data_lie_in_the_package_or_beside_the_one_file(folder: Path) -> None:
    """Paths of data files count from there."""
    assert folder_of("wines") == folder / "wines"
    assert folder_of("helper") == folder


def test_every_source_file_is_listed(folder: Path) -> None:
    """Those of packages at any depth, and modules of one file."""
    names = [path.relative_to(folder).as_posix() for path in source_files(("wines", "helper"))]
    assert names == ["wines/__init__.py", "wines/deep/__init__.py", "wines/deep/model.py", "helper.py"]


def test_a_project_that_is_not_there_is_named() -> None:
    """One line, with what to do."""
    with pytest.raises(UsageError, match=r"'absent_project': no such module or package; run in"):
        folder_of("absent_project")

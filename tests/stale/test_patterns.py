"""Each way to bind a name, or to reach a module, is noticed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from stale.cases import Case, read_cases
from stale.edits import edit_file, write_files

from labreport.stale.modules import ProjectModules, install
from labreport.stale.program import Program
from labreport.stale.programgraph import ProgramGraph
from labreport.stale.recorder import Recorder

FIRST_FILES = {"bindings": "odd.py", "reaching": "main.py", "loading": "main.py"}
"""The file of the package `pkg` with which each project of a text begins."""
OF_BINDINGS = {
    "main.py": "from pkg.middle import twice\n\n\ndef entry():\n    return twice()\n",
    "middle.py": "from pkg.odd import VALUE\n\n\ndef twice():\n    return (VALUE, VALUE)\n",
}
CASES = []
for group, first_file in FIRST_FILES.items():
    for case in read_cases(group, first_file):
        CASES.append(pytest.param(case, id=f"{group}: {case}"))


@pytest.fixture(autouse=True)
def _forget_modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.syspath_prepend(str(tmp_path))
    yield
    install(ProjectModules(Path("/nowhere"), Path("/nowhere")))


def inputs_of_entry(folder: Path) -> dict[str, str]:
    """What `pkg.main:entry` rests on."""
    project_modules = ProjectModules(folder, folder)
    install(project_modules)
    entry = import_module("pkg.main").entry
    graph = ProgramGraph(Program(project_modules), Recorder(project_modules), frozenset())
    root = graph.compute_root("", entry, ())
    return graph.closure(root).inputs


def write(folder: Path, case: Case) -> None:
    """Write a case as the package `pkg`."""
    shared = OF_BINDINGS if "odd.py" in case.files else {}
    write_files(folder / "pkg", {"__init__.py": "", **shared, **case.files})


@pytest.mark.parametrize("case", CASES)
def test_an_edit_that_changes_what_is_computed_is_noticed(case: Case, tmp_path: Path) -> None:
    """One after which the same is computed is not."""
    write(tmp_path, case)
    before = inputs_of_entry(tmp_path)
    edit_file(tmp_path / "pkg" / case.file, case.old, case.new)
    assert (inputs_of_entry(tmp_path) == before) == (case.stale == "")


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_each_edit_really_changes_what_is_computed(case: Case, tmp_path: Path) -> None:
    """So that none of the cases above asks for a needless rebuild."""

    def outcome() -> str:
        words = [sys.executable, "-B", "-c", "from pkg.main import entry; print(entry())"]
        run = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True)
        return run.stdout or run.stderr

    write(tmp_path, case)
    before = outcome()
    edit_file(tmp_path / "pkg" / case.file, case.old, case.new)
    assert (outcome() == before) == (case.stale == "")

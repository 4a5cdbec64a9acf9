"""Each way to bind a name, or to reach a module, is noticed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from stale.edits import edit_file, write_files
from stale.patterns import PATTERNS, Edit, Pattern

from labreport.stale.builder import NodeBuilder
from labreport.stale.graph import Graph
from labreport.stale.program import Program
from labreport.stale.sources import Sources, install

CASES = []
for pattern in PATTERNS:
    for edit in pattern.edits:
        name = f"{pattern.name}: {edit.file} {edit.new}".replace("\n", " ")
        CASES.append(pytest.param(pattern, edit, id=name))
EQUAL_RESULT = ("if not False",)
"""The edits after which the same is computed."""


@pytest.fixture(autouse=True)
def _forget_modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.syspath_prepend(str(tmp_path))
    yield
    install(Sources(Path("/nowhere")))


def write(folder: Path, pattern: Pattern) -> None:
    """Write a pattern as the package `pkg`."""
    write_files(folder / "pkg", {"__init__.py": "", **pattern.files})


def inputs_of_entry(folder: Path) -> dict[str, str]:
    """What `pkg.main:entry` rests on."""
    sources = Sources(folder)
    install(sources)
    entry = import_module("pkg.main").entry
    graph = Graph(Program(sources))
    root = graph.root("", NodeBuilder.root_parts, (entry, ()))
    return graph.closure(root).inputs


@pytest.mark.parametrize(("pattern", "edit"), CASES)
def test_an_edit_that_changes_what_is_computed_is_noticed(
    pattern: Pattern, edit: Edit, tmp_path: Path
) -> None:
    """One after which the same is computed is not."""
    write(tmp_path, pattern)
    before = inputs_of_entry(tmp_path)
    edit_file(tmp_path / "pkg" / edit.file, edit.old, edit.new)
    assert (inputs_of_entry(tmp_path) != before) == (edit.new not in EQUAL_RESULT)


@pytest.mark.slow
@pytest.mark.parametrize(("pattern", "edit"), CASES)
def test_each_edit_really_changes_what_is_computed(pattern: Pattern, edit: Edit, tmp_path: Path) -> None:
    """So that none of the cases above asks for a needless rebuild."""

    def outcome() -> str:
        words = [sys.executable, "-B", "-c", "from pkg.main import entry; print(entry())"]
        run = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True)
        return run.stdout or run.stderr

    write(tmp_path, pattern)
    before = outcome()
    edit_file(tmp_path / "pkg" / edit.file, edit.old, edit.new)
    assert (outcome() == before) == (edit.new in EQUAL_RESULT)

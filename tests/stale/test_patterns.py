"""Each way to bind a name, or to reach a module, is followed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from stale.patterns import PATTERNS, Edit, Pattern

from labreport.stale.code import ANY_CODE, Code
from labreport.stale.loader import Sources

CASES = [
    pytest.param(pattern, edit, id=f"{pattern.name}: {edit.file} {edit.new}".replace("\n", " "))
    for pattern in PATTERNS
    for edit in pattern.edits
]


def _write(folder: Path, pattern: Pattern) -> None:
    for name, text in {"__init__.py": "", **pattern.files}.items():
        path = folder / "pkg" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def _change(folder: Path, edit: Edit) -> None:
    path = folder / "pkg" / edit.file
    assert path.read_text().count(edit.old) == 1
    path.write_text(path.read_text().replace(edit.old, edit.new))


def _followed(folder: Path) -> set[str]:
    code = Code(Sources(folder))
    closure = code.closure([("pkg.main", "entry")])
    every = code.sources.modules() if ANY_CODE in closure.items else ()
    paths = [path for name in every if (path := code.sources.path(name))]
    return {
        *(f"{one.label} {one.digest}" for one in closure.statements),
        *(path.read_text() for path in paths),
    }


@pytest.mark.parametrize(("pattern", "edit"), CASES)
def test_an_edit_that_changes_what_is_computed_is_noticed(
    pattern: Pattern, edit: Edit, tmp_path: Path
) -> None:
    """However the name is bound, and however the module is reached."""
    _write(tmp_path, pattern)
    before = _followed(tmp_path)
    assert _followed(tmp_path) == before
    _change(tmp_path, edit)
    assert _followed(tmp_path) != before


@pytest.mark.slow
@pytest.mark.parametrize(("pattern", "edit"), CASES)
def test_each_edit_really_changes_what_is_computed(pattern: Pattern, edit: Edit, tmp_path: Path) -> None:
    """So that none of the cases above asks for a needless rebuild; those of an equal result are named."""

    def outcome() -> str:
        words = [sys.executable, "-B", "-c", "from pkg.main import entry; print(entry())"]
        run = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True)
        return run.stdout or run.stderr

    _write(tmp_path, pattern)
    before = outcome()
    _change(tmp_path, edit)
    equal = edit.new in ("if not False", "except KeyError") and "renamed" in str(pattern.files)
    assert (outcome() == before) == equal

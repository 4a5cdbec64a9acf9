"""Each way to bind a name, or to reach a module, is followed."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

import pytest
from edits.patterns import PATTERNS, Edit, Pattern

from labreport.fingerprint.code import Code
from labreport.fingerprint.syntax import summarise

CASES = [
    pytest.param(pattern, edit, id=f"{pattern.name}: {edit.file} {edit.new}".replace("\n", " "))
    for pattern in PATTERNS
    for edit in pattern.edits
]


def _write(folder: Path, pattern: Pattern) -> Path:
    for name, text in {"__init__.py": "", **pattern.files}.items():
        path = folder / "pkg" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder / "pkg"


def _change(package: Path, edit: Edit) -> None:
    text = (package / edit.file).read_text()
    assert text.count(edit.old) == 1
    (package / edit.file).write_text(text.replace(edit.old, edit.new))


def _fingerprint(folder: Path) -> str:
    sys.path.insert(0, str(folder))
    try:
        importlib.invalidate_caches()
        return Code(("pkg",), lambda path: summarise(path.read_text(), path.name)).fingerprint(
            "pkg.main:entry"
        )
    finally:
        sys.path.remove(str(folder))


def _outcome(folder: Path) -> str:
    """What the function returns, or the error that it ends with."""
    script = "from pkg.main import entry; print(entry())"
    run = subprocess.run([sys.executable, "-B", "-c", script], cwd=folder, capture_output=True, text=True)
    return run.stdout or run.stderr


@pytest.mark.parametrize(("pattern", "edit"), CASES)
def test_an_edit_that_changes_what_is_computed_is_noticed(
    pattern: Pattern, edit: Edit, tmp_path: Path
) -> None:
    """However the name is bound, and however the module is reached."""
    package = _write(tmp_path, pattern)
    before = _fingerprint(tmp_path)
    assert _fingerprint(tmp_path) == before
    _change(package, edit)
    assert _fingerprint(tmp_path) != before


@pytest.mark.slow
@pytest.mark.parametrize(("pattern", "edit"), CASES)
def test_each_edit_really_changes_what_is_computed(pattern: Pattern, edit: Edit, tmp_path: Path) -> None:
    """So that none of the cases above asks for a needless rebuild; those of an equal result are named."""
    package = _write(tmp_path, pattern)
    before = _outcome(tmp_path)
    _change(package, edit)
    equal = edit.new in ("if not False", "except KeyError") and "renamed" in str(pattern.files)
    assert (_outcome(tmp_path) == before) == equal

"""An edit anywhere in a project of odd names changes what rests on it, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from stale.edits import changed_targets, edit_file, inputs_of, write_files
from stale.trial import EDITS, FILES, Edit

EQUAL_RESULT = {"LIMIT = 7"}
"""Edits of a value that another module replaces: what is seen is equal."""


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.new.strip()[:30])
def test_an_edit_changes_what_rests_on_it_and_nothing_else(edit: Edit, tmp_path: Path) -> None:
    """However a name is bound, and however a module is reached."""
    write_files(tmp_path, FILES)
    before = inputs_of(tmp_path)
    edit_file(tmp_path / edit.file, edit.old, edit.new)
    expected = set() if edit.new in EQUAL_RESULT else set(edit.things.split())
    assert changed_targets(before, inputs_of(tmp_path)) == expected

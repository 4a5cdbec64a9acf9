"""An edit of a natural project makes stale what it changes, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from stale.edits import changed_targets, edit_file, inputs_of, write_files
from stale.projects import FILES, LIBRARIES, SAME, UNTOLD, VALUES, Case

KNOWN_WRONG = {
    "state of a library set by what it returns": "nothing in the code says that the library is changed",
}
"""Cases that are not noticed, each with its reason."""


def check(case: Case, folder: Path) -> None:
    """Compare what the edit of a case makes stale with what it says."""
    write_files(folder, case.texts)
    before = inputs_of(folder)
    edit_file(folder / case.file, case.old, case.new)
    assert changed_targets(before, inputs_of(folder)) == set(case.stale.split())


@pytest.mark.parametrize("case", FILES, ids=lambda case: case.name)
def test_a_value_that_was_read_from_a_file_counts(case: Case, tmp_path: Path) -> None:
    """By what was made of it; a column that is dropped does not."""
    check(case, tmp_path)


@pytest.mark.parametrize("case", VALUES, ids=lambda case: case.name)
def test_a_value_counts_however_it_is_made(case: Case, tmp_path: Path) -> None:
    """And so do functions and classes, however they are reached."""
    check(case, tmp_path)


@pytest.mark.parametrize("case", LIBRARIES, ids=lambda case: case.name)
def test_a_statement_that_acts_on_a_library_counts_for_who_uses_it(case: Case, tmp_path: Path) -> None:
    """By itself, or by what it calls; not for anybody else."""
    check(case, tmp_path)


@pytest.mark.parametrize("case", UNTOLD, ids=lambda case: case.name)
def test_a_value_that_pickle_cannot_tell_counts_by_its_statements(case: Case, tmp_path: Path) -> None:
    """And by what their names stand for."""
    check(case, tmp_path)


@pytest.mark.parametrize("case", SAME, ids=lambda case: case.name)
def test_an_edit_that_changes_no_result_makes_nothing_stale(case: Case, tmp_path: Path) -> None:
    """Comments, names of locals, equal values, what is not used."""
    check(case, tmp_path)

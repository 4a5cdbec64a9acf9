"""An edit of a natural project makes stale what it changes, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from stale.edits import changed_targets, edit_file, inputs_of, write_files
from stale.projects import FILES, LIBRARIES, SAME, UNTOLD, VALUES, Case


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


def test_two_methods_of_unlike_objects_share_no_runs(tmp_path: Path) -> None:
    """Though the experiments have one specification; two of equal objects share them."""
    body = """
class Trainer:
    def __init__(self, rate):
        self.rate = rate
    def fit(self, spec, seed):
        return Fit({"m": self.rate})
fit = Trainer(2).fit
"""
    rates = {"s": 3, "t": 2, "u": 2}
    made = [f"Experiment({name!r}, Spec(), fit=Trainer({rate}).fit)" for name, rate in rates.items()]
    text = Case("", body).texts["project.py"].replace("seeds=1", f"experiments=({', '.join(made)}), seeds=1")
    write_files(tmp_path, {"project.py": text})
    inputs = inputs_of(tmp_path)
    assert inputs["t"] == inputs["u"] != inputs["s"]


def test_a_large_array_counts_by_its_values_not_by_its_statement(tmp_path: Path) -> None:
    """Another statement for equal values makes nothing stale."""
    body = "\nDATA = np.arange(300_000) * 1.0\nDATA[200_000] = 70\n\n\ndef used():\n    return DATA.sum()\n"
    write_files(tmp_path, Case("", body).texts)
    before = inputs_of(tmp_path)
    edit_file(tmp_path / "project.py", "np.arange(300_000) * 1.0", "np.arange(300_000) / 1.0")
    assert changed_targets(before, inputs_of(tmp_path)) == set()
    edit_file(tmp_path / "project.py", "= 70", "= 71")
    assert changed_targets(before, inputs_of(tmp_path)) == {"r"}


def test_a_variable_of_the_environment_counts_for_a_function_that_asks_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether it is set or not; not for any other function."""
    body = "\nimport os\n\n\ndef used():\n    return int(os.environ.get('LIMIT_OF_TEST', '7'))\n"
    write_files(tmp_path, Case("", body).texts)
    without = inputs_of(tmp_path)
    monkeypatch.setenv("LIMIT_OF_TEST", "8")
    first = inputs_of(tmp_path)
    monkeypatch.setenv("LIMIT_OF_TEST", "9")
    assert changed_targets(without, first) == {"r"}
    assert changed_targets(first, inputs_of(tmp_path)) == {"r"}

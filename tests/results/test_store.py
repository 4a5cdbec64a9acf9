"""The folder of runs: what is found, damaged, removed; and one index of it."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from results.stored import NAMES, key_of, stored_run

from labreport.errors import LabReportError, UsageError
from labreport.results import Run, Store, write_json
from labreport.results.files import Damaged, validated_arrays


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A store with two seeds of four experiments."""
    store = Store(tmp_path)
    for name in NAMES:
        for seed in (1, 0):
            stored_run(store, name, seed)
    return store


def bytes_in(store: Store) -> int:
    """The size of all files in a store."""
    return sum(path.stat().st_size for path in store.folder.rglob("*") if path.is_file())


def found(store: Store, run: Run) -> Run:
    """A run as another process finds it."""
    again = Store(store.folder).find(run.key, run.seed)
    assert again is not None
    return again


def test_a_run_is_found_by_key_and_seed(store: Store) -> None:
    """Whatever it is called; another seed or another key is not."""
    run = stored_run(store, "first", 3)
    assert found(store, run) == run
    assert store.find(run.key, 4) is None
    assert store.find(key_of("first", 3, "other"), 3) is None


def test_a_run_of_another_process_is_found_when_it_is_looked_for_again(store: Store) -> None:
    """The index is made once, and is corrected for one run."""
    run = stored_run(Store(store.folder), "late", 0)
    assert store.find(run.key, 0) is None
    assert store.reload(run.key, 0, "late") == run
    Store(store.folder).remove(run)
    assert store.reload(run.key, 0, "late") is None


def test_a_name_that_another_key_has_is_told(store: Store) -> None:
    """Two keys that agree in sixteen digits do not overwrite each other."""
    run = stored_run(store, "small", 0)
    same_start = run.key[:16] + "0" * 48
    with pytest.raises(LabReportError, match=rf"0-{run.key[:16]}\.json: its name is that of another key"):
        store.find(same_start, 0)


def test_folders_are_listed_once(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """To find a run among thousands, no folder is read again."""
    looked = Store(store.folder)
    monkeypatch.setattr(os, "scandir", None)
    monkeypatch.setattr(Path, "glob", None)
    assert all(looked.find(key_of(name, seed), seed) for name in NAMES for seed in (0, 1))


def test_arrays_are_not_read_to_find_a_run(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Their existence and size are looked at; their bytes are compared when somebody reads them."""
    monkeypatch.setattr("labreport.results.files.sha256_of_file", None)
    assert Store(store.folder).find(key_of("small", 0), 0) is not None


def test_arrays_that_are_damaged_are_told_when_they_are_read(store: Store) -> None:
    """The error names the file, and has it as a field."""
    run = stored_run(store, "small", 0)
    file = run.checkpoints[5].file
    file.write_bytes(file.read_bytes()[:-1] + b"?")
    with pytest.raises(Damaged, match=file.name) as raised:
        list(found(store, run).at(5).arrays)
    assert raised.value.file == file


def test_what_is_discarded_is_missing(store: Store) -> None:
    """For the next process, too; one line says so."""
    run = stored_run(store, "small", 0)
    file = run.checkpoints[5].file
    store.discard(file)
    assert (10,) == tuple(found(store, run).checkpoints)
    assert not file.exists()
    assert [f"{file} is missing or damaged; it is made again"] == store.notices


def test_what_is_damaged_is_told_and_counts_as_missing(store: Store) -> None:
    """Arrays of one epoch and of a state, the file of a run, and one that another version has written."""
    run = store.write(store.save_state(stored_run(store, "small", 0), 6, {"w": np.ones(2)}))
    assert run.state is not None
    run.checkpoints[5].file.write_bytes(b"shorter")
    run.state.file.unlink()
    store.path(stored_run(store, "wide", 0)).write_bytes(b"{")
    write_json(store.path(stored_run(store, "wide", 1)), {"key": "wide", "checkpoints": [{"epoch": 1}]})
    looked = Store(store.folder)
    left = looked.find(run.key, 0)
    assert left is not None
    assert ((10,), None) == (tuple(left.checkpoints), left.state)
    assert [] == [run for run in looked.runs() if run.name == "wide"]
    notices = " ".join(looked.notices)
    assert notices.count("is missing or damaged; it is made again") == 2
    assert notices.count("0-") == 3
    assert notices.count("results of another version are made again") == 1


def test_a_list_of_reads_is_stored_once_for_all_runs(store: Store) -> None:
    """Under its digest; the empty list has no file."""
    reads = {"data.csv": "ab" * 32, "missing.csv": "missing"}
    digests = {store.reads.store(reads) for _ in range(3)}
    assert len([*store.reads.folder.iterdir()]) == 1
    assert Store(store.folder).reads.load(*digests) == reads
    assert store.reads.store({}) == ""
    assert store.reads.load("") == {}


def test_a_list_of_reads_that_is_lost_is_unknown(store: Store) -> None:
    """It is neither empty nor forgotten; stored again, it is there again."""
    digest = store.reads.store({"data.csv": "ab" * 32})
    next(store.reads.folder.iterdir()).write_bytes(b"{")
    looked = Store(store.folder)
    assert looked.reads.load(digest) is None
    looked.reads.store({"data.csv": "ab" * 32})
    assert Store(store.folder).reads.load(digest) == {"data.csv": "ab" * 32}


def test_clean_keeps_what_is_named(store: Store) -> None:
    """Every other run goes, what was left unfinished too, and lists that nobody names."""
    wanted = store.find(key_of("wide", 1), 1)
    assert wanted is not None
    wanted = store.write(replace(wanted, reads=store.reads.store({"a": "missing"})))
    store.reads.store({"b": "missing"})
    (store.folder / "small" / ".0-1234567812345678.json.new").write_bytes(b"1234")
    (store.folder / "mine.txt").write_bytes(b"notes")
    before = bytes_in(store)
    freed = store.clean({wanted.key})
    assert [wanted] == list(Store(store.folder).runs())
    assert before - freed == bytes_in(store)
    assert ["mine.txt", "reads", "wide"] == sorted(path.name for path in store.folder.iterdir())
    assert len([*store.reads.folder.iterdir()]) == 1


def test_clean_leaves_a_file_whose_name_only_begins_as_ours(store: Store) -> None:
    """A year and more are no run."""
    mine = store.folder / "2024-overview-final.csv"
    mine.write_text("a")
    store.clean(set())
    assert list(store.folder.iterdir()) == [mine]


def test_a_state_goes_only_when_no_file_names_it(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run whose new file cannot be written still has its old state."""
    run = store.write(store.save_state(stored_run(store, "small", 0), 6, {"w": np.ones(2)}))
    later = store.save_state(run, 7, {"w": np.ones(2)})

    def full(*_: Any) -> None:
        raise OSError("full")

    monkeypatch.setattr("labreport.results.files.write_json", full)
    with pytest.raises(OSError, match="full"):
        store.write(later)
    assert run.state is not None
    assert found(store, run).state == run.state
    assert run.state.file.is_file()
    monkeypatch.undo()
    assert store.write(later).state is not None
    assert not run.state.file.exists()


def test_of_the_runs_of_an_experiment_the_last_that_was_written_comes_first(store: Store) -> None:
    """Of one seed, whatever its key."""
    older = stored_run(store, "small", 0, "older")
    newest = stored_run(store, "small", 0, "newest")
    os.utime(store.path(older), (1, 1))
    assert [newest.key, older.key] == [
        run.key for run in store.of_experiment("small", 0) if run.key in (older.key, newest.key)
    ]
    assert store.of_experiment("small", 0)[0] == newest
    assert store.of_experiment("small", 7) == []
    assert store.remove(newest) > 0
    assert newest not in store.of_experiment("small", 0)


@pytest.mark.parametrize("arrays", [{"a": [object()]}, {1: [2]}, {"": [1]}, {"a|U3": [1]}, {"a": [1j]}, [1]])
def test_arrays_that_cannot_be_stored_are_refused(arrays: Any) -> None:
    """Numbers, booleans and texts are, under printable names."""
    with pytest.raises(UsageError):
        validated_arrays(arrays)

"""The folder of runs: what is found, damaged, removed; and one index of it."""

from __future__ import annotations

import math
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from results.stored import NAMES, key_of, stored_run, with_state

from labreport.errors import UsageError
from labreport.results import Checkpoint, Run, Store, write_json
from labreport.results.files import Damaged, validated_arrays


def bytes_in(store: Store) -> int:
    """The size of all files in a store."""
    return sum(path.stat().st_size for path in store.folder.rglob("*") if path.is_file())


def reloaded(store: Store, run: Run) -> Run:
    """A run as another process finds it."""
    stored = Store(store.folder).find(run.key, run.seed)
    assert stored is not None
    return stored


def test_a_run_is_found_by_key_and_seed(store: Store) -> None:
    """Whatever it is called; another seed or another key is not."""
    run = stored_run(store, "first", 3)
    assert reloaded(store, run) == run
    assert store.find(run.key, 4) is None
    assert store.find(key_of("first", 3, "other"), 3) is None


def test_a_run_of_another_process_is_found_when_it_is_looked_for_again(store: Store) -> None:
    """The index is made once, and is corrected for one run."""
    run = stored_run(Store(store.folder), "late", 0)
    assert store.find(run.key, 0) is None
    assert store.reload(run.key, 0, "late") == run
    Store(store.folder).remove(run)
    assert store.reload(run.key, 0, "late") is None


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


def test_arrays_that_are_damaged_are_told_when_they_are_read_and_discarded(store: Store) -> None:
    """The error has the file as a field; for the next process they are missing, and one line says so."""
    run = stored_run(store, "small", 0)
    file = run.checkpoints[5].file
    file.write_bytes(file.read_bytes()[:-1] + b"?")
    with pytest.raises(Damaged, match=file.name) as raised:
        list(reloaded(store, run).at(5).arrays)
    store.discard(raised.value.file)
    assert list(reloaded(store, run).checkpoints) == [10]
    assert not file.exists()
    assert store.notices == [f"{file} is missing or damaged; it is made again"]


def test_arrays_that_are_lost_or_shorter_are_missing(store: Store) -> None:
    """Those of one epoch and those of a state; each is told."""
    run, state_file = with_state(store, "small")
    arrays_file = run.checkpoints[5].file
    arrays_file.write_bytes(b"shorter")
    state_file.unlink()
    looked = Store(store.folder)
    left = looked.find(run.key, 0)
    assert left is not None
    assert list(left.checkpoints) == [10]
    assert left.state is None
    ending = "is missing or damaged; it is made again"
    assert looked.notices == [f"{arrays_file} {ending}", f"{state_file} {ending}"]


def test_a_run_whose_file_is_damaged_is_missing(store: Store) -> None:
    """One that another version has written too, which is told once."""
    for seed in (0, 1):
        write_json(
            store.path(stored_run(store, "wide", seed)), {"key": "wide", "checkpoints": [{"epoch": 1}]}
        )
    damaged = store.path(stored_run(store, "small", 0))
    damaged.write_bytes(b"{")
    looked = Store(store.folder)
    names = [run.name for run in looked.runs()]
    assert (names.count("wide"), names.count("small")) == (0, 1)
    assert sorted(looked.notices) == [
        f"{damaged} is damaged; it is made again",
        f"{store.folder}: results of another version are made again",
    ]


def test_a_mistake_of_the_program_is_not_told_as_another_version(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else it would make all results again."""
    monkeypatch.setattr("msgspec.convert", None)
    with pytest.raises(TypeError):
        list(Store(store.folder).runs())


@pytest.mark.parametrize(
    "checkpoints", [None, 1, [1], [{}], [{"epoch": 1, "metrics": {}, "file": "", "sha256": "", "size": 1}]]
)
def test_a_run_of_another_version_is_missing(store: Store, checkpoints: Any) -> None:
    """Whatever it has in place of checkpoints."""
    run = stored_run(store, "small", 0)
    write_json(
        store.path(run),
        {"key": run.key, "name": "small", "seed": 0, "inputs": {}, "checkpoints": checkpoints},
    )
    assert Store(store.folder).find(run.key, 0) is None


READS = {"data.csv": "ab" * 32, "missing.csv": "missing"}


def test_a_list_of_reads_is_stored_once_for_all_runs(store: Store) -> None:
    """Under its hash; the empty list has no file."""
    list_hash = store.file_lists.store(READS)
    assert store.file_lists.store(READS) == list_hash
    assert len(list(store.file_lists.folder.iterdir())) == 1
    assert Store(store.folder).file_lists.load(list_hash) == READS
    assert store.file_lists.store({}) == ""
    assert store.file_lists.load("") == {}


def test_a_list_of_reads_that_is_lost_is_unknown(store: Store) -> None:
    """It is neither empty nor forgotten; stored again, it is there again."""
    list_hash = store.file_lists.store(READS)
    next(store.file_lists.folder.iterdir()).write_bytes(b"{")
    looked = Store(store.folder)
    assert looked.file_lists.load(list_hash) is None
    looked.file_lists.store(READS)
    assert Store(store.folder).file_lists.load(list_hash) == READS


def test_clean_keeps_what_is_named(store: Store) -> None:
    """Every other run goes, what was left unfinished too, and lists that nobody names."""
    wanted = store.find(key_of("wide", 1), 1)
    assert wanted is not None
    wanted = store.write(replace(wanted, file_list_hash=store.file_lists.store(READS)))
    store.file_lists.store({"b": "missing"})
    (store.folder / "small" / ".0-1234567812345678.json.new").write_bytes(b"1234")
    before = bytes_in(store)
    freed = store.clean({wanted.key})
    assert list(Store(store.folder).runs()) == [wanted]
    assert before - freed == bytes_in(store)
    assert sorted(path.name for path in store.folder.iterdir()) == ["reads", "wide"]
    assert len(list(store.file_lists.folder.iterdir())) == 1


@pytest.mark.parametrize("name", ["mine.txt", "2024-overview-final.csv"])
def test_clean_leaves_files_that_are_not_ours(store: Store, name: str) -> None:
    """A year and more are no run."""
    mine = store.folder / name
    mine.write_text("a")
    store.clean(set())
    assert list(store.folder.iterdir()) == [mine]


def test_a_state_goes_only_when_no_file_names_it(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run whose new file cannot be written still has its old state."""
    run, state_file = with_state(store, "small")
    later = store.save_state(run, 7, validated_arrays({"w": [2.0]}))
    with monkeypatch.context() as patched:
        patched.setattr("labreport.results.files.write_json", None)
        with pytest.raises(TypeError):
            store.write(later)
    assert reloaded(store, run).state == run.state
    assert state_file.is_file()
    store.write(later)
    assert not state_file.exists()


def test_of_the_runs_of_an_experiment_the_last_that_was_written_comes_first(store: Store) -> None:
    """Of one seed, whatever its key."""
    older = stored_run(store, "of keys", 0, "older")
    newest = stored_run(store, "of keys", 0, "newest")
    os.utime(store.path(older), (1, 1))
    assert store.of_experiment("of keys", 0) == [newest, older]
    assert store.of_experiment("of keys", 7) == []
    assert store.remove(newest) > 0
    assert store.of_experiment("of keys", 0) == [older]


RUN = """{
 "key": "K",
 "name": "small",
 "seed": 0,
 "inputs": {},
 "records": [],
 "checkpoints": [
  {
   "epoch": 5,
   "metrics": {
    "loss": "nan"
   },
   "file": "0-K.5.safetensors",
   "sha256": "S",
   "size": 7
  }
 ],
 "provenance": {},
 "state": null,
 "finished": false,
 "reads": "",
 "checksum": """


def test_the_file_of_a_run_is_written_as_ever(store: Store) -> None:
    """Results are not made again because the program is another."""
    checkpoint = Checkpoint(5, {"loss": math.nan}, store.folder / "small" / "0-K.5.safetensors", "S", 7)
    run = store.write(Run("K", "small", 0, {}, checkpoints={5: checkpoint}))
    assert store.path(run).read_text().startswith(RUN)


@pytest.mark.parametrize("arrays", [{"a": [object()]}, {1: [2]}, {"": [1]}, {"a|U3": [1]}, {"a": [1j]}, [1]])
def test_arrays_that_cannot_be_stored_are_refused(arrays: Any) -> None:
    """Numbers, booleans and texts are, under printable names."""
    with pytest.raises(UsageError):
        validated_arrays(arrays)

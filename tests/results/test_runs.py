"""What a reader sees of runs: what it declared, and nothing else; and the folder in which they are."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from labreport.errors import UsageError
from labreport.project import Experiment, at, question, study
from labreport.results import Results, Run, Store, results_for_reader
from labreport.results.files import Damaged, validated_arrays, write_json


@dataclass(frozen=True)
class Spec:
    """What is run."""

    rows: int = 3


SMALL = Experiment("small", Spec(), epochs=10, fit=None, start=print)
WIDE = Experiment("wide", Spec(4), epochs=10, start=print)
ROWS = study("rows", SMALL, rows=(10, 20))


def made(store: Store, name: str, seed: int, key: str = "", epochs: tuple[int, ...] = (5, 10)) -> Run:
    """A stored run whose accuracy is its seed and epoch."""
    records = tuple(
        {"loss": seed + epoch / 100, "more": {"deep": epoch}} for epoch in range(1, epochs[-1] + 1)
    )
    run = Run(key or f"{name}-{seed}-key".replace("/", "_"), name, seed, {"specification": name}, records)
    for epoch in epochs:
        arrays = validated_arrays(
            {"guess": np.arange(epoch), "state.w": np.ones(2), "words": ["a", "bcd"], "empty": []}
        )
        run = store.keep(run, epoch, {"test": {"accuracy": seed + epoch / 100}}, arrays)
    return store.write(run)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A store with two seeds of three experiments."""
    store = Store(tmp_path)
    for name in ("small", "wide", "rows/rows=10", "rows/rows=20"):
        for seed in (1, 0):
            made(store, name, seed)
    return store


def seen(store: Store, *reads: Any) -> Results:
    """What a question that declares these reads sees."""
    asked = question("?", reads=reads, name="best")(lambda results: None)
    return results_for_reader(asked, lambda one: [run for run in store.runs() if run.name == one.name])


def test_metrics_arrays_and_records_are_those_of_each_seed(store: Store) -> None:
    """In order of seed, at the last epoch that was declared, and cut to it."""
    runs = seen(store, *at(5, SMALL))[SMALL]
    assert (runs.seeds, runs.epoch, len(runs)) == ((0, 1), 5, 2)
    assert [0.05, 1.05] == runs.values("test accuracy")
    assert [[0, 1, 2, 3, 4]] * 2 == [list(array) for array in runs.arrays("guess")]
    assert [[1.01, 1.02]] == runs.curve("loss", 2)[1:]
    assert 5 == len(runs.curve("more deep")[0])
    assert ["a", "bcd"] == list(runs.arrays("words")[0])


@pytest.mark.parametrize(
    ("ask", "told"),
    [
        (
            lambda results: results["wide"],
            "'best' reads results['wide'] and declares small, rows; add it to its reads=",
        ),
        (lambda results: results["smal"], "did you mean 'small'?"),
        (
            lambda results: results["small"].at(10),
            "'small' is read at epoch 10, and declared are 5; add at(10, …)",
        ),
        (lambda results: results["small"].runs[0].at(10), "is read at epoch 10, and declared are 5"),
        (
            lambda results: results["small"].values("test acuracy"),
            "no metric 'test acuracy'; did you mean 'test accuracy'?",
        ),
        (
            lambda results: results["small"].arrays("gess"),
            "no array 'gess'; did you mean 'guess'? It has empty, guess, words",
        ),
        (lambda _: Run("", "bare", 0, {}).at(), "'bare' is read at epoch None, and declared are none"),
        (lambda results: results["small"].curve("los"), "no record 'los'; did you mean 'loss'?"),
        (lambda results: results.study("cols"), "reads study 'cols' and declares small, rows"),
    ],
)
def test_what_was_not_declared_is_an_error(ask: Any, told: str, store: Store) -> None:
    """It names what is declared, and what to write."""
    results = seen(store, *at(5, SMALL), ROWS)
    with pytest.raises(UsageError) as raised:
        ask(results)
    assert told in str(raised.value)
    assert "test_runs.py:" in str(raised.value)
    assert SMALL in results  # type: ignore[comparison-overlap]


def test_a_study_is_read_point_by_point(store: Store) -> None:
    """Its cells are in the results, but are no experiments of their own."""
    results = seen(store, SMALL, ROWS)
    assert [{"rows": 10}, {"rows": 20}] == [point for point, _ in results.study(ROWS)]
    assert (("small",), ("rows",)) == (results.experiments, results.studies)
    assert list(results) == ["small", "rows/rows=10", "rows/rows=20"]


def test_what_is_read_cannot_be_written(store: Store) -> None:
    """Arrays are read-only, runs are frozen."""
    run = seen(store, SMALL)["small"].runs[0]
    with pytest.raises(ValueError, match="read-only"):
        run.at().arrays["guess"][0] = 7
    with pytest.raises(AttributeError):
        run.seed = 3  # type: ignore[misc]


def test_a_run_is_found_by_key_whatever_it_is_called(store: Store) -> None:
    """Two experiments with one specification share it; another seed or another key do not."""
    run = made(store, "first", 3, key="abcdefgh" + "0" * 56)
    assert run == replace(Store(store.folder).find(run.key, 3) or run, kept=run.kept)
    assert store.find(run.key, 4) is None
    assert store.find("abcdefgh" + "1" * 56, 3) is None


def test_the_digest_is_of_what_a_reader_sees(store: Store) -> None:
    """More epochs change nothing for who reads the fifth; another record does."""
    run = made(store, "few", 0, epochs=(5,))
    more = made(store, "few", 0, epochs=(5, 10))
    assert run.digest((5,)) == more.digest((5,))
    assert more.digest((5,)) != more.digest((5, 10))
    assert run.digest((5,)) != replace(run, records=({"loss": 0.0}, *run.records[1:])).digest((5,))


def test_arrays_that_are_damaged_or_missing_are_told_when_read(store: Store) -> None:
    """The runs that are in memory meanwhile raise, and name the file."""
    run = made(store, "small", 0)
    run.kept[5].file.write_bytes(b"other")
    run.kept[10].file.unlink()
    for epoch in (5, 10):
        with pytest.raises(Damaged, match=run.kept[epoch].file.name):
            list(run.at(epoch).arrays)


def test_what_is_damaged_is_told_and_counts_as_missing(store: Store) -> None:
    """Arrays of one epoch and of a state, the file of a run, and one that another version has written."""
    run = store.write(store.keep_state(made(store, "small", 0), 6, {"w": np.ones(2)}))
    assert run.state is not None
    for kept in (run.kept[5], run.state):
        kept.file.write_bytes(b"other")
    (store.folder / "wide" / "0-wide-0-k.json").write_bytes(b"{")
    write_json(store.folder / "wide" / "1-wide-1-k.json", {"key": "wide-1-key", "kept": [{"epoch": 1}]})
    found = Store(store.folder)
    left = found.find(run.key, 0)
    assert left is not None
    assert ((10,), None) == (tuple(left.kept), left.state)
    assert [] == [one for one in found.runs() if one.name == "wide"]
    assert ["is missing or damaged", "is damaged", "is of another version"] == [
        re.sub(r"^\S+ (.*); it is made again$", r"\1", notice) for notice in found.notices
    ]


def test_clean_keeps_what_is_named(store: Store) -> None:
    """Every other run goes, what was left unfinished too; files that are not ours stay."""
    (store.folder / "small" / ".0-12345678.json.new").write_bytes(b"1234")
    (store.folder / "mine.txt").write_bytes(b"notes")
    before = sum(path.stat().st_size for path in store.folder.rglob("*") if path.is_file())
    freed = store.clean({"wide-1-key"})
    assert ["wide-1-key"] == [run.key for run in Store(store.folder).runs()]
    assert before - freed == sum(path.stat().st_size for path in store.folder.rglob("*") if path.is_file())
    assert ["mine.txt", "wide"] == sorted(path.name for path in store.folder.iterdir())


def test_clean_leaves_a_file_whose_name_only_begins_as_ours(store: Store) -> None:
    """A year, eight letters and more are no run."""
    mine = store.folder / "2024-overview-final.csv"
    mine.write_text("a")
    store.clean(set())
    assert list(store.folder.iterdir()) == [mine]


def test_a_state_goes_only_when_no_file_names_it(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run whose new file cannot be written still has its old state."""
    run = store.write(store.keep_state(made(store, "small", 0), 6, {"w": np.ones(2)}))
    later = store.keep_state(run, 7, {"w": np.ones(2)})

    def full(*_: Any) -> None:
        raise OSError("full")

    monkeypatch.setattr("labreport.results.files.write_json", full)
    with pytest.raises(OSError, match="full"):
        store.write(later)
    found = Store(store.folder).find(run.key, 0)
    assert found is not None
    assert found.state == run.state
    assert run.state is not None
    assert run.state.file.is_file()
    monkeypatch.undo()
    assert store.write(later).state is not None
    assert not run.state.file.exists()


def test_the_newest_run_is_the_one_written_last(store: Store) -> None:
    """Of an experiment and a seed, whatever its key."""
    made(store, "small", 0, key="older" + "0" * 59)
    newest = made(store, "small", 0, key="newer" + "0" * 59)
    assert newest.key == getattr(store.newest("small", 0), "key", "")
    assert store.newest("small", 7) is None
    assert store.remove(newest) > 0
    assert newest.key != getattr(store.newest("small", 0), "key", "")


@pytest.mark.parametrize("arrays", [{"a": [object()]}, {1: [2]}, {"": [1]}, {"a|U3": [1]}, {"a": [1j]}, [1]])
def test_arrays_that_cannot_be_kept_are_refused(arrays: Any) -> None:
    """Numbers, booleans and texts are, under printable names."""
    with pytest.raises(UsageError):
        validated_arrays(arrays)

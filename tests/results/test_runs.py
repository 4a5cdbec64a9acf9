"""What a reader sees of runs: what it declared, and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from results.stored import NAMES, ROWS, SMALL, stored_run

from labreport.errors import UsageError
from labreport.project import at, question
from labreport.results import Results, Store, results_for_reader


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A store with two seeds of four experiments."""
    store = Store(tmp_path)
    for name in NAMES:
        for seed in (1, 0):
            stored_run(store, name, seed)
    return store


def seen(store: Store, *reads: Any) -> Results:
    """What a question that declares these reads sees."""
    asked = question("?", reads=reads, name="best")(lambda results: None)
    return results_for_reader(
        asked, lambda experiment: [run for run in store.runs() if run.name == experiment.name]
    )


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
    ("ask", "message"),
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
        (lambda results: results["small"].curve("los"), "no record 'los'; did you mean 'loss'?"),
        (lambda results: results.study("cols"), "reads study 'cols' and declares small, rows"),
    ],
)
def test_what_was_not_declared_is_an_error(ask: Any, message: str, store: Store) -> None:
    """It names what is declared, and what to write."""
    results = seen(store, *at(5, SMALL), ROWS)
    with pytest.raises(UsageError) as raised:
        ask(results)
    assert message in str(raised.value)
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

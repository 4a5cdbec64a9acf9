"""What a reader sees of runs: what it declared, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from results.stored import ROWS, SMALL

from labreport.errors import UsageError
from labreport.project import Experiment, at, question
from labreport.results import Results, Run, Store, results_for_reader


def results_for_question(store: Store, *reads: Any) -> Results:
    """What a question that declares these reads sees."""

    def runs_of(experiment: Experiment) -> list[Run]:
        return [run for run in store.runs() if run.name == experiment.name]

    declared = question("?", reads=reads, name="best")(lambda results: None)
    return results_for_reader(declared, runs_of)


def test_metrics_arrays_and_records_are_those_of_each_seed(store: Store) -> None:
    """In order of seed, at the last epoch that was declared, and cut to it."""
    runs = results_for_question(store, *at(5, SMALL))[SMALL]
    assert (runs.seeds, runs.epoch, len(runs)) == ((0, 1), 5, 2)
    assert runs.values("test accuracy") == [0.05, 1.05]
    assert [list(array) for array in runs.arrays("guess")] == [[0, 1, 2, 3, 4]] * 2
    assert list(runs.arrays("words")[0]) == ["a", "bcd"]
    assert runs.curve("loss", 2)[1] == [1.01, 1.02]
    assert len(runs.curve("more deep")[0]) == 5


MISTAKES = """
results["wide"] | 'best' reads results['wide'] and declares small, rows; add it to its reads=
results["smal"] | did you mean 'small'?
results["small"].at(10) | 'small' is read at epoch 10, and declared are 5; add at(10, …)
results["small"].runs[0].at(10) | is read at epoch 10, and declared are 5
results["small"].values("test acuracy") | no metric 'test acuracy'; did you mean 'test accuracy'?
results["small"].arrays("gess") | no array 'gess'; did you mean 'guess'? It has empty, guess, words
results["small"].curve("los") | no record 'los'; did you mean 'loss'?
results.study("cols") | reads study 'cols' and declares small, rows
"""


@pytest.mark.parametrize("mistake", MISTAKES.strip().splitlines())
def test_what_was_not_declared_is_an_error(mistake: str, store: Store) -> None:
    """It names what is declared, and what to write."""
    call, message = mistake.split(" | ")
    results = results_for_question(store, *at(5, SMALL), ROWS)
    with pytest.raises(UsageError) as raised:
        eval(call, {"results": results})
    assert message in str(raised.value)


def test_the_error_names_the_line_of_the_author(store: Store) -> None:
    """By file and number."""
    with pytest.raises(UsageError, match=r"test_runs\.py:\d+: "):
        results_for_question(store, SMALL)["wide"]


def test_a_study_is_read_point_by_point(store: Store) -> None:
    """Its cells are in the results, but are no experiments of their own."""
    results = results_for_question(store, SMALL, ROWS)
    assert [point for point, _ in results.study(ROWS)] == [{"rows": 10}, {"rows": 20}]
    assert (results.experiments, results.studies) == (("small",), ("rows",))
    assert list(results) == ["small", "rows/rows=10", "rows/rows=20"]
    assert SMALL in results  # type: ignore[comparison-overlap]


def test_what_is_read_cannot_be_written(store: Store) -> None:
    """Arrays are read-only, runs are frozen."""
    run = results_for_question(store, SMALL)["small"].runs[0]
    with pytest.raises(ValueError, match="read-only"):
        run.at().arrays["guess"][0] = 7
    with pytest.raises(AttributeError):
        run.seed = 3  # type: ignore[misc]

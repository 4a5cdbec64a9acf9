"""What answers read of recorded runs that differ in length, lack a seed, or diverged."""

from __future__ import annotations

from pathlib import Path

import pytest
from recordings import declare, results

from labreport import Measure, ranking
from labreport.errors import UsageError
from labreport.experiment import Experiment
from labreport.recorded import curves, facts, final_values
from labreport.results import Results, Runs


def _runs(experiment: Experiment) -> Runs:
    """The runs as the engine gives them to an answer."""
    return Runs(experiment, results(experiment))


@pytest.fixture
def both(tmp_path: Path) -> dict[str, Runs]:
    """Three runs of `a`, the last of which diverged, and two of `b`, the first of which is short."""
    for name, values in {
        "a-0": (0.5, 0.75),
        "a-1": (0.5, 0.875),
        "a-2": (0.5, float("nan")),
        "b-0": (0.25,),
        "b-1": (0.25, 0.5),
    }.items():
        rows = "".join(f"{row},{value}\n" for row, value in enumerate(values, 1))
        (tmp_path / f"{name}.csv").write_text(f"epoch,test/accuracy\n{rows}")
    found = declare(tmp_path, 'recorded_groups("{name}-{seed}.csv")')
    return {name: _runs(experiment) for name, experiment in found.items()}


def test_final_values_leave_out_diverged_runs(both: dict[str, Runs]) -> None:
    """By seed, at the end of each run."""
    assert final_values(both["a"], "test/accuracy") == {0: 0.75, 1: 0.875}
    assert final_values(both["b"], "test/accuracy") == {0: 0.25, 1: 0.5}


def test_curves_have_what_was_measured(both: dict[str, Runs]) -> None:
    """Pairs of row and value, as many as there are."""
    assert curves(both["a"], "test/accuracy") == {
        0: [(1, 0.5), (2, 0.75)],
        1: [(1, 0.5), (2, 0.875)],
        2: [(1, 0.5)],
    }


def test_facts_say_what_is_uneven(both: dict[str, Runs]) -> None:
    """Missing seeds are those that another experiment has."""
    assert facts(both["a"], both["b"]) == {
        "a": {
            "runs": 3,
            "missing_seeds": [],
            "epochs": {"0": 2, "1": 2, "2": 2},
            "diverged": {"2": 2},
        },
        "b": {"runs": 2, "missing_seeds": [2], "epochs": {"0": 1, "1": 2}, "diverged": {}},
    }


def test_an_unknown_metric_gets_a_suggestion(both: dict[str, Runs]) -> None:
    """By both functions, before a report is made of nothing."""
    for function in (final_values, curves):
        with pytest.raises(
            UsageError, match="'a' has no metric 'test/acuracy'; did you mean 'test/accuracy'"
        ):
            function(both["a"], "test/acuracy")


def test_ranking_reads_the_last_row_of_each_run(both: dict[str, Runs]) -> None:
    """Over the seeds that both have."""
    sound = Runs(both["a"].experiment, both["a"].runs[:2])
    answer = ranking(Results("question", {"a": sound, "b": both["b"]}), Measure("test accuracy", "%"))
    assert answer.quantities["a minus b"].value == pytest.approx(0.4375)


def test_each_row_has_a_snapshot_and_none_comes_after_the_end_of_a_run(both: dict[str, Runs]) -> None:
    """At an epoch that a run did not reach, it gave no number; without an epoch, its own last row counts."""
    assert both["a"].values("test accuracy", 1) == [0.5, 0.5, 0.5]
    assert str(both["b"].values("test accuracy", 2)) == "[nan, 0.5]"
    assert both["b"].values("test accuracy") == [0.25, 0.5]
    with pytest.raises(UsageError, match="no snapshot at epoch 3"):
        both["b"].values("test accuracy", 3)

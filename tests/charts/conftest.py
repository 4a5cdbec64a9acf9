"""Results of two made experiments and of a study, without any run on disk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from labreport import charts
from labreport.project import Experiment, study
from labreport.results import Checkpoint, Results, Run, Runs


@dataclass(frozen=True)
class Network:
    """A specification."""

    nodes: int = 10
    layers: int = 1


def runs_of(
    experiment: Experiment, accuracies: Sequence[float], losses: Sequence[Sequence[float]] = ()
) -> Runs:
    """One run for each accuracy at the last epoch, with losses by epoch."""
    runs = []
    for seed, accuracy in enumerate(accuracies):
        metrics = {"test accuracy": accuracy}
        last = Checkpoint(experiment.epochs, metrics, Path(), "", 0)
        records = [{"loss": loss} for loss in losses[seed]] if losses else []
        runs.append(Run(f"{seed}", experiment.name, seed, {}, tuple(records), {experiment.epochs: last}))
    return Runs(experiment, tuple(runs), experiment.epochs)


@pytest.fixture
def house() -> Iterator[None]:
    """The style of the house."""
    with charts.style():
        yield


@pytest.fixture
def results() -> Results:
    """`wide` and `small`, five seeds, three epochs: accuracies that lie close together, and a loss."""
    wide = Experiment("wide", Network(400), epochs=3, start=object, title="one wide layer")
    small = Experiment("small", Network(62), epochs=3, start=object)
    losses = []
    for seed in range(5):
        first = 1 + seed / 10
        losses.append([first, first / 2, first / 3])
    runs = {
        "wide": runs_of(wide, [0.981, 0.981, 0.9811, 0.982, 0.983], losses),
        "small": runs_of(small, [0.975, 0.975, 0.9751, 0.976, 0.977], losses),
    }
    return Results("test", runs)


@pytest.fixture
def cells() -> Results:
    """A study of six cells, two seeds each; each cell is a per cent better than the one before."""
    sizes = study("sizes", Experiment("base", Network(), fit=object), nodes=(10, 20, 40), layers=(1, 2))
    runs = {}
    for place, experiment in enumerate(sizes.experiments()):
        worse = 0.5 + 0.01 * place
        runs[experiment.name] = runs_of(experiment, [worse, worse + 0.001])
    return Results("test", runs, {"sizes": sizes})


@pytest.fixture
def guesses() -> Results:
    """Two runs of `tree`, whose arrays say what is taken for what."""
    runs = runs_of(Experiment("tree", Network(), fit=object), [1.0, 1.0])
    first, second = (run.at() for run in runs)
    vars(first)["arrays"] = {"truth": list("aabb"), "predicted": list("abbb")}
    vars(second)["arrays"] = {"truth": list("aabc"), "predicted": list("aaac")}
    return Results("test", {"tree": runs})

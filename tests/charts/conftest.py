"""Results of two made experiments and of a study, without any run on disk."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from labreport.project import Experiment, Study, study
from labreport.results import Results, Run, Runs


@dataclass(frozen=True)
class Network:
    """A specification with one number."""

    nodes: int = 10
    layers: int = 1


def runs_of(
    experiment: Experiment,
    metrics: Sequence[Mapping[str, float]],
    records: Sequence[Sequence[Mapping[str, float]]] = (),
    arrays: Sequence[Mapping[str, Any]] = (),
) -> Runs:
    """One run for each of `metrics`, which are those of the last epoch."""
    made = []
    for seed, values in enumerate(metrics):
        kept: Any = SimpleNamespace(
            epoch=experiment.epochs, metrics=values, arrays=arrays[seed] if arrays else {}, file=Path()
        )
        records_of_seed = tuple(records[seed]) if records else ()
        made.append(Run(f"{seed}", experiment.name, seed, {}, records_of_seed, {experiment.epochs: kept}))
    return Runs(experiment, tuple(made), experiment.epochs)


@pytest.fixture
def results() -> Results:
    """`wide` and `small`, five seeds, three epochs: accuracies that lie close together, and a loss."""
    by_name = {}
    for name, title, best in (("wide", "one wide layer", 0.981), ("small", "", 0.975)):
        experiment = Experiment(
            name, Network(400 if name == "wide" else 62), epochs=3, start=object, title=title
        )
        losses = [[{"loss": (1 + seed / 10) / epoch} for epoch in (1, 2, 3)] for seed in range(5)]
        accuracies = [{"test accuracy": best + shift / 1000} for shift in (0, 0, 0.1, 1, 2)]
        by_name[name] = runs_of(experiment, accuracies, losses)
    return Results("test", by_name)


@pytest.fixture
def study_results() -> Callable[..., tuple[Results, Study]]:
    """A study of the given axes, two seeds a cell; its metric is 0.5 + 0.01 × place + 0.001 × seed."""

    def make(**axes: Any) -> tuple[Results, Study]:
        sizes = study("sizes", Experiment("base", Network(), fit=object), **axes)
        runs = {
            experiment.name: runs_of(
                experiment, [{"test accuracy": 0.5 + 0.01 * place + 0.001 * seed} for seed in (0, 1)]
            )
            for place, experiment in enumerate(sizes.experiments())
        }
        return Results("test", runs, {"sizes": sizes}), sizes

    return make


@pytest.fixture
def of_arrays() -> Callable[[Sequence[Mapping[str, Any]]], Results]:
    """The results of an experiment `tree` that kept these arrays, one mapping a seed."""
    experiment = Experiment("tree", Network(), fit=object)
    return lambda arrays: Results("test", {"tree": runs_of(experiment, [{} for _ in arrays], arrays=arrays)})

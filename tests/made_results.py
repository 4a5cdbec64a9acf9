"""Results as answers see them, made of lists of numbers: nothing is run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from labreport.experiment import Experiment, Study
from labreport.results import Result, Results, Runs, Snapshot
from labreport.stats import Answer


@dataclass(frozen=True)
class Made:
    """A specification with one field."""

    size: int = 1


def runs(experiment: Experiment, metrics: Sequence[Mapping[str, Any]], arrays: Any = ()) -> Runs:
    """One run a seed, with these metrics and arrays in its only snapshot."""
    made = []
    for seed, found in enumerate(metrics):
        kept = arrays[seed] if arrays else {}
        snapshot = Snapshot(1, found, lambda kept=kept: kept)  # type: ignore[misc]
        provenance = {"processor": "made", "python": "3.11.7", "system": "Linux", "libraries": {"numpy": "2"}}
        made.append(Result(experiment.name, seed, {"size": 1}, ({},), {1: snapshot}, provenance))
    return Runs(experiment, tuple(made))


def named(samples: Mapping[str, Sequence[float]], metric: str = "accuracy") -> Results:
    """An experiment for each sample, `metric` on the split `test`."""
    found = {}
    for name, values in samples.items():
        experiment = Experiment(name, Made())
        found[name] = runs(experiment, [{"test": {metric: value}} for value in values])
    return Results("test", found)


def along(values: Mapping[int, Sequence[float]]) -> tuple[Study, Results]:
    """A study `sizes` of the field `size`, with accuracies by its value."""
    grid = Study("sizes", Experiment("base", Made()), (("size", tuple(values)),))
    cells = {
        cell.name: runs(cell, [{"test": {"accuracy": value}} for value in sample])
        for cell, sample in zip(grid.experiments(), values.values(), strict=True)
    }
    return grid, Results("test", cells, {"sizes": grid})


def says(answer: Answer) -> str:
    """The standard sentence of the only finding, with plain spaces."""
    (found,) = answer.to_plain()["findings"].values()
    return str(found["says"]).replace("\u00a0", " ").replace("\u202f", " ")

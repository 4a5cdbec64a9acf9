"""Samples made of random numbers, always the same ones."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labreport.project import Design, Experiment, Measure, Study
from labreport.results import Results, Runs
from labreport.stats import Sample

ACCURACY = Measure("test accuracy", "%", margin=0.5)
SECONDS = Measure("seconds", "s", better="lower", scale="ratio", margin=1.3)
LOSS = Measure("loss", "nat", better="lower")
UNPAIRED = Design("run", paired=False)
Of = dict[str, Sample]


def rights(
    g: np.random.Generator, units: int, items: int, middle: float = 0.0, spread: float = 1.0, easy: Any = None
) -> NDArray[np.bool_]:
    """Right or wrong, by items that are more or less easy to all, to one model, and to one unit of it."""
    easy = g.normal(middle, 2, items) if easy is None else easy
    logit = easy + spread * g.normal(size=items) + 0.3 * g.normal(size=(units, 1))
    return np.asarray(g.random((units, items)) < 1 / (1 + np.exp(-logit)))


def known(name: str, right: Any, seeds: Iterable[Any] | None = None, **more: Any) -> Sample:
    """A sample of accuracies that is known item by item."""
    units = list(seeds or range(len(right)))
    values = {unit: float(np.mean(row)) for unit, row in zip(units, right, strict=True)}
    return Sample(name, values, dict(zip(units, right, strict=True)), **more)


def plain(name: str, values: Iterable[Any], **more: Any) -> Sample:
    """A sample of numbers, or of the means of tuples of repetitions."""
    numbers = [float(np.mean(value)) for value in values]
    return Sample(name, dict(enumerate(numbers)), **more)


def every() -> dict[str, tuple[Of, Measure]]:
    """Each kind of data by its name, drawn in one order from one generator."""
    g = np.random.default_rng(11)
    easy = g.normal(3, 2, 400)

    def named(make: Callable[..., Sample], *rows: tuple[Any, ...]) -> Of:
        return {name: make(name, *more) for name, *more in rows}

    def items(units: int, shift: float, spread: float = 1.0) -> Any:
        return rights(g, units, 400, 0, spread, easy + shift)

    def exponentials(middle: float) -> list[tuple[float, ...]]:
        return [tuple(map(float, np.exp(g.normal(middle, 0.1, 3)))) for _ in range(6)]

    def normals(middle: float, spread: float, units: int) -> Any:
        return g.normal(middle, spread, units)

    data: dict[str, tuple[Of, Measure]] = {}
    rows = ("a", 1.0, 0), ("b", 1.0, 0.6), ("c", 0.2, 0)
    samples = {name: known(name, items(5, shift, spread)) for name, spread, shift in rows}
    data["crossed"] = (samples, ACCURACY)
    samples = {name: known(name, items(1, shift, spread)) for name, spread, shift in rows[:2]}
    data["one seed"] = (samples, ACCURACY)
    samples = {
        name: known(name, items(seeds, shift), design=UNPAIRED)
        for name, seeds, shift in (("a", 3, 0), ("b", 4, 0.6))
    }
    data["unpaired"] = (samples, ACCURACY)
    samples = {
        name: known(name, rights(g, 4, count, 3.0), items=name) for name, count in (("a", 100), ("b", 150))
    }
    data["other items"] = (samples, ACCURACY)
    samples = {
        name: known(name, rights(g, len(seeds), 200, 3.0), seeds)
        for name, seeds in (("a", range(4)), ("b", range(2, 5)))
    }
    data["few common"] = (samples, ACCURACY)
    splits = Design(test_fraction=50 / 178)
    samples = {
        name: plain(name, normals(middle, 0.01, 10), design=splits)
        for name, middle in (("a", 0.93), ("b", 0.95), ("c", 0.97))
    }
    data["splits"] = (samples, ACCURACY)
    samples = {
        name: plain(name, exponentials(middle)) for name, middle in (("a", 0.0), ("b", 0.05), ("c", 1.0))
    }
    data["ratio"] = (samples, SECONDS)
    samples = {
        name: plain(name, normals(middle, spread, units), design=UNPAIRED)
        for name, middle, spread, units in (("a", 0, 1, 4), ("b", 1, 3, 7))
    }
    data["welch"] = (samples, LOSS)
    samples = {
        name: plain(name, normals(middle, 0.2, 5)) for name, middle in (("a", 1.0), ("b", 1.3), ("c", 1.31))
    }
    data["paired"] = (samples, LOSS)
    data["equal"] = ({name: plain(name, [0.9 + seed / 100 for seed in range(3)]) for name in "ab"}, ACCURACY)
    data["flat"] = ({name: plain(name, [value] * 3) for name, value in (("a", 0.9), ("b", 0.8))}, ACCURACY)
    data["diverged"] = (named(plain, ("a", [1.0, math.nan]), ("b", [1.0, 2.0])), LOSS)
    steps = ("10", 0.8), ("20", 0.85), ("40", 0.852)
    samples = {name: plain(name, normals(middle, 0.01, 5)) for name, middle in steps}
    data["trend"] = (samples, ACCURACY)
    return data


@dataclass(frozen=True)
class Size:
    """A specification with one field and a property."""

    size: int = 1
    rates: tuple[float, ...] = ()

    @property
    def parameters(self) -> int:
        """Ten times the size."""
        return 10 * self.size


@dataclass(frozen=True)
class Kept:
    """What a run kept at an epoch."""

    metrics: dict[str, Any]
    arrays: dict[str, Any]


@dataclass(frozen=True)
class Run:
    """A run as a measure reads it."""

    name: str
    seed: int
    checkpoints: dict[int, Kept]
    key: str = ""
    provenance: dict[str, Any] = field(default_factory=dict)
    inputs: dict[str, str] = field(default_factory=dict)
    records: tuple[dict[str, Any], ...] = ()

    def at(self, epoch: int | None = None) -> Kept:
        """What was kept at an epoch."""
        return self.checkpoints[epoch or max(self.checkpoints)]


def results(
    values: Mapping[str, Mapping[int, Iterable[float]]],
    *studies: Study,
    metric: str = "accuracy",
    **more: Any,
) -> Results:
    """Results of experiments by name, from a value of `metric` on `test` for each epoch and seed."""
    cells = {cell.name: cell for study in studies for cell in study.experiments()}
    runs_by_name = {}
    for name, by_epoch in values.items():
        experiment = cells.get(name) or Experiment(name, Size(), epochs=max(by_epoch), start=str, **more)
        seeds = zip(*(list(values_of_seeds) for values_of_seeds in by_epoch.values()), strict=True)
        runs = []
        for seed, row in enumerate(seeds):
            epochs = zip(by_epoch, row, strict=True)
            checkpoints = {epoch: Kept({"test": {metric: value}}, {}) for epoch, value in epochs}
            runs.append(Run(name, seed, checkpoints))
        runs_by_name[name] = Runs(experiment, tuple(runs), max(by_epoch))  # type: ignore[arg-type]
    return Results("test", runs_by_name, {study.name: study for study in studies})

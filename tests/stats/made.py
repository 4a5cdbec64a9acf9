"""Samples made of random numbers, always the same ones."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labreport.project import Design, Experiment, Measure, Study
from labreport.results import Results, Runs
from labreport.stats import Sample, as_condition

ACCURACY = Measure("test accuracy", "%", margin=0.5)
SECONDS = Measure("seconds", "s", better="lower", scale="ratio", margin=1.3)
LOSS = Measure("loss", "nat", better="lower")
UNPAIRED = Design("run", paired=False)
Samples = dict[str, Sample]


def check_claims(claims: str, **names: Any) -> None:
    """Ask what an author writes, a claim a line, with what is expected behind it: holds, fails or unknown."""
    for line in claims.strip().splitlines():
        claim, expected = line.rsplit(maxsplit=1)
        holds = as_condition(eval(claim.strip(), names)).holds
        assert holds is {"holds": True, "fails": False, "unknown": None}[expected], line


def right_or_wrong(
    g: np.random.Generator, units: int, items: int, middle: float = 0.0, spread: float = 1.0, easy: Any = None
) -> NDArray[np.bool_]:
    """Right or wrong, by items that are more or less easy to all, to one model, and to one unit of it."""
    easy = g.normal(middle, 2, items) if easy is None else easy
    logit = easy + spread * g.normal(size=items) + 0.3 * g.normal(size=(units, 1))
    return np.asarray(g.random((units, items)) < 1 / (1 + np.exp(-logit)))


def sample_of_items(name: str, right: Any, seeds: Iterable[Any] | None = None, **more: Any) -> Sample:
    """A sample of accuracies that is known item by item."""
    units = list(seeds or range(len(right)))
    values = {unit: float(np.mean(row)) for unit, row in zip(units, right, strict=True)}
    return Sample(name, values, dict(zip(units, right, strict=True)), **more)


def sample_of_numbers(name: str, values: Iterable[Any], **more: Any) -> Sample:
    """A sample of numbers, or of the means of tuples of repetitions."""
    return Sample(name, {unit: float(np.mean(value)) for unit, value in enumerate(values)}, **more)


def samples(**values: Iterable[Any]) -> Samples:
    """Samples of numbers, by their names."""
    return {name: sample_of_numbers(name, numbers) for name, numbers in values.items()}


NEARLY_CLEAR = samples(a=[0.90, 0.91, 0.92, 0.93], b=[0.895, 0.894, 0.91, 0.909])
"""Two that differ clearly by themselves, and not as one of six comparisons."""


def samples_by_kind() -> dict[str, tuple[Samples, Measure]]:
    """Each kind of data by its name, drawn in one order from one generator."""
    g = np.random.default_rng(11)
    easy = g.normal(3, 2, 400)
    splits = Design(test_fraction=50 / 178)
    kinds: dict[str, tuple[Samples, Measure]] = {}

    def add(kind: str, *samples: Sample, measure: Measure = ACCURACY) -> None:
        kinds[kind] = {sample.name: sample for sample in samples}, measure

    def same_items(name: str, units: int, shift: float = 0.0, spread: float = 1.0, **more: Any) -> Sample:
        return sample_of_items(name, right_or_wrong(g, units, 400, 0, spread, easy + shift), **more)

    def own_items(name: str, seeds: range, number: int, **more: Any) -> Sample:
        return sample_of_items(name, right_or_wrong(g, len(seeds), number, 3.0), seeds, **more)

    def normal(name: str, middle: float, spread: float, units: int, **more: Any) -> Sample:
        return sample_of_numbers(name, g.normal(middle, spread, units), **more)

    def times(name: str, middle: float) -> Sample:
        return sample_of_numbers(name, [tuple(np.exp(g.normal(middle, 0.1, 3))) for _ in range(6)])

    add("crossed", same_items("a", 5), same_items("b", 5, 0.6), same_items("c", 5, spread=0.2))
    add("one seed", same_items("a", 1), same_items("b", 1, 0.6))
    add("unpaired", same_items("a", 3, design=UNPAIRED), same_items("b", 4, 0.6, design=UNPAIRED))
    add("other items", own_items("a", range(4), 100, items="a"), own_items("b", range(4), 150, items="b"))
    add("few common", own_items("a", range(4), 200), own_items("b", range(2, 5), 200))
    first = normal("a", 0.93, 0.01, 10, design=splits)
    second = normal("b", 0.95, 0.01, 10, design=splits)
    add("splits", first, second, normal("c", 0.97, 0.01, 10, design=splits))
    add("ratio", times("a", 0.0), times("b", 0.05), times("c", 1.0), measure=SECONDS)
    unpaired = normal("a", 0, 1, 4, design=UNPAIRED), normal("b", 1, 3, 7, design=UNPAIRED)
    add("welch", *unpaired, measure=LOSS)
    add("paired", normal("a", 1.0, 0.2, 5), normal("b", 1.3, 0.2, 5), normal("c", 1.31, 0.2, 5), measure=LOSS)
    add("diverged", sample_of_numbers("a", [1.0, math.nan]), sample_of_numbers("b", [1.0, 2.0]), measure=LOSS)
    add("equal", sample_of_numbers("a", [0.9, 0.91, 0.92]), sample_of_numbers("b", [0.9, 0.91, 0.92]))
    add("flat", sample_of_numbers("a", [0.9] * 3), sample_of_numbers("b", [0.8] * 3))
    add("trend", normal("10", 0.8, 0.01, 5), normal("20", 0.85, 0.01, 5), normal("40", 0.852, 0.01, 5))
    return kinds


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
class Checkpoint:
    """What a run kept at an epoch."""

    metrics: dict[str, Any]
    arrays: dict[str, Any]


@dataclass(frozen=True)
class Run:
    """A run as a measure reads it."""

    name: str
    seed: int
    checkpoints: dict[int, Checkpoint]
    key: str = ""
    provenance: dict[str, Any] = field(default_factory=dict)
    inputs: dict[str, str] = field(default_factory=dict)
    records: tuple[dict[str, Any], ...] = ()

    def at(self, epoch: int | None = None) -> Checkpoint:
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
            checkpoints = {epoch: Checkpoint({"test": {metric: value}}, {}) for epoch, value in epochs}
            runs.append(Run(name, seed, checkpoints))
        runs_by_name[name] = Runs(experiment, tuple(runs), max(by_epoch))  # type: ignore[arg-type]
    return Results("test", runs_by_name, {study.name: study for study in studies})

"""Made results of a world: as it says, without training."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import made
import numpy as np
from worlds.world import CELLS, World

from exercise import mnist
from exercise.catalogue import EXPERIMENTS, TIMES
from labreport.experiment import Experiment, Study
from labreport.results import Result, Runs, Snapshot


@functools.cache
def dataset(images: int) -> mnist.Dataset:
    """The first images of MNIST's splits."""
    whole = mnist.read(mnist.PACKAGED)
    return mnist.Dataset(
        *(
            mnist.Split(split.images[:images], split.labels[:images])
            for split in (whole.training, whole.validation, whole.test)
        )
    )


class WorldRuns(dict[str, Runs]):
    """Made results of every experiment and cell, made when first asked for.

    `mnist.load` must already give the world's images.
    """

    def __init__(self, world: World) -> None:
        super().__init__()
        self._world = world

    @property
    def studies(self) -> Mapping[str, Study]:
        """Studies in the place of the catalogue's."""
        return self._world.studies

    def __missing__(self, name: str) -> Runs:
        for timing in TIMES.values():
            if timing.name == name:
                return made.made_times(timing, self._world.overrides)
        cells = [cell for grid in self._world.studies.values() for cell in grid.experiments()]
        experiment = next(each for each in (*EXPERIMENTS, *cells, *CELLS) if each.name == name)
        self[name] = _runs(self._world, experiment)
        return self[name]


def _runs(world: World, experiment: Experiment) -> Runs:
    make = replace(made._default(experiment), **world.overrides.get(experiment.name, {}))
    if make.network is not None:
        experiment = replace(experiment, specification=make.network)
    count = max(world.seeds.values())
    results = [made._result(experiment, make, seed, count) for seed in range(count)]
    first = world.diverged.get(experiment.name)
    finite = experiment.name in world.saturated
    return Runs(experiment, tuple(_remembered(_broken(result, first, finite)) for result in results))


def _broken(result: Result, first: int | None, finite: bool) -> Result:
    """The result as a training leaves it that diverges in epoch `first`.

    Its loss is not a number any more; or `finite`, but far above that of guessing, and nothing flows back.
    """
    if first is None:
        return result
    nothing, still = (120.0, 0.0) if finite else (math.nan, math.nan)
    records = tuple(
        record
        if record["epoch"] < first
        else {
            **record,
            "loss": nothing,
            "validation_loss": nothing,
            "accuracy": 0.0987,
            "validation_accuracy": 0.0991,
            "gradient_norms": [still for _ in record["gradient_norms"]],
        }
        for record in result.records
    )
    snapshots = {
        epoch: snapshot if epoch < first else _broken_snapshot(snapshot, nothing)
        for epoch, snapshot in result.snapshots.items()
    }
    return replace(result, records=records, snapshots=snapshots)


def _broken_snapshot(snapshot: Snapshot, loss: float) -> Snapshot:
    zeros = {split: np.mean(labels == 0) for split, labels in _labels().items()}
    metrics = {split: {"loss": loss, "accuracy": float(share)} for split, share in zeros.items()}

    def load() -> Mapping[str, Any]:
        arrays = dict(snapshot.arrays)
        for name in ("predictions", "validation_predictions"):
            arrays[name] = np.zeros_like(arrays[name])
        arrays["confidence"] = np.full_like(arrays["confidence"], np.nan if math.isnan(loss) else 1.0)
        return arrays

    return Snapshot(snapshot.epoch, metrics, load)


def _labels() -> dict[str, Any]:
    data = mnist.load()
    return {
        "training": data.training.labels,
        "validation": data.validation.labels,
        "test": data.test.labels,
    }


def _remembered(result: Result) -> Result:
    """Arrays are made once, whoever asks for them."""
    return replace(
        result,
        snapshots={
            epoch: replace(snapshot, load=functools.cache(snapshot.load))
            for epoch, snapshot in result.snapshots.items()
        },
    )

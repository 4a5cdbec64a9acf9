"""A training of integers: quick, exact, and able to say which epochs it was asked to train."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy

from labreport.execute.worker import Task
from labreport.fingerprint.canonical import digest
from labreport.trajectory import STATE, Snapshot, Trajectory

TRAINED: list[int] = []
"""Every epoch that any run of this process trained."""


@dataclass
class Integers:
    """A run whose state after an epoch is a number that depends on all before."""

    seed: int
    epoch: int = 0
    number: int = field(default=1)
    kept: Any = field(default_factory=lambda: numpy.array(1))
    """The number, in an array that is changed in place, as those of a model are."""

    def advance(self) -> dict[str, Any]:
        """One step of a linear congruence."""
        self.epoch += 1
        self.number = (self.number * 1_103_515_245 + 12_345 + self.seed) % 2**31
        self.kept[...] = self.number
        TRAINED.append(self.epoch)
        return {"epoch": self.epoch, "number": self.number, "seconds": 0.125}

    def snapshot(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """The number, twice."""
        return {"number": self.number}, {"shown": numpy.array([self.number])}

    def state(self) -> dict[str, Any]:
        """The number."""
        return {"number": self.kept}


def start(specification: Any, seed: int, epoch: int = 0, state: Mapping[str, Any] | None = None) -> Integers:
    """A run that is at `epoch`."""
    number = int(state["number"]) if state is not None else 1
    return Integers(seed, epoch, number, numpy.array(number))


def empty(seed: int = 0, name: str = "alpha") -> Trajectory:
    """Nothing trained yet."""
    ingredients = {"specification": {"rate": 0.5}, "seed": seed, "threads": 1}
    return Trajectory(digest(ingredients), ingredients, name)


def trained(
    epochs: int, snapshots: Iterable[int] = (), checkpoints: Iterable[int] = (), seed: int = 0
) -> Trajectory:
    """What an undisturbed training keeps, and states at other epochs."""
    run, found = Integers(seed), empty(seed)
    snapshots, checkpoints = set(snapshots), set(checkpoints)
    states = {}
    for epoch in range(1, epochs + 1):
        found = found.extended(run.advance(), {"processor": "sand", "started": "today"})
        state = {f"{STATE}{name}": array.copy() for name, array in run.state().items()}
        if epoch in snapshots:
            metrics, arrays = run.snapshot()
            found = found.with_snapshot(epoch, Snapshot(metrics, {**arrays, **state}))
        elif epoch in checkpoints:
            states[epoch] = state
    return Trajectory(
        found.key, found.ingredients, found.name, found.records, found.snapshots, states, found.segments
    )


def task(trajectory: Trajectory, epochs: int, snapshots: Iterable[int] = ()) -> Task:
    """A wish about it."""
    return Task(trajectory, None, f"{__name__}:start", epochs, tuple(snapshots), "")


def plain(trajectory: Trajectory) -> tuple[Any, ...]:
    """Records and snapshots as values that can be compared."""
    return (
        trajectory.records,
        {
            epoch: (
                kept.metrics,
                {name: numpy.asarray(array).tolist() for name, array in kept.arrays.items()},
            )
            for epoch, kept in trajectory.snapshots.items()
        },
    )

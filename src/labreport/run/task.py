"""Tasks, and the events and failures that come of them, as frozen values."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from labreport.errors import with_location


@dataclass(frozen=True)
class Task:
    """One seed of an experiment, to be trained until it has checkpoints at `epochs`.

    It is sent to a worker, which finds the experiment by its `name` in the project that it loads, and checks
    that it has the same `inputs`; `key` is their SHA-256. `cost` is the estimated seconds of an epoch. With
    `proves`, one epoch is trained twice to prove that `state` is complete. `call_hashes` are short hashes of
    the calls that declare the experiment.
    """

    name: str
    seed: int
    key: str
    inputs: Mapping[str, str] = field(hash=False, repr=False)
    epochs: tuple[int, ...]
    cost: float = 1.0
    exclusive: bool = False
    proves: bool = field(default=False, compare=False)
    call_hashes: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True)
class EpochReached:
    """A task has completed this epoch, counted from 1; 0 means that a worker has taken the task."""

    task: Task
    epoch: int


@dataclass(frozen=True)
class Finished:
    """All checkpoints of a task are stored."""

    task: Task


@dataclass(frozen=True)
class Failure:
    """Why a task failed, and the author's line where it did, or `""`.

    `is_disk_error` means that nothing can be written, so the whole build ends. `missing` are paths that the
    task tried to open and that do not exist on the machine of its worker.
    """

    cause: str
    location: str = ""
    is_disk_error: bool = False
    missing: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True)
class Failed:
    """Tasks that failed in the same way: a single one as an event, all of them as a result of `run_tasks`."""

    tasks: tuple[Task, ...]
    failure: Failure

    @property
    def text(self) -> str:
        """The message: location, experiments (three at most by name), cause."""
        names = list(dict.fromkeys(repr(task.name) for task in self.tasks))
        listed = ", ".join(names[:3])
        if len(names) > 3:
            listed = f"{listed} and {len(names) - 3} more"
        noun = "experiment" if len(names) == 1 else "experiments"
        return with_location(self.failure.location, f"{noun} {listed}: {self.failure.cause}")


Event: TypeAlias = EpochReached | Finished | Failed
OnEpoch: TypeAlias = Callable[[int], None]
"""Called after each epoch with its number, from 1."""


class WorkerDied(Exception):
    """The process of a worker ended before its task did."""


def available_cores() -> int:
    """The number of processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1

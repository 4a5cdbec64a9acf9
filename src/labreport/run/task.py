"""What is to be run, and what comes of it: tasks, events and failures, as frozen values."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from labreport.errors import with_location


@dataclass(frozen=True)
class Task:
    """One seed of an experiment, to be trained until it has checkpoints at these epochs.

    It is sent to a worker, which finds the experiment by its `name` in the project that it loads, and
    compares what it has with the `inputs`, of which `key` is the digest. `cost` is about how many seconds an
    epoch takes. With `proves`, an epoch is trained once more, from the state before it. `call_hashes` are
    digests of the calls that declare its experiment.
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
    """A task has trained this epoch, counted from 1; 0 is where it begins, when a worker has taken it up."""

    task: Task
    epoch: int


@dataclass(frozen=True)
class Finished:
    """All checkpoints of a task are stored."""

    task: Task


@dataclass(frozen=True)
class Failure:
    """Why a task has not reached its end, and the author's line where that is.

    Where `is_disk_error`, nothing can be written, and the whole build ends. `missing` are the files that the
    task looked for and that are not on the machine of its worker.
    """

    cause: str
    location: str = ""
    is_disk_error: bool = False
    missing: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True)
class Failed:
    """The tasks that have failed of one cause: one task as an event, all of them when the build ends."""

    tasks: tuple[Task, ...]
    failure: Failure

    @property
    def text(self) -> str:
        """The one line that a person sees: where, which experiments, why."""
        names = list(dict.fromkeys(repr(task.name) for task in self.tasks))
        listed = ", ".join(names[:3])
        if len(names) > 3:
            listed = f"{listed} and {len(names) - 3} more"
        noun = "experiment" if len(names) == 1 else "experiments"
        return with_location(self.failure.location, f"{noun} {listed}: {self.failure.cause}")


Event: TypeAlias = EpochReached | Finished | Failed
OnEpoch: TypeAlias = Callable[[int], None]
"""What is called after each epoch, with its number."""


class WorkerDied(Exception):
    """The process that ran a task has ended before the task had."""


def available_cores() -> int:
    """The processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1

"""What is to be run, what is told meanwhile, and what came of it, as frozen values."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from labreport.errors import with_location
from labreport.project import Experiment


@dataclass(frozen=True)
class Task:
    """One seed of an experiment, until all of these epochs are kept under this key."""

    experiment: Experiment
    seed: int
    key: str
    made_of: Mapping[str, str] = field(hash=False)
    epochs: tuple[int, ...]


@dataclass(frozen=True)
class Job:
    """What is sent to a worker of a task: it finds the experiment in the project that it loads.

    With `proves`, its second epoch is trained once more, from the state after the first.
    """

    name: str
    seed: int
    key: str
    made_of: Mapping[str, str]
    epochs: tuple[int, ...]
    proves: bool = False


@dataclass(frozen=True)
class Epoch:
    """A task has trained this epoch, counted from 1; 0 when a lane has taken it up."""

    task: Task
    epoch: int
    record: Mapping[str, Any]


@dataclass(frozen=True)
class Finished:
    """All that a task was to make is kept."""

    task: Task


@dataclass(frozen=True)
class Failed:
    """One cause, and all tasks that failed of it; a worker returns it without tasks.

    About a `disk` that cannot be written to, it ends all.
    """

    cause: str
    location: str = ""
    disk: bool = False
    tasks: tuple[Task, ...] = ()

    @property
    def text(self) -> str:
        """The one line that a person sees: where, which experiments, why."""
        names = list(dict.fromkeys(repr(task.experiment.name) for task in self.tasks))
        listed = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
        return with_location(self.location, f"experiment{'s'[: len(names) - 1]} {listed}: {self.cause}")


Event: TypeAlias = Epoch | Finished | Failed


@dataclass(frozen=True)
class Outcome:
    """What came of all tasks; those in neither were not begun, or stopped on the way."""

    finished: tuple[Task, ...]
    failed: tuple[Failed, ...]


def thread_environment(threads: int) -> dict[str, str]:
    """The environment variables of a process whose runs take so many compute threads: bits depend on them."""
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    return dict.fromkeys((*names, "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"), str(threads))


def available_cores() -> int:
    """The processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

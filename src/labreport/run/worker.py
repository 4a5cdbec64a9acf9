"""What the scheduler asks of a worker, whether it is a process of this machine or a cluster."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeAlias

from labreport.run.task import Failure, Task

OnEpoch: TypeAlias = Callable[[int], None]
"""What is called after each epoch, with its number."""


class WorkerDied(Exception):
    """The process that ran a task has ended before the task had."""


class Worker(Protocol):
    """Runs tasks for one thread, one after another; `stop` and `kill` are called by another thread."""

    def run(self, task: Task, on_epoch: OnEpoch) -> Failure | None:
        """Run a task and store its run; None where nothing failed. Raises `WorkerDied`."""

    def stop(self) -> None:
        """Have the task that is running write its state and end after its epoch."""

    def kill(self) -> None:
        """End whatever is running, at once."""

    def close(self) -> None:
        """Free what the worker holds; it has no task."""

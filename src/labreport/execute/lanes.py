"""Lanes: places where one task runs at a time, each of which gives a `concurrent.futures.Future` for it.

A local lane is one process behind one pipe, so a worker that dies breaks its own lane and no other, and
nothing is left behind that would have to be given back.
"""

from __future__ import annotations

import errno
from concurrent.futures import BrokenExecutor, Future
from pathlib import Path
from typing import Protocol

from labreport.execute.task import Task
from labreport.execute.worker import Message, Outcome
from labreport.processes import Child, how_ended, unpacked
from labreport.trajectory import Trajectory

SERVE = "labreport.execute.worker:serve"
"""What a worker process does."""


class WorkerLost(BrokenExecutor):
    """The machine of a worker, or the way to it, is gone: nothing that the task did."""


class CannotStart(BrokenExecutor):
    """No worker process can be started here; the text says why, and what to do."""

    def __init__(self, error: Exception) -> None:
        number = error.errno if isinstance(error, OSError) else None
        what = {
            errno.EMFILE: "allow more open files (ulimit -n), or fewer workers (--jobs)",
            errno.ENFILE: "close other programs, or allow fewer workers (--jobs)",
            errno.EAGAIN: "allow more processes (ulimit -u), or fewer workers (--jobs)",
            errno.ENOMEM: "free some memory, or allow fewer workers (--jobs)",
        }.get(number or 0, "try with fewer workers (--jobs)")
        super().__init__(
            f"no worker process can be started: {getattr(error, 'strerror', None) or error}; {what}"
        )


class WorkerDied(BrokenExecutor):
    """The process of a worker has ended; the text says how, as far as that is known: `with exit code 3`."""


class Lane(Protocol):
    """One place to run tasks."""

    ready: bool
    """Whether it can take tasks; once it cannot, it never can again."""

    watched: bool
    """Whether a worker that sends nothing for long is taken to hang."""

    def submit(self, task: Task) -> Future[Trajectory]:
        """Begin a task; the lane is busy until its future is done."""

    def messages(self) -> list[Message]:
        """What the worker has sent since the last call."""

    def renew(self) -> None:
        """Replace a worker that died or hangs."""

    def close(self) -> None:
        """End the worker at once."""


class ProcessLane:
    """A spawned process on this machine, started when its first task comes."""

    ready = True
    watched = True

    def __init__(self, threads: int, source: Path) -> None:
        self._threads = threads
        self._source = source
        self._child: Child | None = None
        self._future: Future[Trajectory] = Future()

    def submit(self, task: Task) -> Future[Trajectory]:
        """Begin a task; raises `CannotStart` if its process cannot be started."""
        self._future = Future()
        try:
            if self._child is None:
                self._child = Child(SERVE, self._threads, str(self._source))
            self._child.connection.send(task)
        except (OSError, NotImplementedError, RuntimeError) as error:
            self.close()
            raise CannotStart(error) from None
        return self._future

    def messages(self) -> list[Message]:
        """What came since the last call; the future is settled here, after all that came before its end."""
        received: list[Message] = []
        try:
            while self._child is not None and self._child.connection.poll():
                message = self._child.connection.recv()
                if not isinstance(message, Outcome):
                    received.append(message)
                elif message.error is not None:
                    self._future.set_exception(unpacked(message.error, message.trace))
                elif message.trajectory is not None:
                    self._future.set_result(message.trajectory)
        except Exception:  # the worker was killed while it sent: what is left of a message may raise anything
            self.close(0.5)  # so that it is known how it ended, where it ends by itself
        if self._child is not None and not self._child.alive and not self._future.done():
            self.close()
        return received

    def renew(self) -> None:
        """The next task starts a fresh process."""
        self.close()

    def close(self, patience: float = 0.0) -> None:
        """Kill the process; nothing is lost, since what is finished is stored."""
        child, self._child = self._child, None
        code = child.end(patience) if child is not None else None
        if not self._future.done():
            self._future.set_exception(WorkerDied(how_ended(code)))

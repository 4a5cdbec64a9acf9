"""Lanes: places where one task runs at a time, each of which gives a `concurrent.futures.Future` for it.

A local lane is one process behind one pipe, so a worker that dies breaks its own lane and no other, and
nothing is left behind that would have to be given back.
"""

from __future__ import annotations

import errno
from concurrent.futures import BrokenExecutor, Future
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Protocol

from labreport.execute.task import Task
from labreport.execute.worker import Message, Outcome
from labreport.processes import RemoteTraceback, how_ended, spawned
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
        self._process: BaseProcess | None = None
        self._connection: Connection | None = None
        self._future: Future[Trajectory] = Future()

    def submit(self, task: Task) -> Future[Trajectory]:
        """Begin a task; raises `CannotStart` if its process cannot be started."""
        self._future = Future()
        try:
            if self._connection is None:
                arguments = (self._threads, str(self._source))
                self._process, self._connection = spawned(SERVE, *arguments)
            self._connection.send(task)
        except (OSError, NotImplementedError, RuntimeError) as error:
            self.close()
            raise CannotStart(error) from None
        return self._future

    def messages(self) -> list[Message]:
        """What came since the last call; the future is settled here, after all that came before its end."""
        received: list[Message] = []
        try:
            while self._connection is not None and self._connection.poll():
                message = self._connection.recv()
                if not isinstance(message, Outcome):
                    received.append(message)
                elif message.error is not None:
                    message.error.__cause__ = RemoteTraceback(message.trace)
                    self._future.set_exception(message.error)
                elif message.trajectory is not None:
                    self._future.set_result(message.trajectory)
        except Exception:  # the worker was killed while it sent: what is left of a message may raise anything
            self._lost()
        if self._process is not None and not self._process.is_alive() and not self._future.done():
            self.close()
        return received

    def _lost(self) -> None:
        if self._process is not None:
            self._process.join(0.5)  # so that it is known how it ended, where it ends by itself
        self.close()

    def renew(self) -> None:
        """The next task starts a fresh process."""
        self.close()

    def close(self) -> None:
        """Kill the process; nothing is lost, since what is finished is stored."""
        process, connection, code = self._process, self._connection, None
        self._process = self._connection = None
        if connection is not None:
            connection.close()
        if process is not None:
            with suppress(OSError, ValueError, AssertionError):
                code = process.exitcode
                process.kill()
                process.join()
        if not self._future.done():
            self._future.set_exception(WorkerDied(how_ended(code)))

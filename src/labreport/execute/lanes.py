"""Lanes: places where one task runs at a time, each of which gives a `concurrent.futures.Future` for it.

A local lane is one process behind one pipe, so a worker that dies breaks its own lane and no other, and
nothing is left behind that would have to be given back.
"""

from __future__ import annotations

import multiprocessing
import signal
from concurrent.futures import BrokenExecutor, Future
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Protocol

from labreport.execute.task import Task
from labreport.execute.worker import Message, Outcome
from labreport.processes import RemoteTraceback, safe_spawn
from labreport.sources import begin
from labreport.trajectory import Trajectory

SERVE = "labreport.execute.worker:serve"
"""What a worker process does."""


class WorkerLost(BrokenExecutor):
    """The machine of a worker, or the way to it, is gone: nothing that the task did."""


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
        """Begin a task; raises `BrokenExecutor` if its process cannot be started."""
        self._future = Future()
        try:
            if self._connection is None:
                self._start()
            assert self._connection is not None
            self._connection.send(task)
        except (OSError, NotImplementedError, RuntimeError) as error:
            self.close()
            raise BrokenExecutor(f"no worker can be started: {error}") from None
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
            self.close()
        if self._process is not None and not self._process.is_alive() and not self._future.done():
            self.close()
        return received

    def renew(self) -> None:
        """The next task starts a fresh process."""
        self.close()

    def close(self) -> None:
        """Kill the process; nothing is lost, since what is finished is stored."""
        process, connection = self._process, self._connection
        self._process = self._connection = None
        if connection is not None:
            connection.close()
        if process is not None:
            with suppress(OSError, ValueError, AssertionError):
                process.kill()
                process.join()
        if not self._future.done():
            self._future.set_exception(BrokenExecutor("its worker died"))

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        # Ctrl-C reaches every process of the terminal: a worker must not meet it half imported
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            self._connection, other = context.Pipe()
            with other:
                arguments = (SERVE, other, self._threads, str(self._source))
                process = context.Process(target=begin, args=arguments, daemon=True)
                with safe_spawn():
                    process.start()
                self._process = process  # only now is there one to kill
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

"""Lanes: places where one task runs at a time, each behind a `concurrent.futures.Executor`.

A local lane is an executor of one process, so a worker that dies breaks its own lane and no other.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from pickle import UnpicklingError
from typing import Protocol

from labreport.execute.task import Task
from labreport.execute.worker import Message, perform, prepare
from labreport.trajectory import Trajectory


class Lane(Protocol):
    """One place to run tasks."""

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

    watched = True

    def __init__(self, threads: int, source: Path) -> None:
        self._threads = threads
        self._source = source
        self._executor: Executor | None = None
        self._reader: Connection | None = None

    def submit(self, task: Task) -> Future[Trajectory]:
        """Begin a task; raises `BrokenExecutor` if its process cannot be started."""
        if self._executor is not None:
            return self._executor.submit(perform, task)
        context = multiprocessing.get_context("spawn")
        # A worker's interpreter must not import what lies in the current folder
        os.environ["PYTHONSAFEPATH"] = "1"
        # Ctrl-C reaches every process of the terminal: a worker must not meet it half imported
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            self._reader, writer = context.Pipe(duplex=False)
            with writer:
                initial = (writer, self._threads, str(self._source))
                self._executor = ProcessPoolExecutor(
                    1, mp_context=context, initializer=prepare, initargs=initial
                )
                return self._executor.submit(perform, task)
        except (OSError, NotImplementedError) as error:
            cause = str(error)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        # Outside of the handler, whose error holds the pipe that a half started process waits at
        raise BrokenExecutor(f"no worker can be started: {cause}")

    def messages(self) -> list[Message]:
        """What came since the last call."""
        received: list[Message] = []
        try:
            while self._reader is not None and self._reader.poll():
                received.append(self._reader.recv())
        except (EOFError, OSError, UnpicklingError):  # the worker was killed while it sent
            self._reader = None
        return received

    def renew(self) -> None:
        """The next task starts a fresh process."""
        self.close()

    def close(self) -> None:
        """Kill the process; nothing is lost, since what is finished is stored."""
        executor, self._executor, self._reader = self._executor, None, None
        if executor is None:
            return
        for process in list((getattr(executor, "_processes", None) or {}).values()):
            with suppress(OSError, TypeError):
                os.kill(process.pid, signal.SIGKILL)
        # Waited for, since the pool's semaphores are only given back by what it leaves to be collected
        executor.shutdown(wait=True, cancel_futures=True)
        del executor
        gc.collect()


class ClusterLane:
    """One slot of a Dask cluster; all slots share the client's executor."""

    watched = False

    def __init__(self, executor: Executor, source: Path) -> None:
        self._executor = executor

    def submit(self, task: Task) -> Future[Trajectory]:
        """Begin a task somewhere on the cluster."""
        from labreport.execute.cluster import perform_remotely

        return self._executor.submit(perform_remotely, task)

    def messages(self) -> list[Message]:
        """None: a cluster's workers report at the end."""
        return []

    def renew(self) -> None:
        """The scheduler replaces its workers itself."""

    def close(self) -> None:
        """Nothing to end here; the client is closed by whoever opened it."""

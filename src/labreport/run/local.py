"""Lanes on this machine: a lane is a process for one job after another; if it dies, no other does."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from functools import cache
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from labreport.project import Project
from labreport.results import Store
from labreport.run.drive import Tell, carry_out
from labreport.run.task import Failed, Job, environment
from labreport.stale import load

_SET_DEATH_SIGNAL = 1
"""`PR_SET_PDEATHSIG` of Linux's prctl(2)."""
_spawning = threading.Lock()


class LaneDied(Exception):
    """The process of a lane has ended in the middle of a job."""


class LocalLane:
    """A process that loads the project when its first job comes. To be used by one thread, but for `stop`.

    The process ends with that thread at the latest.
    """

    def __init__(self, project: Project, store: Store) -> None:
        self._given = project.folder, store.folder
        self._environment = environment(project.threads)
        self._pool: ProcessPoolExecutor | None = None
        self._connection: Connection | None = None
        self._stopped = False

    def run(self, job: Job, tell: Tell) -> Failed | None:
        """Do a job; what kept it from its end. Raises `LaneDied`."""
        try:
            future = self._submit(job)
            assert self._connection is not None
            if self._stopped:
                self.stop()
            with suppress(EOFError, OSError):
                while (event := self._connection.recv()) is not None:
                    tell(*event)
            return future.result()
        except BrokenProcessPool:
            self.close()
            raise LaneDied from None

    def _submit(self, job: Job) -> Future[Failed | None]:
        if self._pool is not None:
            return self._pool.submit(_work, job)
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._pool = ProcessPoolExecutor(1, context, _begin, (theirs, *self._given))
        with theirs, _variables(self._environment):  # set before anything is imported there
            return self._pool.submit(_work, job)

    def stop(self) -> None:
        """Have the job write its state and end after its epoch; called by another thread."""
        self._stopped = True
        if self._connection is not None:
            with suppress(OSError):
                self._connection.send("stop")

    def kill(self) -> None:
        """End the process at once; called by another thread."""
        pool = self._pool
        for process in list((pool._processes or {}).values()) if pool else ():
            process.kill()

    def close(self) -> None:
        """End the process, which has no job."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
        if self._connection is not None:
            self._connection.close()
        self._pool = self._connection = None


@contextmanager
def _variables(values: Mapping[str, str]) -> Iterator[None]:
    """Within, a process that is started has these environment variables."""
    with _spawning:
        before = {name: os.environ[name] for name in values if name in os.environ}
        os.environ.update(values)
        try:
            yield
        finally:
            for name in values:
                del os.environ[name]
            os.environ.update(before)


_here: dict[str, Any] = {}
"""In the process of a lane: the connection to its parent, what loads the project, and the store."""


def _begin(connection: Connection, folder: Path, store: Path) -> None:
    """What the process of a lane does first: Ctrl-C is its parent's to answer, and it ends with that."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":  # even in the middle of a long call that keeps Python's lock
        import ctypes

        ctypes.CDLL(None).prctl(_SET_DEATH_SIGNAL, signal.SIGKILL)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _here.update(connection=connection, load=cache(lambda: load(folder)), store=Store(store))


def _end_with_parent() -> None:
    if parent := multiprocessing.parent_process():
        parent.join()
    os._exit(1)


def _work(job: Job) -> Failed | None:
    connection: Connection = _here["connection"]

    def tell(epoch: int, record: Mapping[str, Any]) -> None:
        connection.send((epoch, record))

    try:
        return carry_out(_here["load"], job, _here["store"], tell, connection.poll)
    finally:
        connection.send(None)

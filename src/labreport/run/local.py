"""Lanes on this machine: a lane is a process for one job after another; if it dies, no other does."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from contextlib import suppress
from functools import cache
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from labreport.project import Project
from labreport.results import Store
from labreport.run.drive import OnEpoch, run_task
from labreport.run.task import Failed, Job, thread_environment
from labreport.stale import load


class WorkerDied(Exception):
    """The process of a lane has ended in the middle of a job."""


class LocalWorker:
    """A process that loads the project when its first job comes. To be used by one thread, but for `stop`."""

    def __init__(self, project: Project, store: Store) -> None:
        self._given = project.folder, store.folder, thread_environment(project.threads)
        self._connection: Connection | None = None
        self._process: BaseProcess | None = None

    def run(self, job: Job, tell: OnEpoch) -> Failed | None:
        """Do a job; what kept it from its end. Raises `LaneDied`."""
        if self._connection is None:
            context = multiprocessing.get_context("spawn")
            self._connection, theirs = context.Pipe()
            process = context.Process(target=_serve, args=(theirs, *self._given))
            process.start()
            self._process = process
            theirs.close()
        try:
            self._connection.send(job)
            while isinstance(told := self._connection.recv(), tuple):
                tell(*told)
        except (EOFError, OSError):
            self.close()
            raise WorkerDied from None
        found: Failed | None = told
        return found

    def stop(self) -> None:
        """Have the job write its state and end after its epoch; called by another thread."""
        if (connection := self._connection) is not None:
            with suppress(OSError):
                connection.send("stop")

    def kill(self) -> None:
        """End the process at once; called by another thread."""
        if (process := self._process) is not None:
            process.kill()

    def close(self) -> None:
        """End the process, which has no job."""
        if self._connection is not None and self._process is not None:
            self._connection.close()
            self._process.join()
        self._connection = self._process = None


def _serve(connection: Connection, folder: Path, results: Path, variables: dict[str, str]) -> None:
    """The process of a lane: Ctrl-C is its parent's to answer, and it ends with that."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    os.environ.update(variables)  # before anything that counts threads is imported
    store, loaded = Store(results), cache(lambda: load(folder))
    with suppress(EOFError, OSError):
        while isinstance(job := connection.recv(), Job):
            connection.send(
                run_task(loaded, job, store, lambda *told: connection.send(told), connection.poll)
            )


def _end_with_parent() -> None:
    if parent := multiprocessing.parent_process():
        parent.join()
    os._exit(1)

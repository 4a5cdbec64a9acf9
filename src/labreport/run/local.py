"""Workers on this machine. Each is a process of its own, so that a crash ends one task only."""

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

from labreport.errors import caller_folder, working_in
from labreport.project import Project
from labreport.results import Store
from labreport.run.runner import run_task
from labreport.run.task import Failure, OnEpoch, Task, WorkerDied
from labreport.stale import find_dependencies, open_project
from labreport.threads import thread_environment

PATIENCE = 10.0
"""Seconds that an idle process has to end by itself."""


class LocalWorker:
    """A process that runs one task after another; it starts, and loads the project, at the first task.

    Only `stop` and `kill` may be called from another thread.
    """

    def __init__(self, project: Project, store: Store) -> None:
        variables = thread_environment(project.threads)
        self._arguments = project.folder, store.folder, variables, caller_folder()
        self._connection: Connection | None = None
        self._process: BaseProcess | None = None

    def run(self, task: Task, on_epoch: OnEpoch) -> Failure | None:
        """Run a task in the process. Gives why it failed, or None. Raises `WorkerDied`."""
        connection = self._connection or self._start()
        try:
            connection.send(task)
            message = connection.recv()
            while isinstance(message, int):
                on_epoch(message)
                message = connection.recv()
        except (EOFError, OSError):
            self.close()
            raise WorkerDied from None
        failure: Failure | None = message
        return failure

    def _start(self) -> Connection:
        context = multiprocessing.get_context("spawn")
        connection, child_connection = context.Pipe()
        process = context.Process(target=_run_received_tasks, args=(child_connection, *self._arguments))
        process.start()
        child_connection.close()
        self._connection, self._process = connection, process
        return connection

    def stop(self) -> None:
        """Ask the task to store its state and end after its epoch; called by another thread."""
        if (connection := self._connection) is not None:
            with suppress(OSError):
                connection.send("stop")

    def kill(self) -> None:
        """End the process at once; called by another thread."""
        if (process := self._process) is not None:
            process.kill()

    def close(self) -> None:
        """Let the idle process end; kill it if a thread of the author's code keeps it running."""
        if self._connection is not None and self._process is not None:
            self._connection.close()
            self._process.join(PATIENCE)
            self._process.kill()
            self._process.join()
        self._connection = self._process = None


def _run_received_tasks(
    connection: Connection, folder: Path, results: Path, variables: dict[str, str], caller: Path
) -> None:
    """The main function of a worker process: run each received task; send its epochs, then `Failure` or None.

    The process ignores Ctrl-C, which its parent handles, and ends when the parent ends. Paths in messages are
    relative to the folder `caller`.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    os.environ.update(variables)  # before libraries are imported, which read the number of threads then
    os.chdir(caller)
    store = Store(results)
    load_once = cache(lambda: find_dependencies(open_project(folder), results))

    with suppress(EOFError, OSError), working_in(folder):
        while isinstance(task := connection.recv(), Task):
            connection.send(run_task(load_once, task, store, connection.send, connection.poll))


def _end_with_parent() -> None:
    if parent := multiprocessing.parent_process():
        parent.join()
    os._exit(1)

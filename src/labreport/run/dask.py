"""Run tasks on the workers of a Dask scheduler. The project is sent to them; its libraries are not."""

from __future__ import annotations

import logging
import os
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from dask.base import tokenize
from distributed import CancelledError, Client, KilledWorker, Nanny, get_worker
from distributed.diagnostics.plugin import NannyPlugin

from labreport.errors import LabReportError, UsageError
from labreport.project import Project
from labreport.results import FileHashes, Run, Store
from labreport.results.files import write_bytes
from labreport.run.runner import run_task
from labreport.run.task import Failure, OnEpoch, Task, WorkerDied
from labreport.stale import (
    KNOWN_VALUES,
    MISSING,
    Dependencies,
    FileHasher,
    find_dependencies,
    module_files,
    open_project,
)
from labreport.threads import thread_environment

_TOPIC = "labreport"
"""The topic of the Dask events by which workers report epochs: pairs of a task's key and an epoch."""
_FOLDER = "LABREPORT_PROJECT"
"""The environment variable that tells a worker the folder of the received project."""
_RESULTS = "../report/results"
"""The folder of `KNOWN_VALUES` on a worker, relative to the received project."""
_ANSWER, _START, _SEND = 10, 60, 600
"""Timeouts in seconds: for a scheduler to answer, for workers to restart, for sending the project."""
_DECLARE = "declare it in files= of the experiment, or in data_files= of the project, so that it is sent"


@dataclass(frozen=True)
class RunFiles:
    """A run to send to a worker or back: its files by name, and the hashes of the files that it read.

    Folders are not sent, because two stores may have a run below different names of its experiment,
    which may have been renamed since the run was begun.
    """

    contents: Mapping[str, bytes]
    file_hashes: FileHashes

    @classmethod
    def of(cls, task: Task, store: Store) -> RunFiles:
        """The files of the run of a task in a store; empty if the store has no such run."""
        run = store.reload(task.key, task.seed, task.name)
        if run is None:
            return cls({}, {})
        contents = {path.name: path.read_bytes() for path in store.files_of(run)}
        file_hashes = {}
        for name, sha256 in (store.file_lists.load(run.file_list_hash) or {}).items():
            if not name.startswith(("/", ".")):  # a worker has neither files elsewhere nor all of the project
                file_hashes[name] = sha256
        return cls(contents, file_hashes)

    def write(self, task: Task, store: Store) -> None:
        """Write the files, and the list of files that were read, to a store."""
        folder = store.path(Run(task.key, task.name, task.seed, task.inputs)).parent
        # The JSON file comes last, because it names the others
        for name in sorted(self.contents, key=lambda name: name.endswith(".json")):
            write_bytes(folder / name, self.contents[name])
        run = store.reload(task.key, task.seed, task.name)
        if run:
            store.write(replace(run, file_list_hash=store.file_lists.store(self.file_hashes)))


@contextmanager
def connected_cluster(address: str, project: Project, store: Store) -> Iterator[Cluster]:
    """The workers of a scheduler, restarted with this project's files and number of threads.

    Raises `UsageError` if the scheduler does not answer, has no workers, or they cannot take the project.
    """
    for name in ("distributed", "distributed.client"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        client = Client(address, timeout=_ANSWER, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise UsageError(f"--scheduler {address}: no scheduler answers ({error})") from None
    cluster = Cluster(client, address, project, store)
    try:
        cluster.send_project()
        yield cluster
    finally:
        cluster.kill()


class Cluster:
    """All workers of a Dask scheduler, as one `Worker` that several threads share, one for each of them.

    Dask runs each task on a free one; the run that comes back is stored here.
    """

    size = 0
    """The number of workers."""
    sent = ""
    """The hash of the files that were sent to them."""

    def __init__(self, client: Client, address: str, project: Project, store: Store) -> None:
        self.client, self.address, self.project, self.store = client, address, project, store
        self.file_hasher = FileHasher(project.folder)
        self.listeners: dict[str, OnEpoch] = {}
        """Functions to call after each epoch, by key of the task."""

    def send_project(self) -> None:
        """Send the project to all workers and restart them. Raises `UsageError` if that fails."""
        contents = project_files(self.project)
        known_values = self.store.folder / KNOWN_VALUES
        if known_values.is_file():
            contents[f"{_RESULTS}/{KNOWN_VALUES}"] = known_values.read_bytes()
        plugin = SentProject(contents, thread_environment(self.project.threads))
        self.sent = plugin.files_hash
        try:
            self.size = len(self.client.scheduler_info(n_workers=-1)["workers"])
            if self.size:
                self.client.sync(self.client.register_plugin, plugin, callback_timeout=_SEND)
                self.client.wait_for_workers(self.size, timeout=_START)
        except Exception as error:  # Dask raises many kinds, some of them on a worker
            text = f"its workers cannot be started with the project ({type(error).__name__}: {error})"
            needed = "they need labreport installed"
            raise UsageError(f"--scheduler {self.address}: {text}; {needed}") from error
        if not self.size:
            text = f"it has no workers; start some: dask worker {self.address}"
            raise UsageError(f"--scheduler {self.address}: {text}")
        self.client.subscribe_topic(_TOPIC, self._on_event)

    def _on_event(self, event: tuple[float, tuple[str, int]]) -> None:
        _, (key, epoch) = event
        if on_epoch := self.listeners.get(key):
            on_epoch(epoch)

    def run(self, task: Task, on_epoch: OnEpoch) -> Failure | None:
        """Run a task on a worker. Gives why it failed, or None.

        Raises `WorkerDied`, and `LabReportError` if the connection to the scheduler is lost.
        """
        self.listeners[task.key] = on_epoch
        sent_files = RunFiles.of(task, self.store)
        try:
            future = self.client.submit(_run_received_task, task, sent_files, self.sent, pure=False)
            failure, run_files = future.result()
        except KilledWorker:
            raise WorkerDied from None
        except (CancelledError, OSError, TimeoutError):
            text = f"--scheduler {self.address}: the scheduler is gone"
            raise LabReportError(f"{text}; what is finished is kept, the same command goes on") from None
        file_differs = self._file_that_differs(run_files.file_hashes, failure)
        if file_differs:
            return file_differs
        run_files.write(task, self.store)
        return failure

    def _file_that_differs(self, file_hashes: FileHashes, failure: Failure | None) -> Failure | None:
        """A failure naming a file that is missing on the worker or has other bytes there; None if none is."""
        on_worker = dict(file_hashes)
        if failure:
            on_worker |= dict.fromkeys(failure.missing, MISSING)
        for name in self.file_hasher.changed(on_worker):
            kind = "not there" if on_worker[name] == MISSING else "another file"
            return Failure(f"{name} is {kind} on the worker; {_DECLARE}")
        return None

    def stop(self) -> None:
        """Ask all workers to store their states and end their tasks."""
        with suppress(Exception):
            self.client.run(_stop)

    def kill(self) -> None:
        """Close the connection, which ends all tasks."""
        with suppress(Exception):
            self.client.close(timeout=2)

    def close(self) -> None:
        """Do nothing, because other threads still use the connection."""


class SentProject(NannyPlugin):
    """A Dask plugin that writes the project beside each worker and restarts it with these variables."""

    restart, name = True, "labreport"

    def __init__(self, contents: Mapping[str, bytes], variables: Mapping[str, str]) -> None:
        self.contents, self.variables = contents, variables
        self.files_hash = tokenize(contents)

    def setup(self, nanny: Nanny) -> None:
        """Write the project to a folder of the nanny, the process that starts a worker; set its variables."""
        self.directory = tempfile.TemporaryDirectory(dir=nanny.local_directory)
        folder = Path(self.directory.name, self.files_hash)
        for name, data in self.contents.items():
            write_bytes(folder / name, data)
        variables = {**self.variables, _FOLDER: str(folder)}
        nanny.env.update(variables)
        nanny.pre_spawn_env.update(variables)


_task_lock = threading.Lock()
"""Held while a task runs, because a worker process with several threads may get several tasks at once."""
_is_stopped = threading.Event()
"""Set in a worker process when the build is stopped; the next build restarts the process."""


def _stop() -> None:
    _is_stopped.set()


@cache
def _load_sent_project(sent: str) -> Dependencies:
    """Load the project with this hash in a worker process. Raises `UsageError` if another was received."""
    folder = Path(os.environ.get(_FOLDER, ""))
    if folder.name != sent:
        raise UsageError(f"worker {get_worker().address} has another project; start it with a nanny")
    os.chdir(folder)  # the author's code runs here, and paths in messages are relative to it
    return find_dependencies(open_project(folder), folder / _RESULTS)


def _run_received_task(task: Task, run_files: RunFiles, sent: str) -> tuple[Failure | None, RunFiles]:
    """Run a task in a worker process. Gives why it failed, or None, and the files of its run."""
    worker = get_worker()

    def on_epoch(epoch: int) -> None:
        worker.log_event(_TOPIC, (task.key, epoch))

    with _task_lock, tempfile.TemporaryDirectory() as directory:
        store = Store(Path(directory, "report", "results"))
        run_files.write(task, store)
        failure = run_task(lambda: _load_sent_project(sent), task, store, on_epoch, _is_stopped.is_set)
        return failure, RunFiles.of(task, store)


def project_files(project: Project) -> dict[str, bytes]:
    """The bytes of the files that runs may need, by path: modules, declared data files, pyproject.toml."""
    declared = list(project.data_files)
    for experiment in project.all_experiments:
        declared += experiment.files or ()
    paths = [project.folder / "pyproject.toml", *module_files(project)]
    paths += [project.package / name for name in declared]
    contents = {}
    for path in paths:
        if path.is_file():
            contents[path.relative_to(project.folder).as_posix()] = path.read_bytes()
    return contents

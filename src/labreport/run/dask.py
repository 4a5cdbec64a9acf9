"""Running tasks on the workers of a Dask scheduler, to which the project is sent, but no libraries."""

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
from labreport.results import Reads, Store
from labreport.results.files import write_bytes
from labreport.run.runner import run_task
from labreport.run.task import Failure, OnEpoch, Task, WorkerDied
from labreport.stale import (
    KNOWN_VALUES,
    MISSING,
    Dependencies,
    FileDigests,
    find_dependencies,
    module_files,
    open_project,
)
from labreport.threads import thread_environment

_TOPIC = "labreport"
"""The events of Dask that tell an epoch: the key of its task, and its number."""
_FOLDER = "LABREPORT_PROJECT"
"""The environment variable of a worker with the folder to which the project was sent."""
_RESULTS = "../report/results"
"""Where a worker has, relative to that folder, the file that says which values differ between processes."""
_ANSWER, _START, _SEND = 10, 60, 600
"""Seconds for a scheduler to answer, for workers to start again, and to send them the project."""
_DECLARE = "declare it in files= of the experiment, or in data_files= of the project, so that it is sent"


@dataclass(frozen=True)
class RunFiles:
    """A run on its way to a worker, or back: its files, by their paths in a store, and what it has read."""

    contents: Mapping[str, bytes]
    reads: Reads

    @classmethod
    def of(cls, task: Task, store: Store) -> RunFiles:
        """The files that a store has of the run of a task; none if it has no such run."""
        run = store.reload(task.key, task.seed, task.name)
        if run is None:
            return cls({}, {})
        contents = {}
        for path in store.files_of(run):
            contents[path.relative_to(store.folder).as_posix()] = path.read_bytes()
        reads = {}
        for name, digest in (store.reads.load(run.reads) or {}).items():
            if not name.startswith(("/", "..")):  # what is elsewhere on a worker is not compared
                reads[name] = digest
        return cls(contents, reads)

    def write(self, task: Task, store: Store) -> None:
        """Write the files to a store, and the list of what was read."""
        # The file of the run comes last, since it names the others
        for name in sorted(self.contents, key=lambda name: name.endswith(".json")):
            write_bytes(store.folder / name, self.contents[name])
        run = store.reload(task.key, task.seed, task.name)
        if run:
            store.write(replace(run, reads=store.reads.store(self.reads)))


@contextmanager
def connected_cluster(address: str, project: Project, store: Store) -> Iterator[Cluster]:
    """The workers of a scheduler, started again with this project's files and number of threads.

    Raises `UsageError` where no scheduler or no worker answers, or where no worker can have the project.
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
    """The workers of a Dask scheduler as one worker, which as many threads use as there are workers.

    Dask runs a task on whichever is free; what comes back of the run is stored here.
    """

    size = 0
    """How many workers there are."""
    sent = ""
    """The digest of what was sent to them."""

    def __init__(self, client: Client, address: str, project: Project, store: Store) -> None:
        self.client, self.address, self.project, self.store = client, address, project, store
        self.digests = FileDigests(project.folder)
        self.listeners: dict[str, OnEpoch] = {}
        """What is called after each epoch of a task, by its key."""

    def send_project(self) -> None:
        """Have all workers start again beside the project. Raises `UsageError`."""
        contents = project_files(self.project)
        known_values = self.store.folder / KNOWN_VALUES
        if known_values.is_file():
            contents[f"{_RESULTS}/{KNOWN_VALUES}"] = known_values.read_bytes()
        plugin = SentProject(contents, thread_environment(self.project.threads))
        self.sent = plugin.digest
        try:
            self.size = len(self.client.scheduler_info(n_workers=-1)["workers"])
            if self.size:
                self.client.sync(self.client.register_plugin, plugin, callback_timeout=_SEND)
                self.client.wait_for_workers(self.size, timeout=_START)
        except Exception as error:  # of many kinds, raised here or by a worker
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
        """Run a task on a worker; None where nothing failed.

        Raises `WorkerDied`, and `LabReportError` where the scheduler is gone.
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
        other_file = self._other_file(run_files.reads, failure)
        if other_file:
            return other_file
        run_files.write(task, self.store)
        return failure

    def _other_file(self, reads: Reads, failure: Failure | None) -> Failure | None:
        """A failure that names a file which the worker lacks, or has another of; None if it has all."""
        on_worker = dict(reads)
        if failure:
            on_worker |= dict.fromkeys(failure.missing, MISSING)
        for name in self.digests.changed(on_worker):
            kind = "not there" if on_worker[name] == MISSING else "another file"
            return Failure(f"{name} is {kind} on the worker; {_DECLARE}")
        return None

    def stop(self) -> None:
        """Have the tasks of all workers write their states and end."""
        with suppress(Exception):
            self.client.run(_stop)

    def kill(self) -> None:
        """End the connection, and with it all tasks."""
        with suppress(Exception):
            self.client.close(timeout=2)

    def close(self) -> None:
        """Do nothing: the connection serves other threads, too."""


class SentProject(NannyPlugin):
    """Has Dask write the project beside each worker and start it again, with the variables of threads set."""

    restart, name = True, "labreport"

    def __init__(self, contents: Mapping[str, bytes], variables: Mapping[str, str]) -> None:
        self.contents, self.variables = contents, variables
        self.digest = tokenize(contents)

    def setup(self, nanny: Nanny) -> None:
        """Write the project to a folder of the nanny, the process that starts a worker, and name it there."""
        self.directory = tempfile.TemporaryDirectory(dir=nanny.local_directory)
        folder = Path(self.directory.name, self.digest)
        for name, data in self.contents.items():
            write_bytes(folder / name, data)
        variables = {**self.variables, _FOLDER: str(folder)}
        nanny.env.update(variables)
        nanny.pre_spawn_env.update(variables)


_task_lock = threading.Lock()
"""Held while a task runs: a worker process with several threads runs one task at a time."""
_is_stopped = threading.Event()
"""Set in a worker process once the build is stopped; the next build starts the process again."""


def _stop() -> None:
    _is_stopped.set()


@cache
def _load_sent_project(sent: str) -> Dependencies:
    """The project that was sent, and what it rests on. Raises `UsageError` where there is another."""
    folder = Path(os.environ.get(_FOLDER, ""))
    if folder.name != sent:
        raise UsageError(f"worker {get_worker().address} has another project; start it with a nanny")
    os.chdir(folder)  # where its code works, and to which paths in messages are relative
    return find_dependencies(open_project(folder), folder / _RESULTS)


def _run_received_task(task: Task, run_files: RunFiles, sent: str) -> tuple[Failure | None, RunFiles]:
    """Run a task in the process of a worker; why it failed, and the files that its run has then."""
    worker = get_worker()

    def on_epoch(epoch: int) -> None:
        worker.log_event(_TOPIC, (task.key, epoch))

    with _task_lock, tempfile.TemporaryDirectory() as directory:
        store = Store(Path(directory, "report", "results"))
        run_files.write(task, store)
        failure = run_task(lambda: _load_sent_project(sent), task, store, on_epoch, _is_stopped.is_set)
        return failure, RunFiles.of(task, store)


def project_files(project: Project) -> dict[str, bytes]:
    """What a run may need: the project's modules, its declared data files, its pyproject.toml."""
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

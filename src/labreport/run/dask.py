"""The workers of a Dask scheduler, which have the engine and the libraries; the project is sent."""

from __future__ import annotations

import hashlib
import logging
import os
import tempfile
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from distributed import CancelledError, Client, KilledWorker, get_worker
from distributed.diagnostics.plugin import NannyPlugin

from labreport.errors import LabReportError, UsageError
from labreport.project import Project
from labreport.results import Reads, Run, Store
from labreport.results.files import sha256_of, write_bytes
from labreport.run.local import WorkerDied
from labreport.run.runner import OnEpoch, run_task
from labreport.run.task import Failed, Task
from labreport.stale import KNOWN_VALUES, MISSING, dependencies, module_files, open_project
from labreport.threads import thread_environment

TOPIC = "labreport"
_FOLDER = "LABREPORT_PROJECT"
"""The environment variable of a worker with the folder to which the project was sent."""
_ANSWER, _START, _SEND = 10, 60, 600
"""Seconds for a scheduler to answer, for workers to start again, and to send them the project."""
_DECLARE = "declare it in files= of the experiment, or in data_files= of the project, so that it is sent"


@dataclass(frozen=True)
class RunFiles:
    """What is sent of a run, there and back: its files by name, and the list of what was read for it.

    `known_values` is the file that says which values of the project differ from process to process.
    """

    contents: Mapping[str, bytes]
    reads: Reads
    known_values: bytes = b""

    @classmethod
    def of(cls, task: Task, store: Store) -> RunFiles:
        """The files of a task's run in a store."""
        file = store.folder / KNOWN_VALUES
        known_values = file.read_bytes() if file.is_file() else b""
        run = store.reload(task.key, task.seed, task.name)
        if run is None:
            return cls({}, {}, known_values)
        contents = {path.name: path.read_bytes() for path in store.files_of(run)}
        reads = {}
        for path, digest in (store.reads.load(run.reads) or {}).items():
            if not path.startswith(("/", "..")):  # what is elsewhere on a worker is not compared
                reads[path] = digest
        return cls(contents, reads, known_values)

    def write(self, task: Task, store: Store) -> None:
        """Write them to a store."""
        file = store.folder / KNOWN_VALUES
        if self.known_values and not file.is_file():
            write_bytes(file, self.known_values)
        run = Run(task.key, task.name, task.seed, task.inputs)
        folder = store.path(run).parent
        for name in sorted(self.contents, key=lambda name: name.endswith(".json")):  # which names the others
            write_bytes(folder / name, self.contents[name])
        stored = store.reload(task.key, task.seed, task.name)
        if stored:
            store.write(replace(stored, reads=store.reads.store(self.reads)))


class Cluster:
    """The workers of a scheduler, started again with this project's files and number of threads.

    It is the worker of as many threads as it has workers: a task is carried out by whichever is free, and
    what comes back is stored. Raises `UsageError` where no scheduler or no worker answers.
    """

    def __init__(self, address: str, project: Project, store: Store) -> None:
        self.address, self.project, self.store = address, project, store
        self.listeners: dict[str, OnEpoch] = {}
        """What is called after each epoch of a task, by its key."""
        for name in ("distributed", "distributed.client"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
        try:
            self.client = Client(address, timeout=_ANSWER, set_as_default=False)
        except (OSError, ValueError, TimeoutError) as error:
            raise UsageError(f"--scheduler {address}: no scheduler answers ({error})") from None
        try:
            self._send_project()
        except Exception as error:  # of many kinds, raised here or by a worker
            self.kill()
            if isinstance(error, LabReportError):
                raise
            cause = f"({type(error).__name__}: {error}); they need labreport installed"
            text = f"--scheduler {address}: its workers cannot be started with the project {cause}"
            raise UsageError(text) from error

    def _send_project(self) -> None:
        self.size = len(self.client.scheduler_info(n_workers=-1)["workers"])
        if not self.size:
            text = f"--scheduler {self.address}: it has no workers; start some: dask worker {self.address}"
            raise UsageError(text)
        sent = _SentProject(project_files(self.project), thread_environment(self.project.threads))
        self.sent = sent.digest
        self.client.sync(self.client.register_plugin, sent, callback_timeout=_SEND)
        self.client.wait_for_workers(self.size, timeout=_START)
        self.client.subscribe_topic(TOPIC, self._on_event)

    def _on_event(self, event: tuple[float, Any]) -> None:
        key, epoch = event[1]
        if on_epoch := self.listeners.get(key):
            on_epoch(epoch)

    def run(self, task: Task, on_epoch: OnEpoch) -> Failed | None:
        """Carry out a task; what kept it from its end.

        Raises `WorkerDied`, and `LabReportError` where the scheduler is gone.
        """
        self.listeners[task.key] = on_epoch
        try:
            future = self.client.submit(
                _run_received_task, task, RunFiles.of(task, self.store), self.sent, pure=False
            )
            failure, run_files = future.result()
        except KilledWorker:
            raise WorkerDied(" on the workers of the scheduler") from None
        except (CancelledError, OSError, TimeoutError):
            text = f"--scheduler {self.address}: the scheduler is gone"
            raise LabReportError(f"{text}; what is finished is kept, the same command goes on") from None
        unlike = self._unlike_here(run_files.reads, failure)
        if unlike:
            return unlike
        run_files.write(task, self.store)
        return failure

    def _unlike_here(self, reads: Reads, failure: Failed | None) -> Failed | None:
        """Why a worker has read other files than are here, as a failure; None where it has not."""
        missing = [path for path, digest in reads.items() if digest == MISSING]
        if failure:
            missing += failure.missing
        for path in missing:
            if (self.project.folder / path).exists():
                return Failed(f"{path} is not there on the worker; {_DECLARE}")
        changed = dependencies(self.project).changed_reads(reads)
        if changed:
            return Failed(f"{changed[0]} is another file on the worker; {_DECLARE}")
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
        """Hold nothing for a thread that ends."""


class _SentProject(NannyPlugin):
    """Starts a worker again beside the project, with the variables of threads, before NumPy is there."""

    restart, name = True, "labreport"

    def __init__(self, contents: Mapping[str, bytes], variables: Mapping[str, str]) -> None:
        self.contents, self.variables = contents, variables
        digests = {name: hashlib.sha256(data).hexdigest() for name, data in contents.items()}
        self.digest = sha256_of(digests)

    def setup(self, nanny: Any) -> None:
        """Write the project where the nanny's workers find it; the folder is removed with this plugin."""
        self.directory = tempfile.TemporaryDirectory(dir=nanny.local_directory)
        folder = Path(self.directory.name, self.digest)
        for name, data in self.contents.items():
            write_bytes(folder / name, data)
        variables = {**self.variables, _FOLDER: str(folder)}
        nanny.env.update(variables)
        nanny.pre_spawn_env.update(variables)


_one_at_a_time = threading.Lock()
_stopped = threading.Event()


def _stop() -> None:
    _stopped.set()


@cache
def _open_sent_project(sent: str) -> Project:
    """The project that was sent. Raises `UsageError` where there is another."""
    folder = Path(os.environ.get(_FOLDER, ""))
    if folder.name != sent:
        raise UsageError(f"worker {get_worker().address} has another project; start it with a nanny")
    os.chdir(folder)  # where its code works, and from where its lines are told
    return open_project(folder)


def _run_received_task(task: Task, run_files: RunFiles, sent: str) -> tuple[Failed | None, RunFiles]:
    """Carry out a task on a worker: from the files of its run here, to those that it has then."""
    worker = get_worker()

    def on_epoch(epoch: int) -> None:
        worker.log_event(TOPIC, (task.key, epoch))

    with _one_at_a_time, tempfile.TemporaryDirectory() as directory:
        store = Store(Path(directory, "report", "results"))
        run_files.write(task, store)
        failure = run_task(lambda: _open_sent_project(sent), task, store, on_epoch, _stopped.is_set)
        return failure, RunFiles.of(task, store)


def project_files(project: Project) -> dict[str, bytes]:
    """What a run may need: the project's modules, its declared data files, its pyproject.toml."""
    declared = {*project.data_files}
    for experiment in project.all_experiments:
        declared.update(experiment.files or ())
    paths = [project.folder / "pyproject.toml", *module_files(project)]
    paths += [project.package / file for file in sorted(declared)]
    contents = {}
    for path in paths:
        if path.is_file():
            contents[path.relative_to(project.folder).as_posix()] = path.read_bytes()
    return contents

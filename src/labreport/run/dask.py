"""The workers of a Dask scheduler, which have the engine and the libraries; the project is sent."""

from __future__ import annotations

import hashlib
import logging
import os
import tempfile
import threading
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from distributed import CancelledError, Client, KilledWorker, get_worker
from distributed.diagnostics.plugin import NannyPlugin

from labreport.errors import LabReportError, UsageError
from labreport.project import Project
from labreport.results import Run, Store
from labreport.results.files import sha256_of, write_bytes
from labreport.run.drive import OnEpoch, run_task
from labreport.run.local import WorkerDied
from labreport.run.task import Failed, Job, thread_environment
from labreport.stale import dependencies, load

TOPIC = "labreport"
_FOLDER = "LABREPORT_PROJECT"
"""The environment variable of a worker with the folder to which the project was sent."""
_ANSWER, _START, _SEND = 10, 60, 600
"""Seconds for a scheduler to answer, for workers to start again, and to send them the project."""


class Cluster:
    """The workers of a scheduler, started again with this project's files and number of threads.

    It is the lane of as many threads as there are workers: a job is done by whichever is free, and what comes
    back is stored. Raises `UsageError` where no scheduler or no worker answers.
    """

    def __init__(self, address: str, project: Project, store: Store) -> None:
        self.address, self.store = address, store
        self.tells: dict[tuple[str, int], OnEpoch] = {}
        for name in ("distributed", "distributed.client"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
        try:
            self.client = Client(address, timeout=_ANSWER, set_as_default=False)
        except (OSError, ValueError, TimeoutError) as error:
            raise UsageError(f"--scheduler {address}: no scheduler answers ({error})") from None
        try:
            self.lanes = len(self.client.scheduler_info(n_workers=-1)["workers"])
            if not self.lanes:
                raise UsageError(
                    f"--scheduler {address}: it has no workers; start some: dask worker {address}"
                )
            sent = _Sent(_files(project), thread_environment(project.threads))
            self.sent = sent.digest
            self.client.sync(self.client.register_plugin, sent, callback_timeout=_SEND)
            self.client.wait_for_workers(self.lanes, timeout=_START)
            self.client.subscribe_topic(TOPIC, self._told)
        except Exception as error:  # of many kinds, raised here or by a worker
            self.kill()
            if isinstance(error, LabReportError):
                raise
            text = f"--scheduler {address}: its workers cannot be started with the project"
            raise UsageError(
                f"{text} ({type(error).__name__}: {error}); they need labreport installed"
            ) from error

    def _told(self, event: tuple[float, Any]) -> None:
        key, seed, epoch, record = event[1]
        if tell := self.tells.get((key, seed)):
            tell(epoch, record)

    def run(self, job: Job, tell: OnEpoch) -> Failed | None:
        """Do a job; what kept it from its end. Raises `LaneDied`, and `LabReportError` without scheduler."""
        store = self.store
        self.tells[job.key, job.seed] = tell
        try:
            future = self.client.submit(_work, job, _stored(store, job), self.sent, pure=False)
            trouble, made = future.result()
        except KilledWorker:
            raise WorkerDied(" on the workers of the scheduler") from None
        except (CancelledError, OSError, TimeoutError):
            text = f"--scheduler {self.address}: the scheduler is gone"
            raise LabReportError(f"{text}; what is finished is kept, the same command goes on") from None
        folder = store.path(Run(job.key, job.name, job.seed, job.made_of)).parent
        for file in sorted(made, key=lambda one: one.endswith(".json")):  # which names the others
            write_bytes(folder / file, made[file])
        if stored := store.find(job.key, job.seed):
            store.write(stored)
        found: Failed | None = trouble
        return found

    def stop(self) -> None:
        """Have the jobs of all workers write their states and end."""
        with suppress(Exception):
            self.client.run(_stop)

    def kill(self) -> None:
        """End the connection, and with it all jobs."""
        with suppress(Exception):
            self.client.close(timeout=2)

    def close(self) -> None:
        """Hold nothing for a thread that ends."""


class _Sent(NannyPlugin):
    """Starts a worker again beside the project, with the variables of threads, before NumPy is there."""

    restart, name = True, "labreport"

    def __init__(self, files: Mapping[str, bytes], variables: Mapping[str, str]) -> None:
        self.files, self.variables = files, variables
        self.digest = sha256_of({name: hashlib.sha256(data).hexdigest() for name, data in files.items()})

    def setup(self, nanny: Any) -> None:
        self.place = tempfile.TemporaryDirectory(dir=nanny.local_directory)  # as long as this is its plugin
        folder = Path(self.place.name, self.digest)
        for name, data in self.files.items():
            write_bytes(folder / name, data)
        values = {**self.variables, _FOLDER: str(folder)}
        nanny.env.update(values)
        nanny.pre_spawn_env.update(values)


_one_at_a_time = threading.Lock()
_stopped = threading.Event()


def _stop() -> None:
    _stopped.set()


@cache
def _load(sent: str) -> Project:
    """The project that was sent. Raises `UsageError` where there is another."""
    folder = Path(os.environ.get(_FOLDER, ""))
    if folder.name != sent:
        raise UsageError(f"worker {get_worker().address} has another project; start it with a nanny")
    os.chdir(folder)  # from where its lines are told
    return load(folder)


def _work(job: Job, files: dict[str, bytes], sent: str) -> tuple[Failed | None, dict[str, bytes]]:
    """Do a job on a worker: from the files of its run here, to those that it has then."""
    worker = get_worker()

    def tell(epoch: int, record: Mapping[str, Any]) -> None:
        worker.log_event(TOPIC, (job.key, job.seed, epoch, record))

    with _one_at_a_time, tempfile.TemporaryDirectory() as place:
        store = Store(place)
        for name, data in files.items():
            write_bytes(store.folder / "run" / name, data)
        trouble = run_task(lambda: _load(sent), job, store, tell, _stopped.is_set)
        return trouble, _stored(store, job)


def _stored(store: Store, job: Job) -> dict[str, bytes]:
    """The files of a job's run."""
    run = Run(job.key, job.name, job.seed, job.made_of)
    return {path.name: path.read_bytes() for path in store.files(run)}


def _files(project: Project) -> dict[str, bytes]:
    """What a run may need: the project's modules, its data files, its pyproject.toml."""
    sources = dependencies(project).sources
    paths = [project.folder / "pyproject.toml", *filter(None, map(sources.path, sources.modules()))]
    data = {*project.data_files, *(file for each in project.runs for file in each.files or ())}
    paths += [project.package / file for file in data]
    return {
        path.relative_to(project.folder).as_posix(): path.read_bytes() for path in paths if path.is_file()
    }

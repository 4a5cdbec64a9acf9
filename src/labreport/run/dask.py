"""Lanes on the workers of a Dask scheduler, which have the engine and the libraries; the project is sent."""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
import threading
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from distributed import CancelledError, Client, KilledWorker, get_worker
from distributed.diagnostics.plugin import NannyPlugin, UploadDirectory

import labreport
from labreport.errors import LabReportError, UsageError, shown
from labreport.project import Project
from labreport.results import Run, Store
from labreport.results.files import digest, file_digest, write_bytes
from labreport.run.drive import Tell, carry_out
from labreport.run.local import LaneDied
from labreport.run.task import Failed, Job, environment
from labreport.stale import load

TOPIC = "labreport"
_FOLDER = "LABREPORT_PROJECT"
"""The environment variable of a worker with the folder to which the project was sent."""
_ANSWER, _START = 10, 60
"""Seconds for a scheduler to answer, and for workers to start again."""


class Cluster:
    """The workers of a scheduler, started again with this project's files and number of threads.

    Raises `UsageError` where no scheduler or no worker answers.
    """

    def __init__(self, address: str, project: Project, store: Store) -> None:
        self.address, self.store = address, store
        self.tells: dict[tuple[str, int], Tell] = {}
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
            self._send(project)
            self.client.wait_for_workers(self.lanes, timeout=_START)
            self.client.subscribe_topic(TOPIC, self._told)
        except LabReportError:
            self.close()
            raise
        except Exception as error:  # of many kinds, raised here or by a worker
            self.close()
            text = f"--scheduler {address}: its workers cannot be started with the project"
            raise UsageError(
                f"{text} ({type(error).__name__}: {error}); they need labreport installed"
            ) from error

    def _send(self, project: Project) -> None:
        """Have every worker start again with the files of the project in a folder of their digest."""
        with tempfile.TemporaryDirectory() as place:
            for file in _files(project):
                target = Path(place, "project", file.relative_to(project.folder))
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, target)
            self.sent = _digest(Path(place, "project"))
            folder = Path(place, "project").rename(Path(place, f"labreport-{self.sent[:12]}"))
            self.client.register_plugin(UploadDirectory(str(folder), skip_words=()))
        self.client.register_plugin(_Prepared(folder.name, environment(project.threads)))

    def _told(self, event: tuple[float, Any]) -> None:
        key, seed, epoch, record = event[1]
        if tell := self.tells.get((key, seed)):
            tell(epoch, record)

    def close(self) -> None:
        """End the connection."""
        with suppress(Exception):
            self.client.close(timeout=2)


class DaskLane:
    """What sends one job after another to whichever worker is free, and stores what comes back."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._future: Any = None

    def run(self, job: Job, tell: Tell) -> Failed | None:
        """Do a job; what kept it from its end. Raises `LaneDied`, and `LabReportError` without scheduler."""
        cluster = self._cluster
        store, run = cluster.store, cluster.store.find(job.key, job.seed)
        files = {path.name: path.read_bytes() for path in store.files(run)} if run else {}
        cluster.tells[job.key, job.seed] = tell
        name = f"{job.name}-{job.seed}-{os.urandom(4).hex()}"
        try:
            self._future = cluster.client.submit(_work, job, files, cluster.sent, key=name)
            trouble, made = self._future.result()
        except KilledWorker:
            raise LaneDied(" on the workers of the scheduler") from None
        except (CancelledError, OSError, TimeoutError):
            text = f"--scheduler {cluster.address}: the scheduler is gone"
            raise LabReportError(f"{text}; what is finished is kept, the same command goes on") from None
        folder = store.path(run or Run(job.key, job.name, job.seed, job.made_of)).parent
        for file in sorted(made, key=lambda one: one.endswith(".json")):  # which names the others
            write_bytes(folder / file, made[file])
        if stored := store.find(job.key, job.seed):
            store.write(stored)
        found: Failed | None = trouble
        return found

    def stop(self) -> None:
        """Have the jobs of all workers write their states and end."""
        with suppress(Exception):
            self._cluster.client.run(_stop)

    def kill(self) -> None:
        """Wait no longer for the job."""
        with suppress(Exception):
            self._future.cancel()

    def close(self) -> None:
        """Nothing is held."""


class _Prepared(NannyPlugin):
    """Starts a worker again with the variables of threads, which must be there before NumPy is."""

    restart = True

    def __init__(self, folder: str, variables: dict[str, str]) -> None:
        self.folder, self.variables, self.name = folder, variables, "labreport"

    def setup(self, nanny: Any) -> None:
        """Set them where the worker's process is started."""
        values = {**self.variables, _FOLDER: os.path.join(nanny.local_directory, self.folder)}
        nanny.env.update(values)
        nanny.pre_spawn_env.update(values)


_one_at_a_time = threading.Lock()
_stopped = threading.Event()


def _stop() -> None:
    _stopped.set()


@cache
def _load(folder: Path, sent: str) -> Project:
    """The project that was sent. Raises `UsageError` where there is another."""
    if not folder.name or _digest(folder) != sent:
        raise UsageError(f"worker {get_worker().address} has another project; start it with a nanny")
    return load(folder)


def _work(job: Job, files: dict[str, bytes], sent: str) -> tuple[Failed | None, dict[str, bytes]]:
    """Do a job on a worker: from the files of its run here, to those that it has then."""
    folder, worker = Path(os.environ.get(_FOLDER, "")), get_worker()

    def tell(epoch: int, record: Mapping[str, Any]) -> None:
        worker.log_event(TOPIC, (job.key, job.seed, epoch, record))

    with _one_at_a_time, tempfile.TemporaryDirectory() as place:
        store = Store(place)
        for name, data in files.items():
            write_bytes(store.folder / "run" / name, data)
        trouble = carry_out(lambda: _load(folder, sent), job, store, tell, _stopped.is_set)
        if trouble:
            for own in (f"{folder}{os.sep}", f"{shown(folder)}{os.sep}"):
                place_there, trace = trouble.place.replace(own, ""), trouble.trace.replace(own, "")
                trouble = replace(trouble, place=place_there, trace=trace)
        run = store.find(job.key, job.seed)
        return trouble, {path.name: path.read_bytes() for path in store.files(run)} if run else {}


def _files(project: Project) -> Iterable[Path]:
    """What a run may need: the modules below its source, its data files, its pyproject.toml."""
    engine = Path(labreport.__file__).parent
    if (declared := project.folder / "pyproject.toml").is_file():
        yield declared
    for folder, folders, names in os.walk(project.source):
        here = Path(folder)
        folders[:] = [
            name
            for name in folders
            if name[0] not in "._" and here / name != engine and not (here / name / "pyvenv.cfg").exists()
        ]
        yield from (here / name for name in names if name.endswith(".py"))
    data = {file for each in project.runs for file in each.files or ()} | set(project.data_files)
    yield from (project.package / file for file in sorted(data))


def _digest(folder: Path) -> str:
    """The SHA-256 of the names and bytes of all files in a folder, but those that Python writes there."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return digest({path.relative_to(folder).as_posix(): file_digest(path) for path in files})

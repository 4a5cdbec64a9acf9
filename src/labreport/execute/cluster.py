"""The workers of a Dask cluster as lanes: those that join are taken in, those that are lost are given up.

Scheduler and workers need nothing of this program. This is what happens here, `remote` what a worker does; a
process on a worker that has the code does what any worker process does. (Dask's plugins for this,
`UploadDirectory` and `Environ`, are for workers with a nanny only, and one of them holds one version of the
code.)
"""

from __future__ import annotations

import errno
import hashlib
import inspect
import io
import json
import logging
import pickle
import threading
import time
import uuid
import warnings
import zipfile
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import BrokenExecutor, Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from labreport.console.terminal import Terminal
from labreport.errors import LabReportError, UsageError
from labreport.execute import remote
from labreport.execute.training import WorkerDied, WorkerLost
from labreport.execute.worker import (
    START,
    Message,
    Outcome,
    Task,
    claim,
    decoded,
    libraries,
    thread_variables,
)
from labreport.fingerprint.modules import default_roots, folder_of, search_folder, source_files
from labreport.processes import SAFE_PATH
from labreport.project import Project

ALWAYS = ("msgspec", "numpy", "safetensors")
"""What the code of this program needs on a worker, in any version."""
PIECE = 8 << 20
"""Bytes of a file that are sent at a time."""
PATIENCE_SECONDS = 300.0
"""How long a build without any worker waits for one, and for a scheduler that is gone."""
LOOK_SECONDS = 0.5
"""Between two looks at the workers, and at what they have sent."""
SILENCE = 60.0
"""Seconds after the end of a Dask task in which what it returned must have come."""
_CONNECT = "10s"
_SAY_SECONDS = 60.0
_MOMENT = (1980, 1, 1, 0, 0, 0)
"""Of every file in an archive, so that equal code gives an equal archive."""
_CALL = """
(lambda sys, types: (
    sys.modules.get(name)
    or (lambda module: (
        exec(compile(text, name, 'exec'), vars(module)), sys.modules.setdefault(name, module)
    )[1])(types.ModuleType(name))
))(__import__('sys'), __import__('types')).answer(what, arguments)
"""


class LinkLost(LabReportError):
    """The scheduler, or the worker that was asked, is gone."""


class Refused(LabReportError):
    """A worker cannot do what it was asked to do; the text says why."""


@dataclass(frozen=True)
class Job:
    """What a build asks of every worker; `resources` are what Dask calls so, for each run.

    `files` are what is sent, each named by its SHA-256; the code is the archive among them.
    """

    package: str
    roots: tuple[str, ...]
    threads: int
    requirements: list[str]
    """What to install on a worker, as pip takes it."""
    resources: dict[str, float]
    archive: str
    files: dict[str, bytes | Path]

    @property
    def size(self) -> int:
        """Bytes on a worker's disk, at most."""
        return sum(
            8 * len(file) if isinstance(file, bytes) else file.stat().st_size for file in self.files.values()
        )

    @property
    def environment(self) -> dict[str, str]:
        """Variables of the processes on a worker."""
        return {**thread_variables(self.threads), SAFE_PATH: "1"}

    def places(self, known: Any, cores: int) -> int:
        """How many runs a worker carries out at a time: it has threads, cores and resources for them.

        Raises `Refused` where that is none.
        """
        threads = min(int(known.get("nthreads", 1)), cores)
        found = threads // self.threads
        if not found:
            raise Refused(
                f"has {threads} threads, and a run takes {self.threads}; "
                f"start it with --nthreads {self.threads}"
            )
        for name, needed in self.resources.items():
            has = float(known.get("resources", {}).get(name, 0))
            if has < needed:
                raise Refused(
                    f"has {has:g} {name}, and a run takes {needed:g}; start it with --resources {name}=1"
                )
            found = min(found, int(has // needed))
        return found


def job(project: Project, tasks: Iterable[Task]) -> Job:
    """The job of carrying out these tasks.

    Raises `UsageError` for a data file outside of the folder from which the project is imported.
    """
    roots = project.source_roots or default_roots(project.package)
    data: dict[str, str] = {}
    needed = {name: name for name in ALWAYS}
    for task in tasks:
        data |= task.trajectory.ingredients["data"]
        versions = libraries(task.trajectory.ingredients)
        needed |= {name: f"{name}=={version}" for name, version in versions.items()}
    folder = folder_of(project.package)
    content = archive(project.package, roots, data)
    name = hashlib.sha256(content).hexdigest()
    files: dict[str, bytes | Path] = {
        name: content,
        **{digest: folder / file for file, digest in data.items()},
    }
    resources = dict(project.resources)
    return Job(project.package, roots, project.threads, [*needed.values()], resources, name, files)


def archive(package: str, roots: Iterable[str], data: Mapping[str, str]) -> bytes:
    """The top-level modules `roots`, and in the manifest where data files lie, with the SHA-256 of each."""
    folder, top = folder_of(package), search_folder(package)
    code = {
        path.relative_to(search_folder(root)).as_posix(): path.read_bytes()
        for root in roots
        for path in source_files((root,))
    }
    places: dict[str, str] = {}
    for name, digest in sorted(data.items()):
        path = folder / name
        if ".." in Path(name).parts or not path.is_relative_to(top):
            raise UsageError(f"{path}: is outside of {top}, and does not travel to a cluster; move it there")
        places[path.relative_to(top).as_posix()] = digest
    code[remote.MANIFEST] = json.dumps({"data": places}).encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in sorted(code.items()):
            packed.writestr(zipfile.ZipInfo(name, _MOMENT), text, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


class Link:
    """A connection to the scheduler at `address`; what is called is a function of `remote`.

    That file is sent as text and run by the built-in `eval`, so that neither scheduler nor workers need a
    module of this program. Raises `UsageError` where Dask is not installed, and `LinkLost` where no
    scheduler answers.
    """

    def __init__(self, address: str) -> None:
        try:
            from distributed import Client
        except ImportError:
            raise UsageError(
                "--scheduler needs Dask, which is not installed; install the extra 'dask' of pyproject.toml"
            ) from None
        if not address.startswith(("tcp://", "tls://")):
            raise UsageError(f"--scheduler {address!r}: allowed is tcp://HOST:PORT or tls://HOST:PORT")
        logging.getLogger("distributed").setLevel(logging.CRITICAL)
        warnings.filterwarnings("ignore", module="distributed")
        try:
            self._client = Client(address, timeout=_CONNECT, set_as_default=False, direct_to_workers=False)
        except TypeError as error:  # what Dask says of a connection for which it has no certificates
            raise UsageError(
                f"--scheduler {address}: Dask's configuration names no certificates for TLS "
                f"(see docs/cluster.md): {error}"
            ) from None
        except (OSError, ValueError, TimeoutError) as error:
            cause = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise LinkLost(
                f"--scheduler {address}: no scheduler answers within {_CONNECT}: {cause}"
            ) from None
        self._comm = self._client.scheduler_comm

    @property
    def alive(self) -> bool:
        """Whether it is the connection that was opened, which has not been lost meanwhile."""
        # Dask's client connects again by itself, but has lost its tasks then
        return bool(self._client.status == "running" and self._client.scheduler_comm is self._comm)

    def workers(self) -> dict[str, dict[str, Any]]:
        """What the scheduler knows of each worker, by address. Raises `LinkLost`."""
        try:
            # Not scheduler_info(): what that returns is replaced now and then by a list without workers
            scheduler: Any = self._client.scheduler
            identity = self._client.sync(scheduler.identity, n_workers=-1)
            found: dict[str, dict[str, Any]] = dict(identity["workers"])
        except Exception as error:  # of many kinds, all of them about the connection
            raise LinkLost(str(error)) from None
        if not self.alive:
            raise LinkLost("the connection was lost")
        return found

    def begin(
        self, worker: str, name: str, resources: Mapping[str, float], what: str, **arguments: Any
    ) -> Any:
        """Have a worker call a function as a task of this name; Dask's future for it."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a large graph: arrays from which a run continues
            return self._client.submit(
                eval,
                _CALL,
                _given(what, arguments),
                key=name,
                workers=[worker],
                allow_other_workers=False,
                resources=dict(resources) or None,
                pure=False,
            )

    def found(self, future: Any, timeout: float | None = None) -> Any:
        """What a task returned. Raises `Refused`, and `LinkLost` when the worker is gone."""
        try:
            answer = future.result(timeout)
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                raise
            raise LinkLost(f"{type(error).__name__}: {error}") from None
        return _answered(answer)

    def call(self, worker: str, what: str, **arguments: Any) -> Any:
        """What a function returns that takes no time: beside the worker's tasks, and even if it is busy."""
        try:
            found = self._client.run(eval, _CALL, _given(what, arguments), workers=[worker])
        except Exception as error:
            raise LinkLost(f"{type(error).__name__}: {error}") from None
        return _answered(found[worker])

    def call_all(self, what: str, **arguments: Any) -> None:
        """Have all workers call a function, as far as they can be reached."""
        if self.alive:
            self._client.run(eval, _CALL, _given(what, arguments), on_error="ignore")

    def close(self) -> None:
        """End the connection; the scheduler then cancels what it has of it."""
        self._client.close(timeout=2)


@cache
def _text() -> tuple[str, str]:
    """`remote` under a name that says which version it is, and as text."""
    text = Path(inspect.getfile(remote)).read_text(encoding="utf-8")
    return f"labreport_{hashlib.sha256(text.encode()).hexdigest()[:16]}", text


def _given(what: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    name, text = _text()
    return {"name": name, "text": text, "what": what, "arguments": dict(arguments)}


def _answered(answer: Mapping[str, Any]) -> Any:
    if "refused" in answer:
        raise Refused(answer["refused"])
    return answer["found"]


class ClusterLane:
    """One place of one worker, until that is lost; its code is in `tree` there."""

    def __init__(self, name: str, pool: Pool, link: Link, worker: str, tree: str) -> None:
        self.name, self.worker, self.tree = name, worker, tree
        self.ready = True
        self.run = ""
        """What is carried out, until its outcome was taken."""
        self.seen = 0
        """The number of the last message that has arrived."""
        self._pool, self._link = pool, link
        self._count = 0
        self._source = ""
        self._dask: Any = None
        self._came: deque[bytes | BrokenExecutor] = deque()
        self._lock = threading.Lock()

    @property
    def busy(self) -> bool:
        """Whether something may have come."""
        return self.ready and bool(self.run)

    def submit(self, task: Task) -> None:
        """Begin a task."""
        job = self._pool.job
        self._count += 1
        self._source = task.source
        with self._lock:
            run = self.run = f"{task.name}#{task.seed}-{self.name}-{self._count}"
            self.seen = 0
            self._came.clear()
        sent = claim(task, job.package, job.roots), pickle.dumps(replace(task, source=""))
        try:
            self._dask = self._link.begin(
                self.worker,
                run,
                job.resources,
                "carry_out",
                lane=self.name,
                tree=self.tree,
                environment=job.environment,
                start=START,
                task=pickle.dumps(sent),
                run=run,
            )
        except Exception as error:  # whatever Dask raises when it has no connection
            self.heard(run, {}, WorkerLost(f"no connection to the cluster: {error}"))
        else:
            self._dask.add_done_callback(lambda found: self._pool.aside(self._over, run, found))

    def heard(self, run: str, messages: Mapping[int, bytes], ended: BrokenExecutor | None = None) -> None:
        """Take what the worker sent, and why the run has ended; called in other threads."""
        with self._lock:
            if run == self.run:
                new = sorted(number for number in messages if number > self.seen)
                self.seen = max([self.seen, *new])
                self._came.extend([*(messages[number] for number in new), *filter(None, [ended])])

    def messages(self) -> list[Message]:
        """What came since the last call."""
        received: list[Message] = []
        while self.run and self._came:
            came = self._came.popleft()
            message = decoded(came) if isinstance(came, bytes) else Outcome(error=came)
            if isinstance(message, Outcome):
                if isinstance(message.error, OSError) and message.error.errno == errno.ENOSPC:
                    self._pool.leave_out(self.worker, str(message.error))  # its lanes are lost, this one, too
                    continue
                self.run = ""
                message = replace(message, trace=message.trace.replace(self.tree, str(Path(self._source))))
            received.append(message)
        return received

    def lose(self) -> None:
        """Its worker, or the way to it, is gone."""
        self.ready = False
        self.close()
        self.heard(self.run, {}, WorkerLost(f"the worker {self.worker} was lost"))

    def renew(self) -> None:
        """The next task starts a fresh process."""
        if self.ready:
            with suppress(LinkLost, Refused):
                self._link.call(self.worker, "end", lane=self.name)
        self.heard(self.run, {}, WorkerDied())

    def close(self) -> None:
        """Call off what is carried out; the pool ends the processes of all lanes."""
        if self._dask is not None and self.run:
            with suppress(Exception):
                self._dask.cancel()

    def _over(self, run: str, dask: Any) -> None:
        """The Dask task has ended."""
        if run != self.run:
            return
        try:
            found = self._link.found(dask, SILENCE)
        except Refused as refusal:  # its results would not belong under their keys
            self._pool.leave_out(self.worker, str(refusal))
        except LabReportError:
            self.lose()
        else:
            died = WorkerDied(f"as {found['ended']}") if found["ended"] else None
            self.heard(run, found["messages"], died)


class Pool:
    """The lanes of a job on the cluster at `address`, in the list `lanes`, which grows as workers join.

    Raises `LabReportError` where no scheduler answers.
    """

    def __init__(self, address: str, job: Job) -> None:
        self.lanes: list[ClusterLane] = []
        self.job = job
        self._address = address
        self._build = uuid.uuid4().hex[:12]
        self._notes: deque[str] = deque()
        self._refused: set[str] = set()
        self._known: dict[str, str] = {}
        self._collecting: dict[str, Future[None] | None] = {}
        self._hosts: dict[str, threading.Lock] = defaultdict(threading.Lock)
        self._good = self._said = time.monotonic()
        self._closed = threading.Event()
        self._threads = ThreadPoolExecutor(24, "labreport-cluster")
        self._link = Link(address)
        threading.Thread(target=self._keep_watch, name="labreport-watch", daemon=True).start()

    def look(self, terminal: Terminal) -> None:
        """Report what has happened. Raises `LabReportError` where no worker can be used, or none has come."""
        while self._notes:
            terminal.warn(self._notes.popleft())
        if any(lane.ready for lane in self.lanes):
            self._good = self._said = time.monotonic()
            return
        waited = time.monotonic() - self._good
        if self._known and self._refused.issuperset(self._known) and self._link.alive:
            wanted = " ".join(self.job.requirements)
            raise LabReportError(
                f"--scheduler {self._address}: no worker can compute these results; install on each of them: "
                f"{wanted}"
            )
        if waited > PATIENCE_SECONDS:
            what = "the scheduler has no workers" if self._link.alive else "no scheduler answers"
            raise LabReportError(
                f"--scheduler {self._address}: {what} for {waited:.0f} s; start some with "
                f"`dask worker {self._address}`, and run the same command again"
            )
        if time.monotonic() - self._said > min(_SAY_SECONDS, PATIENCE_SECONDS / 5):
            self._said = time.monotonic()
            left = PATIENCE_SECONDS - waited
            terminal.warn(f"--scheduler {self._address}: no worker; waiting for one, {left:.0f} s more")

    def aside(self, call: Callable[..., None], *arguments: Any) -> Future[None] | None:
        """Call something in another thread, unless this is closed."""
        try:
            return self._threads.submit(call, *arguments)
        except RuntimeError:
            return None

    def leave_out(self, address: str, why: str) -> None:
        """A worker is not used, or no more."""
        if address in self._refused:
            return
        self._refused.add(address)
        self._notes.append(f"worker {address} is left out: {' '.join(why.split())[:300]}")
        self._lose_lanes(address)

    def close(self) -> None:
        """End all processes on the workers, and the connection."""
        self._closed.set()
        with suppress(Exception):
            self._link.call_all("end_all", build=self._build)
        with suppress(Exception):
            self._link.close()
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _keep_watch(self) -> None:
        while not self._closed.is_set():
            try:
                workers = self._link.workers()
            except LinkLost:
                if not self._closed.is_set():
                    self._connect_again()
                continue
            # A worker that was started again at the same address has another folder
            identities = {address: str(known.get("local_directory")) for address, known in workers.items()}
            for address, identity in list(self._known.items()):
                if identities.get(address) != identity:
                    self._lose(address)
            for address, identity in identities.items():
                if address not in self._known:
                    self._known[address] = identity
                    self.aside(self._greet, address, workers[address])
            busy: dict[str, list[ClusterLane]] = defaultdict(list)
            for lane in self.lanes:
                if lane.busy:
                    busy[lane.worker].append(lane)
            for address, lanes in busy.items():
                if (before := self._collecting.get(address)) is None or before.done():
                    self._collecting[address] = self.aside(self._collect, address, lanes)
            self._closed.wait(LOOK_SECONDS)

    def _collect(self, address: str, lanes: list[ClusterLane]) -> None:
        """Fetch what the runs of a worker have sent; what comes at their end comes with that."""
        seen = {lane.name: (lane.run, lane.seen) for lane in lanes}
        with suppress(LinkLost, Refused):
            found = self._link.call(address, "collect", seen=seen)
            for lane in lanes:
                if messages := found.get(lane.name):
                    lane.heard(seen[lane.name][0], messages)

    def _connect_again(self) -> None:
        """Wait for a scheduler at the same address; what ran there is lost as far as it was not sent."""
        self._notes.append(f"--scheduler {self._address}: the connection is lost; waiting for a scheduler")
        for address in list(self._known):
            self._lose(address)
        with suppress(Exception):
            self._link.close()
        while not self._closed.is_set():
            try:
                self._link = Link(self._address)
            except LabReportError:
                self._closed.wait(LOOK_SECONDS)
            else:
                self._notes.append(f"--scheduler {self._address}: connected again")
                return

    def _lose(self, address: str) -> None:
        self._known.pop(address, None)
        self._refused.discard(address)
        if self._lose_lanes(address):
            self._notes.append(f"worker {address} was lost; its runs continue elsewhere")

    def _lose_lanes(self, address: str) -> bool:
        """Give up the lanes of a worker; whether it had any."""
        lost = [lane for lane in self.lanes if lane.worker == address and lane.ready]
        for lane in lost:
            lane.lose()
        return bool(lost)

    def _greet(self, address: str, known: Any) -> None:
        """Take a worker in, or leave it out."""
        link = self._link
        try:
            places, tree = self._take_in(link, address, known)
        except LinkLost:
            pass
        except Refused as refusal:
            self.leave_out(address, str(refusal))
        except Exception as error:  # a worker that answers in a way that nobody expects
            self.leave_out(address, f"{type(error).__name__}: {error}")
        else:
            for _ in range(places):
                name = f"{self._build}-{uuid.uuid4().hex[:8]}"
                self.lanes.append(ClusterLane(name, self, link, address, tree))

    def _take_in(self, link: Link, worker: str, known: Any) -> tuple[int, str]:
        """Send code and data to a worker.

        Returned are the number of places for runs, and the folder with the code. Only one worker of a
        machine receives files at a time, so they travel once. Raises `Refused` and `LinkLost`.
        """
        job = self.job

        def ask(what: str, **arguments: Any) -> Any:
            name = f"labreport-{what}-{self._build}-{uuid.uuid4().hex[:8]}"
            return link.found(link.begin(worker, name, {}, what, **arguments))

        with self._hosts[str(known.get("host", worker))]:
            offer = ask("offer", needed=job.size, digests=list(job.files))
            places, folder = job.places(known, offer["cores"]), offer["folder"]
            for digest in offer["lacking"]:
                file, part, piece = job.files[digest], uuid.uuid4().hex, b" "
                with io.BytesIO(file) if isinstance(file, bytes) else file.open("rb") as stream:
                    while piece:
                        piece = stream.read(PIECE)
                        ask("receive", folder=folder, digest=digest, part=part, data=piece)
            return places, ask("unpack", folder=folder, archive=job.archive, build=self._build)

"""A lane on a cluster: one place of one worker, whose process carries out one run after the other."""

from __future__ import annotations

import errno
import pickle
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from labreport.errors import LabReportError
from labreport.execute.cluster.child import START
from labreport.execute.cluster.identity import claim
from labreport.execute.cluster.link import Link, LinkLost, Refused, settle
from labreport.execute.lanes import WorkerDied, WorkerLost
from labreport.execute.task import Task
from labreport.execute.worker import Message, Outcome
from labreport.processes import RemoteTraceback
from labreport.trajectory import Trajectory

SILENCE = 60.0
"""Seconds after the end of a Dask task in which its last messages must have come."""
TAKES = 3
"""How often a large message is asked for before its worker counts as lost."""


@dataclass(frozen=True)
class Spot:
    """Where a lane is: on this worker, with the code in `tree`, and the variables of its processes."""

    link: Link
    worker: str
    tree: str
    environment: dict[str, str]
    resources: dict[str, float] = field(default_factory=dict)


class ClusterLane:
    """One place of one worker, until that is lost. `package` and `roots` are the project's."""

    watched = True

    def __init__(
        self,
        name: str,
        spot: Spot,
        package: str,
        roots: tuple[str, ...],
        fetching: ThreadPoolExecutor,
        full: Callable[[str, str], None],
    ) -> None:
        self.name = name
        self.spot = spot
        self.ready = True
        self._project = (package, roots)
        self._fetching = fetching
        self._full = full
        self._count = 0
        self._run = ""
        self._source = ""
        self._dask: Any = None
        self._future: Future[Trajectory] = Future()
        self._frames: deque[Future[bytes] | bytes | str] = deque()
        self._returned: float | None = None
        self._lock = threading.Lock()

    def submit(self, task: Task) -> Future[Trajectory]:
        """Begin a task; raises `WorkerLost` where the worker is gone."""
        self._count += 1
        self._run, self._source = f"{task.name}#{task.seed}-{self.name}-{self._count}", task.source
        self._future = Future()
        self._frames.clear()
        self._returned = None
        sent = pickle.dumps((claim(task, *self._project), replace(task, source="")))
        spot = self.spot
        try:
            self._dask = spot.link.begin(
                spot.worker,
                self._run,
                spot.resources,
                "carry_out",
                lane=self.name,
                tree=spot.tree,
                environment=spot.environment,
                start=START,
                topic=spot.link.topic,
                task=sent,
                run=self._run,
            )
        except Exception as error:  # whatever Dask raises when it has no connection
            raise WorkerLost(f"no connection to the cluster: {error}") from None
        settle(self._dask, partial(self._over, self._run))
        return self._future

    def heard(self, run: str, frames: list[Any]) -> None:
        """Take what the worker sent; called in the thread of the connection."""
        if run != self._run:
            return
        for kind, content in frames:
            if kind == "held":
                self._frames.append(self._fetching.submit(self._take, int(content)))
            else:
                self._frames.append(content)

    def messages(self) -> list[Message]:
        """What came since the last call; the future is settled here, after all that came before its end."""
        received: list[Message] = []
        while self._frames and not self._future.done():
            frame = self._frames[0]
            if isinstance(frame, Future) and not frame.done():
                break
            self._frames.popleft()
            if isinstance(frame, str):
                self._fail(WorkerDied(f"as {frame}"))
                break
            try:
                data = frame.result() if isinstance(frame, Future) else frame
            except LabReportError:
                self.lose()
                break
            message = pickle.loads(data[1:])  # noqa: S301 - from a worker that runs our own code
            if isinstance(message, Outcome):
                self._end(message)
            else:
                received.append(message)
        if self._returned is not None and not self._frames and time.monotonic() - self._returned > SILENCE:
            self.lose()
        return received

    def _over(self, run: str, returned: bool) -> None:
        if run == self._run and returned:
            self._returned = time.monotonic()
        elif run == self._run:
            self.lose()

    def lose(self) -> None:
        """Its worker, or the way to it, is gone."""
        self.ready = False
        self._fail(WorkerLost(f"the worker {self.spot.worker} was lost"))

    def renew(self) -> None:
        """The next task starts a fresh process."""
        if self.ready:
            with suppress(LinkLost, Refused):
                self.spot.link.call(self.spot.worker, "end", lane=self.name)
        self._fail(WorkerDied())

    def close(self) -> None:
        """The pool ends the processes of all lanes."""
        if self._dask is not None and not self._future.done():
            with suppress(Exception):
                self._dask.cancel()
        self._fail(BrokenExecutor("its worker was ended"))

    def _end(self, outcome: Outcome) -> None:
        if isinstance(outcome.error, OSError) and outcome.error.errno == errno.ENOSPC:
            self._full(self.spot.worker, str(outcome.error))
            self.lose()
        elif outcome.error is not None:
            trace = outcome.trace.replace(self.spot.tree, str(Path(self._source)))
            outcome.error.__cause__ = RemoteTraceback(trace)
            self._fail(outcome.error)
        elif outcome.trajectory is not None:
            with self._lock:
                if not self._future.done():
                    self._future.set_result(outcome.trajectory)

    def _fail(self, error: BaseException) -> None:
        with self._lock:
            if not self._future.done():
                self._future.set_exception(error)

    def _take(self, number: int) -> bytes:
        for left in reversed(range(TAKES)):
            try:
                found = self.spot.link.call(self.spot.worker, "take", lane=self.name, number=number)
                if found is None:
                    raise LinkLost("the worker has forgotten what it sent")
                return bytes(found)
            except LinkLost:
                if not left or not self.spot.link.alive:
                    raise
        raise AssertionError("unreachable")

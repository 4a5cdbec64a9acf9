"""Carrying out tasks on lanes, in order; what happens when a lane dies, after Ctrl-C, on a full disk."""

from __future__ import annotations

import queue
import signal
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from labreport.project import Project
from labreport.results import Store
from labreport.results.files import DiskError
from labreport.run.local import LaneDied, LocalLane
from labreport.run.task import Epoch, Event, Failed, Finished, Job, Outcome, Task, grouped, in_order

if TYPE_CHECKING:
    from labreport.run.dask import DaskLane

PATIENCE = 5.0
"""Seconds in which states are written after Ctrl-C."""
Lane: TypeAlias = "LocalLane | DaskLane"


def execute(
    project: Project,
    tasks: Iterable[Task],
    store: Store,
    *,
    jobs: int = 1,
    scheduler: str = "",
    progress: Callable[[Event], None] = lambda event: None,
    on_first_seeds: Callable[[], None] | None = None,
) -> Outcome:
    """Make what `tasks` say on so many lanes, or on the workers of a Dask scheduler; each run is stored.

    `progress` and `on_first_seeds` are called in this thread, the latter once every experiment that is not
    exclusive has the first seed, and others are to come. What a worker has must be what its task says.

    Raises `DiskError` where nothing can be written, and `KeyboardInterrupt` after states are written.
    """
    build = _Build(in_order(project, list(tasks)), store, progress, on_first_seeds)
    cluster = None
    if scheduler and build.ordered:
        from labreport.run.dask import Cluster, DaskLane

        cluster = Cluster(scheduler, project, store)
        jobs = cluster.lanes
    try:
        for exclusive in (False, True):
            phase = [task for task in build.ordered if task.experiment.exclusive is exclusive]
            count = 1 if exclusive else min(jobs, len(phase))
            lanes = [DaskLane(cluster) if cluster else LocalLane(project, store) for _ in range(count)]
            build.run(phase, lanes)
    finally:
        if cluster:
            cluster.close()
    failed = sorted(build.failed, key=lambda each: build.ordered.index(each.tasks[0]))
    return Outcome(tuple(build.finished), grouped(failed))


@dataclass
class _Build:
    """One call of `execute`: what waits, what is done."""

    ordered: list[Task]
    store: Store
    progress: Callable[[Event], None]
    on_first_seeds: Callable[[], None] | None
    finished: list[Task] = field(default_factory=list)
    failed: list[Failed] = field(default_factory=list)

    def __post_init__(self) -> None:
        others = [task for task in self.ordered if not task.experiment.exclusive]
        self._first = {task.key for task in others if task.seed == others[0].seed}
        self._disk = ""
        self._given_up, self._proven = set[str](), set[str]()
        self._died = set[tuple[str, int]]()
        self.stopped, self._lock = threading.Event(), threading.Lock()
        self._events: queue.SimpleQueue[Event | BaseException | None] = queue.SimpleQueue()

    def run(self, phase: Sequence[Task], lanes: Sequence[Lane]) -> None:
        """Carry out tasks; returns when all lanes have ended."""
        self._waiting = list(phase)
        threads = [threading.Thread(target=self._serve, args=(lane,), daemon=True) for lane in lanes]
        for thread in threads:
            thread.start()
        self._running = len(threads)
        try:
            while self._running and not self.stopped.is_set():
                self._look()
            self._end(lanes)
        except BaseException:  # Ctrl-C, or what a callback raised
            self.stopped.set()
            try:
                self._end(lanes)
            finally:
                for lane in lanes:
                    lane.kill()
            raise
        if self._disk:
            raise DiskError(self._disk)

    def _end(self, lanes: Sequence[Lane]) -> None:
        """Have all lanes stop that still run, and kill those that did not after a while."""
        if self._running:
            for lane in lanes:
                lane.stop()
        latest = time.monotonic() + PATIENCE
        while self._running and time.monotonic() < latest:
            self._look()
        for lane in lanes if self._running else ():
            lane.kill()
        while self._running:
            self._look()

    def _look(self) -> None:
        """Take what came of the lanes, or wait a moment."""
        try:
            event = self._events.get(timeout=0.1)
        except queue.Empty:
            return
        if event is None:
            self._running -= 1
        elif isinstance(event, BaseException):
            raise event
        else:
            self._take(event)

    def _take(self, event: Event) -> None:
        if isinstance(event, Failed):
            self.failed.append(event)
        if isinstance(event, Finished):
            self.finished.append(event.task)
            self._first.discard(event.task.key)
        self.progress(event)
        left = len(self.finished) + len(self.failed) < len(self.ordered)
        if self.on_first_seeds and not self._first and left and isinstance(event, Finished):
            call, self.on_first_seeds = self.on_first_seeds, None
            call()

    def _serve(self, lane: Lane) -> None:
        """The thread of a lane: do one task after another."""
        # A process that it starts must not meet Ctrl-C half imported
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            while task := self._next():
                self._do(lane, task)
        except BaseException as error:
            self._events.put(error)
        finally:
            lane.close()
            self._events.put(None)

    def _next(self) -> Task | None:
        with self._lock:
            while self._waiting and not self.stopped.is_set():
                task = self._waiting.pop(0)
                if task.experiment.name not in self._given_up:
                    return task
        return None

    def _do(self, lane: Lane, task: Task) -> None:
        def tell(epoch: int, record: Mapping[str, Any]) -> None:
            self._events.put(Epoch(task, epoch, record))

        self._events.put(Epoch(task, 0, {}))
        job = Job(task.experiment.name, task.seed, task.key, task.made_of, task.epochs, self._proves(task))
        try:
            trouble = lane.run(job, tell)
        except LaneDied as death:
            if self.stopped.is_set():
                return
            if (task.key, task.seed) not in self._died:
                self._died.add((task.key, task.seed))
                self._waiting.insert(0, task)
                return
            trouble = Failed(f"its process died twice{death}; too little memory?")
        run = self.store.find(task.key, task.seed)
        if trouble is None and run and not run.missing(task.epochs):
            self._events.put(Finished(task))
        elif trouble and trouble.disk:
            self._disk = trouble.cause
            self.stopped.set()
        elif trouble:
            self._given_up.add(task.experiment.name)
            self._events.put(replace(trouble, tasks=(task,)))

    def _proves(self, task: Task) -> bool:
        """Whether this is the first run of an experiment, and so trains its second epoch twice."""
        experiment = task.experiment
        if experiment.one_step or experiment.exclusive or task.epochs[-1] < 2:
            return False
        run = self.store.find(task.key, task.seed)
        with self._lock:
            if (run and run.records) or experiment.name in self._proven:
                return False
            self._proven.add(experiment.name)
        return True

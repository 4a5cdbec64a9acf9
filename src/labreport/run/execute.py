"""Carrying out tasks on lanes, in order; what happens when a lane dies, after Ctrl-C, on a full disk."""

from __future__ import annotations

import queue
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from labreport.project import Project, resolve_callable
from labreport.results import Store
from labreport.results.files import DiskError
from labreport.run.local import LocalWorker, WorkerDied
from labreport.run.task import Epoch, Event, Failed, Finished, Job, Outcome, Task

if TYPE_CHECKING:
    from labreport.run.dask import Cluster

PATIENCE = 5.0
"""Seconds in which states are written after Ctrl-C."""
Worker: TypeAlias = "LocalWorker | Cluster"


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

    Exclusive ones come last, then it goes by seed, the longest first. `progress` and `on_first_seeds` are
    called in this thread, the latter once every experiment that is not exclusive has the first seed, and
    others are to come. What a worker has must be what its task says.

    Raises `DiskError` where nothing can be written, and `KeyboardInterrupt` after states are written.
    """
    cost = (
        resolve_callable(project.cost, project.location, "cost")
        if project.cost
        else lambda specification: 1.0
    )

    def rank(task: Task) -> tuple[bool, int, float]:
        work = float(cost(task.experiment.specification)) * task.epochs[-1]
        return task.experiment.exclusive, task.seed, -work

    ordered = sorted(tasks, key=rank)
    build = Scheduler(ordered, store, progress, on_first_seeds)
    cluster = None
    if scheduler and ordered:
        from labreport.run.dask import Cluster

        cluster = Cluster(scheduler, project, store)
        jobs = cluster.lanes
    try:
        for exclusive in (False, True):
            phase = [task for task in ordered if task.experiment.exclusive is exclusive]
            count = 1 if exclusive else min(jobs, len(phase))
            build.run(phase, [cluster or LocalWorker(project, store) for _ in range(count)])
    finally:
        if cluster:
            cluster.kill()
    causes: dict[tuple[str, str], Failed] = {}
    for each in sorted(build.failed, key=lambda one: ordered.index(one.tasks[0])):
        first = causes.get((each.location, each.cause))
        causes[each.location, each.cause] = (
            replace(each, tasks=(*first.tasks, *each.tasks)) if first else each
        )
    return Outcome(tuple(build.finished), tuple(causes.values()))


class Scheduler:
    """One call of `execute`: what is to be told, and what came of it."""

    def __init__(
        self,
        ordered: Sequence[Task],
        store: Store,
        progress: Callable[[Event], None],
        on_first_seeds: Callable[[], None] | None,
    ) -> None:
        self.count, self.store = len(ordered), store
        self.progress, self.on_first_seeds = progress, on_first_seeds
        self.finished: list[Task] = []
        self.failed: list[Failed] = []
        others = [task for task in ordered if not task.experiment.exclusive]
        self.first = {task.key for task in others if task.seed == others[0].seed}
        new = [task for task in others if not store.find(task.key, task.seed)]
        self.proving = {task.experiment.name: task for task in reversed(new)}
        self.stopped = False
        self._events: queue.SimpleQueue[Event | BaseException | None] = queue.SimpleQueue()

    def run(self, phase: Sequence[Task], lanes: Sequence[Worker]) -> None:
        """Carry out tasks; returns when all lanes have ended."""
        waiting = iter(phase)  # of which each lane takes the next: a list gives one to one thread
        for lane in lanes:
            threading.Thread(target=self._serve, args=(lane, waiting), daemon=True).start()
        self._running = len(lanes)
        try:
            while self._running:
                self._look()
        except BaseException:  # Ctrl-C, a full disk, or what a callback raised
            self.stopped = True
            try:
                for lane in set(lanes):
                    lane.stop()
                latest = time.monotonic() + PATIENCE
                while self._running and time.monotonic() < latest:
                    self._look()
            finally:
                for lane in lanes:
                    lane.kill()
            raise

    def _look(self) -> None:
        """Take what came of the lanes, or wait a moment."""
        try:
            event = self._events.get(timeout=0.1)
        except queue.Empty:
            return
        if isinstance(event, BaseException):
            raise event
        if event is None:
            self._running -= 1
            return
        self.progress(event)
        if isinstance(event, Finished):
            self.finished.append(event.task)
            self.first.discard(event.task.key)
            left = len(self.finished) + len(self.failed) < self.count
            if self.on_first_seeds and not self.first and left:
                call, self.on_first_seeds = self.on_first_seeds, None
                call()

    def _serve(self, lane: Worker, waiting: Iterator[Task]) -> None:
        """The thread of a lane: do one task after another, but no more of an experiment that has failed."""
        # A process that it starts must not meet Ctrl-C half imported
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            for task in waiting:
                given_up = {each.tasks[0].experiment.name for each in self.failed}
                if not self.stopped and task.experiment.name not in given_up:
                    self._do(lane, task)
        except BaseException as error:
            self._events.put(error)
        finally:
            lane.close()
            self._events.put(None)

    def _do(self, lane: Worker, task: Task, again: bool = True) -> None:
        """Do a task, and where its process dies, `again`."""
        name = task.experiment.name
        job = Job(name, task.seed, task.key, task.made_of, task.epochs, self.proving.get(name) is task)
        self._events.put(Epoch(task, 0, {}))
        try:
            trouble = lane.run(job, lambda epoch, record: self._events.put(Epoch(task, epoch, record)))
        except WorkerDied as death:
            if self.stopped:
                return
            if again:
                self._do(lane, task, again=False)
                return
            trouble = Failed(f"its process died twice{death}; too little memory?")
        if trouble and trouble.disk:
            raise DiskError(trouble.cause)
        if trouble:
            trouble = replace(trouble, tasks=(task,))
            self.failed.append(trouble)
            self._events.put(trouble)
        elif (run := self.store.find(task.key, task.seed)) and not run.missing(task.epochs):
            self._events.put(Finished(task))

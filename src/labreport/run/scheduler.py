"""Running tasks on workers, in order; what happens when one dies, after Ctrl-C, on a full disk."""

from __future__ import annotations

import queue
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from labreport.project import Project
from labreport.results import Store
from labreport.results.files import DiskError
from labreport.run.local import LocalWorker
from labreport.run.task import EpochReached, Event, Failed, Failure, Finished, Task, WorkerDied

if TYPE_CHECKING:
    from labreport.run.dask import Cluster

Worker: TypeAlias = "LocalWorker | Cluster"
"""What runs tasks for one thread, one after another; `stop` and `kill` are called by another thread."""
PATIENCE = 5.0
"""Seconds in which states are written after Ctrl-C; an epoch that takes longer is lost."""


def run_tasks(
    project: Project,
    tasks: Sequence[Task],
    store: Store,
    *,
    jobs: int = 1,
    scheduler: str = "",
    progress: Callable[[Event], None] = lambda event: None,
    on_first_seeds: Callable[[], None] | None = None,
) -> list[Failed]:
    """Run tasks in order, exclusive ones last, on so many local workers or on those of a Dask scheduler.

    Each run is stored; what comes back are failures, one for each cause. `progress` and `on_first_seeds` are
    called in this thread, the latter once every task of the first seed that is not exclusive has finished,
    and others are to come. What a worker has must be what its task says.

    Raises `DiskError` where nothing can be written, and `KeyboardInterrupt` after states are written.
    """
    schedule = Scheduler(tasks, store, progress, on_first_seeds)
    if scheduler and tasks:
        from labreport.run.dask import connected_cluster

        with connected_cluster(scheduler, project, store) as cluster:
            schedule.run(lambda: cluster, cluster.size)
    else:
        schedule.run(lambda: LocalWorker(project, store), jobs)
    return _by_cause(schedule.failures, tasks)


def _by_cause(failures: Mapping[Task, Failure], tasks: Iterable[Task]) -> list[Failed]:
    """One `Failed` for each location and cause, with all tasks that failed of it, in their order."""
    by_cause: dict[Failure, tuple[Task, ...]] = {}
    for task in tasks:
        if task in failures:
            by_cause[failures[task]] = (*by_cause.get(failures[task], ()), task)
    return [Failed(failed_tasks, failure) for failure, failed_tasks in by_cause.items()]


@dataclass(frozen=True)
class _WorkerEnded:
    """A worker gets no more tasks; `error` is what its thread raised."""

    error: BaseException | None


@dataclass
class Scheduler:
    """One call of `run_tasks`: which task is next, and what came of those before.

    A thread for each worker, `_feed_worker`, gives it one task after another: `_run_with_retry`,
    `Worker.run`, and in the process of the worker `run_task`. What comes of them goes through a queue to the
    calling thread: `_handle_event`.
    """

    tasks: Sequence[Task]
    store: Store
    progress: Callable[[Event], None]
    on_first_seeds: Callable[[], None] | None
    failures: dict[Task, Failure] = field(default_factory=dict)
    given_up: set[str] = field(default_factory=set)
    """The experiments of which a run has failed."""
    was_stopped: bool = False
    _running: int = 0
    """How many workers have tasks."""
    _events: queue.SimpleQueue[Event | _WorkerEnded] = field(default_factory=queue.SimpleQueue)

    def __post_init__(self) -> None:
        self.unfinished = len(self.tasks)
        self.shared = [task for task in self.tasks if not task.exclusive]
        self.exclusive = [task for task in self.tasks if task.exclusive]
        self.first_keys = {task.key for task in self.shared if task.seed == self.shared[0].seed}
        """The keys of the first seed that are not stored yet."""

    def run(self, new_worker: Callable[[], Worker], count: int) -> None:
        """Run all tasks, on so many workers at most; exclusive ones afterwards on one."""
        self._run_phase(self.shared, [new_worker() for _ in self.shared[:count]])
        self._run_phase(self.exclusive, [new_worker() for _ in self.exclusive[:1]])

    def _run_phase(self, tasks: Iterable[Task], workers: Sequence[Worker]) -> None:
        """Run tasks; returns when all workers have ended."""
        waiting = iter(tasks)  # of which each worker takes the next: a list gives one task to one thread
        for worker in workers:
            threading.Thread(target=self._feed_worker, args=(worker, waiting), daemon=True).start()
        self._running = len(workers)
        try:
            while self._running:
                self._handle_event()
        except BaseException:  # Ctrl-C, a full disk, or what a callback raised
            self._stop(workers)
            raise

    def _stop(self, workers: Sequence[Worker]) -> None:
        """Have all workers write their states, and end them."""
        self.was_stopped = True
        try:
            for worker in set(workers):  # a cluster is that of several threads
                worker.stop()
            latest = time.monotonic() + PATIENCE
            while self._running and time.monotonic() < latest:
                self._handle_event()
        finally:
            for worker in workers:
                worker.kill()

    def _handle_event(self) -> None:
        """Wait a moment for an event, and handle it. Raises what the thread of a worker raised."""
        try:
            event = self._events.get(timeout=0.1)
        except queue.Empty:
            return
        if isinstance(event, _WorkerEnded):
            self._running -= 1
            if event.error:
                raise event.error
            return
        self.progress(event)
        if isinstance(event, EpochReached):
            return
        self.unfinished -= 1
        if isinstance(event, Finished):
            self.first_keys.discard(event.task.key)
            if self.on_first_seeds and not self.first_keys and self.unfinished:
                call, self.on_first_seeds = self.on_first_seeds, None
                call()

    def _feed_worker(self, worker: Worker, waiting: Iterator[Task]) -> None:
        """The thread of a worker: one task after another, but no more of an experiment that has failed."""
        # A process that it starts must not meet Ctrl-C half imported
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        error = None
        try:
            for task in waiting:
                if not self.was_stopped and task.name not in self.given_up:
                    self._run_and_report(worker, task)
        except BaseException as raised:
            error = raised
        finally:
            worker.close()
            self._events.put(_WorkerEnded(error))

    def _run_and_report(self, worker: Worker, task: Task) -> None:
        """Have a worker run a task, and tell what came of it; nothing, where it was stopped."""
        failure = self._run_with_retry(worker, task)
        if failure and failure.is_disk_error:
            raise DiskError(failure.cause)
        if failure:
            self.failures[task] = failure
            self.given_up.add(task.name)
            self._events.put(Failed((task,), failure))
            return
        run = self.store.reload(task.key, task.seed, task.name)
        if run and not run.missing(task.epochs):
            self._events.put(Finished(task))

    def _run_with_retry(self, worker: Worker, task: Task) -> Failure | None:
        """Why a task has failed; None where it has not. It is run once more where its process dies."""
        for _ in range(2):
            self._events.put(EpochReached(task, 0))
            try:
                return worker.run(task, lambda epoch: self._events.put(EpochReached(task, epoch)))
            except WorkerDied:
                if self.was_stopped:
                    return None
        return Failure("its process died twice; too little memory?")

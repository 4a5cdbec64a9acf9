"""Run tasks on workers in order; handle workers that die, Ctrl-C and full disks."""

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
"""Runs one task at a time for its thread; other threads may call only `stop` and `kill`."""
PATIENCE = 5.0
"""Seconds that workers have after Ctrl-C to finish an epoch and store their states; then they are killed."""


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
    """Run tasks in order, exclusive ones last, on `jobs` local workers or on those of a Dask scheduler.

    Each run is stored. Gives the failures, one for each cause. `progress` is called for each event, in this
    thread. `on_first_seeds` is called once, as soon as all non-exclusive tasks of the first seed have
    finished and others remain.

    Raises `DiskError` if runs cannot be written, and `KeyboardInterrupt` after states have been stored.
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
    """One `Failed` for each different failure, with all tasks that failed in this way, in order."""
    by_cause: dict[Failure, tuple[Task, ...]] = {}
    for task in tasks:
        if task in failures:
            by_cause[failures[task]] = (*by_cause.get(failures[task], ()), task)
    return [Failed(failed_tasks, failure) for failure, failed_tasks in by_cause.items()]


@dataclass(frozen=True)
class _WorkerEnded:
    """The thread of a worker has ended; `error` is the exception that it raised, if any."""

    error: BaseException | None


@dataclass
class Scheduler:
    """The state of one call of `run_tasks`: tasks that wait, and failures so far.

    Each worker has a thread here (`_feed_worker`), which gives it one task after another: `_run_with_retry`
    calls `Worker.run`, which calls `run_task` in the process of the worker. Events go through a queue to the
    thread that called `run`, which handles them in `_handle_event`.
    """

    tasks: Sequence[Task]
    store: Store
    progress: Callable[[Event], None]
    on_first_seeds: Callable[[], None] | None
    failures: dict[Task, Failure] = field(default_factory=dict)
    given_up: set[str] = field(default_factory=set)
    """The names of experiments with a failed run; no more of their tasks are started."""
    was_stopped: bool = False
    _running: int = 0
    """How many threads of workers have not ended."""
    _events: queue.SimpleQueue[Event | _WorkerEnded] = field(default_factory=queue.SimpleQueue)

    def __post_init__(self) -> None:
        self.unfinished = len(self.tasks)
        self.shared = [task for task in self.tasks if not task.exclusive]
        self.exclusive = [task for task in self.tasks if task.exclusive]
        self.first_keys = {task.key for task in self.shared if task.seed == self.shared[0].seed}
        """The keys of the tasks of the first seed that have not finished yet."""

    def run(self, new_worker: Callable[[], Worker], count: int) -> None:
        """Run all tasks on at most `count` workers, then the exclusive ones on one worker."""
        self._run_phase(self.shared, [new_worker() for _ in self.shared[:count]])
        self._run_phase(self.exclusive, [new_worker() for _ in self.exclusive[:1]])

    def _run_phase(self, tasks: Iterable[Task], workers: Sequence[Worker]) -> None:
        """Run tasks on these workers, and return when all their threads have ended."""
        waiting = iter(tasks)  # shared by the threads; an iterator of a list gives each task to one of them
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
        """Ask all workers to store their states, wait for `PATIENCE` seconds, and kill them."""
        self.was_stopped = True
        try:
            for worker in set(workers):  # the threads of a cluster share one worker
                worker.stop()
            latest = time.monotonic() + PATIENCE
            while self._running and time.monotonic() < latest:
                self._handle_event()
        finally:
            for worker in workers:
                worker.kill()

    def _handle_event(self) -> None:
        """Wait up to 0.1 s for an event, and handle it. Raises again what the thread of a worker raised."""
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
        """The thread of a worker: give it one task after another, except of experiments that have failed."""
        # Inherited by the process that it starts, which Ctrl-C would otherwise hit in the middle of imports
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
        """Run a task, and put `Finished` or `Failed` into the queue; neither if the worker was stopped."""
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
        """Run a task, once more if its process dies. Gives why it failed, or None."""
        for _ in range(2):
            self._events.put(EpochReached(task, 0))
            try:
                return worker.run(task, lambda epoch: self._events.put(EpochReached(task, epoch)))
            except WorkerDied:
                if self.was_stopped:
                    return None
        return Failure("its process died twice; too little memory?")

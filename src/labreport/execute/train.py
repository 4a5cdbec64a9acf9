"""The training part of a plan: hands tasks to lanes, longest first, and stores what comes back."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, wait
from dataclasses import dataclass
from typing import Any

from labreport.console.progress import Progress, Training
from labreport.execute.lanes import Lane
from labreport.execute.task import Finished, Task

TRIES = 2
"""A worker that dies is replaced once for the same task."""
STALL_SECONDS = 1800.0
"""A worker that tells nothing for so long hangs; it is ended, and counts as dead."""
_TICK = 0.1


@dataclass(frozen=True)
class Failure:
    """A task that gave no result."""

    task: Task
    cause: str
    error: BaseException | None = None
    """What the worker raised, for `--debug`."""


@dataclass
class _Active:
    task: Task
    lane: int
    told: float
    epoch: int


class Trainer:
    """Runs tasks on lanes. `keep` stores a result as soon as it is there."""

    def __init__(
        self,
        lanes: Sequence[Lane],
        keep: Callable[[Task, Finished], None],
        prepare: Callable[[Task, bool], Task],
        stall_seconds: float = STALL_SECONDS,
    ) -> None:
        self._lanes = list(lanes)
        self._keep = keep
        self._prepare = prepare
        self._stall = stall_seconds
        self._tries: dict[str, int] = {}

    def run(self, tasks: Sequence[Task], progress: Progress) -> list[Failure]:
        """Carry out all tasks; returns those that failed. Raises only what `keep` raises."""
        waiting = sorted(tasks, key=lambda task: -task.cost * task.remaining)
        active: dict[Future[Finished], _Active] = {}
        last: dict[int, str] = {}
        failures: list[Failure] = []
        try:
            while waiting or active:
                for lane in self._idle(active):
                    if waiting:
                        task = _choose(
                            waiting, last.get(lane), {busy.task.program for busy in active.values()}
                        )
                        last[lane] = task.program
                        active[self._submit(lane, task)] = _Active(task, lane, time.monotonic(), 0)
                    else:
                        progress.idle(lane)
                done, _ = wait(active, timeout=_TICK, return_when=FIRST_COMPLETED)
                self._listen(active, progress)
                for future in done:
                    busy = active.pop(future)
                    failure = self._settle(future, busy, waiting, progress)
                    if failure:
                        failures.append(failure)
                self._end_hanging(active)
        finally:
            for place in self._lanes:
                place.close()
        return failures

    def _idle(self, active: dict[Future[Finished], _Active]) -> list[int]:
        busy = {running.lane for running in active.values()}
        return [lane for lane in range(len(self._lanes)) if lane not in busy]

    def _submit(self, lane: int, task: Task) -> Future[Finished]:
        self._tries[task.key] = self._tries.get(task.key, 0) + 1
        place = self._lanes[lane]
        prepared = self._prepare(task, place.shares_disk)
        try:
            return place.submit(prepared)
        except (BrokenExecutor, RuntimeError):
            place.renew()
        return place.submit(prepared)

    def _settle(
        self, future: Future[Finished], busy: _Active, waiting: list[Task], progress: Progress
    ) -> Failure | None:
        task = busy.task
        left = (task.until - max(busy.epoch, task.until - task.remaining)) * task.cost
        try:
            finished = future.result()
        except BrokenExecutor:
            self._lanes[busy.lane].renew()
            if self._tries[task.key] < TRIES:
                waiting.insert(0, task)
                progress.skip(-(task.remaining * task.cost - left))
                return None
            progress.skip(left)
            return Failure(task, f"its worker died {TRIES} times; see the system's log for a lack of memory")
        except Exception as error:  # the trainer's own code may raise anything
            progress.skip(left)
            return Failure(task, f"{type(error).__name__}: {error}".splitlines()[0][:300], error)
        progress.skip(left)
        self._keep(task, finished)
        progress.finished(_line(task, finished))
        return None

    def _listen(self, active: dict[Future[Finished], _Active], progress: Progress) -> None:
        by_lane = {running.lane: running for running in active.values()}
        for lane, running in by_lane.items():
            for key, epoch, record in self._lanes[lane].messages():
                if key == running.task.key:
                    running.told, running.epoch = time.monotonic(), epoch
                    training = Training(
                        f"{running.task.name}#{running.task.seed}", epoch, running.task.until, measure(record)
                    )
                    progress.epoch(lane, training, running.task.cost)

    def _end_hanging(self, active: dict[Future[Finished], _Active]) -> None:
        for running in active.values():
            if time.monotonic() - running.told > self._stall and self._lanes[running.lane].shares_disk:
                running.told = time.monotonic()
                self._lanes[running.lane].renew()


def _choose(waiting: list[Task], last: str | None, elsewhere: set[str]) -> Task:
    """The longest task of the program that this lane has compiled, else of one that no lane runs."""
    for wanted in (
        lambda task: task.program == last,
        lambda task: task.program not in elsewhere,
        lambda task: True,
    ):
        for index, task in enumerate(waiting):
            if wanted(task):
                return waiting.pop(index)
    raise IndexError("no task is waiting")


def measure(record: Any) -> str:
    """What a record says of how well it goes, if it says so."""
    for name, label in (("validation_accuracy", "validation"), ("accuracy", "accuracy"), ("loss", "loss")):
        value = record.get(name)
        if isinstance(value, float):
            return f"{label} {100 * value:.1f} %" if name != "loss" else f"{label} {value:.3f}"
    return ""


def _line(task: Task, finished: Finished) -> str:
    seconds = sum(float(record.get("seconds", 0.0)) for record in finished.records)
    how = f"{len(finished.records)} epochs  {measure(finished.records[-1])}  {seconds:.1f} s"
    return f"{task.name}#{task.seed}  {how}"

"""The scheduling of tasks on lanes, with lanes made for the test."""

from __future__ import annotations

import errno
from collections.abc import Callable, Sequence
from concurrent.futures import BrokenExecutor, Future
from concurrent.futures.process import BrokenProcessPool, ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from labreport.console.progress import Progress
from labreport.console.terminal import Terminal
from labreport.execute.lanes import Lane, ProcessLane
from labreport.execute.task import Finished, Task
from labreport.execute.train import Trainer


def task(name: str, until: int = 10, program: str = "", cost: float = 1.0) -> Task:
    """A task that no one will really carry out."""
    return Task(
        name, name, 0, None, "module:start", until, (until,), "", 1, program=program or name, cost=cost
    )


class MadeLane:
    """A lane that ends each task at once, as `outcome` says; it notes what it was given."""

    shares_disk = True

    def __init__(self, outcome: Callable[[Task], Finished | Exception | None]) -> None:
        self._outcome = outcome
        self.given: list[str] = []
        self.renewed = 0
        self._hanging: Future[Finished] | None = None

    def submit(self, task: Task) -> Future[Finished]:
        """Done at once, or never."""
        self.given.append(task.key)
        future: Future[Finished] = Future()
        outcome = self._outcome(task)
        if isinstance(outcome, Exception):
            future.set_exception(outcome)
        elif outcome is None:
            self._hanging = future
        else:
            future.set_result(outcome)
        return future

    def messages(self) -> list[tuple[Any, ...]]:
        """Nothing is told."""
        return []

    def renew(self) -> None:
        """A hanging task ends as if its process was killed."""
        self.renewed += 1
        if self._hanging is not None:
            hanging, self._hanging = self._hanging, None
            hanging.set_exception(BrokenProcessPool("killed"))

    def close(self) -> None:
        """Nothing to end."""


def finished(task: Task) -> Finished:
    """A result of the right length."""
    return Finished(task.key, ({"loss": 1.0},) * task.until, {}, {})


def run(lanes: Sequence[Lane], tasks: list[Task], stall: float = 60.0) -> tuple[list[str], list[str]]:
    """Keys kept, and causes of failures."""
    kept: list[str] = []
    trainer = Trainer(lanes, lambda task, _: kept.append(task.key), lambda task, _: task, stall)
    failures = trainer.run(tasks, Progress(Terminal(quiet=True), 1.0, len(tasks)))
    return kept, [failure.cause for failure in failures]


def test_longest_tasks_go_first() -> None:
    """So that no long one is left for the end."""
    lane = MadeLane(finished)
    run([lane], [task("a", 10), task("b", 50), task("c", 10, cost=3.0)])
    assert lane.given == ["b", "c", "a"]


def test_a_lane_stays_with_the_program_it_has_compiled() -> None:
    """Seeds of one network follow each other on one lane, though another's are longer."""
    lane = MadeLane(finished)
    run([lane], [task("a0", 50, "A"), task("b0", 40, "B"), task("a1", 30, "A")])
    assert lane.given == ["a0", "a1", "b0"]


def test_a_task_whose_worker_dies_is_tried_twice() -> None:
    """Then it is a failure, and the others go on."""
    lane = MadeLane(lambda task: BrokenProcessPool("x") if task.key == "bad" else finished(task))
    kept, causes = run([lane], [task("bad", 50), task("good")])
    assert (lane.given, kept, lane.renewed) == (["bad", "bad", "good"], ["good"], 2)
    assert causes == ["its worker died 2 times; see the system's log for a lack of memory"]


def test_a_process_that_cannot_be_started_is_a_worker_that_died(monkeypatch: pytest.MonkeyPatch) -> None:
    """For lack of processes, say; the lane is renewed and tries once more, then says why."""

    def refuse(self: ProcessPoolExecutor, *_: object) -> None:
        raise OSError(errno.EAGAIN, "no more processes")

    monkeypatch.setattr(ProcessPoolExecutor, "submit", refuse)
    lane = ProcessLane(1, Path())
    with pytest.raises(BrokenExecutor, match=r"no worker can be started: .*no more processes"):
        run([lane], [task("a")])


def test_a_worker_that_tells_nothing_is_ended() -> None:
    """A hanging worker counts as dead; the build goes on."""
    lane = MadeLane(lambda task: None if task.key == "hangs" else finished(task))
    kept, causes = run([lane], [task("hangs", 50), task("good")], stall=0.05)
    assert (kept, len(causes)) == (["good"], 1)


def test_an_exception_is_one_line_with_its_type() -> None:
    """Only the first line of what the trainer's code raised."""
    lane = MadeLane(lambda task: ValueError("no such thing\nand more"))
    assert run([lane], [task("a")]) == ([], ["ValueError: no such thing"])

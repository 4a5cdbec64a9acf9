"""The scheduling of tasks on lanes, with lanes made for the test."""

from __future__ import annotations

import errno
import multiprocessing
import os
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import trained as made

from labreport.console.progress import Progress
from labreport.console.terminal import Terminal
from labreport.errors import ExperimentFailed, StoreError
from labreport.execute.training import GIVE_UP, Lane, ProcessLane, Trainer, Trainings
from labreport.execute.worker import Epoch, Message, Outcome, Task, carry_out
from labreport.fingerprint.files import Digests
from labreport.trajectory import Trajectory
from labreport.trajectory.store import Store

SOURCE = Path(__file__).parents[1]


def task(name: str, epochs: int = 10, program: str = "", cost: float = 1.0) -> Task:
    """A task that no one will really carry out."""
    empty = replace(made.empty(), key=name, name=name)
    return replace(made.task(empty, epochs), program=program or name, cost=cost)


class MadeLane:
    """A lane that ends each task at once, as `outcome` says; it notes what it was given."""

    ready = True

    def __init__(
        self, outcome: Callable[[Task], Trajectory | Exception | None], sent: Sequence[Message] = ()
    ) -> None:
        self._outcome = outcome
        self._sent = list(sent)
        self.given: list[str] = []
        self.renewed = 0
        self._hangs = False

    def submit(self, task: Task) -> None:
        """Done at once, or never."""
        self.given.append(task.key)
        outcome = self._outcome(task)
        self._hangs = outcome is None
        if isinstance(outcome, Exception):
            self._sent.append(Outcome(error=outcome))
        elif outcome is not None:
            self._sent.append(Outcome(outcome))

    def messages(self) -> list[Message]:
        """What was to be sent, once."""
        sent, self._sent = self._sent, []
        return sent

    def renew(self) -> None:
        """A hanging task ends as if its process was killed."""
        self.renewed += 1
        if self._hangs:
            self._hangs = False
            self._sent.append(Outcome(error=BrokenProcessPool("killed")))

    def close(self) -> None:
        """Nothing to end."""


def finished(task: Task) -> Trajectory:
    """A result of the right length."""
    return replace(task.trajectory, records=({"loss": 1.0},) * task.epochs)


def hanging(name: str) -> Callable[[Task], Trajectory | None]:
    """All tasks end but one."""
    return lambda task: None if task.key == name else finished(task)


def run(
    lanes: Sequence[Lane],
    tasks: list[Task],
    stall: float = 60.0,
    keep: Callable[[Trajectory, bool], None] = lambda piece, finished: None,
) -> tuple[list[str], list[str]]:
    """Keys kept, and causes of failures."""
    kept: list[str] = []

    def noted(piece: Trajectory, finished: bool) -> None:
        keep(piece, finished)
        kept.append(piece.key)

    trainer = Trainer(lanes, noted, stall_seconds=stall)
    failures = trainer.run(tasks, Progress(Terminal(quiet=True)))
    return kept, [failure.cause for failure in failures]


def test_longest_tasks_go_first() -> None:
    """So that no long one is left for the end."""
    lane = MadeLane(finished)
    run([lane], [task("a", 10), task("b", 50), task("c", 10, cost=3.0)])
    assert lane.given == ["b", "c", "a"]


def test_what_runs_by_itself_comes_after_the_others_of_its_rank() -> None:
    """The results of a first report do not wait for the seeds that follow it."""
    lane = MadeLane(finished)
    first = [replace(task("time", 50), exclusive=True), task("a", 10), task("b", 20)]
    later = [replace(task("c", 90), rank=1), replace(task("d", 90), rank=1, exclusive=True)]
    run([lane], [*later, *first])
    assert lane.given == ["b", "a", "time", "c", "d"]


def test_what_runs_by_itself_takes_turns_by_seed() -> None:
    """So that two that are compared are measured close to each other, whatever else the machine does."""
    lane = MadeLane(finished)
    tasks = []
    for name, epochs in (("a", 9), ("b", 1)):
        for seed in (0, 1):
            one = replace(task(f"{name}#{seed}", epochs), exclusive=True, program=name)
            of = {**one.trajectory.ingredients, "seed": seed}
            tasks.append(replace(one, trajectory=replace(one.trajectory, ingredients=of)))
    run([lane], tasks)
    assert lane.given == ["a#0", "b#0", "a#1", "b#1"]


def test_a_training_leaves_a_line_only_if_it_takes_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    """One epoch is one epoch, and an epoch that is timed says its seconds."""
    lines: list[str] = []
    monkeypatch.setattr(Progress, "finished", lambda progress, key, line="": lines.append(line))

    def timed(task: Task) -> Trajectory:
        return replace(task.trajectory, records=({"epoch": 1, "seconds": 1.25},) * task.epochs)

    monkeypatch.setattr("labreport.execute.training.WORTH_A_LINE", 60.0)
    run([MadeLane(timed)], [task("a", 1)])
    monkeypatch.setattr("labreport.execute.training.WORTH_A_LINE", 0.0)
    run([MadeLane(timed)], [task("a", 1), task("b", 2)])
    assert lines[0] == ""
    assert [line.split("  ")[1:3] for line in sorted(lines[1:])] == [
        ["1 epoch", "1.25 s an epoch"],
        ["2 epochs", "1.25 s an epoch"],
    ]


def test_a_lane_stays_with_the_program_it_has_compiled() -> None:
    """Seeds of one network follow each other on one lane, though another's are longer."""
    lane = MadeLane(finished)
    run([lane], [task("a0", 50, "A"), task("b0", 40, "B"), task("a1", 30, "A")])
    assert lane.given == ["a0", "a1", "b0"]


def test_a_task_whose_worker_dies_is_tried_twice() -> None:
    """Then it is a failure, and the others continue."""
    lane = MadeLane(lambda task: BrokenProcessPool("x") if task.key == "bad" else finished(task))
    kept, causes = run([lane], [task("bad", 50), task("good")])
    assert (lane.given, kept, lane.renewed) == (["bad", "bad", "good"], ["good"], 2)
    assert causes == ["its worker died 2 times"]


@pytest.mark.parametrize("lanes", [1, 2])
def test_where_no_worker_lives_the_build_does_not_try_them_all(lanes: int) -> None:
    """Every task fails with the same words, so the cause is shown once, and soon."""
    places = [MadeLane(lambda task: BrokenProcessPool("x")) for _ in range(lanes)]
    kept, causes = run(places, [task(f"{n}") for n in range(50)])
    assert (kept, len(causes)) == ([], 50)
    assert sum(len(lane.given) for lane in places) <= (GIVE_UP + 1) * lanes
    assert any(cause.startswith("no worker process stays alive") for cause in causes)
    alive = MadeLane(lambda task: BrokenProcessPool("x") if int(task.key) % 4 else finished(task))
    assert len(run([alive], [task(f"{n}", 100 - n) for n in range(40)])[0]) == 10


@pytest.mark.parametrize("place", ["Pipe", "Process"])
@pytest.mark.parametrize("error", [OSError(errno.EAGAIN, "no more"), RuntimeError("no more threads")])
def test_a_worker_that_cannot_start_is_a_failure(
    place: str, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For lack of processes, files or threads: tried twice, then the build names the cause and continues."""
    tries: list[str] = []

    def refuse(*_: object, **__: object) -> None:
        tries.append(place)
        raise error

    monkeypatch.setattr(multiprocessing.get_context("spawn"), place, refuse, raising=False)
    kept, causes = run([ProcessLane(1, Path())], [task("a"), task("b")])
    assert (kept, len(causes), len(tries)) == ([], 2, 4)
    assert all(cause.startswith("no worker process can be started: no more") for cause in causes)


def test_a_worker_that_sends_nothing_is_ended() -> None:
    """A hanging worker counts as dead; the build continues."""
    kept, causes = run([MadeLane(hanging("hangs"))], [task("hangs", 50), task("good")], stall=0.05)
    assert (kept, len(causes)) == (["good"], 1)


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (ValueError("no such thing\nand more"), "ValueError: no such thing"),
        (ExperimentFailed("the loss is not finite"), "the loss is not finite"),
        (KeyError(), "KeyError: "),
    ],
)
def test_an_exception_is_one_line_with_its_type(error: Exception, cause: str) -> None:
    """Only the first line of what the trainer's code raised."""
    assert run([MadeLane(lambda task: error)], [task("a")]) == ([], [cause])


@pytest.mark.parametrize("when", ["on the way", "at the end"])
def test_values_that_cannot_be_kept_fail_their_experiment_only(when: str) -> None:
    """Its worker is ended, it is not tried again, and the others are trained."""

    def keep(piece: Trajectory, finished: bool) -> None:
        if piece.key == "bad":
            raise ExperimentFailed("its result cannot be kept: the record of epoch 1 is nan")

    bad, ok = task("bad", 50), task("good")
    if when == "on the way":
        lane = MadeLane(hanging("bad"), [Epoch("bad", 1, {}), finished(bad), finished(bad)])
    else:
        lane = MadeLane(finished)
    kept, causes = run([lane], [bad, ok], keep=keep)
    assert (kept, lane.given) == (["good"], ["bad", "good"])
    assert causes == ["its result cannot be kept: the record of epoch 1 is nan"]


def test_a_disk_that_cannot_be_written_ends_the_build() -> None:
    """The next result would meet it as well."""

    def keep(piece: Trajectory, finished: bool) -> None:
        raise StoreError("No space left on device")

    for lane in (MadeLane(finished), MadeLane(hanging("a"), [finished(task("a"))])):
        with pytest.raises(StoreError, match="No space"):
            run([lane], [task("a")], keep=keep)


@pytest.mark.parametrize("seconds", [None, "fast", [1]])
def test_a_record_may_say_anything_of_its_seconds(seconds: Any) -> None:
    """They are for the progress display only."""
    outcome = replace(finished(task("a")), records=({"seconds": seconds, "accuracy": "high"},))
    assert run([MadeLane(lambda task: outcome)], [task("a")]) == (["a"], [])


def test_a_worker_imports_nothing_from_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A module that lies there and is called as one of Python's own is not executed."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PYTHONSAFEPATH", raising=False)
    Path("multiprocessing.py").write_text("import os; os.mkdir('executed')")
    wish = replace(made.task(made.empty(), 2, (2,)), source=str(SOURCE))
    pieces: list[Trajectory] = []
    kept, causes = run([ProcessLane(1, SOURCE)], [wish], keep=lambda piece, finished: pieces.append(piece))
    assert (kept, causes) == ([wish.key], [])
    assert made.plain(pieces[0]) == made.plain(made.trained(2, (2,)))
    assert os.listdir() == ["multiprocessing.py"]


TROUBLE = """
import os, signal, threading

from labreport import Fit


def fit(specification, seed):
    {deed}
"""


@pytest.mark.parametrize(
    ("deed", "cause"),
    [
        ("raise SystemExit(3)", "it called sys.exit(3) at trouble.py:8"),
        ("raise KeyboardInterrupt", "RuntimeError: KeyboardInterrupt:  at trouble.py:8"),
        ("os._exit(3)", "its worker died 2 times, last with exit code 3"),
        ("os.abort()", "its worker died 2 times, last of signal 6 (Aborted)"),
        (
            "os.kill(os.getpid(), signal.SIGKILL)",
            "its worker died 2 times, last of signal 9 (Killed); see the system's log for a lack of memory",
        ),
        (
            "return Fit({'a': 1.0}, {'f': lambda: 1})",
            "array 'f' has the type object (function); numbers and text are allowed (trouble.py:7)",
        ),
        (
            "return Fit({'a': 1.0}, {'f': threading.Lock()})",
            "array 'f' has the type object (lock); numbers and text are allowed (trouble.py:7)",
        ),
        ("return Fit({'a': 1.0}, [1])", "its arrays are a list; allowed is a dict of arrays (trouble.py:7)"),
        (
            "return Fit({'a': 'b'})",
            "its metrics['a'] is a str; allowed are numbers, in one level or two (trouble.py:7)",
        ),
    ],
)
def test_each_end_of_a_run_is_told_as_what_it_is(
    deed: str, cause: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the author's line as far as there is one; memory is named only where it may lack."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "trouble.py").write_text(TROUBLE.format(deed=deed))
    wish = replace(made.task(made.empty(), 1, (1,)), start="trouble:fit", one_step=True, source=str(tmp_path))
    assert run([ProcessLane(1, tmp_path)], [wish]) == ([], [cause])


def test_an_interruption_promises_what_is_on_the_disk(tmp_path: Path) -> None:
    """A checkpoint is named only where one was stored; what has none begins again."""
    session: Any = SimpleNamespace(
        store=Store(tmp_path), digests=Digests(tmp_path), project=SimpleNamespace(work="fit")
    )
    ones = [made.trained(2, (2,), seed=seed) for seed in range(5)]
    session.store.put(ones[4])
    empty = [replace(one, records=(), snapshots={}, segments=()) for one in ones]
    tasks = tuple(made.task(one, 4, (4,)) for one in empty)
    work = Trainings(session, tasks, frozenset({ones[2].key}))
    assert work.told() == "Interrupted; run the same command again."
    for task in tasks[:4]:
        work.prepare(task)
    assert work.told() == "Interrupted; run the same command again: 4 fits to begin from nothing."
    work.keep(ones[0], True)
    work.keep(ones[1], False)
    work.keep(ones[2], False)  # a forced one, which is kept in memory until it is finished
    told = "Interrupted; run the same command again: 1 fit finished, 1 fit kept up to the last checkpoint"
    assert work.told() == f"{told}, 2 fits to begin from nothing."
    work.prepare(tasks[2])
    assert work.told() == f"{told}, 2 fits to begin from nothing."
    work.prepare(tasks[4])
    assert "2 fits kept up to the last checkpoint" in work.told()


def test_warnings_of_a_run_come_with_its_outcome() -> None:
    """One line each, and nothing is written beside the rows of the progress."""
    sent: list[Message] = []

    def warned() -> Task:
        for text in ("odd\nthing", "odd\nthing", "another"):
            warnings.warn(text, stacklevel=1)
        raise ValueError

    carry_out(warned, sent.append)
    (outcome,) = sent
    assert isinstance(outcome, Outcome)
    assert outcome.warned == ("UserWarning: odd thing", "UserWarning: another")

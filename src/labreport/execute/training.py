"""The training part of a build: on which lanes, with which progress, and what is said of failures."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from labreport.console.counts import counted
from labreport.console.progress import Progress
from labreport.console.terminal import Terminal
from labreport.errors import OutdatedCode
from labreport.execute.first import FirstReport, wanted
from labreport.execute.lanes import Lane, ProcessLane
from labreport.execute.request import Outcome, Request
from labreport.execute.room import check_room
from labreport.execute.session import Session
from labreport.execute.task import Task
from labreport.execute.tasks import Trainings
from labreport.execute.train import Failure, Trainer
from labreport.trajectory import Trajectory

NAMED = 4
"""Experiments that a message about many of them names."""


class Standing:
    """How far the trainings of a build are, for the line that says what an interruption costs."""

    def __init__(self, work: str) -> None:
        self._work = work
        self._running: dict[str, bool] = {}
        """By key, whether there is a checkpoint."""
        self._finished = 0

    def begun(self, key: str, stored: bool) -> None:
        """A training begins, some epochs of which may be stored."""
        self._running[key] = stored

    def kept(self, key: str, finished: bool, *, stored: bool) -> None:
        """What a worker sent is kept, on the disk if it is `stored`."""
        if finished:
            self._running.pop(key, None)
            self._finished += 1
        else:
            self._running[key] = stored

    def told(self) -> str:
        """The line; nothing is promised that is not on the disk."""
        saved = sum(self._running.values())
        lost = len(self._running) - saved
        parts = [
            f"{counted(self._finished, self._work)} finished" if self._finished else "",
            f"{saved} to continue from {'its' if saved == 1 else 'their'} last checkpoint" if saved else "",
            f"{lost} to begin again" if lost else "",
        ]
        found = ", ".join(filter(None, parts))
        return f"Interrupted; run the same command again{': ' if found else ''}{found}."


def train(
    session: Session,
    request: Request,
    work: Trainings,
    terminal: Terminal,
    outcome: Outcome,
    progress: Progress,
) -> list[str]:
    """Do the trainings; the names of what was made for a first report meanwhile."""
    if not work.tasks:
        return []
    check_room(session, len(work.tasks), terminal)
    request.told("training", {task.key for task in work.tasks})
    first = FirstReport(session, terminal) if wanted(session, request) else None
    tasks = [replace(task, rank=int(first is not None and task.key not in first.keys)) for task in work.tasks]

    standing = Standing(session.project.work)

    def prepare(task: Task) -> Task:
        prepared = work.prepare(task)
        standing.begun(task.key, bool(prepared.trajectory.epochs))
        return prepared

    def keep(piece: Trajectory, finished: bool) -> None:
        # On a cluster, data and libraries are those of the key, whatever is edited here
        edited = "" if request.scheduler else session.planner.fingerprints.edited(piece.ingredients)
        if edited:
            raise OutdatedCode(edited)
        work.keep(piece, finished)
        standing.kept(piece.key, finished, stored=finished or piece.key not in work.forced)
        if finished and first is not None:
            first.trained(piece.key)

    with _lanes(session, request, tasks, terminal) as (lanes, look):
        progress.trainings(len(tasks), session.project.work)

        def look_at_all() -> None:
            look()
            progress.time.lanes = max(len(lanes), 1)
            if first is not None:
                first.look(progress.time.seconds())

        trainer = Trainer(lanes, keep, prepare, look=look_at_all)
        terminal.standing = standing.told
        with first or contextlib.nullcontext():
            outcome.failures = trainer.run(tasks, progress)
        terminal.standing = None
    session.ledger.paces.update(trainer.paces)
    failed = {failure.task.key for failure in outcome.failures}
    outcome.trained = [f"{task.name}#{task.seed}" for task in tasks if task.key not in failed]
    _show_failures(terminal, outcome.failures, session.project.work, session.project.words.seed)
    session.planner.stored({task.key for task in tasks} - failed)
    return first.made if first is not None else []


def _show_failures(terminal: Terminal, failures: Sequence[Failure], work: str, seed: str) -> None:
    """One line for each cause, whatever the number of experiments and seeds that it ended."""
    groups: dict[str, list[Failure]] = {}
    for failure in failures:
        groups.setdefault(failure.cause, []).append(failure)
    for cause, group in groups.items():
        first = group[0]
        what = f"experiment {first.task.name!r} {seed} {first.task.seed}"
        if len(group) > 1:
            names = list(dict.fromkeys(failure.task.name for failure in group))
            more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
            listed = ", ".join(map(repr, names[:NAMED]))
            kind = "experiment" if len(names) == 1 else "experiments"
            what = f"{kind} {listed}{more} ({counted(len(group), work)})"
        terminal.failure(first.error, f"{what}: {cause}")


@contextlib.contextmanager
def _lanes(
    session: Session, request: Request, tasks: Sequence[Task], terminal: Terminal
) -> Iterator[tuple[Sequence[Lane], Callable[[], None]]]:
    """Where to run tasks, and what to call all the time meanwhile."""
    if request.scheduler:
        from labreport.execute.cluster.pool import job, pool

        with pool(request.scheduler, job(session.project, tasks)) as found:
            yield found.lanes, lambda: found.look(terminal)
        return
    count = request.jobs or cores()
    lanes = [ProcessLane(session.project.threads, session.source) for _ in range(min(count, len(tasks)))]
    yield lanes, lambda: None


def cores() -> int:
    """The processors that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1

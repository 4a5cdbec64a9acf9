"""From stale results to trainings, one for each trajectory, on which lanes, and what is said of failures."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from labreport.console.plan import counted
from labreport.console.terminal import Terminal, shown
from labreport.errors import OutdatedCode
from labreport.execute.first import FirstReport, wanted
from labreport.execute.pace import note_trainings, was_slower
from labreport.execute.session import Build, Session
from labreport.execute.train import Failure, Lane, ProcessLane, Trainer
from labreport.execute.worker import Task
from labreport.nodes.result import ResultNode
from labreport.nodes.workshop import function
from labreport.plan.nodes import Forced, SharesForced, Status
from labreport.store.arrays import Filed
from labreport.store.files import TEMPORARY
from labreport.trajectory import Arrays, Snapshot, Store, Trajectory
from labreport.trajectory.store import StoredArrays

DECLARE = "data_files of the project, or files of the experiment"
"""Where an author says that a run reads a file."""
RESULT = 600_000
"""Bytes of a result where none is stored yet: about what a network of the exercise takes."""
REST = 20_000_000
"""Bytes of answers, figures and documents, and of what is written beside them before it takes their place."""
NAMED = 4
"""Experiments that a message about many of them names."""


@dataclass
class Trainings:
    """The trainings of one build, how to keep what workers return, and how far they are.

    What a forced one replaces stays in the store until the replacement is finished.
    """

    session: Session
    tasks: tuple[Task, ...]
    forced: frozenset[str]
    _held: dict[str, Trajectory] = field(default_factory=dict)
    _running: dict[str, bool] = field(default_factory=dict)
    """By key, whether the disk has something to continue from."""
    _finished: int = 0

    def prepare(self, task: Task) -> Task:
        """The task as it is to be sent: from what is stored now, with the arrays to continue from."""
        held = self._held.get(task.key)
        self._running[task.key] = False
        if task.key in self.forced and held is None:
            return task
        found = held or self.session.store.sound(task.key) or task.trajectory
        begins = {begin for begin, _ in found.stretches(task.epochs, task.snapshots)}
        base = replace(
            found,
            snapshots={
                epoch: Snapshot(kept.metrics, _to_send(task, kept.arrays))
                if epoch in begins
                else Snapshot(kept.metrics, {}, elsewhere=True)
                for epoch, kept in found.snapshots.items()
            },
            checkpoints={epoch: _to_send(task, kept) for epoch, kept in found.checkpoints.items()},
        )
        self._running[task.key] = bool(base.epochs) and held is None
        return replace(task, trajectory=base)

    def keep(self, piece: Trajectory, finished: bool) -> None:
        """Store what a worker has sent, together with what there is of the same trajectory.

        Raises `StoreError`.
        """
        store, key = self.session.store, piece.key
        if key in self.forced and not finished:
            self._held[key] = _joined(piece, before := self._held.get(key))
            remove_written(before, self._held[key])
            return
        before = self._held.pop(key, None) if key in self.forced else store.sound(key, self.session.digests)
        joined, replaced = _joined(piece, before), store.paths(key)
        store.put(joined.finished() if finished else joined)
        for one in (before, joined):
            remove_written(one)
        self.session.digests.forget([*replaced, *store.paths(key)])
        if finished:
            self._running.pop(key, None)
            self._finished += 1
        else:
            self._running[key] = True

    def told(self) -> str:
        """What an interruption costs, in a line; nothing is promised that is not on the disk."""
        saved = sum(self._running.values())
        counts = {
            "finished": self._finished,
            "kept up to the last checkpoint": saved,
            "to begin from nothing": len(self._running) - saved,
        }
        work = self.session.project.work
        found = ", ".join(f"{counted(count, work)} {how}" for how, count in counts.items() if count)
        return f"Interrupted; run the same command again{': ' if found else ''}{found}."


def _to_send(task: Task, kept: Arrays) -> Arrays:
    return kept.to_send(bool(task.folder)) if isinstance(kept, StoredArrays) else kept


def remove_written(trajectory: Trajectory | None, but: Trajectory | None = None) -> None:
    """Remove what a worker wrote for `trajectory`, if it got no name of its own; `but` keeps what it has."""
    paths = [
        {kept.path for kept in one.states.values() if isinstance(kept, Filed)} if one else set[Path]()
        for one in (trajectory, but)
    ]
    for path in paths[0] - paths[1]:
        if path.name.startswith(TEMPORARY):
            path.unlink(missing_ok=True)


def _joined(piece: Trajectory, before: Trajectory | None) -> Trajectory:
    """A worker's piece, with the arrays that it does not have from `before`."""
    own = {epoch: kept for epoch, kept in piece.snapshots.items() if not kept.elsewhere}
    piece = replace(piece, snapshots=own)
    return piece.merge(before) if before is not None else piece


def trainings(session: Session, stale: Iterable[Status]) -> Trainings:
    """One task for each trajectory that a stale result needs.

    A forced one is trained as far as any experiment of the project has it already, not only as far as the
    one that was named: they share it, and the replacement must not be shorter.
    """
    project, store = session.project, session.store
    cost = function(project.cost, "project.cost") if project.cost else None
    program = function(project.program, "project.program") if project.program else None
    wishes: dict[str, list[Status]] = {}
    for status in stale:
        wishes.setdefault(status.key, []).append(status)
    forced = frozenset(
        key
        for key, group in wishes.items()
        if any(isinstance(reason, Forced | SharesForced) for status in group for reason in status.reasons)
    )
    tasks, proven = [], set[str]()
    for key, group in wishes.items():
        experiments = [status.node.experiment for status in group if isinstance(status.node, ResultNode)]
        first = experiments[0]
        epochs = {experiment.epochs for experiment in experiments}
        snapshots = {epoch for experiment in experiments for epoch in experiment.snapshots}
        found = store.sound(key, session.digests)
        empty = Trajectory(key, group[0].ingredients, first.name)
        if key in forced and found is not None:
            epochs.add(found.epochs)
            snapshots |= set(found.snapshots)
        base = empty if found is None or key in forced else found
        tasks.append(
            Task(
                trajectory=base,
                specification=first.specification,
                start=first.code,
                epochs=max(epochs),
                snapshots=tuple(sorted(snapshots)),
                source=str(session.source),
                threads=project.threads,
                program=program(first.specification) if program else first.name,
                cost=float(cost(first.specification)) if cost else 1.0,
                one_step=first.one_step,
                exclusive=first.exclusive,
                title=(first.exclusive and first.title) or f"{first.name}, {project.words.seed} {empty.seed}",
                proves=base.epochs == 0 and not first.exclusive and first.name not in proven,
                allowed=session.planner.fingerprints.allowed(
                    f"result {first.name!r}", group[0].ingredients, DECLARE
                ),
            )
        )
        proven.add(first.name)
    return Trainings(session, tuple(tasks), forced)


def check_room(session: Session, trainings: int, terminal: Terminal) -> None:
    """Warn where less is free than results of so many trainings, and the rest, are likely to need."""
    needed = REST + trainings * _usual(session.store)
    with suppress(OSError):
        free = shutil.disk_usage(session.output).free
        if free < needed:
            where = shown(str(session.output))
            terminal.warn(
                f"{where} has {free / 1e6:,.0f} MB free; this build may need {needed / 1e6:,.0f} MB"
            )


def _usual(store: Store) -> float:
    """Bytes of a stored result with its arrays, in the mean."""
    with suppress(OSError), os.scandir(store.folder) as entries:
        size = sum(entry.stat(follow_symlinks=False).st_size for entry in entries)
        return size / len(keys) if (keys := store.keys()) else RESULT
    return RESULT


def train(build: Build, work: Trainings) -> list[str]:
    """Do the trainings; the names of what was made for a first report meanwhile."""
    session, request, terminal, progress = build.session, build.request, build.terminal, build.progress
    if not work.tasks:
        return []
    check_room(session, len(work.tasks), terminal)
    request.told("training", {task.key for task in work.tasks})
    first = FirstReport(session, terminal) if wanted(session, request) else None
    session.quarantine.make_folder(session.store.folder)
    folder = "" if request.scheduler else str(session.store.folder)
    ranks = {task.key: int(first is not None and task.key not in first.keys) for task in work.tasks}
    tasks = [replace(task, rank=ranks[task.key], folder=folder) for task in work.tasks]

    def keep(piece: Trajectory, finished: bool) -> None:
        # On a cluster, data and libraries are those of the key, whatever is edited here
        edited = "" if request.scheduler else session.planner.fingerprints.edited(piece.ingredients)
        if edited:
            raise OutdatedCode(edited)
        work.keep(piece, finished)
        if finished and first is not None:
            first.trained(piece.key)

    with _lanes(build, tasks) as (lanes, look):
        progress.trainings(len(tasks), session.project.work)

        def look_at_all() -> None:
            look()
            progress.time.lanes = max(len(lanes), 1)
            if first is not None:
                first.look(progress.time.seconds())

        trainer = Trainer(lanes, keep, work.prepare, look=look_at_all)
        terminal.standing = work.told
        with first or contextlib.nullcontext():
            build.failures = failures = trainer.run(tasks, progress)
        terminal.standing = None
    slow = 1.0 if request.scheduler else was_slower(progress.time, len(lanes))
    note_trainings(session, trainer.took, trainer.started, slow)
    failed = {failure.task.key for failure in failures}
    if failures and (problem := session.planner.fingerprints.edited()):
        raise OutdatedCode(problem)  # another text may have failed than the one that was planned
    build.trained = [f"{task.name}#{task.seed}" for task in tasks if task.key not in failed]
    _show_failures(terminal, failures, session.project.work, session.project.words.seed)
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
def _lanes(build: Build, tasks: Sequence[Task]) -> Iterator[tuple[Sequence[Lane], Callable[[], None]]]:
    """Where to run tasks, and what to call all the time meanwhile."""
    session, scheduler = build.session, build.request.scheduler
    if scheduler:
        from labreport.execute.cluster.pool import job, pool

        with pool(scheduler, job(session.project, tasks)) as found:
            yield found.lanes, lambda: found.look(build.terminal)
        return
    count = min(build.processes, len(tasks))
    lanes = [ProcessLane(session.project.threads, session.source) for _ in range(count)]
    yield lanes, lambda: None

"""From stale results to trainings, one for each trajectory, and from workers back to the store."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from labreport.execute.session import Session
from labreport.execute.task import Task
from labreport.nodes.result import ResultNode
from labreport.nodes.workshop import function
from labreport.plan.nodes import Status
from labreport.plan.reasons import Forced, SharesForced
from labreport.trajectory import Snapshot, Trajectory

DECLARE = "data_files of the project, or files of the experiment"
"""Where an author says that a run reads a file."""


@dataclass
class Trainings:
    """The trainings of one build, and how to keep what workers return.

    What a forced one replaces stays in the store until the replacement is finished.
    """

    session: Session
    tasks: tuple[Task, ...]
    forced: frozenset[str]
    _held: dict[str, Trajectory] = field(default_factory=dict)

    def prepare(self, task: Task) -> Task:
        """The task as it is to be sent: from what is stored now, with the arrays to continue from."""
        held = self._held.get(task.key)
        if task.key in self.forced and held is None:
            return task
        found = held or self.session.store.sound(task.key) or task.trajectory
        begins = {begin for begin, _ in found.stretches(task.epochs, task.snapshots)}
        base = replace(
            found,
            snapshots={
                epoch: Snapshot(kept.metrics, dict(kept.arrays))
                if epoch in begins
                else Snapshot(kept.metrics, {}, elsewhere=True)
                for epoch, kept in found.snapshots.items()
            },
            checkpoints={epoch: dict(kept) for epoch, kept in found.checkpoints.items()},
        )
        return replace(task, trajectory=base)

    def keep(self, piece: Trajectory, finished: bool) -> None:
        """Store what a worker has sent, together with what there is of the same trajectory.

        Raises `StoreError`.
        """
        store, key = self.session.store, piece.key
        if key in self.forced and not finished:
            self._held[key] = _joined(piece, self._held.get(key))
            return
        before = self._held.pop(key, None) if key in self.forced else store.sound(key, self.session.digests)
        joined, replaced = _joined(piece, before), store.paths(key)
        store.put(joined.finished() if finished else joined)
        self.session.digests.forget([*replaced, *store.paths(key)])


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
    tasks = []
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
                title=first.title,
                allowed=session.planner.fingerprints.allowed(
                    f"result {first.name!r}", group[0].ingredients, DECLARE
                ),
            )
        )
    return Trainings(session, tuple(tasks), forced)

"""From stale results to training tasks: one for each trajectory, from where it can go on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from labreport.execute.calls import function
from labreport.execute.session import Session
from labreport.execute.task import Finished, Resume, Task
from labreport.execute.worker import STATE, from_checkpoint
from labreport.experiment import Experiment
from labreport.plan.nodes import Status
from labreport.plan.reasons import Forced
from labreport.store import Entry


@dataclass(frozen=True)
class Tasks:
    """The tasks of one build, and how to prepare and keep them."""

    session: Session
    tasks: tuple[Task, ...]
    forced: frozenset[str]
    ingredients: Mapping[str, Mapping[str, Any]]

    def prepare(self, task: Task, shares_disk: bool) -> Task:
        """Just before it starts: where it can go on, and where it may save itself."""
        store = self.session.store
        # Looked at here, not only in the worker, so that a damaged one is told to the user
        store.checkpoints.check(task.key)
        if task.key in self.forced:
            store.drop_checkpoint(task.key)
            resume = None
        else:
            resume = self._resume(task)
        checkpoints = str(store.directory) if shares_disk else None
        if resume is None and not shares_disk:
            resume = from_checkpoint(task, store)
        return replace(task, resume=resume, checkpoints=checkpoints)

    def keep(self, task: Task, finished: Finished) -> None:
        """Store a result: together with what was stored of the same trajectory before."""
        store = self.session.store
        old = None if task.key in self.forced else store.entry(task.key)
        records = [dict(record) for record in finished.records]
        if old is not None and len(old.records) > len(records):
            records = list(old.records)
        segments = list(old.provenance["segments"]) if old is not None else []
        segments += [dict(segment) for segment in finished.segments if segment not in segments]
        entry = Entry(
            key=task.key,
            ingredients=dict(self.ingredients[task.key]),
            name=task.name,
            seed=task.seed,
            records=records,
            snapshots={
                **(old.snapshots if old is not None else {}),
                **{epoch: dict(metrics) for epoch, metrics in finished.snapshots.items()},
            },
            arrays=dict(old.arrays) if old is not None else {},
            provenance={"segments": segments},
        )
        store.put(entry, {epoch: dict(arrays) for epoch, arrays in finished.arrays.items()})
        store.drop_checkpoint(task.key)
        self.session.digests.forget(store.paths(task.key))

    def _resume(self, task: Task) -> Resume | None:
        """From the last stored snapshot before the first that is missing."""
        store = self.session.store
        entry = store.entry(task.key) if store.check(task.key, self.session.digests) else None
        if entry is None:
            return None
        first_missing = min(
            (epoch for epoch in task.snapshots if epoch not in entry.snapshots), default=task.until
        )
        epoch = max((epoch for epoch in entry.snapshots if epoch <= first_missing), default=0)
        if epoch == 0:
            return None
        arrays = store.arrays(entry, epoch)
        state = {name[len(STATE) :]: array for name, array in arrays.items() if name.startswith(STATE)}
        snapshots = {known: metrics for known, metrics in entry.snapshots.items() if known <= epoch}
        segments = tuple(part for part in entry.provenance["segments"] if part["first"] <= epoch)
        return Resume(epoch, tuple(entry.records[:epoch]), snapshots, {}, state, segments)


def training_tasks(session: Session, stale: Iterable[Status]) -> Tasks:
    """One task for each trajectory that a stale result needs."""
    project = session.project
    cost = function(project.cost, "project.cost") if project.cost else None
    program = function(project.program, "project.program") if project.program else None
    tasks: dict[str, Task] = {}
    forced: set[str] = set()
    ingredients: dict[str, Mapping[str, Any]] = {}
    for status in stale:
        experiment = status.node.value
        assert isinstance(experiment, Experiment)
        wanted = tuple(sorted({*experiment.snapshots, experiment.epochs}))
        if any(isinstance(reason, Forced) for reason in status.reasons):
            forced.add(status.key)
        ingredients[status.key] = status.ingredients
        task = tasks.get(status.key)
        if task is None:
            task = Task(
                key=status.key,
                name=experiment.name,
                seed=status.node.seed,
                specification=experiment.specification,
                start=experiment.start,
                until=experiment.epochs,
                snapshots=wanted,
                source=str(session.source),
                threads=project.threads,
                program=program(experiment.specification) if program else experiment.name,
                cost=float(cost(experiment.specification)) if cost else 1.0,
            )
        tasks[status.key] = replace(
            task,
            until=max(task.until, experiment.epochs),
            snapshots=tuple(sorted({*task.snapshots, *wanted})),
        )
    return Tasks(session, tuple(tasks.values()), frozenset(forced), ingredients)

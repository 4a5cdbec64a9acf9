"""The tasks for workers, one for each stale run, and their order."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from labreport.errors import LabReportError
from labreport.plan.targets import RunTarget, Target
from labreport.results import Run, Store
from labreport.run import Task, run_tasks
from labreport.stale import KNOWN_VALUES

if TYPE_CHECKING:
    from labreport.plan.plan import Plan


def keys_to_replace(plan: Plan) -> set[str]:
    """The keys of stored runs that are forced. A forced run that is not stored is only stale."""
    keys = set()
    for target in list(plan.forced):
        if isinstance(target, RunTarget):
            if plan.run(target):
                keys.add(plan.key(target))
            else:
                plan.forced.remove(target)
    return keys


@contextmanager
def replacements(plan: Plan, tasks: Sequence[Task]) -> Iterator[Store]:
    """An empty store to run these tasks in again; finished runs then take the place of those of the plan."""
    folder = plan.store.folder / ".replacements"
    shutil.rmtree(folder, ignore_errors=True)  # of a build that was killed
    store = scratch_store(plan, folder)
    try:
        yield store
    finally:
        for task in tasks:
            run = store.reload(task.key, task.seed, task.name)
            if run and not run.missing(task.epochs):
                plan.store.adopt(run, store)
                plan.forced -= {target for target in plan.graph.runs if plan.key(target) == task.key}
        shutil.rmtree(folder)


def scratch_store(plan: Plan, folder: Path) -> Store:
    """An empty store in a folder, with a copy of `KNOWN_VALUES`, so that keys there are those of the plan."""
    results = folder / "report" / "results"
    results.mkdir(parents=True)
    values = plan.store.folder / KNOWN_VALUES
    if values.is_file():
        shutil.copy(values, results)
    return Store(results)


def tasks_of(plan: Plan, wanted: Iterable[Target]) -> list[Task]:
    """The tasks that make all stale runs among `wanted`, in the order in which workers get them.

    Runs with equal keys share one task, with the epochs of all of them. Exclusive tasks come last; the others
    are sorted by seed, then the longest first. The first task of an experiment that is not exclusive proves
    its state, unless a stored run has done so.
    """
    runs_by_key: dict[str, list[RunTarget]] = {}
    for target in wanted:
        if isinstance(target, RunTarget):
            runs_by_key.setdefault(plan.key(target), []).append(target)
    tasks = [_task_of(plan, runs) for runs in runs_by_key.values() if plan.stale(runs)]
    proved = _proved_experiments(plan)
    ordered = []
    for task in sorted(tasks, key=_rank):
        proves = not task.exclusive and task.name not in proved
        if proves:
            proved.add(task.name)
        ordered.append(replace(task, proves=proves))
    return ordered


def _rank(task: Task) -> tuple[bool, int, float]:
    return task.exclusive, task.seed, -task.cost * task.epochs[-1]


def _task_of(plan: Plan, runs: Sequence[RunTarget]) -> Task:
    """The task for several runs with one key: name and inputs of the first, the epochs of all."""
    project, first = plan.project, runs[0]
    epochs: set[int] = set()
    for run in runs:
        epochs.update(project.checkpoint_epochs(run.declaration))
    cost = project.resolve("cost")(first.declaration.specification) if project.cost else 1.0
    return Task(
        first.name,
        first.seed,
        plan.key(first),
        first.inputs(plan),
        tuple(sorted(epochs)),
        cost=float(cost),
        exclusive=any(run.declaration.exclusive for run in runs),
        call_hashes=plan.call_hashes.of(first.declaration),
    )


def _proved_experiments(plan: Plan) -> set[str]:
    """The names of the experiments for which a stored run has proved that `state` is complete."""
    proved = set()
    for target in plan.graph.runs:
        run = plan.run(target)
        if run and run.provenance.get("proved"):
            proved.add(target.name)
    return proved


def run_alone(plan: Plan, target: RunTarget, store: Store) -> Run:
    """Train the run of a target in a new process, and store it. Raises `LabReportError` if that fails."""
    task = _task_of(plan, [target])
    failed = run_tasks(plan.project, [task], store)
    if failed:
        raise LabReportError(failed[0].text)
    run = store.find(task.key, task.seed)
    if run is None:
        raise LabReportError(f"{target} was stopped")
    return run

"""What is to be run, as tasks of workers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from labreport.errors import LabReportError
from labreport.plan.targets import RunTarget, Target
from labreport.results import Run, Store
from labreport.run import Task, execute

if TYPE_CHECKING:
    from labreport.plan.plan import Plan


def tasks_of(plan: Plan, wanted: Iterable[Target]) -> list[Task]:
    """A task for each key among the stale runs that are wanted, with the epochs of all that share it.

    The files of runs that were forced are removed now.
    """
    runs = [target for target in wanted if isinstance(target, RunTarget)]
    stale_keys = {plan.key(target) for target in plan.stale(runs)}
    tasks: dict[str, Task] = {}
    proved = _proved_experiments(plan)
    for target in runs:
        key = plan.key(target)
        if key not in stale_keys:
            continue
        run = plan.run(target)
        if target in plan.forced and run:
            plan.store.remove(run)
        task = replace(_task_of(target), proves=target.name not in proved)
        if key in tasks:
            task = _joined(tasks[key], task)
        tasks[key] = task
    plan.forced.difference_update(runs)
    plan.forget()
    return list(tasks.values())


def _task_of(target: RunTarget) -> Task:
    project, experiment = target.plan.project, target.subject
    cost = 1.0
    if project.cost:
        cost = float(project.resolve("cost")(experiment.specification))
    return Task(
        target.name,
        target.seed,
        target.plan.key(target),
        target.inputs(),
        project.epochs_kept(experiment),
        cost,
        experiment.exclusive,
        calls=target.plan.call_hashes.of(experiment),
    )


def _joined(first: Task, second: Task) -> Task:
    """The first of two tasks of one key, with what the second needs beyond it."""
    epochs = tuple(sorted({*first.epochs, *second.epochs}))
    return replace(first, epochs=epochs, exclusive=first.exclusive or second.exclusive)


def _proved_experiments(plan: Plan) -> set[str]:
    """The experiments whose `state` was proved in one of their stored runs."""
    proved = set()
    for name, targets in plan.graph.runs_by_experiment.items():
        runs = map(plan.run, targets)
        if any(run.provenance.get("proved") for run in runs if run):
            proved.add(name)
    return proved


def run_alone(target: RunTarget, store: Store) -> Run:
    """The run of a target, made in a process of its own and stored. Raises `LabReportError`."""
    task = _task_of(target)
    outcome = execute(target.plan.project, [task], store)
    if outcome.failed:
        raise LabReportError(outcome.failed[0].text)
    run = store.find(task.key, task.seed)
    if run is None:
        raise LabReportError(f"{target} was stopped")
    return run

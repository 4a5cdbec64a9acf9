"""The checks of `labreport verify`: stored bytes, answers and documents made again, one run repeated."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from labreport.errors import LabReportError
from labreport.plan import DocumentTarget, MadeTarget, Plan, RunTarget, StoredReport
from labreport.plan.tasks import run_alone, scratch_store
from labreport.project import Check, Experiment
from labreport.results import Results, Run, Runs, files
from labreport.run.proof import without_times


def checks(plan: Plan) -> Iterator[Check]:
    """Make all checks one after another, and yield the result of each; the project's own `verify` comes last.

    A target that is stale or was never made fails its check. Damaged files are removed, so that the next
    build makes them again.
    """
    for experiment in plan.project.all_experiments:
        yield _check_stored_runs(plan, experiment)
    for target in plan.targets:
        if isinstance(target, (MadeTarget, DocumentTarget)):
            yield _check_made_again(plan, target)
    yield from _check_repeated(plan)
    if plan.project.verify:
        verify = plan.project.resolve("verify")
        yield from verify(_all_results(plan))


def _check_stored_runs(plan: Plan, experiment: Experiment) -> Check:
    """Check that all runs of an experiment are stored, and that each file of arrays has its SHA-256."""
    damaged = 0
    for run in plan.runs(experiment):
        for checkpoint in run.stored_checkpoints:
            if not checkpoint.is_intact:
                plan.store.discard(checkpoint.file)
                damaged += 1
    if damaged:
        plan.invalidate()
    targets = plan.graph.runs_of[experiment.name]
    lacking = len(plan.stale(targets))
    count = sum(len(plan.store.files_of(run)) for run in plan.runs(experiment))
    detail = f"{count} files"
    if damaged:
        detail = f"{detail}, {damaged} damaged and removed; build again"
    elif lacking:
        detail = f"{detail}, {lacking} runs missing or stale"
    return Check(f"stored runs of {experiment.name}", not lacking, detail)


def _check_made_again(plan: Plan, target: MadeTarget | DocumentTarget) -> Check:
    """Make a target again, and check that the result equals what is stored or published."""
    if plan.staleness(target).is_stale:
        return Check(str(target), False, "it is stale; build first")
    stored = StoredReport(plan)
    try:
        if isinstance(target, DocumentTarget):
            return _check_bytes(plan.report / target.file_name, target.make(stored))
        made = target.make(stored)
    except LabReportError as error:
        return Check(str(target), False, str(error))
    is_equal = files.sha256_of(made) == files.sha256_of(stored.value(target.kind, target.name))
    return Check(str(target), is_equal, "" if is_equal else "made again, it is another")


def _check_bytes(file: Path, rendered: bytes) -> Check:
    """Check that the bytes of a document that was rendered again equal those of its file."""
    published = file.read_bytes()
    is_equal = rendered == published
    detail = f"{len(published):,} bytes" if is_equal else "rendered again, it has other bytes"
    return Check(file.name, is_equal, detail)


def _check_repeated(plan: Plan) -> Iterator[Check]:
    """Train the first seed of the cheapest experiment again, and check that it gives the stored bits.

    Yields nothing if no run can be repeated: exclusive experiments are left out.
    """
    fresh_runs: dict[RunTarget, Run] = {}
    for targets in plan.graph.runs_of.values():
        first, run = targets[0], plan.run(targets[0])
        if run and not first.declaration.exclusive and not plan.staleness(first).is_stale:
            fresh_runs[first] = run
    if not fresh_runs:
        return
    target = min(fresh_runs, key=lambda target: float(fresh_runs[target].provenance["seconds"]))
    run = fresh_runs[target]
    epochs = plan.project.checkpoint_epochs(target.declaration)
    name = f"{target.name} repeated with seed {run.seed}"
    with tempfile.TemporaryDirectory() as scratch:
        try:
            repeated = run_alone(plan, target, scratch_store(plan, Path(scratch)))
        except LabReportError as error:
            yield Check(name, False, str(error))
            return
        is_equal = _hash_without_times(repeated, epochs) == _hash_without_times(run, epochs)
    yield Check(name, is_equal, "" if is_equal else "other bits than those stored")


def _hash_without_times(run: Run, epochs: Sequence[int]) -> str:
    """The SHA-256 of the records and checkpoints of a run up to the last epoch, without measured times."""
    records = [without_times(record) for record in run.records[: epochs[-1]]]
    checkpoints = []
    for epoch, checkpoint in run.view_at(epochs).checkpoints.items():
        checkpoints.append([epoch, without_times(checkpoint.metrics), checkpoint.sha256])
    return files.sha256_of([records, checkpoints])


def _all_results(plan: Plan) -> Results:
    """The runs of all experiments at all stored epochs, for the project's `verify` function."""
    runs = {}
    for experiment in plan.project.all_experiments:
        epochs = plan.project.checkpoint_epochs(experiment)
        views = tuple(run.view_at(epochs) for run in plan.runs(experiment))
        runs[experiment.name] = Runs(experiment, views, epochs[-1])
    return Results("verify", runs, plan.project.studies)

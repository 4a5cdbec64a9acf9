"""Check a report: its bytes, answers and documents made again, a run repeated, the project's own checks."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator

from labreport import results
from labreport.build import compute, document
from labreport.errors import LabReportError
from labreport.plan import DOCUMENTS, Plan, Target
from labreport.project import Check, resolve_callable
from labreport.results import Run, Store, files
from labreport.run import Task, execute
from labreport.run.drive import without_times


def checks(plan: Plan) -> Iterator[Check]:
    """Yield a check for each thing that is stored or published, as it is done.

    What was never made, or is stale, fails: the report is then not what the project says.
    """
    project = plan.project
    for experiment in project.runs:  # every byte of every run has been compared with its digest
        found = plan.runs(experiment)
        count = sum(len(plan.store.files(run)) for run in found)
        lost = len(plan.seeds(experiment)) - len(found)
        missing = f", {lost} missing or damaged" if lost else ""
        yield Check(f"stored runs of {experiment.name}", not missing, f"{count} files{missing}")
    yield from (_again(plan, thing) for thing in plan.things if thing.kind != "run")
    yield from _repeated(plan)
    if project.verify:
        seen = {}
        for one in project.runs:
            kept = project.epochs_kept(one)
            seen[one.name] = results.Runs(one, tuple(run.seen(kept) for run in plan.runs(one)), kept[-1])
        verify = resolve_callable(project.verify, project.location, "verify")
        yield from verify(results.Results("verify", seen, project.studies))


def _again(plan: Plan, thing: Target) -> Check:
    """What is made or rendered again from what it reads is what is kept or published."""
    if plan.state(thing):
        return Check(str(thing), False, "it is stale; build first")
    if thing.kind in DOCUMENTS:
        name = DOCUMENTS[thing.kind]
        published = (plan.report / name).read_bytes()
        equal = document(plan, thing.kind) == published
        detail = f"{len(published):,} bytes" if equal else "rendered again, it has other bytes"
        return Check(name, equal, detail)
    if getattr(thing.subject, "local", False):
        return Check(str(thing), True, "about the machine; not compared")
    try:
        equal = files.sha256_of(compute(plan, thing)) == files.sha256_of(plan.value(thing.kind, thing.name))
    except LabReportError as error:
        return Check(str(thing), False, str(error))
    return Check(str(thing), equal, "" if equal else "made again, it is another")


def _repeated(plan: Plan) -> Iterator[Check]:
    """One seed of the cheapest experiment, run again from nothing, has the bits that are stored."""
    beside = [one for one in plan.project.runs if not one.exclusive]
    stored = [(run, one) for one in beside for run in plan.runs(one)[:1]]
    if not stored:
        return
    run, experiment = min(stored, key=lambda each: float(each[0].made.get("seconds", 0.0)))
    epochs = plan.project.epochs_kept(experiment)
    with tempfile.TemporaryDirectory() as scratch:
        store = Store(scratch)
        outcome = execute(plan.project, [Task(experiment, run.seed, run.key, run.made_of, epochs)], store)
        found = store.find(run.key, run.seed)
        equal = found is not None and _bits(found, epochs) == _bits(run, epochs)
        failed = outcome.failed[0].text if outcome.failed else "" if equal else "other bits than those stored"
        yield Check(f"{experiment.name} repeated with seed {run.seed}", equal, failed)


def _bits(run: Run, epochs: tuple[int, ...]) -> str:
    """The digest of all that a run recorded and kept but times."""
    kept = [[epoch, without_times(one.metrics), one.sha256] for epoch, one in run.seen(epochs).kept.items()]
    return files.sha256_of([[without_times(record) for record in run.records[: epochs[-1]]], kept])

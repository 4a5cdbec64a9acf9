"""Check a report: its bytes, answers and documents made again, a run repeated, the project's own checks."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from labreport import results
from labreport.build import compute, document
from labreport.errors import LabReportError
from labreport.plan import DOCUMENTS, Plan, Thing
from labreport.project import Check, Experiment, flat, resolved
from labreport.results import Run, Store, files
from labreport.run import Task, execute


def checks(plan: Plan) -> Iterator[Check]:
    """Yield a check for each thing that is stored or published, as it is done.

    What was never made, or is stale, fails: the report is then not what the project says.
    """
    yield from _stored(plan)
    for thing in plan.things:
        if thing.kind == "run":
            continue
        if not plan.state(thing).fresh:
            yield Check(str(thing), False, "it is stale; build first")
        elif thing.kind in DOCUMENTS:
            yield _document(plan, thing)
        else:
            yield _again(plan, thing)
    yield from _repeated(plan)
    yield from _own(plan)


def _stored(plan: Plan) -> Iterator[Check]:
    """Every byte of every run against its digest: an experiment is one check."""
    for experiment in plan.project.runs:
        found = plan.runs(experiment)
        count = sum(len(plan.store.files(run)) for run in found)
        lost = len(plan.seeds(experiment)) - len(found)
        missing = f", {lost} missing or damaged" if lost else ""
        yield Check(f"stored runs of {experiment.name}", not missing, f"{count} files{missing}")


def _again(plan: Plan, thing: Thing) -> Check:
    """An answer, a figure or a section made again from what it reads is the one that is kept."""
    if getattr(thing.subject, "local", False):
        return Check(str(thing), True, "about the machine; not compared")
    try:
        made = compute(plan, thing)
    except LabReportError as error:
        return Check(str(thing), False, str(error))
    equal = files.digest(made) == files.digest(plan.value(thing.kind, thing.name))
    return Check(str(thing), equal, "" if equal else "made again, it is another")


def _document(plan: Plan, thing: Thing) -> Check:
    """A document rendered again has the bytes of the published one."""
    name = DOCUMENTS[thing.kind]
    published = (plan.report / name).read_bytes()
    made = document(plan, thing.kind)
    detail = f"{len(published):,} bytes" if made == published else "rendered again, it has other bytes"
    return Check(name, made == published, detail)


def _repeated(plan: Plan) -> Iterator[Check]:
    """One seed of the cheapest experiment, run again from nothing, has the bits that are stored."""
    stored = [
        (run, experiment)
        for experiment in plan.project.runs
        if not experiment.exclusive
        for run in plan.runs(experiment)[:1]
    ]
    if not stored:
        return
    run, experiment = min(stored, key=lambda each: float(each[0].made.get("seconds", 0.0)))
    epochs = plan.project.epochs_kept(experiment)
    with tempfile.TemporaryDirectory() as scratch:
        store = Store(Path(scratch))
        task = Task(experiment, run.seed, run.key, run.made_of, epochs)
        outcome = execute(plan.project, [task], store)
        found = store.find(run.key, run.seed)
        equal = found is not None and _bits(found, epochs) == _bits(run, epochs)
        failed = outcome.failed[0].text if outcome.failed else "" if equal else "other bits than those stored"
        yield Check(f"{experiment.name} repeated with seed {run.seed}", equal, failed)


def _bits(run: Run, epochs: tuple[int, ...]) -> str:
    """The digest of all that a run recorded and kept but times."""

    def untimed(values: Mapping[str, Any]) -> dict[str, Any]:
        return {name: one for name, one in flat(values).items() if not name.endswith(results.TIMES)}

    kept = [[epoch, untimed(one.metrics), one.sha256] for epoch, one in run.seen(epochs).kept.items()]
    return files.digest([[untimed(record) for record in run.records[: epochs[-1]]], kept])


def _own(plan: Plan) -> Iterator[Check]:
    """What the project's own function checks."""
    if not plan.project.verify:
        return
    verify = resolved(plan.project.verify, plan.project.place, "verify")

    def runs(one: Experiment) -> results.Runs:
        kept = plan.project.epochs_kept(one)
        return results.Runs(one, tuple(run.seen(kept) for run in plan.runs(one)), kept[-1])

    read = results.Results("verify", {one.name: runs(one) for one in plan.project.runs}, plan.project.studies)
    yield from verify(read)

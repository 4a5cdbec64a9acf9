"""One build: plan, train, make, publish, and say what came of it."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from labreport.console.counts import counted
from labreport.console.plan import show_plan
from labreport.console.progress import Progress, Steps
from labreport.console.summary import show_changes, show_summary
from labreport.console.terminal import Terminal
from labreport.errors import RenderError
from labreport.execute.documents import Published, publish_documents
from labreport.execute.lanes import Lane, ProcessLane
from labreport.execute.numbers import changes, headline_sources, numbers
from labreport.execute.session import Session, open_session
from labreport.execute.task import Task
from labreport.execute.tasks import trainings
from labreport.execute.train import Failure, Trainer
from labreport.locate import Place
from labreport.nodes.document import PaperDocument
from labreport.nodes.workshop import Workshop
from labreport.pdf import Writer
from labreport.plan.nodes import Plan
from labreport.plan.stamp import remove_stamp, write_stamp
from labreport.store.files import remove
from labreport.store.lock import output_lock
from labreport.store.output import MARK, remove_strays
from labreport.store.publish import complete
from labreport.store.quarantine import Quarantine

NAMED = 4
"""Experiments that a message about many of them names."""


@dataclass(frozen=True)
class Request:
    """What the user asked for. `targets` are names; empty means the whole report.

    `force` names what to make anew; None forces everything. `jobs` is the number of workers.
    """

    place: Place
    output: Path
    seeds: int | None = None
    jobs: int = 0
    targets: tuple[str, ...] = ()
    force: tuple[str, ...] | None = ()
    scheduler: str = ""
    lock_timeout: float = -1.0
    verbose: bool = False
    arguments: str = ""
    """The command line as the front door will compare it, for the stamp."""


@dataclass
class Outcome:
    """What a build did: names of nodes made, trainings that failed, and what kept the report back."""

    trained: list[str] = field(default_factory=list)
    made: list[str] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def exit_code(self) -> int:
        """0 when all is done, 1 when something failed."""
        return 1 if self.failures or self.problems else 0


def build(request: Request, terminal: Terminal) -> Outcome:
    """Make what is stale. Raises `LabReportError` for what stops the whole build."""
    started = time.monotonic()
    _check_names(request)
    with output_lock(request.output, request.place, request.lock_timeout, terminal.say):
        remove_strays(request.output)
        quarantine = Quarantine(request.output)
        complete(request.output, quarantine)
        session = open_session(request.place, request.output, request.seeds, request.force)
        names = [name for word in request.targets for name in session.graph.resolve(word)] or None
        plan = session.planner.plan(names)
        for path in session.planner.views.leftovers():
            remove(path)
        _show_notices(quarantine, terminal)
        _show_notices(session.quarantine, terminal)
        outcome = Outcome()
        if plan.stale():
            show_plan(terminal, plan, request.verbose)
            remove_stamp(request.output)
        try:
            _train(session, request, plan, terminal, outcome)
            session.planner.forget()
            workshop = session.workshop()
            steps = Steps(terminal, sum(status.node.cached for status in plan.stale()) + 1)
            with Writer(workshop.templates, session.output) as writer, steps.shown():
                if any(isinstance(status.node, PaperDocument) for status in plan.stale()):
                    writer.start()
                _make(workshop, plan, terminal, outcome, steps)
                _check_all_made(session, plan, terminal, outcome)
                published = _publish(session, workshop, writer, outcome, steps)
        finally:
            session.save()
        _show_notices(session.quarantine, terminal)
        outcome.seconds = time.monotonic() - started
        if published.problem:
            terminal.error(published.problem)
        if published.made:
            session.ledger.seeds = session.seeds
            show_changes(terminal, _changes(session, workshop))
            session.save()
        if names is None and outcome.exit_code == 0:
            folders = session.data_folders
            write_stamp(session.place.root, request.output, session.digests, request.arguments, folders)
        errors = len({failure.cause for failure in outcome.failures}) + len(outcome.problems)
        work = session.project.work
        show_summary(terminal, session.output, outcome.trained, outcome.made, outcome.seconds, errors, work)
    return outcome


def _check_names(request: Request) -> None:
    """Raise `UnknownName` before anything is written, where the folder is not this project's yet."""
    if (request.targets or request.force) and not (request.output / MARK).exists():
        session = open_session(request.place, request.output, request.seeds, request.force, repair=False)
        for word in request.targets:
            session.graph.resolve(word)


def _train(session: Session, request: Request, plan: Plan, terminal: Terminal, outcome: Outcome) -> None:
    work = trainings(session, plan.stale("result"))
    if not work.tasks:
        return
    with _lanes(session, request, work.tasks, terminal) as (lanes, look):
        trainer = Trainer(lanes, work.keep, work.prepare, look=look)
        total = sum(task.work for task in work.tasks)
        progress = Progress(terminal, total, len(work.tasks), work=session.project.work)
        with progress.shown():
            outcome.failures = trainer.run(work.tasks, progress)
    failed = {failure.task.key for failure in outcome.failures}
    outcome.trained = [f"{task.name}#{task.seed}" for task in work.tasks if task.key not in failed]
    _show_failures(terminal, outcome.failures, session.project.work)
    session.planner.stored({task.key for task in work.tasks} - failed)


def _show_failures(terminal: Terminal, failures: Sequence[Failure], work: str) -> None:
    """One line for each cause, whatever the number of experiments and seeds that it ended."""
    groups: dict[str, list[Failure]] = {}
    for failure in failures:
        groups.setdefault(failure.cause, []).append(failure)
    for cause, group in groups.items():
        first = group[0]
        what = f"experiment {first.task.name!r} seed {first.task.seed}"
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
        from labreport.execute.cluster.greet import job
        from labreport.execute.cluster.pool import pool

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


def _make(workshop: Workshop, plan: Plan, terminal: Terminal, outcome: Outcome, steps: Steps) -> None:
    """Answers, figures and sections; one that fails, or waits for one that did, leaves the rest be."""
    blocked: set[str] = set()
    for status in plan.statuses:
        node = status.node
        if not node.cached:
            if not workshop.planner.status(node.name).fresh:
                blocked.add(node.name)
            continue
        if blocked & set(node.reads):
            blocked.add(node.name)
            continue
        if not status.fresh:
            steps.begin(node.kind, node.slug)
        try:
            if workshop.make(node):
                outcome.made.append(node.name)
        except RenderError as error:
            blocked.add(node.name)
            outcome.problems.append(str(error))
            terminal.failure(error)


def _check_all_made(session: Session, plan: Plan, terminal: Terminal, outcome: Outcome) -> None:
    """Where nothing failed, all that was planned is fresh, or was made and is not there any more."""
    names = [status.name for status in plan.statuses if status.node.kind != "document"]
    lost = next((name for name in names if not session.planner.status(name).fresh), None)
    if lost is not None and outcome.exit_code == 0:
        outcome.problems.append(f"{lost}: its file was written and is not there any more; run again")
        terminal.error(outcome.problems[-1])


def _publish(
    session: Session, workshop: Workshop, writer: Writer, outcome: Outcome, steps: Steps
) -> Published:
    """The documents, once all that they are made of is fresh: nothing is published that is out of date."""
    rest = (node for node in session.graph.nodes.values() if node.kind != "document")
    if outcome.exit_code or not all(session.planner.status(node.name).fresh for node in rest):
        return Published()
    steps.begin("document", "report.html and report.pdf")
    published = publish_documents(session, workshop, writer)
    outcome.made.extend(published.made)
    if published.problem:
        outcome.problems.append(published.problem)
    return published


def _changes(session: Session, workshop: Workshop) -> list[str]:
    """What the answers say now that they did not say when last published."""
    now = numbers(workshop.all_answers())
    found = changes(session.ledger.numbers, now, headline_sources(workshop.sections()))
    session.ledger.numbers.clear()
    session.ledger.numbers.update(now)
    return found


def _show_notices(quarantine: Quarantine, terminal: Terminal) -> None:
    for notice in quarantine.notices:
        terminal.warn(notice)
    quarantine.notices.clear()

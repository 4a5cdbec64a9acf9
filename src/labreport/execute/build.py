"""One build: plan, train, make, publish, and say what came of it."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from labreport.console.plan import show_plan
from labreport.console.progress import Progress, Steps
from labreport.console.summary import show_changes, show_summary
from labreport.console.terminal import Terminal
from labreport.errors import RenderError
from labreport.execute.documents import Published, publish_documents
from labreport.execute.lanes import Lane, ProcessLane
from labreport.execute.make import Maker
from labreport.execute.numbers import changes, headline_sources, numbers
from labreport.execute.session import Session, open_session
from labreport.execute.tasks import training_tasks
from labreport.execute.train import Failure, Trainer
from labreport.pdf import Writer
from labreport.plan.nodes import Plan, State, Status
from labreport.plan.stamp import remove_stamp, write_stamp
from labreport.store.files import remove_strays
from labreport.store.lock import output_lock

ALONE = ("result", "document")
"""Kinds that are not made one by one after the training: results before it, documents all in one step."""


@dataclass(frozen=True)
class Request:
    """What the user asked for. `targets` are names; empty means the whole report.

    `force` names what to make anew; None forces everything. `jobs` is the number of workers.
    """

    root: Path
    output: Path
    seeds: int = 5
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
    with output_lock(request.output, request.lock_timeout, terminal.say):
        session = open_session(request.root, request.output, request.seeds, request.force)
        remove_strays(session.output)
        names = [name for word in request.targets for name in session.graph.resolve(word)] or None
        plan = session.planner.plan(names)
        _tell_notices(session, terminal)
        outcome = Outcome()
        if plan.stale():
            show_plan(terminal, plan, request.verbose)
            remove_stamp(request.output)
        try:
            _train(session, request, plan, terminal, outcome)
            session.planner.forget()
            session.store.drop_checkpoints(status.key for status in plan.statuses if _stored(session, status))
            maker = Maker(session)
            steps = Steps(terminal, sum(status.node.kind not in ALONE for status in plan.stale()) + 1)
            with Writer(session.root / "templates", session.output) as writer, steps.shown():
                if any(status.node.slug == "pdf" for status in plan.stale("document")):
                    writer.start()
                _make(session, maker, plan, terminal, outcome, steps)
                _tell_unread(session, plan, terminal, outcome)
                published = _publish(session, maker, writer, names, outcome, steps)
        finally:
            session.save()
        _tell_notices(session, terminal)
        outcome.seconds = time.monotonic() - started
        if published.problem:
            terminal.error(published.problem)
        if published.made:
            show_changes(terminal, _changes(session, maker))
            session.save()
        if names is None and outcome.exit_code == 0:
            write_stamp(session.root, request.output, session.digests, request.arguments)
        errors = len(outcome.failures) + len(outcome.problems)
        show_summary(terminal, session.output, outcome.trained, outcome.made, outcome.seconds, errors)
    return outcome


def _train(session: Session, request: Request, plan: Plan, terminal: Terminal, outcome: Outcome) -> None:
    work = training_tasks(session, plan.stale("result"))
    if not work.tasks:
        return
    with _lanes(session, request, len(work.tasks)) as lanes:
        trainer = Trainer(lanes, work.keep, work.prepare)
        progress = Progress(terminal, sum(task.cost * task.until for task in work.tasks), len(work.tasks))
        with progress.shown():
            outcome.failures = trainer.run(work.tasks, progress)
    failed = {failure.task.key for failure in outcome.failures}
    outcome.trained = [f"{task.name}#{task.seed}" for task in work.tasks if task.key not in failed]
    for failure in outcome.failures:
        text = f"experiment {failure.task.name!r} seed {failure.task.seed}: {failure.cause}"
        terminal.failure(failure.error, text)
    for key in {task.key for task in work.tasks} - failed:
        session.planner.stored(key)


@contextlib.contextmanager
def _lanes(session: Session, request: Request, tasks: int) -> Iterator[Sequence[Lane]]:
    if request.scheduler:
        from labreport.execute.cluster import cluster

        with cluster(request.scheduler, session.source) as lanes:
            yield lanes
        return
    count = request.jobs or cores()
    yield [ProcessLane(session.project.threads, session.source) for _ in range(min(count, tasks))]


def cores() -> int:
    """The processors that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1


def _make(
    session: Session, maker: Maker, plan: Plan, terminal: Terminal, outcome: Outcome, steps: Steps
) -> None:
    """Answers, figures and sections; one that fails, or waits for one that did, leaves the rest be."""
    results = (status for status in plan.statuses if status.node.kind == "result")
    blocked = {status.name for status in results if not _stored(session, status)}
    for status in plan.statuses:
        node = status.node
        if node.kind in ALONE:
            continue
        if blocked & set(node.reads):
            blocked.add(node.name)
            continue
        if status.state is not State.FRESH:
            steps.begin(node.kind, node.slug)
        try:
            if maker.make(node):
                outcome.made.append(node.name)
        except RenderError as error:
            blocked.add(node.name)
            outcome.problems.append(str(error))
            terminal.failure(error)


def _tell_unread(session: Session, plan: Plan, terminal: Terminal, outcome: Outcome) -> None:
    """Where nothing failed, all that was planned is fresh, or was made and cannot be read back."""
    if outcome.exit_code:
        return
    for name in (status.name for status in plan.statuses if status.node.kind != "document"):
        if session.planner.status(name).state is not State.FRESH:
            problem = f"{name}: was there, but its file could not be read; run again, and look at the disk"
            outcome.problems.append(problem)
            terminal.error(problem)
            return


def _stored(session: Session, status: Status) -> bool:
    """Whether a result is complete, so that a checkpoint of it is of no more use."""
    return status.node.kind == "result" and session.planner.status(status.name).state is State.FRESH


def _publish(
    session: Session,
    maker: Maker,
    writer: Writer,
    names: list[str] | None,
    outcome: Outcome,
    steps: Steps,
) -> Published:
    if outcome.exit_code:
        return Published()
    if names is not None and not _rest_is_fresh(session):
        return Published()
    steps.begin("document", "report.html and report.pdf")
    published = publish_documents(session, maker, writer)
    outcome.made.extend(f"document/{slug}" for slug in published.made)
    if published.problem:
        outcome.problems.append(published.problem)
    return published


def _rest_is_fresh(session: Session) -> bool:
    return all(
        session.planner.status(name).state is State.FRESH
        for name, node in session.graph.nodes.items()
        if node.kind != "document"
    )


def _changes(session: Session, maker: Maker) -> list[str]:
    """What the answers say now that they did not say when last published."""
    now = numbers(maker.answers([question.slug for question in session.project.outline.questions]))
    sections = [maker.payload(f"section/{section.slug}") for section in session.project.outline.sections]
    found = changes(session.ledger.numbers, now, headline_sources(sections))
    session.ledger.numbers.clear()
    session.ledger.numbers.update(now)
    return found


def _tell_notices(session: Session, terminal: Terminal) -> None:
    for notices in (session.store.notices, session.cache.notices):
        for notice in notices:
            terminal.warn(notice)
        notices.clear()

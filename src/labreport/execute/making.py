"""From stored results to the published report: answers, figures and sections, then the documents."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from labreport.console.progress import Progress
from labreport.console.terminal import Terminal
from labreport.errors import LabReportError, OutdatedCode, RenderError, StoreError
from labreport.execute.pace import PAGE, PAPER, note, part_of
from labreport.execute.session import Outcome, Session
from labreport.nodes.document import DocumentNode, PaperDocument
from labreport.nodes.workshop import Press, Workshop
from labreport.pdf import Writer
from labreport.plan.nodes import Node, Plan
from labreport.processes import Made, in_forks, made
from labreport.store.files import TEMPORARY
from labreport.store.publish import publish

TOGETHER = ("figure", "section")
"""Kinds of nodes that do not read others of their kind."""


@dataclass
class Published:
    """Names of the document nodes that were made, and what kept one that is made last from being made."""

    made: list[str] = field(default_factory=list)
    problem: LabReportError | None = None


def publish_documents(
    session: Session,
    workshop: Workshop,
    writer: Writer,
    told: Callable[[], None] = lambda: None,
    processes: int = 1,
) -> Published:
    """Make the stale documents, audit them, and put the report in place.

    The page and the answers are made in so many `processes`, published as soon as they are there, and `told`
    is called then. The PDF, by far the longest, is written in `writer`'s process meanwhile and published
    behind them; until then, there is none. Raises `AuditError` where a number that is printed on the page
    cannot be traced; the previous report then stays. What is wrong with the PDF is returned: there is no PDF
    then.
    """
    documents = [node for node in session.graph.of_kind("document") if isinstance(node, DocumentNode)]
    stale = [node for node in documents if not session.planner.status(node.name).fresh]
    published = Published()
    if not stale:
        return published
    first, last = ([node for node in stale if node.last is last] for last in (False, True))
    with tempfile.TemporaryDirectory(prefix=TEMPORARY, dir=session.output) as scratch:
        press = Press(workshop, writer, Path(scratch))

        def begin() -> None:
            for node in stale:
                node.begin(press)

        found = in_forks(lambda node: node.finish(press), first, processes, begin)
        workshop.check_unedited()
        for _, error in found:
            if error is not None:
                raise error
        if first:
            _put(session, {node: content for node, (content, _) in zip(first, found, strict=True)}, published)
        if last:
            session.save()  # a kill from here on leaves a report that lacks its PDF and nothing else
            told()
        for node in last:
            try:
                content = node.finish(press)
                workshop.check_unedited()
            except (StoreError, OutdatedCode):
                raise  # the disk, or an edit, whatever is made
            except LabReportError as error:
                published.problem = error
            else:
                _put(session, {node: content}, published)
    return published


def _put(session: Session, made: Mapping[DocumentNode, Path | bytes], published: Published) -> None:
    """Publish documents beside those that are fresh; report to the planner what was published."""
    kept = {
        node.published: session.planner.put_out(node.name)
        for node in session.graph.of_kind("document")
        if isinstance(node, DocumentNode) and node not in made and session.planner.status(node.name).fresh
    }
    files = {node.published: content for node, content in made.items()}
    publish(session.output, files, session.quarantine, kept)
    session.ledger.seeds = session.seeds
    for node in made:
        session.planner.made(session.planner.status(node.name), session.output / node.published)
        published.made.append(node.name)


def make_report(
    session: Session,
    plan: Plan,
    terminal: Terminal,
    outcome: Outcome,
    progress: Progress,
    processes: int = 1,
    told: Callable[[], None] = lambda: None,
) -> Workshop:
    """Make what is stale of `plan`, and publish it; the results that it reads are there.

    So many `processes` may be at work at once. `told` is called when the page is published and the PDF is
    not. What fails is shown, and noted in `outcome`. Raises `AuditError` where a number on the page cannot be
    traced, and `OutdatedCode` where something was edited that is not any more what was planned.
    """
    workshop = session.workshop()
    workshop.check_unedited()
    progress.to_make(sum(status.node.cached for status in plan.stale()) + 2)
    with Writer(workshop.templates, session.output) as writer:
        if any(isinstance(status.node, PaperDocument) for status in plan.stale()):
            writer.start()
        _make(workshop, plan, terminal, outcome, progress, processes)
        _check_all_made(session, plan, terminal, outcome)
        if outcome.exit_code or not _complete(session):
            return workshop  # nothing is published that is out of date

        def published() -> None:
            progress.making("document", "report.pdf", PAPER)
            told()

        progress.making("document", "report.html", PAGE)
        found = publish_documents(session, workshop, writer, published, processes)
        progress.made()
    note(session, progress.took)
    outcome.made.extend(found.made)
    if found.problem is not None:
        outcome.problems += [str(found.problem), *found.problem.more]
        terminal.failure(found.problem)
    return workshop


def _make(
    workshop: Workshop, plan: Plan, terminal: Terminal, outcome: Outcome, progress: Progress, processes: int
) -> None:
    """Answers, figures and sections; one that fails, or waits for one that did, leaves the rest be.

    Figures do not read each other, nor do sections: those are made several at a time.
    """
    blocked: set[str] = set()
    for kind, together in itertools.groupby(plan.statuses, key=lambda status: status.node.kind):
        due: list[Node] = []
        for status in together:
            node = status.node
            if blocked & set(node.reads):
                blocked.add(node.name)
            elif not workshop.planner.status(node.name).fresh:
                if not node.cached:
                    blocked.add(node.name)
                elif kind in TOGETHER:
                    due.append(node)
                    continue
                else:
                    progress.making(kind, node.slug, node.name)
                    _keep(workshop, [node], [made(workshop.made, node)], blocked, terminal, outcome)
                    progress.made()
            elif node.cached:
                progress.time.end(part_of(node))  # it need not be made
        if due:
            begun = 0

            def taken_up(number: int, due: Sequence[Node] = due) -> None:
                nonlocal begun
                for node in due[begun : number + 1]:
                    progress.making(node.kind, node.slug, node.name)
                begun = number + 1

            found = in_forks(workshop.made, due, processes, taken_up=taken_up)
            progress.made()
            _keep(workshop, due, found, blocked, terminal, outcome)


def _keep(
    workshop: Workshop,
    nodes: Sequence[Node],
    found: Iterable[Made],
    blocked: set[str],
    terminal: Terminal,
    outcome: Outcome,
) -> None:
    """Keep what was made; show what was raised. Raises what is not a `RenderError`."""
    workshop.check_unedited()
    for node, (payload, error) in zip(nodes, found, strict=True):
        if error is None:
            workshop.keep(node, payload)
            outcome.made.append(node.name)
        elif isinstance(error, RenderError):
            blocked.add(node.name)
            outcome.problems += [str(error), *error.more]
            terminal.failure(error)
        else:
            raise error


def _check_all_made(session: Session, plan: Plan, terminal: Terminal, outcome: Outcome) -> None:
    """Where nothing failed, all that was planned is fresh, or was made and is not there any more."""
    names = [status.name for status in plan.statuses if status.node.kind != "document"]
    lost = next((name for name in names if not session.planner.status(name).fresh), None)
    if lost is not None and outcome.exit_code == 0:
        outcome.problems.append(f"{lost}: its file was written and is not there any more; run again")
        terminal.error(outcome.problems[-1])


def _complete(session: Session) -> bool:
    """Whether all that the documents are made of is fresh, also where only a part was asked for."""
    rest = (node for node in session.graph.nodes.values() if node.kind != "document")
    return all(session.planner.status(node.name).fresh for node in rest)

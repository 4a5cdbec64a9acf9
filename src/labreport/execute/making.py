"""From stored results to the published report: answers, figures and sections, then the documents."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence

from labreport.console.progress import Steps
from labreport.console.terminal import Terminal
from labreport.errors import RenderError
from labreport.execute.documents import publish_documents
from labreport.execute.forks import Made, in_forks, made
from labreport.execute.request import Outcome
from labreport.execute.session import Session
from labreport.nodes.document import PaperDocument
from labreport.nodes.workshop import Workshop
from labreport.pdf import Writer
from labreport.plan.nodes import Node, Plan

TOGETHER = ("figure", "section")
"""Kinds of nodes that do not read others of their kind."""


def make_report(
    session: Session,
    plan: Plan,
    terminal: Terminal,
    outcome: Outcome,
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
    steps = Steps(terminal, sum(status.node.cached for status in plan.stale()) + 2)

    def published() -> None:
        steps.begin("document", "report.pdf")
        told()

    with Writer(workshop.templates, session.output) as writer, steps.shown():
        if any(isinstance(status.node, PaperDocument) for status in plan.stale()):
            writer.start()
        _make(workshop, plan, terminal, outcome, steps, processes)
        _check_all_made(session, plan, terminal, outcome)
        if outcome.exit_code or not _complete(session):
            return workshop  # nothing is published that is out of date
        steps.begin("document", "report.html")
        found = publish_documents(session, workshop, writer, published, processes)
    outcome.made.extend(found.made)
    if found.problem is not None:
        outcome.problems.append(str(found.problem))
        terminal.failure(found.problem)
    return workshop


def _make(
    workshop: Workshop, plan: Plan, terminal: Terminal, outcome: Outcome, steps: Steps, processes: int
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
                else:
                    steps.begin(kind, node.slug)
                    _keep(workshop, [node], [made(workshop.made, node)], blocked, terminal, outcome)
        if due:
            steps.begin(kind, due[0].slug, len(due))
            _keep(workshop, due, in_forks(workshop.made, due, processes), blocked, terminal, outcome)


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
            outcome.problems.append(str(error))
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

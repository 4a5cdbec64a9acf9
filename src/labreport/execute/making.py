"""From stored results to the published report: answers, figures and sections, then the documents."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from labreport.errors import LabReportError, OutdatedCode, RenderError, StoreError
from labreport.execute.pace import PAGE, PAPER, note, part_of, was_slower
from labreport.execute.session import Build
from labreport.nodes.document import DocumentNode, PaperDocument
from labreport.nodes.workshop import Press, Workshop
from labreport.pdf import Writer
from labreport.plan.nodes import Node, Plan
from labreport.processes import Made, in_forks, made
from labreport.store.files import TEMPORARY
from labreport.store.output import publish

TOGETHER = ("figure", "section")
"""Kinds of nodes that do not read others of their kind."""


def make_report(build: Build, plan: Plan) -> Workshop:
    """Make what is stale of `plan`, and publish it; the results that it reads are there.

    What fails is shown, and noted in the build. Raises `AuditError` where a number on the page
    cannot be traced, and `OutdatedCode` where something was edited that is not any more what was planned.
    """
    session, progress = build.session, build.progress
    workshop, planner = session.workshop(), session.planner
    workshop.check_unedited()
    progress.to_make(sum(status.node.cached for status in plan.stale()) + 2)
    with Writer(workshop.templates, session.output) as writer:
        if any(isinstance(status.node, PaperDocument) for status in plan.stale()):
            writer.start()
        _make(build, plan, workshop)
        names = [status.name for status in plan.statuses if status.node.kind != "document"]
        lost = next((name for name in names if not planner.status(name).fresh), None)
        if lost is not None and build.exit_code == 0:
            build.problems.append(f"{lost}: its file was written and is not there any more; run again")
            build.terminal.error(build.problems[-1])
        rest = [node.name for node in session.graph.nodes.values() if node.kind != "document"]
        if build.exit_code == 0 and all(planner.status(name).fresh for name in rest):
            publish_documents(build, workshop, writer)  # else it would be out of date
    note(session, progress.took, build.made, was_slower(progress.time, build.processes))
    return workshop


def _make(build: Build, plan: Plan, workshop: Workshop) -> None:
    """Answers, figures and sections; one that fails, or waits for one that did, leaves the rest be.

    Figures do not read each other, nor do sections: those are made several at a time.
    """
    progress = build.progress
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
                    progress.making(kind, node.slug, node.name)
                    blocked |= _keep(build, workshop, [node], [made(workshop.made, node)])
            elif node.cached:
                progress.time.end(part_of(node))  # it need not be made
        if due:
            begun = 0

            def taken_up(number: int, due: Sequence[Node] = due) -> None:
                nonlocal begun
                for node in due[begun : number + 1]:
                    progress.making(node.kind, node.slug, node.name)
                begun = number + 1

            found = in_forks(workshop.made, due, build.processes, taken_up=taken_up)
            blocked |= _keep(build, workshop, due, found)


def _keep(build: Build, workshop: Workshop, nodes: Sequence[Node], found: Iterable[Made]) -> set[str]:
    """Keep what was made; show what was raised, and return the names of what is not there for it.

    Raises what is not a `RenderError`.
    """
    build.progress.made()
    workshop.check_unedited()
    failed = set()
    for node, (payload, error) in zip(nodes, found, strict=True):
        if error is None:
            workshop.keep(node, payload)
            build.made.append(node.name)
            if flaws := node.flaws(payload):
                build.terminal.warn(flaws)
        elif isinstance(error, RenderError):
            failed.add(node.name)
            build.failed(error)
        else:
            raise error
    return failed


def publish_documents(build: Build, workshop: Workshop, writer: Writer) -> None:
    """Make the stale documents, audit them, and put the report in place.

    The page and the answers are made in several processes, and published as soon as they are there. The PDF,
    by far the longest, is written in `writer`'s process meanwhile and published behind them; until then,
    there is none. Raises `AuditError` where a number that is printed on the page cannot be traced; the
    previous report then stays. What is wrong with the PDF is noted: there is no PDF then.
    """
    session, progress = build.session, build.progress
    documents = [node for node in session.graph.of_kind("document") if isinstance(node, DocumentNode)]
    stale = [node for node in documents if not session.planner.status(node.name).fresh]
    first, last = ([node for node in stale if node.last is last] for last in (False, True))
    if not stale:
        return
    progress.making("document", "report.html", PAGE)
    with tempfile.TemporaryDirectory(prefix=TEMPORARY, dir=session.output) as scratch:
        press = Press(workshop, writer, Path(scratch))

        def begin() -> None:
            for node in stale:
                node.begin(press)

        found = in_forks(lambda node: node.finish(press), first, build.processes, begin)
        workshop.check_unedited()
        for _, error in found:
            if error is not None:
                raise error
        if first:
            _put(build, {node: content for node, (content, _) in zip(first, found, strict=True)})
        if last:
            session.save()  # a kill from here on leaves a report that lacks its PDF and nothing else
            progress.making("document", "report.pdf", PAPER)
            build.request.told("paper")
        for node in last:
            try:
                content = node.finish(press)
                workshop.check_unedited()
            except (StoreError, OutdatedCode):
                raise  # the disk, or an edit, whatever is made
            except LabReportError as error:
                build.failed(error)
            else:
                _put(build, {node: content})
    progress.made()


def _put(build: Build, made: Mapping[DocumentNode, Path | bytes]) -> None:
    """Publish documents beside those that are fresh; report to the planner what was published."""
    session, planner = build.session, build.session.planner
    kept = {
        node.published: planner.put_out(node.name)
        for node in session.graph.of_kind("document")
        if isinstance(node, DocumentNode) and node not in made and planner.status(node.name).fresh
    }
    files = {node.published: content for node, content in made.items()}
    publish(session.output, files, session.quarantine, kept)
    session.ledger.seeds = session.seeds
    for node in made:
        planner.made(planner.status(node.name), session.output / node.published)
        build.made.append(node.name)

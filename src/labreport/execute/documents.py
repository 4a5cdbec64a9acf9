"""The finished report: its documents, audited and published; the page first, then the PDF."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from labreport.errors import LabReportError, OutdatedCode, StoreError
from labreport.execute.session import Session
from labreport.nodes.document import DocumentNode
from labreport.nodes.workshop import Press, Workshop
from labreport.pdf import Writer
from labreport.processes import in_forks
from labreport.store.files import TEMPORARY
from labreport.store.publish import publish


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

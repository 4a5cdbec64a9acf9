"""The finished report: its documents, audited, then published all together."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from labreport.errors import MissingLibrary, RenderError
from labreport.execute.session import Session
from labreport.nodes.document import DocumentNode
from labreport.nodes.workshop import Press, Workshop
from labreport.pdf import Writer
from labreport.store.files import TEMPORARY
from labreport.store.publish import publish


@dataclass(frozen=True)
class Published:
    """Names of the document nodes that were made, and what could not be made."""

    made: tuple[str, ...] = ()
    problem: str = ""


def publish_documents(session: Session, workshop: Workshop, writer: Writer) -> Published:
    """Make the stale documents, audit them, and put the complete report in place.

    The PDF, by far the longest, is written in `writer`'s process while the others are made in this one.
    Raises `AuditError` where a printed number cannot be traced; the previous report then stays.
    """
    documents = [node for node in session.graph.of_kind("document") if isinstance(node, DocumentNode)]
    stale = [node for node in documents if not session.planner.status(node.name).fresh]
    if not stale:
        return Published()
    files: dict[str, Path | bytes] = {
        node.published: (session.output / node.published).read_bytes()
        for node in documents
        if node not in stale
    }
    problem = ""
    with tempfile.TemporaryDirectory(prefix=TEMPORARY, dir=session.output) as scratch:
        press = Press(workshop, writer, Path(scratch))
        for node in stale:
            node.begin(press)
        for node in stale:
            try:
                files[node.published] = node.finish(press)
            except MissingLibrary as error:
                problem = str(error)
        publish(session.output, files, session.quarantine)
    made = [node for node in documents if node.published in files]
    _note(session, made)
    return Published(tuple(node.name for node in stale if node in made), problem)


def _note(session: Session, documents: list[DocumentNode]) -> None:
    """Report to the planner what was published, each document with the digest of its file."""
    paths = {node: session.output / node.published for node in documents}
    session.digests.forget(paths.values())
    for node, path in paths.items():
        written = session.digests(path)
        if written is None:
            raise RenderError(f"{path}: published, but cannot be read back")
        session.planner.made(session.planner.status(node.name), {node.published: written}, written)

"""The finished report: HTML, PDF and answers, audited, then published all together."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labreport.errors import AuditError, MissingLibrary, RenderError
from labreport.execute.make import Maker
from labreport.execute.session import Session
from labreport.pdf import Writer
from labreport.plan.graph import DOCUMENTS, PUBLISHED
from labreport.plan.nodes import State
from labreport.store.files import TEMPORARY
from labreport.store.publish import publish


@dataclass(frozen=True)
class Published:
    """Which documents were made anew, and what could not be made."""

    made: tuple[str, ...] = ()
    problem: str = ""


def publish_documents(session: Session, maker: Maker, writer: Writer) -> Published:
    """Make the stale documents, audit them, and swap the complete report in.

    The PDF, by far the longest, is written in `writer`'s process while the page is made in this one.
    Raises `AuditError` where a printed number cannot be traced; the previous report then stays.
    """
    stale = [
        slug for slug in DOCUMENTS if session.planner.status(f"document/{slug}").state is not State.FRESH
    ]
    if not stale:
        return Published()
    outline = session.project.outline
    sections = [maker.payload(f"section/{section.slug}") for section in outline.sections]
    answers = maker.answers([question.slug for question in outline.questions])
    facts: Mapping[str, Any] = answers[outline.facts].facts.get("run", {}) if outline.facts else {}
    with tempfile.TemporaryDirectory(prefix=TEMPORARY, dir=session.output) as scratch:
        files, problem = _documents(session, writer, Path(scratch), stale, sections, answers, facts)
        publish(session.output, files)
    _note(session, [slug for slug in DOCUMENTS if PUBLISHED[slug] in files])
    return Published(tuple(slug for slug in stale if PUBLISHED[slug] in files), problem)


def _documents(
    session: Session,
    writer: Writer,
    scratch: Path,
    stale: list[str],
    sections: Any,
    answers: Any,
    facts: Mapping[str, Any],
) -> tuple[dict[str, Path | bytes], str]:
    from labreport.audit import audit_html, audit_pdf
    from labreport.page import answers_json, render_document

    outline, templates = session.project.outline, session.root / "templates"
    files: dict[str, Path | bytes] = {
        PUBLISHED[slug]: (session.output / PUBLISHED[slug]).read_bytes()
        for slug in DOCUMENTS
        if slug not in stale
    }
    problem, printed, target = "", "", scratch / PUBLISHED["pdf"]
    if "pdf" in stale:
        printed = render_document(outline, sections, "print", templates, facts)
        writer.begin(printed, target)
    if "answers" in stale:
        kept = session.planner.ingredients.kept()
        files[PUBLISHED["answers"]] = answers_json(outline, answers, facts, sections, kept).encode()
    if "html" in stale:
        html = render_document(outline, sections, "screen", templates, facts)
        names = [experiment.name for experiment in session.project.all_experiments]
        _accept("report.html", audit_html(html, answers, names))
        files[PUBLISHED["html"]] = html.encode()
    if "pdf" in stale:
        try:
            writer.finish()
        except MissingLibrary as error:
            problem = str(error)
        else:
            _accept("report.pdf", audit_pdf(target, printed, answers))
            files[PUBLISHED["pdf"]] = target.read_bytes()
    return files, problem


def _accept(document: str, findings: Any) -> None:
    found = list(findings)
    if found:
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        raise AuditError(f"{document}: {found[0]}{more}; the previous report is kept")


def _note(session: Session, slugs: list[str]) -> None:
    """Tell the planner what was published, each document with the digest of its file."""
    paths = {slug: session.output / PUBLISHED[slug] for slug in slugs}
    session.digests.forget(paths.values())
    for slug, path in paths.items():
        written = session.digests(path)
        if written is None:
            raise RenderError(f"{path}: published, but cannot be read back")
        status = session.planner.status(f"document/{slug}")
        session.planner.made(status, {PUBLISHED[slug]: written}, written)

"""The documents of the report: the page, the PDF and the answers, made together and published together."""

from __future__ import annotations

from abc import abstractmethod
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from labreport.errors import AuditError, all_at_once
from labreport.fingerprint.canonical import digest
from labreport.nodes.content import RENDERING
from labreport.nodes.workshop import Press
from labreport.plan.nodes import Node
from labreport.plan.planner import Planner
from labreport.store.files import Damaged, read_regular

if TYPE_CHECKING:
    from labreport.audit import Finding

DOCUMENT_FRAME = "document.html"
"""The template that `labreport.page` puts around the whole."""
TERMS = "terms.html"
"""The template of the glossary."""
DOCUMENT_FRAMES = (DOCUMENT_FRAME, TERMS, "screen.html", "print.html")
"""The templates of whole documents."""
ANSWERS = "labreport.page:answers_json"
"""What writes the answers: a `Press` calls it, so that following the nodes' code does not lead there."""
LIMIT = 64_000_000
"""Bytes that a published document may have."""
SETTING = ("weasyprint", "pydyf", "tinycss2", "fonttools", "pikepdf")


class DocumentNode(Node):
    """A published file; `published` is its name."""

    kind = "document"
    published: ClassVar[str]
    last: ClassVar[bool] = False
    """Whether it takes so long that the others are published before it."""

    def __init__(
        self, slug: str, reads: tuple[str, ...] = (), preliminary: bool = False, added: bool = False
    ) -> None:
        super().__init__(slug, reads)
        self.preliminary = preliminary
        """Whether it says that a report from more seeds follows."""
        self.added = added
        """Whether it says that it has more seeds than the project declares."""

    @property
    def label(self) -> str:
        """The file."""
        return self.published

    def ingredients(self, planner: Planner) -> dict[str, Any]:
        """Sections and answers, and all that the outline says."""
        return {
            **planner.outputs(self),
            "outline": planner.fingerprints.outline,
            **({"preliminary": True} if self.preliminary else {}),
            **({"added": True} if self.added else {}),
        }

    def begin(self, press: Press) -> None:
        """Start what can run beside the other documents."""

    @abstractmethod
    def finish(self, press: Press) -> Path | bytes:
        """The document's content, audited. Raises `AuditError`, `MissingLibrary`."""


class AnswersDocument(DocumentNode):
    """All answers, for programs."""

    published = "answers.json"

    def ingredients(self, planner: Planner) -> dict[str, Any]:
        """The keys of all results too."""
        code = planner.fingerprints.code_here("labreport.nodes.document:AnswersDocument", ANSWERS)
        words = planner.fingerprints.words()
        return {**super().ingredients(planner), "results": planner.digest_of_kept, **words, **code}

    def finish(self, press: Press) -> bytes:
        """As JSON."""
        return press.answers_json.encode()


class _Rendered(DocumentNode):
    medium: ClassVar[Literal["screen", "print"]]

    def ingredients(self, planner: Planner) -> dict[str, Any]:
        """Its frame, its styles and its fonts too."""
        fingerprints = planner.fingerprints
        return {
            **super().ingredients(planner),
            **fingerprints.words(),
            **fingerprints.references(),
            **({"recorded": digest(recorded)} if (recorded := planner.recorded) else {}),
            **({"kept": digest(kept)} if (kept := self.kept(planner)) else {}),
            **fingerprints.templates(DOCUMENT_FRAME, TERMS, f"{self.medium}.html"),
            **fingerprints.files("styles"),
            **fingerprints.files("frame/fonts", "fonts"),
            **fingerprints.libraries(*RENDERING),
        }

    @staticmethod
    def kept(planner: Planner) -> list[dict[str, Any]]:
        """The decisions by which results are kept."""
        return planner.kept_by_decision(planner.graph.of_kind("result"))

    def render(self, press: Press, evidence: str = "") -> str:
        """The whole document as HTML."""
        from labreport.page import render_document

        return render_document(
            press.outline,
            press.sections,
            self.medium,
            press.workshop.templates,
            press.facts,
            press.workshop.project.words,
            self.preliminary,
            evidence,
            press.workshop.planner.recorded,
            press.workshop.fonts,
            self.added,
            self.kept(press.workshop.planner),
        )

    def accept(self, findings: list[Finding], press: Press) -> None:
        """Raise `AuditError` for the findings of an audit, all of them."""
        from labreport.audit import at_lines

        if findings:
            lines = at_lines(findings, self.published, press.workshop.templates, press.render_again)
            kept = "the report has no PDF" if self.last else "the previous report is kept"
            raise all_at_once(AuditError, lines, f"; {kept}")


class PageDocument(_Rendered):
    """One HTML file for the browser."""

    published = "report.html"
    medium = "screen"

    def ingredients(self, planner: Planner) -> dict[str, Any]:
        """Its scripts too, and what makes fonts small."""
        fingerprints = planner.fingerprints
        return {
            **super().ingredients(planner),
            **fingerprints.files("script"),
            **fingerprints.code_here("labreport.nodes.document:PageDocument", ANSWERS),
            **fingerprints.libraries("fonttools", "brotli"),
        }

    def finish(self, press: Press) -> bytes:
        """Rendered, with the data of its numbers, and audited."""
        from labreport.audit import audit_html
        from labreport.page import evidence

        html = self.render(press, evidence(press.answers_json, press.workshop.project.words.phrases))
        declared = press.outline.declared
        templates = press.workshop.templates
        self.accept(audit_html(html, press.answers, templates, press.experiments, declared), press)
        return html.encode()


class PaperDocument(_Rendered):
    """The PDF, written in a process of its own."""

    published = "report.pdf"
    medium = "print"
    last = True

    def ingredients(self, planner: Planner) -> dict[str, Any]:
        """What sets it, and the answers attached to it, too."""
        made_by = ("labreport.nodes.document:PaperDocument", "labreport.pdf:write", ANSWERS)
        code = planner.fingerprints.code_here(*made_by)
        return {
            **super().ingredients(planner),
            "results": planner.digest_of_kept,
            **code,
            **planner.fingerprints.libraries(*SETTING),
        }

    def begin(self, press: Press) -> None:
        """Hand the HTML to the process that writes the PDF."""
        press.printed = self.render(press)
        target, before = press.scratch / self.published, b""
        with suppress(OSError, Damaged):  # without it, the numbers of pages are found by one more layout
            before = read_regular(press.workshop.planner.output / self.published, LIMIT)
        press.writer.begin(press.printed, target, press.answers_json, before)

    def finish(self, press: Press) -> Path:
        """Wait for the PDF, and audit it."""
        from labreport.audit import audit_pdf

        press.writer.finish()
        target = press.scratch / self.published
        about = (press.answers, press.workshop.templates, press.experiments, press.outline.declared)
        self.accept(audit_pdf(target, press.printed, *about), press)
        return target

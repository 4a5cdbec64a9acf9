"""How what templates print is written: as HTML of the page. Other formats write some of it otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from labreport.errors import UsageError
from labreport.page import markdown
from labreport.page.claims import DOES_NOT_HOLD, Claim
from labreport.page.numbering import reference_mark
from labreport.page.placeholders import EDGE, MARK, plain_text
from labreport.page.typed import refused_numbers
from labreport.stats import Table, as_quantity
from labreport.stats.wording import capitalise

if TYPE_CHECKING:
    from labreport.page.context import RenderContext
    from labreport.page.environment import TemplateEnvironment

VERDICT = f"{capitalise(DOES_NOT_HOLD)}:"


class HtmlFormat:
    """Writes texts, tables and claims as HTML; `environment` is that of the templates that print them."""

    ending = "html"
    """The ending of the frame's templates of figures, questions and sections."""
    mark = Markup(MARK)
    """What stands behind a sentence that the results do not decide."""

    def __init__(self, environment: TemplateEnvironment) -> None:
        self.environment = environment
        self.placeholders = environment.placeholders

    @property
    def context(self) -> RenderContext:
        """What is rendered now."""
        return self.environment.context

    def fill_placeholders(self, text: str) -> str:
        """Return what was rendered with the values put in."""
        return self.placeholders.fill_html(text)

    def paragraph(self, text: str) -> str:
        """Return a text as a paragraph."""
        return f"<p>{text}</p>\n"

    def markdown(self, text: str) -> str:
        """Render Markdown, in which placeholders stay."""
        return markdown.render_blocks(text, self.context, self.placeholders.fill_plain)

    def line(self, text: str) -> Markup:
        """Render a line of Markdown; of what no template wrote without HTML and typed numbers."""
        is_from_template = isinstance(text, Markup)
        if not is_from_template:
            for _, message in refused_numbers(text):
                raise UsageError(message)  # the first of them
        return markdown.render_line(
            text, self.context, self.placeholders.fill_plain, with_html=is_from_template
        )

    def words_of(self, text: str) -> str:
        """Return the plain words of a piece of a template."""
        return plain_text(self.fill_placeholders(self.markdown(text)))

    def reference(self, name: str) -> Markup:
        """Write a link to a figure, a table, a question or a section, whose number the document fills in."""
        return self.placeholders.store(reference_mark(name), name)

    def table(self, table: Table, caption: str, digits: int | None, name: str) -> Markup:
        """Write a table with its caption, its numbers with so many decimals."""
        cells = []
        for values, texts in zip(table.rows, table.cells(digits), strict=True):
            cells.append(list(map(self._cell, values, texts)))
        framed = self.environment.render_frame(
            "table.html",
            rows=cells,
            heads=table.heads,
            right=table.numeric,
            name=self.context.name_of_next_table(name),
            caption=self.line(caption),
        )
        return self.placeholders.store(framed, repr(table), block=True)

    def _cell(self, value: Any, text: str) -> str:
        if isinstance(value, str):
            return text
        return self.environment.placeholder_for_quantity(as_quantity(value), text)

    def claim(self, claim: Claim, identity: str, body: str, now: Markup, is_block: bool) -> str:
        """Put the element of a claim around its text, in a line or around paragraphs."""
        names = {"claim": claim, "identity": identity, "now": now, "verdict": VERDICT, "is_block": is_block}
        framed = self.environment.render_frame("claim.html", **names)
        before, _, after = framed.partition("<!--text-->")
        first = self.placeholders.store(before, f"{VERDICT} " if claim.fails else "", block=is_block).strip()
        last = self.placeholders.store(after, "", block=is_block).strip()
        if not is_block:
            return f"{EDGE}{first}{EDGE}{body}{EDGE}{last}{EDGE}"
        indent = indent_of(body)
        return f"\n\n{indent}{first}\n\n{body}\n\n{indent}{last}\n\n"


def indent_of(text: str) -> str:
    """The blanks before the first letter of a text, on its line."""
    before_first_letter = text[: len(text) - len(text.lstrip())]
    return before_first_letter.rpartition("\n")[2]

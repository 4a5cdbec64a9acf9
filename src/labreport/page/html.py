"""Writing what templates print as HTML of the page."""

from __future__ import annotations

import re

from markupsafe import Markup

from labreport.errors import UsageError
from labreport.page import markdown
from labreport.page.claims import DOES_NOT_HOLD, Claim
from labreport.page.numbering import reference_mark
from labreport.page.placeholders import EDGE, MARK, plain_text
from labreport.page.printer import Printer
from labreport.page.typed import refused_numbers
from labreport.project.outline import slug
from labreport.stats import Quantity, Table
from labreport.stats.formats import FormattedQuantity, formatted_quantity
from labreport.stats.names import find
from labreport.stats.wording import capitalise

GLOSSARY = "glossary.md"
VERDICT = f"{capitalise(DOES_NOT_HOLD)}:"


class HtmlPrinter(Printer):
    """Writes values, tables and claims as HTML."""

    ending = "html"
    """The ending of the files in frame/ for figures, questions and sections."""
    mark = Markup(MARK)

    def fill_placeholders(self, text: str) -> str:
        """Replace placeholders by their HTML."""
        return self.placeholders.fill_html(text)

    def write_paragraph(self, text: str) -> str:
        """The text as a paragraph."""
        return f"<p>{text}</p>\n"

    def write_markdown(self, text: str) -> str:
        """Convert Markdown to HTML; placeholders stay."""
        return markdown.render_blocks(text, self.context, self.placeholders.fill_plain)

    def write_line(self, text: str) -> Markup:
        """Convert a line of Markdown to HTML.

        A line that is not from a template must not have typed numbers, and HTML in it is escaped.
        """
        is_from_template = isinstance(text, Markup)
        if not is_from_template:
            for _, message in refused_numbers(text):
                raise UsageError(message)  # the first of them
        return markdown.render_line(
            text, self.context, self.placeholders.fill_plain, with_html=is_from_template
        )

    def words_of(self, text: str) -> str:
        """The words of a part of the template, without mark-up."""
        return plain_text(self.fill_placeholders(self.write_markdown(text)))

    def term(self, word: str, text: str = "") -> Markup:
        """Print a word with a link to its entry in the glossary."""
        file = self.context.templates / GLOSSARY
        source = file.read_text(encoding="utf-8") if file.is_file() else ""
        explained = re.findall(r"^(\S.*)\n+:\s", source, re.MULTILINE)
        identity = slug(find(word, explained, f"explanation in {GLOSSARY} of"))
        link = Markup('<a class="term" href="#term-{}">{}</a>')
        return self.placeholders.store(link.format(identity, text or word))

    def write_reference(self, name: str) -> Markup:
        """Write a link to a figure, a table, a question or a section; the document fills in its number."""
        return self.placeholders.store(reference_mark(name), name)

    def write_table(self, table: Table, caption: str, decimals: int | None, name: str) -> Markup:
        """Write a table with its caption, its numbers with this many decimals."""
        cells = []
        for values, texts in zip(table.rows, table.texts(decimals), strict=True):
            cells.append(list(map(self._cell, values, texts)))
        framed = self.environment.render_frame(
            "table.html",
            rows=cells,
            heads=table.heads,
            right=table.numeric,
            name=self.context.name_of_next_table(name),
            caption=self.write_line(caption),
        )
        return self.placeholders.store(framed, repr(table), block=True)

    def _cell(self, value: str | Quantity | FormattedQuantity, text: str) -> str:
        if isinstance(value, str):
            return text
        return self.placeholder_for_quantity(formatted_quantity(value), text)

    def write_claim(self, claim: Claim, identity: str, body: str, now: Markup, is_block: bool) -> str:
        """Write the text of a claim inside its element: inline, or a block around paragraphs."""
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
    """The blanks before the first word of a text, on its line."""
    before_first_letter = text[: len(text) - len(text.lstrip())]
    return before_first_letter.rpartition("\n")[2]

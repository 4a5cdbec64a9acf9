"""Printers of reports: what page and written report have in common, and the HTML of the page."""

from __future__ import annotations

import re
from abc import abstractmethod

from markdown_it.renderer import RendererHTML, RendererProtocol
from markupsafe import Markup, escape

from labreport.errors import UsageError, location_of
from labreport.page.claims import DOES_NOT_HOLD, Claim
from labreport.page.markdown import MarkdownError, parser_of, rule_values
from labreport.page.messages import TemplateError
from labreport.page.numbering import reference_mark
from labreport.page.placeholders import EDGE, MARK, plain_text, without_placeholders
from labreport.page.printer import Printer
from labreport.page.prose import line_of, markdown_of, refused_numbers
from labreport.project.outline import slug
from labreport.stats import Quantity, Table
from labreport.stats.formats import FormattedQuantity, formatted_quantity
from labreport.stats.names import find
from labreport.stats.wording import capitalise

GLOSSARY = "glossary.md"
VERDICT = f"{capitalise(DOES_NOT_HOLD)}:"


class ReportPrinter(Printer):
    """The base of printers for templates of a report, which are written in Markdown."""

    ending: str
    """The ending of the files in frame/ that are used: html or md."""
    renderer: type[RendererProtocol]
    """The class that converts Markdown's tokens to text."""
    paragraph: str
    """A paragraph, with `{}` for its text."""

    @abstractmethod
    def fill_placeholders(self, text: str) -> str:
        """Replace placeholders by their HTML or Markdown."""

    @abstractmethod
    def framed_table(self, table: Table, caption: Markup, decimals: int | None, name: str) -> Markup:
        """A table with its name, caption and number of decimals, as HTML or Markdown."""

    def write_markdown(self, text: str) -> str:
        """Convert Markdown of a template; placeholders are kept. Raises `TemplateError`."""
        try:
            parser = parser_of(self.renderer, with_html=True)
            return str(parser.render(text, rule_values(self.context, self.placeholders)))
        except MarkdownError as error:
            raise TemplateError(error.message, self._location_of(error)) from error

    def _location_of(self, error: MarkdownError) -> str:
        """The file and line of a mistake in the template; without the line if it is in an included file."""
        context = self.context
        if context.has_template:
            source = context.file.read_text(encoding="utf-8")
            line = line_of(markdown_of(self.environment.lexer.tokeniter(source, None)), error.token)
            if line is not None:
                return location_of(context.file, line)
        return context.location

    def write_line(self, text: str) -> Markup:
        """Convert a line of Markdown.

        A line that is not from a template must not have typed numbers, and HTML in it is escaped.
        """
        is_from_template = isinstance(text, Markup)
        if not is_from_template:
            for _, message in refused_numbers(text):
                raise UsageError(message)  # the first of them
        parser = parser_of(self.renderer, with_html=is_from_template)
        return Markup(parser.renderInline(text.strip(), rule_values(self.context, self.placeholders)))

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
        return self.store_value(link.format(identity, text or word), text or word)

    def write_reference(self, name: str) -> Markup:
        """Write a link to a figure, a table, a question or a section; the document fills in its number."""
        return self.placeholders.store(reference_mark(name), name)

    def write_table(self, table: Table, caption: str, decimals: int | None, name: str) -> Markup:
        """Write a table with its caption, its numbers with this many decimals."""
        name = self.context.name_of_next_table(name)
        framed = self.framed_table(table, self.write_line(caption), decimals, name)
        return self.placeholders.store(framed, repr(table), block=True)

    def write_claim(self, claim: Claim, identity: str, body: str, now: Markup, is_block: bool) -> str:
        """Write the text of a claim in its frame from frame/claim.html or .md, inline or as a block."""
        names = {"claim": claim, "identity": identity, "now": now, "verdict": VERDICT, "is_block": is_block}
        framed = self.environment.render_frame(f"claim.{self.ending}", **names)
        before, _, after = framed.partition("<!--text-->")
        if is_block:
            indent = _indent_of(body)
            first, last = (text.replace("\n", f"\n{indent}") for text in (before, after))
            return f"\n\n{indent}{first}\n\n{body}\n\n{indent}{last}\n\n"
        opening = self.placeholders.store(before, f"{VERDICT} " if claim.fails else "")
        closing = self.placeholders.store(after, "")
        return f"{EDGE}{opening}{EDGE}{body}{EDGE}{closing}{EDGE}"


def _indent_of(text: str) -> str:
    """The blanks before the first word of a text, on its line."""
    before_first_letter = text[: len(text) - len(text.lstrip())]
    return before_first_letter.rpartition("\n")[2]


class HtmlPrinter(ReportPrinter):
    """Writes values, tables and claims as HTML."""

    ending = "html"
    renderer = RendererHTML
    mark = Markup(MARK)
    paragraph = "<p>{}</p>\n"

    def fill_placeholders(self, text: str) -> str:
        """Replace placeholders by their HTML."""
        return self.placeholders.fill_html(text)

    def framed_table(self, table: Table, caption: Markup, decimals: int | None, name: str) -> Markup:
        """The HTML of a table, by frame/table.html."""
        cells = []
        for values, texts in zip(table.rows, table.texts(decimals), strict=True):
            cells.append(list(map(self._cell, values, texts)))
        return self.environment.render_frame(
            "table.html", rows=cells, heads=table.heads, right=table.numeric, name=name, caption=caption
        )

    def _cell(self, value: str | Quantity | FormattedQuantity, text: str) -> Markup:
        if isinstance(value, str):
            return escape(without_placeholders(text))
        return self.element_of(formatted_quantity(value), text)

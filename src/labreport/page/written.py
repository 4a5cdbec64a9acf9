"""The written report as Markdown: templates with their values; claims are marked as on the page."""

from __future__ import annotations

import re

from markupsafe import Markup

from labreport.page.claims import Claim
from labreport.page.escapes import escape_markdown, markdown_table
from labreport.page.html import VERDICT, HtmlPrinter, indent_of
from labreport.page.markdown import CITE, bibliography, cite_marks
from labreport.page.numbering import Numbering, reference_mark
from labreport.page.numbers import AnswersByQuestion
from labreport.page.placeholders import FIRST_BLOCK, PLACEHOLDER_CHARACTERS, plain_text
from labreport.page.renderer import Drawings, SectionRenderer
from labreport.project import Project
from labreport.stats import Table

_LITERAL = re.compile(
    r"""(
      ```.*?``` | ~~~.*?~~~      # a block of code
    | `[^`\n]+`                  # code in a line
    | \$\$.*?\$\$ | \$[^$\n]+\$  # a formula
    )""",
    re.VERBOSE | re.DOTALL,
)
"""Code and formulas, in which nothing is Markdown; every second part of a text that is split by it."""
_PLACEHOLDER = re.compile(f"[{PLACEHOLDER_CHARACTERS}]")
_HEADING = re.compile(r"^(#+)(?= )", re.MULTILINE)
_NOTE = re.compile(r"\[\^(?=[\w-]+\])")
_CAPTION = re.compile(r"^Table(?: ([\w-]+))?: (?=[^\n]*\n\n\|)", re.MULTILINE)
_PARAGRAPH = re.compile(
    r"""
    ^ (?P<begin> [ \t]* (?: (?: [-*+] | \d+[.)] ) [ ]+ | >[ ]* | \#+[ ]+ )? )
    (?P<text> [^\s|`>\#] .*? )
    (?P<end> (?= \s*\n\s*\n | \s*\n[ \t]*(?: [-*+] | \d+[.)] )[ ] | \s*\Z ) )
    """,
    re.VERBOSE | re.MULTILINE | re.DOTALL,
)
"""A paragraph, a heading or an item of a list, behind what begins it."""


def written_report(project: Project, answers: AnswersByQuestion, figures: Drawings) -> str:
    """The report as one Markdown document; a figure is the image `figures/NAME.svg`.

    `answers` are those of all questions. A claim that fails is struck through, and followed by what the
    results say; one that is unknown has a mark.
    """
    templates = project.folder / "templates"
    parts = [f"# {escape_markdown(project.title)}"]
    parts += [escape_markdown(text) for text in (project.subtitle, project.author) if text]
    for section in project.all_sections:
        experiments = project.all_experiments
        renderer = SectionRenderer(section, answers, figures, experiments, templates, MarkdownPrinter)
        parts.append(renderer.render())
    text = "\n\n".join(parts)
    numbering = Numbering(project, text)
    text = numbering.with_plain_numbers(text)
    if numbering.cites:
        references = bibliography(templates)
        text += "\n\n## References\n"
        for key, number in numbering.cites.items():
            text += f"\n{number}. {escape_markdown(plain_text(references[key]))}"
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


class MarkdownPrinter(HtmlPrinter):
    """Writes values, tables and claims as Markdown."""

    ending = "md"
    mark = Markup("†")

    def fill_placeholders(self, text: str) -> str:
        """Return Markdown with the values put in, of which Markdown obeys no sign, in code as they are."""
        parts = _LITERAL.split(text)
        parts[::2] = [_PLACEHOLDER.sub(self._markdown_of, part) for part in parts[::2]]
        return self.placeholders.fill_plain("".join(parts))

    def _markdown_of(self, placeholder: re.Match[str]) -> str:
        if ord(placeholder[0]) >= FIRST_BLOCK:
            return self.fill_placeholders(self.placeholders.markup_of(placeholder[0]))
        return escape_markdown(self.placeholders.fill_plain(placeholder[0]))

    def write_markdown(self, text: str) -> str:
        """Leave Markdown as it is, but for what a document has once: headings, notes, cites, tables."""
        parts = _LITERAL.split(text)
        levels = [len(match[1]) for part in parts[::2] for match in _HEADING.finditer(part)]
        lift = "#" * (self.context.top_level - min(levels, default=self.context.top_level))
        for index in range(0, len(parts), 2):
            part = _HEADING.sub(rf"\1{lift}", parts[index])
            part = _NOTE.sub(f"[^{self.context.document}-", part)
            part = self._with_cites(part)
            parts[index] = _CAPTION.sub(lambda caption: self._table_label(caption[1] or ""), part)
        return "".join(parts)

    def _table_label(self, name: str) -> str:
        return f'**Table <span data-no="table:{self.context.name_of_next_table(name)}"></span>.** '

    def write_line(self, text: str) -> Markup:
        """Leave a line of Markdown as it is, but for cites."""
        parts = _LITERAL.split(text.strip())
        parts[::2] = map(self._with_cites, parts[::2])
        return Markup("".join(parts))

    def _with_cites(self, text: str) -> str:
        """Put links in place of cites, which the document numbers. Raises `TemplateError`."""
        return CITE.sub(lambda cite: cite_marks(cite[0], self.context), text)

    def write_paragraph(self, text: str) -> str:
        """The text as a paragraph."""
        return f"{text}\n"

    def write_table(self, table: Table, caption: str, decimals: int | None, name: str) -> Markup:
        """Write a table, with its caption before it."""
        label = self._table_label(name)
        return Markup(f"\n\n{label}{self.write_line(caption)}\n\n{markdown_table(table, decimals)}\n\n")

    def write_reference(self, name: str) -> Markup:
        """The mark for a reference, which the document replaces by a label."""
        return reference_mark(name)

    def write_claim(self, claim: Claim, identity: str, body: str, now: Markup, is_block: bool) -> str:
        """Write a claim; one that fails is struck through and followed by what the results say."""
        if is_block:
            return f"\n\n{self._block_claim(claim, body, now)}\n\n"
        if claim.fails:
            correction = f" (now: {now})" if now else ""
            return f"{VERDICT} ~~{body.strip()}~~{correction}"  # which may be in bold itself
        return f"{body}†" if claim.holds is None else body

    def _block_claim(self, claim: Claim, body: str, now: Markup) -> str:
        if claim.holds is None:
            return f"{body.rstrip()}†"
        if not claim.fails:
            return body
        indent = indent_of(body)
        correction = f"\n\n{indent}Now: {now}." if now else ""
        return f"{indent}**{VERDICT}**\n\n{strike_paragraphs(body.rstrip())}{correction}"


def strike_paragraphs(text: str) -> str:
    """Strike through paragraphs, headings and list items, `- a` as `- ~~a~~`; not tables and code."""
    return _PARAGRAPH.sub(r"\g<begin>~~\g<text>~~", text)

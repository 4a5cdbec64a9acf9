"""The written report as Markdown: templates with their values; claims are marked as on the page."""

from __future__ import annotations

import re

from markupsafe import Markup

from labreport.page.claims import Claim
from labreport.page.collected import Collected
from labreport.page.escapes import escape_markdown, markdown_table
from labreport.page.html import ReportPrinter
from labreport.page.markdown import bibliography
from labreport.page.numbering import Numbering
from labreport.page.numbers import AnswersByQuestion
from labreport.page.placeholders import plain_text
from labreport.page.renderer import Drawings, SectionRenderer
from labreport.page.rewriting import MarkdownRenderer, table_label
from labreport.project import Project
from labreport.stats import Table


def written_report(project: Project, answers: AnswersByQuestion, figures: Drawings) -> str:
    """The report as one Markdown document; a figure is the image `figures/NAME.svg`.

    `answers` are those of all questions. A claim that fails is struck through, and followed by what the
    results say; one that is unknown has a mark.
    """
    templates = project.folder / "templates"
    parts = [f"# {escape_markdown(project.title)}"]
    parts += [escape_markdown(text) for text in (project.subtitle, project.author) if text]
    for section in project.all_sections:
        collected = Collected(section.name, answers, project.all_experiments)
        parts.append(SectionRenderer(section, collected, figures, templates, MarkdownPrinter).render())
    text = "\n\n".join(parts)
    numbering = Numbering(project, text)
    text = numbering.with_plain_numbers(text)
    if numbering.cites:
        references = bibliography(templates)
        text += "\n\n## References\n"
        for key, number in numbering.cites.items():
            text += f"\n{number}. {escape_markdown(plain_text(references[key]))}"
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


class MarkdownPrinter(ReportPrinter):
    """Writes values, tables and claims as Markdown."""

    ending = "md"
    renderer = MarkdownRenderer
    mark = Markup("†")
    paragraph = "{}\n"

    def fill_placeholders(self, text: str) -> str:
        """Replace placeholders by their Markdown."""
        return self.placeholders.fill_markdown(text)

    def store_value(self, element: Markup, text: str) -> Markup:
        """Store the text of a value, with its special characters escaped."""
        return self.placeholders.store(escape_markdown(text), text)

    def framed_table(self, table: Table, caption: Markup, decimals: int | None, name: str) -> Markup:
        """A table in Markdown, after its caption."""
        return Markup(f"{table_label(name)}{caption}\n\n{markdown_table(table, decimals)}")

    def write_claim(self, claim: Claim, identity: str, body: str, now: Markup, is_block: bool) -> str:
        """Write the text of a claim; blanks around it stay outside, since `~~ a ~~` is not struck through."""
        text = body if is_block else body.strip()
        return body.replace(text, super().write_claim(claim, identity, text, now, is_block))

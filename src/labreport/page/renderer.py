"""Rendering a section: its own text, its questions with their answers, and its figures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeAlias

from markupsafe import Markup, escape

from labreport.charts import Exported
from labreport.errors import UsageError
from labreport.page.collected import Collected
from labreport.page.context import RenderContext
from labreport.page.html import ReportPrinter
from labreport.page.markdown import first_bold_text
from labreport.page.messages import TemplateError
from labreport.page.placeholders import glance_line
from labreport.project import Figure, Question, Section
from labreport.stats import Column, Difference, Finding, Namespace, Quantity, Table
from labreport.stats.contents import quantities
from labreport.stats.names import find
from labreport.stats.wording import capitalise

Drawings: TypeAlias = Mapping[str, Exported]
"""Exported figures by name, as `charts.export_drawing` returns them."""
_WIDE = 125
"""Figures wider than this, in mm, extend beyond the column of text."""


def template_of(question: Question) -> str:
    """The template of a question, relative to the folder of templates; the file may not exist."""
    return question.template or f"questions/{question.name}.md"


def require_template(templates: Path, question: Question) -> None:
    """Raise `TemplateError` if a question names a template that does not exist."""
    if question.template and not (templates / question.template).is_file():
        raise TemplateError(f"there is no template {question.template!r}", question.location)


@dataclass
class SectionRenderer:
    """Renders the templates of one section and its questions, with a printer of this type for each.

    `collected` gets what they print; `glance` has the answer of each question in one line of HTML.
    """

    section: Section
    collected: Collected
    figures: Drawings
    templates: Path
    printer_type: type[ReportPrinter]
    glance: dict[str, str] = field(default_factory=dict)
    _placed_questions: dict[str, Markup] = field(default_factory=dict)
    _placed_figures: set[str] = field(default_factory=set)

    def render(self) -> str:
        """Render the section: its own text, then all questions and figures that the text did not place."""
        name = self.section.name
        printer = self._printer(RenderContext(self.templates, f"sections/{name}.md", name, top_level=3))
        parts: list[str] = []
        if printer.context.has_template:
            text = printer.environment.render_template(self.collected.answers)
            parts.append(printer.write_markdown(text))
        for question in self.section.questions:
            if question.name not in self._placed_questions:
                parts.append(self.place_question(question.name))
        parts += self._unplaced_figures(printer, self.section.figures)
        framed = printer.environment.render_frame(
            f"section.{printer.ending}", section=self.section, body=Markup("\n".join(parts))
        )
        return printer.fill_placeholders(framed)

    def _printer(self, context: RenderContext) -> ReportPrinter:
        """A printer for a template, whose functions place the figures and questions of this section."""
        printer = self.printer_type(context, self.collected)
        printer.environment.add_function("figure", partial(self.place_figure, printer))
        printer.environment.add_function("question", self.place_question)
        printer.environment.add_function("ref", printer.write_reference)
        printer.environment.add_function("term", printer.term)
        return printer

    # What a template may call

    def place_question(self, name: str) -> Markup:
        """Place a question with its answer, and return its placeholder."""
        questions = {question.name: question for question in self.section.questions}
        name = find(name, questions, "question")
        if name not in self._placed_questions:
            rendered = self._render_question(questions[name])
            self._placed_questions[name] = self.collected.placeholders.store(rendered, "", block=True)
        return self._placed_questions[name]

    def place_figure(
        self,
        printer: ReportPrinter,
        name: str,
        caption: str = "",
        alt: str = "",
        caller: Callable[[], Markup] | None = None,
    ) -> Markup:
        """Place a figure, and return its placeholder.

        The caption is Markdown and starts with the finding, in bold; without one, it is that of the drawing.
        """
        name = find(name, self.figures, "figure")
        self._placed_figures.add(name)
        drawing = self.figures[name]
        caption_of_template = caller() if caller else caption
        text = caption_of_template or _caption_of_drawing(drawing)
        try:
            written_caption = printer.write_line(text)
        except UsageError as error:
            if caption_of_template:
                raise
            raise TemplateError(error.message, f"the caption of figure {name!r}") from error
        words = printer.placeholders.fill_plain(alt or _alternative_text(drawing, text))
        framed = printer.environment.render_frame(
            f"figure.{printer.ending}",
            name=name,
            alt=words,
            caption=written_caption,
            wide=drawing.width_mm > _WIDE,
        )
        return printer.placeholders.store(framed, "", block=True)

    def _unplaced_figures(self, printer: ReportPrinter, figures: Iterable[Figure]) -> list[Markup]:
        names = [figure.name for figure in figures if figure.name not in self._placed_figures]
        return [self.place_figure(printer, name) for name in names]

    # Questions

    def _render_question(self, question: Question) -> Markup:
        """A question with its box and its text; the box of one without an answer says so."""
        answer = self.collected.answers.get(question.name)
        context = RenderContext(self.templates, template_of(question), question.name, answer=answer)
        printer = self._printer(context)
        box = printer.paragraph.format("Not yet measured.")
        parts: list[str] = []
        if answer is not None:
            box, parts = self._render_answer(printer, question, answer)
            self.glance[question.name] = glance_line(box)
        return printer.environment.render_frame(
            f"question.{printer.ending}",
            question=question,
            answer=Markup(box),
            body=Markup("\n".join(parts)),
        )

    def _render_answer(
        self, printer: ReportPrinter, question: Question, answer: Namespace
    ) -> tuple[str, list[str]]:
        """The box of an answer, and the parts of its text.

        They come from the template; without one, the engine writes them.
        """
        parts: list[str] = []
        if printer.context.has_template:
            text = printer.environment.render_template(answer.members)
            parts.append(printer.write_markdown(text))
            if printer.box is None:
                box = _box_of_engine(printer, _sentences_of(printer, answer))
            else:
                box = printer.fill_placeholders(printer.write_markdown(printer.box))
            parts += self._unplaced_figures(printer, question.figures)
            return box, parts
        require_template(self.templates, question)
        sentences = _sentences_of(printer, answer) or _numbers_of(printer, answer)
        parts += self._unplaced_figures(printer, question.figures)
        parts += _tables_of(printer, answer)
        return _box_of_engine(printer, sentences), parts


# What the engine writes where a template says nothing


def _caption_of_drawing(drawing: Exported) -> Markup:
    """The caption in the drawing itself: its title in bold, then its caption."""
    title = Markup("**{}** ").format(drawing.title) if drawing.title else Markup()
    return title + drawing.caption


def _alternative_text(drawing: Exported, caption: str) -> str:
    """What the drawing shows, and the finding: the text in bold at the start of the caption."""
    shown = (drawing.alt or drawing.kind).rstrip(".")
    finding = first_bold_text(caption)
    return f"{shown}: {finding}" if shown and finding else shown or finding


def _box_of_engine(printer: ReportPrinter, sentences: list[str]) -> str:
    """Sentences as a paragraph; each starts with a capital, unless it starts with an element or an entity."""
    filled = []
    for sentence in sentences:
        text = printer.fill_placeholders(sentence)
        filled.append(text if text[0] in "<&" else text[0].upper() + text[1:])
    return printer.paragraph.format(" ".join(filled)) if filled else ""


def _sentences_of(printer: ReportPrinter, answer: Namespace) -> list[str]:
    """The sentences of the findings of an answer, with a mark after those that could not be judged."""
    sentences = []
    for member in answer.members.values():
        if isinstance(member, Finding):
            mark = printer.mark if member.is_unknown else ""
            sentences.append(f"{printer.sentence_of(member)}.{mark}")
    return sentences


def _numbers_of(printer: ReportPrinter, answer: Namespace) -> list[str]:
    """A sentence for each number and text of an answer: `half life: 3 h.`"""
    sentences = []
    for name, member in answer.members.items():
        if isinstance(member, (Quantity, str)):
            label = escape(name.replace("_", " "))
            sentences.append(f"{label}: {printer.placeholder_for(member)}.")
    return sentences


def _tables_of(printer: ReportPrinter, answer: Namespace) -> list[Markup]:
    """The tables of an answer or, if there are none, a table of all its numbers."""
    tables = {name: member for name, member in answer.members.items() if isinstance(member, Table)}
    for name, member in answer.members.items():
        if isinstance(member, Difference) and member.is_summed_up:
            tables[name] = member.table
    numbers = tuple(quantities(answer))
    if numbers and not tables:
        tables["all numbers"] = Table((Column("name", "Name"), Column("value", "Value")), numbers)
    shown = []
    for name, table in tables.items():
        title = table.columns[-1].title if name == "means" else name.replace("_", " ")
        shown.append(printer.show(table, capitalise(title)))
    return shown

r"""A section of the report as HTML: its questions, each with its answer, and its own text around them.

The line at a glance of an answer is that in the box, without elements but a few. These become private
characters, which stay when all other elements are removed and the text is escaped, then elements again:
`<b>a</b> <del>b</del>` is `<b>a</b> \ue000b\ue001`, then `a \ue000b\ue001`, then `a <del>b</del>`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import msgspec
from markupsafe import Markup, escape

from labreport.charts import Exported
from labreport.errors import UsageError, did_you_mean, location_of
from labreport.page.claims import Claim
from labreport.page.context import RenderContext
from labreport.page.environment import GLOSSARY, TemplateEnvironment
from labreport.page.html import HtmlFormat
from labreport.page.messages import TemplateError
from labreport.page.numbers import AnswersByQuestion, Entries
from labreport.page.placeholders import MARK, plain_text
from labreport.project import Experiment, Figure, Question, Section
from labreport.project.outline import slug
from labreport.stats import Column, DifferenceFinding, Finding, Namespace, Quantity, Table
from labreport.stats.contents import quantities
from labreport.stats.names import find
from labreport.stats.wording import capitalise

_STRUCK_BLOCK = re.compile(r'<div class="del">\s*(.*?)(</p>)?\s*</div>', re.DOTALL)
_CITES = re.compile(r'\s*<a class="cite"[^>]*></a>')
_TERM = re.compile(r'<a class="term" href="#term-(?P<identity>[^"]+)">(?P<word>.*?)</a>', re.DOTALL)
_TABLE = re.compile(r"<table\b.*?</table>", re.DOTALL)
_BOLD = re.compile(r"(<strong>|\*\*)(?P<text>.*?)(</strong>|\*\*)", re.DOTALL)
Drawings: TypeAlias = Mapping[str, Exported]
"""What `charts.export_drawing` made of figures, by their names."""
_KEPT_IN_GLANCE = {
    "\ue000": "<del>",
    "\ue001": "</del>",
    "\ue002": "<code>",
    "\ue003": "</code>",
    "\ue004": MARK,
}
"""The elements that an answer's line at a glance keeps, by the private character of each."""
_WIDE = 125
"""Figures of more millimetres stand out of the column."""


@dataclass(frozen=True)
class RenderedSection:
    """A section as HTML, into which the document puts drawings and the numbers of figures; and what it says.

    `numbers` are the sources of those that it prints or claims, `claim_panels` what the page says of each
    claim, `glance` each question's answer in a line of HTML, `partial_tables` the names of those of
    which its answers leave out rows, `digits_shown` with how many decimals it shows tables of answers, by
    `question.name`.
    """

    name: str
    title: str
    html: str
    claims: tuple[Claim, ...] = ()
    numbers: Entries = field(default_factory=dict)
    claim_panels: Entries = field(default_factory=dict)
    glance: dict[str, str] = field(default_factory=dict)
    partial_tables: tuple[str, ...] = ()
    digits_shown: dict[str, int] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Give it as JSON values, from which `from_json` makes an equal one."""
        return dict(msgspec.to_builtins(self))

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> RenderedSection:
        """Make a section of JSON values."""
        return msgspec.convert(values, cls)


def template_of(question: Question) -> str:
    """Return the template of a question, below the folder of templates; there need be no such file."""
    return question.template or f"questions/{question.name}.md"


def own_templates(section: Section) -> list[str]:
    """List the templates of a section and its questions; there need be no such files."""
    return [f"sections/{section.name}.md", *map(template_of, section.questions)]


def check_templates(templates: Path, sections: Iterable[Section]) -> None:
    """Raise `UsageError` where a template is that of no section or question: its text would be lost."""
    names: list[str] = []
    for section in sections:
        names += own_templates(section)
    for folder in ("questions", "sections"):
        for path in sorted(templates.glob(f"{folder}/**/*.md")):
            name = path.relative_to(templates).as_posix()
            if name not in names:
                near = did_you_mean(name, names, "there may be")
                problem = f"no {folder.removesuffix('s')} has this template{near}"
                raise UsageError(f"{problem}; rename it, or move it away", location=location_of(path, 1))


def template_files(templates: Path, section: Section) -> list[Path]:
    """Find the project's files that a section is made of: its own and those that every section shares."""
    own = own_templates(section)
    paths = []
    for path in sorted(templates.rglob("*")):
        name = path.relative_to(templates).as_posix()
        is_shared = not name.startswith(("sections/", "questions/", "styles/"))
        if path.is_file() and (name in own or is_shared):
            paths.append(path)
    return paths


def render_section(
    section: Section,
    answers: AnswersByQuestion,
    figures: Drawings,
    experiments: Iterable[Experiment],
    templates: Path,
) -> RenderedSection:
    """Render one section.

    `answers` are those of its questions, as far as they are measured yet, and those that it names; `figures`
    what `charts.export_drawing` made. Whatever is wrong in a template raises `UsageError` with file and line:
    a name that is not there, a bare or a typed number; of these `MultipleErrors`.
    """
    environment = SectionEnvironment(section, answers, figures, experiments, templates)
    html = _TABLE.sub(r'<div class="table">\g<0></div>', environment.render())
    html = _with_first_terms(html)
    return RenderedSection(
        name=section.name,
        title=section.title,
        html=html,
        claims=tuple(environment.claims),
        numbers=environment.numbers.entries,
        claim_panels=environment.claim_panels,
        glance=environment.glance,
        partial_tables=tuple(sorted(environment.numbers.partial_tables)),
        digits_shown=environment.digits_shown,
    )


def _with_first_terms(html: str) -> str:
    """Leave a link to the glossary only where a term is first used."""
    linked: set[str] = set()

    def link_once(match: re.Match[str]) -> str:
        if match["identity"] in linked:
            return match["word"]
        linked.add(match["identity"])
        return match[0]

    return _TERM.sub(link_once, html)


class SectionEnvironment(TemplateEnvironment):
    """What the templates of one section may use, while it is rendered; `glance` as in `RenderedSection`."""

    def __init__(
        self,
        section: Section,
        answers: AnswersByQuestion,
        figures: Drawings,
        experiments: Iterable[Experiment],
        templates: Path,
        format: type[HtmlFormat] = HtmlFormat,  # noqa: A002
    ) -> None:
        context = RenderContext(templates, f"sections/{section.name}.md", section.name, top_level=3)
        super().__init__(context, answers, experiments, format)
        self.section = section
        self.figures = figures
        self.glance: dict[str, str] = {}
        self._questions = {question.name: question for question in section.questions}
        self._placed_questions: dict[str, Markup] = {}
        self._placed_figures: set[str] = set()
        self.add_function("figure", self.place_figure)
        self.add_function("question", self.place_question)
        self.add_function("ref", self.refer_to)
        self.add_function("term", self.term)

    def render(self) -> str:
        """Render the whole of it: its own text, then what that does not place."""
        parts = self._own_text(self.answers)
        for name in self._questions:
            if name not in self._placed_questions:
                parts.append(self.place_question(name))
        parts += self._unplaced_figures(self.section.figures)
        body = Markup("\n".join(parts))
        frame = f"section.{self.format.ending}"
        return self.format.fill_placeholders(self.render_frame(frame, section=self.section, body=body))

    def _own_text(self, names: Mapping[str, Any]) -> list[str]:
        """The template of the context with these names, if there is one."""
        return [self.format.markdown(self.render_template(names))] if self.context.has_template else []

    # What a template may call

    def place_question(self, name: str) -> Markup:
        """Place a question with its answer."""
        name = find(name, self._questions, "question")
        if name not in self._placed_questions:
            rendered = self._render_question(self._questions[name])
            self._placed_questions[name] = self.placeholders.store(rendered, "", block=True)
        return self._placed_questions[name]

    def place_figure(self, name: str, caption: str = "", alt: str = "", caller: Any = None) -> Markup:
        """Place a figure: its caption is Markdown, and begins with the finding in bold."""
        name = find(name, self.figures, "figure")
        self._placed_figures.add(name)
        drawing = self.figures[name]
        text = caller() if caller else caption
        caption = self.format.line(text) if text else self._caption_of_drawing(name)
        framed = self.render_frame(
            f"figure.{self.format.ending}",
            name=name,
            alt=self.placeholders.fill_plain(alt) or self._alternative_text(drawing, caption),
            caption=caption,
            wide=drawing.width_mm > _WIDE,
        )
        return self.placeholders.store(framed, "", block=True)

    def _caption_of_drawing(self, name: str) -> Markup:
        """What the author's function gave with a drawing: its title in bold, its caption."""
        drawing = self.figures[name]
        title = Markup("**{}** ").format(drawing.title) if drawing.title else Markup()
        try:
            return self.format.line(title + drawing.caption)
        except UsageError as error:
            raise TemplateError(error.message, f"the caption of figure {name!r}") from error

    def _alternative_text(self, drawing: Exported, caption: str) -> str:
        """What a drawing shows, and the finding, which is the bold beginning of its caption."""
        shown = (drawing.alt or drawing.kind).rstrip(".")
        bold = _BOLD.search(caption)
        finding = plain_text(self.placeholders.fill_html(bold["text"])).replace("~~", "") if bold else ""
        return f"{shown}: {finding}" if shown and finding else shown or finding

    def refer_to(self, name: str) -> Markup:
        """Print a link to a figure, a table, a question or a section."""
        return self.format.reference(name)

    # Questions

    def _render_question(self, question: Question) -> Markup:
        """A question with its box and its text, as far as it is answered."""
        box = self.format.paragraph("Not yet measured.")
        parts: list[str] = []
        answer = self.answers.get(question.name)
        if answer is not None:
            templates = self.context.templates
            context = RenderContext(templates, template_of(question), question.name, answer=answer)
            with self._rendering(context):
                parts = self._text_of_answer(question, answer)
                box = self._render_box(answer)
                parts += self._unplaced_figures(question.figures)
                if not context.has_template:
                    parts += self._tables_of(answer)
            self.glance[question.name] = glance_line(box)
        body = Markup("\n".join(parts))
        frame = f"question.{self.format.ending}"
        return self.render_frame(frame, question=question, answer=Markup(box), body=body)

    @contextmanager
    def _rendering(self, context: RenderContext) -> Iterator[None]:
        """Render in another context, then go on in the one before."""
        previous = self.context
        self.context = context
        try:
            yield
        finally:
            self.context = previous

    def _text_of_answer(self, question: Question, answer: Namespace) -> list[str]:
        """The template of a question; one that is named has to be there."""
        if question.template and not self.context.has_template:
            raise TemplateError(f"there is no template {question.template!r}", question.location)
        return self._own_text(answer.members)

    def _render_box(self, answer: Namespace) -> str:
        """The block `answer` of the template, or what the engine says."""
        if self.context.box is not None:
            return self.format.fill_placeholders(self.format.markdown(self.context.box))
        sentences = self._sentences_of(answer)
        if not sentences and not self.context.has_template:
            sentences = self._numbers_of(answer)
        if not sentences:
            return ""
        filled = [_capitalised_html(self.format.fill_placeholders(sentence)) for sentence in sentences]
        return self.format.paragraph(" ".join(filled))

    def _sentences_of(self, answer: Namespace) -> list[str]:
        """The sentences of its findings, with the mark behind those that are not judged."""
        sentences = []
        for member in answer.members.values():
            if isinstance(member, Finding):
                mark = self.format.mark if member.is_unknown else ""
                sentences.append(f"{self.sentence_of(member)}.{mark}")
        return sentences

    def _numbers_of(self, answer: Namespace) -> list[str]:
        """`half life: 3 h.`, of each number and text."""
        sentences = []
        for name, member in answer.members.items():
            if isinstance(member, (Quantity, str)):
                label = escape(name.replace("_", " "))
                sentences.append(f"{label}: {self.placeholder_for(member)}.")
        return sentences

    def _tables_of(self, answer: Namespace) -> list[Markup]:
        """The tables of an answer or, where it has none, one of all its numbers."""
        tables = {name: member for name, member in answer.members.items() if isinstance(member, Table)}
        for name, member in answer.members.items():
            if isinstance(member, DifferenceFinding) and member.is_summed_up:
                tables[name] = member.table
        numbers = tuple(quantities(answer))
        if numbers and not tables:
            tables["all numbers"] = Table((Column("name", "Name"), Column("value", "Value")), numbers)
        shown = []
        for name, table in tables.items():
            title = table.columns[-1].title if name == "means" else name.replace("_", " ")
            shown.append(self.show(table, capitalise(title)))
        return shown

    def _unplaced_figures(self, figures: Iterable[Figure]) -> list[Markup]:
        names = [figure.name for figure in figures if figure.name not in self._placed_figures]
        return list(map(self.place_figure, names))


def _capitalised_html(sentence: str) -> str:
    """A sentence that begins with a capital, unless it begins with an element or an entity."""
    first = sentence[0]
    return sentence if first in "<&" else first.upper() + sentence[1:]


def glance_line(box: str) -> str:
    """Return the HTML of an answer's box as one line, without its elements but `del`, `code` and the mark.

    >>> glance_line("<p><b>Small</b> is <del>best</del>.</p>")
    'Small is <del>best</del>.'
    """
    line = _STRUCK_BLOCK.sub(r"<del>\1</del>\2", box)
    line = _CITES.sub("", line)
    for character, element in _KEPT_IN_GLANCE.items():
        line = line.replace(element, character)
    line = str(escape(plain_text(line)))
    for character, element in _KEPT_IN_GLANCE.items():
        line = line.replace(character, element)
    return line


def glossary(templates: Path, words: Any = None) -> str:
    """Render the project's glossary, if it has one, which knows its `words`; raises as `render_section`."""
    if not (templates / GLOSSARY).is_file():
        return ""
    environment = TemplateEnvironment(RenderContext(templates, GLOSSARY, "glossary", top_level=3), {})
    environment.add_function("term", environment.term)
    html = environment.format.fill_placeholders(
        environment.format.markdown(environment.render_template({"words": words}))
    )
    html = re.sub("<dt>(.*?)</dt>", _with_identity, html)
    return html.replace("<dl>", '<dl class="glossary">')


def _with_identity(match: re.Match[str]) -> str:
    return f'<dt id="term-{slug(plain_text(match[1]))}">{match[1]}</dt>'

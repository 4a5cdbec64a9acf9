"""A section of the report as HTML: its questions, each with its answer, and its own text around them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
from markupsafe import Markup, escape

from labreport.charts import Exported
from labreport.page.claims import Claim, TemplateError
from labreport.page.values import GLOSSARY, RenderContext, TemplateEnvironment, plain_text
from labreport.project import Experiment, Question, Section
from labreport.project.outline import slug
from labreport.stats import Column, Finding, Namespace, Quantity, Table
from labreport.stats.finding import quantities
from labreport.stats.names import find

_STRUCK = re.compile(r'<div class="del">\s*(.*?)(</p>)?\s*</div>', re.DOTALL)
_TERM = re.compile(r'<a class="term" href="#term-([^"]+)">(.*?)</a>', re.DOTALL)


@dataclass(frozen=True)
class RenderedSection:
    """A section as HTML, into which the document puts drawings and the numbers of figures; and what it says.

    `numbers` are the sources of those that it prints, `glance` each question's answer in a line of HTML,
    `left_out` what its answers leave out of tables.
    """

    name: str
    title: str
    html: str
    claims: tuple[Claim, ...] = ()
    numbers: dict[str, dict[str, Any]] = field(default_factory=dict)
    glance: dict[str, str] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()

    def plain(self) -> dict[str, Any]:
        """Give it as JSON values, from which `of` makes an equal one."""
        return dict(msgspec.to_builtins(self))

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> RenderedSection:
        """Make a fragment of JSON values."""
        return msgspec.convert(plain, cls)


def template_files(templates: Path, section: Section) -> list[Path]:
    """Find the project's files that a section is made of: its own and those that every section shares."""
    own = {one.template or f"questions/{one.name}.md" for one in section.questions}
    names = {path.relative_to(templates).as_posix(): path for path in templates.rglob("*") if path.is_file()}
    others = ("sections/", "questions/", "styles/")
    own.add(f"sections/{section.name}.md")
    return sorted(path for name, path in names.items() if name in own or not name.startswith(others))


def render_section(
    section: Section,
    answers: Mapping[str, Namespace],
    figures: Mapping[str, Exported],
    experiments: Iterable[Experiment],
    templates: Path,
) -> RenderedSection:
    """Render one section.

    `answers` are those of its questions, as far as they are measured yet, and those that it names; `figures`
    what `charts.export` made. Whatever is wrong in a template raises `UsageError` with file and line: a name
    that is not there, a bare or a typed number; of these `Several`.
    """
    at = RenderContext(f"sections/{section.name}.md", section.name, 3)
    return _Section(section, figures, templates, at, answers, experiments).rendered()


class _Section(TemplateEnvironment):
    """One section while it is rendered."""

    def __init__(self, section: Section, figures: Mapping[str, Exported], *values: Any) -> None:
        super().__init__(*values)
        self.section, self.figures = section, figures
        self.glance: dict[str, str] = {}
        self._questions = {one.name: one for one in section.questions}
        self._asked: dict[str, Markup] = {}
        self._placed: set[str] = set()
        self.globals |= {
            "figure": self._figure,
            "question": self._question,
            "ref": lambda name: self.hold(Markup('<a data-ref="{}"></a>').format(name), name),
            "term": self.term,
        }

    def rendered(self) -> RenderedSection:
        """Render the whole of it, in which a term leads to the glossary where it is first used."""
        own = (self.templates / self.at.template).is_file()
        body = self.blocks(self.text(self.answers)) if own else ""
        left = [self._question(one) for one in self._questions if one not in self._asked]
        text = Markup("\n".join([body, *left, *self._unplaced(self.section.figures)]))
        framed = self.frame("section.html", name=self.section.name, title=self.section.title, body=text)
        html = re.sub(r"(?s)<table\b.*?</table>", r'<div class="table">\g<0></div>', self.html(framed))
        first = {link[1]: link.start() for link in reversed(list(_TERM.finditer(html)))}
        html = _TERM.sub(lambda link: link[0] if first[link[1]] == link.start() else link[2], html)
        printed = {name: one for name, one in self.numbers.items() if f'data-q="{escape(name)}"' in html}
        said = (tuple(self.claims), printed, self.glance, tuple(sorted(self.left_out)))
        return RenderedSection(self.section.name, self.section.title, html, *said)

    def _answered(self, question: Question) -> str:
        """A question with its box, its text, figures that nothing places and, without a template, tables."""
        names = {"name": question.name, "text": question.text}
        if (answer := self.answers.get(question.name)) is None:
            return self.frame("question.html", answer=Markup("<p>Not yet measured.</p>\n"), body="", **names)
        template = question.template or f"questions/{question.name}.md"
        own = (self.templates / template).is_file()
        if question.template and not own:
            raise TemplateError(f"{question.location}: there is no template {template!r}")
        before, self.at = self.at, RenderContext(template, question.name, 4, answer)
        body = self.blocks(self.text(answer.members)) if own else ""
        written = self.at.box
        box = self.html(self._sentences(answer, not own) if written is None else self.blocks(written))
        parts = [body, *self._unplaced(question.figures)]
        if not own:
            tables = {name: one for name, one in answer.members.items() if isinstance(one, Table)}
            if not tables and (found := tuple(quantities(answer))):
                tables = {"all numbers": Table((Column("name", "Name"), Column("value", "Value")), found)}
            for name, table in tables.items():
                title = table.columns[-1].title if name == "means" else name.replace("_", " ")
                parts.append(self.show(table, title[:1].upper() + title[1:]))
        self.at = before
        struck = re.sub("<(/?)del>", "\ue000\\1", _STRUCK.sub(r"<del>\1</del>\2", box))
        self.glance[question.name] = re.sub("\ue000(/?)", r"<\1del>", str(escape(plain_text(struck))))
        return self.frame("question.html", answer=Markup(box), body=Markup("\n".join(parts)), **names)

    def _sentences(self, answer: Namespace, numbers_too: bool) -> str:
        """What the engine says of an answer: its findings or, where it has none, its numbers."""
        said = [self.sentence(one) for one in answer.members.values() if isinstance(one, Finding)]
        if not said and numbers_too:
            found = {name: one for name, one in answer.members.items() if isinstance(one, (Quantity, str))}
            printed = ((name.replace("_", " "), self.value(one)) for name, one in found.items())
            said = [Markup("{}: {}").format(*one) for one in printed]
        begun = (re.sub("^[^<&]", lambda first: first[0].upper(), self.html(one)) for one in said)
        return f"<p>{' '.join(f'{one}.' for one in begun)}</p>\n" if said else ""

    def _unplaced(self, figures: Iterable[Any]) -> list[str]:
        return [self._figure(one.name) for one in figures if one.name not in self._placed]

    # What a template may call

    def _question(self, name: str) -> Markup:
        """Place a question with its answer."""
        name = find(name, self._questions, "question")
        if name not in self._asked:
            self._asked[name] = self.hold(self._answered(self._questions[name]), "", block=True)
        return self._asked[name]

    def _figure(self, name: str, caption: str = "", alt: str = "", caller: Any = None) -> Markup:
        """Place a figure: its caption is Markdown, and begins with the finding in bold."""
        name = find(name, self.figures, "figure")
        self._placed.add(name)
        drawn, text = self.figures[name], caller() if caller else caption
        if not text:
            text = Markup("<strong>{}</strong> " if drawn.title else "").format(drawn.title) + drawn.caption
        written = self.line(text)
        found = re.search("<strong>(.*?)</strong>", written, re.DOTALL)
        finding = plain_text(self.html(found[1])) if found else ""
        alt = self.plain(alt) or ": ".join(filter(None, (drawn.alt or drawn.kind, finding)))
        names = {"name": name, "alt": alt, "caption": written, "wide": drawn.width_mm > 125}
        return self.hold(self.frame("figure.html", **names), "", block=True)


def glossary(templates: Path, words: Any = None) -> str:
    """Render the project's glossary, if it has one, which knows its `words`; raises as `render_section`."""
    if not (templates / GLOSSARY).is_file():
        return ""
    values = TemplateEnvironment(templates, RenderContext(GLOSSARY, "glossary", 3), {})
    values.globals["term"] = values.term
    html = values.html(values.blocks(values.text({"words": words})))
    html = re.sub("<dt>(.*?)</dt>", lambda dt: f'<dt id="term-{slug(plain_text(dt[1]))}">{dt[1]}</dt>', html)
    return html.replace("<dl>", '<dl class="glossary">')

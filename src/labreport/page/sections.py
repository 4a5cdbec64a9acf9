"""A section of the report as HTML: its questions, each with its answer, and its own text around them."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import msgspec
from markupsafe import Markup, escape

from labreport.errors import UsageError, did_you_mean, shown
from labreport.page.claims import Claim, TemplateError
from labreport.page.environment import environment, explained, names_of
from labreport.page.markdown import BIBLIOGRAPHY, HELD, Writer, bibliography
from labreport.page.values import Values, plain_text, quantities
from labreport.project.outline import slug
from labreport.stats import Column, Finding, Names, Quantity, Table, declared, rows

if TYPE_CHECKING:
    from labreport.charts import Exported
    from labreport.project import Experiment, Question, Section

GLOSSARY = "glossary.md"
WIDE_MM = 125
"""A figure that is wider takes the whole width of the page."""
_TABLE = re.compile(r"<table\b.*?</table>", re.DOTALL)
_TERM = re.compile(r'<a class="term" href="#term-([^"]+)">(.*?)</a>', re.DOTALL)
_CITED = re.compile(r'<a class="cite" data-cite="([^"]*)"></a>')


@dataclass(frozen=True)
class Glance:
    """A question, and its answer in a line of HTML."""

    question: str
    text: str
    answer: str


@dataclass(frozen=True)
class Fragment:
    """A section as HTML, into which the document puts drawings and the numbers of figures; and what it says.

    `numbers` are the sources of those that it prints, `cites` the keys of references by their first use.
    """

    name: str
    title: str
    html: str
    claims: tuple[Claim, ...] = ()
    numbers: dict[str, dict[str, Any]] = dataclasses.field(default_factory=dict)
    glance: tuple[Glance, ...] = ()
    cites: tuple[str, ...] = ()

    @property
    def unknown(self) -> bool:
        """Whether something in it is marked as not judged."""
        return any(claim.holds is None for claim in self.claims)

    def plain(self) -> dict[str, Any]:
        """Give it as JSON values, from which `of` makes an equal one."""
        return dict(msgspec.to_builtins(self))

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Fragment:
        """Make a fragment of JSON values."""
        return msgspec.convert(plain, cls)


def claims_of(fragment: Fragment) -> list[str]:
    """Give a line for each claim that no longer holds."""
    return [str(claim) for claim in fragment.claims if claim.fails]


def template_files(templates: Path, section: Section) -> list[Path]:
    """Find the project's files that a section is made of: its own and those that every section shares."""
    own = {f"sections/{section.name}.md", *map(_template, section.questions)}
    names = {path.relative_to(templates).as_posix(): path for path in templates.rglob("*") if path.is_file()}
    others = ("sections/", "questions/", "styles/")
    return sorted(path for name, path in names.items() if name in own or not name.startswith(others))


def _template(question: Question) -> str:
    return question.template or f"questions/{question.name}.md"


def render_section(
    project: Any,
    section: Section,
    answers: Mapping[str, Names],
    figures: Mapping[str, Exported],
    experiments: Iterable[Experiment],
    templates: Path,
) -> Fragment:
    """Render one section.

    `answers` are those of its questions and those that it names; `figures` are what `labreport.charts.export`
    made. A name that is not there, a bare or typed number, and whatever else is wrong in a template raises
    `UsageError` with file and line.
    """
    made = _Section(section, answers, figures, experiments, templates)
    html, values = made.html(), made.values
    printed = {name: one for name, one in values.numbers.items() if f'data-q="{escape(name)}"' in html}
    cites = tuple(dict.fromkeys(_CITED.findall(html)))
    claims = tuple(values.claims)
    return Fragment(section.name, section.title, html, claims, printed, tuple(made.glance), cites)


class _Section:
    """One section while it is rendered."""

    def __init__(
        self,
        section: Section,
        answers: Mapping[str, Names],
        figures: Mapping[str, Exported],
        experiments: Iterable[Experiment],
        templates: Path,
    ) -> None:
        self.section, self.answers, self.figures, self.templates = section, answers, figures, templates
        self.glance: list[Glance] = []
        self._template, self._answer = "", Names({})
        known = Names({one.name: declared(one) for one in experiments})
        writer = Writer(section.name, 3, self._told, lambda text: self.values.plain(text))
        self.values = Values(writer, {**answers, "experiments": known})
        self._questions = {one.name: one for one in section.questions}
        self._asked: dict[str, Markup] = {}
        self._placed: set[str] = set()
        helpers = {
            "experiments": known,
            "figure": self._figure,
            "question": self._question,
            "ref": lambda name: self.values.hold(Markup('<a data-ref="{}"></a>').format(name), name),
            "rows": lambda of, answer=None, **columns: rows(of, answer or self._answer, **columns),
            "show": self.values.show,
            "term": partial(_term, self.values, _terms(templates)),
        }
        self._environment = environment(templates, self.values, helpers)

    def html(self) -> str:
        """Render the whole of it."""
        name, own, body = self.section.name, f"sections/{self.section.name}.md", ""
        if (self.templates / own).is_file():
            with self._within(own, name, 3, Names({})):
                body = self._text(self.answers)
        left = [self._question(one) for one in self._questions if one not in self._asked]
        text = "\n".join([body, *left, *self._unplaced(self.section.figures)])
        html = self._framed("section.html", name=name, title=self.section.title, body=Markup(text))
        html = _TABLE.sub(r'<div class="table">\g<0></div>', self.values.html(html))
        seen = set[str]()  # a term is linked where it is first used
        return _TERM.sub(lambda link: link[2] if link[1] in seen or seen.add(link[1]) else link[0], html)

    def _answered(self, question: Question) -> str:
        """A question with its box, its text, and those of its figures that nothing places."""
        answer, template = self.answers[question.name], _template(question)
        own = (self.templates / template).is_file()
        if question.template and not own:
            raise TemplateError(f"{question.place}: there is no template {template!r}")
        with self._within(template, question.name, 4, answer):
            body = self._text(answer.members) if own else ""
            if self.values.box is not None:
                box = self.values.writer.blocks(self.values.box)
            else:
                box = self._sentences(answer, numbers_too=not own)
            parts = [body, *self._unplaced(question.figures), *([] if own else self._tables(answer))]
        line = str(escape(plain_text(self.values.html(box))))
        self.glance.append(Glance(question.name, question.text, line))
        shown = {"answer": Markup(box), "body": Markup("\n".join(parts))}
        return self._framed("question.html", name=question.name, text=question.text, **shown)

    def _sentences(self, answer: Names, numbers_too: bool) -> str:
        """What the engine says of an answer: its findings or, where it has none, its numbers."""
        said = [self.values.sentence(one) for one in answer.members.values() if isinstance(one, Finding)]
        if not said and numbers_too:
            found = {name: one for name, one in answer.members.items() if isinstance(one, (Quantity, str))}
            printed = ((name.replace("_", " "), self.values.value(one)) for name, one in found.items())
            said = [Markup("{}: {}").format(*one) for one in printed]
        begun = (re.sub("^[^<&]", lambda first: first[0].upper(), self.values.html(one)) for one in said)
        return f"<p>{' '.join(f'{one}.' for one in begun)}</p>\n" if said else ""

    def _tables(self, answer: Names) -> Iterator[str]:
        """The tables of an answer or, where it has none, one of all its numbers."""
        tables = {name: one for name, one in answer.members.items() if isinstance(one, Table)}
        if not tables and (found := tuple(quantities(answer))):
            tables = {"all numbers": Table((Column("name", "Name"), Column("value", "Value")), found)}
        for name, table in tables.items():
            yield self.values.show(table, name[:1].upper() + name[1:].replace("_", " "))

    def _unplaced(self, figures: Iterable[Any]) -> list[str]:
        return [self._figure(one.name) for one in figures if one.name not in self._placed]

    # What a template may call

    def _question(self, name: str) -> Markup:
        """Place a question with its answer."""
        if name not in self._questions:
            raise UsageError(f"this section has no question {name!r}{_near(name, self._questions)}")
        if name not in self._asked:
            self._asked[name] = self.values.hold(self._answered(self._questions[name]), "", block=True)
        return self._asked[name]

    def _figure(self, name: str, caption: str = "", alt: str = "", caller: Any = None) -> Markup:
        """Place a figure: its caption is Markdown, and begins with the finding in bold."""
        if name not in self.figures:
            raise UsageError(f"no figure {name!r} is declared here{_near(name, self.figures)}")
        self._placed.add(name)
        drawn, text = self.figures[name], caller() if caller else caption
        if not text:
            title = Markup("<strong>{}</strong> ").format(drawn.title) if drawn.title else Markup()
            text = title + drawn.caption
        written = self.values.writer.line(text, isinstance(text, Markup))
        found = re.search("<strong>(.*?)</strong>", written, re.DOTALL)
        finding = plain_text(self.values.html(found[1])) if found else ""
        alt = self.values.plain(alt) or ": ".join(filter(None, (drawn.alt or drawn.kind, finding)))
        made = Markup(
            '<figure id="figure-{0}" data-figure="{0}"{1}><img src="figure:{0}" alt="{2}"><figcaption>'
            '<span class="label">Figure <span data-no="figure:{0}"></span></span> {3}</figcaption></figure>'
        )
        wide = Markup(' class="wide"') if drawn.width_mm > WIDE_MM else ""
        return self.values.hold(made.format(name, wide, alt, Markup(written)), "", block=True)

    # How it is rendered

    @contextmanager
    def _within(self, template: str, document: str, top: int, answer: Names) -> Iterator[None]:
        """Render a template inside another: its ids, its answer and its box are its own."""
        before = self._template, self._answer, self.values.writer, self.values.box
        self._template, self._answer, self.values.box = template, answer, None
        self.values.writer = dataclasses.replace(self.values.writer, document=document, top=top)
        with explained(self.templates, template):
            yield
        self._template, self._answer, self.values.writer, self.values.box = before

    def _text(self, names: Mapping[str, Any]) -> str:
        """The template as HTML, with signs for its values."""
        text = self._environment.get_template(self._template).render(names_of(self._environment, names))
        made, known = self.values.writer.blocks(text), bibliography(self.templates)
        for key in _CITED.findall(made):
            if key not in known:
                self._told(f"@{key}", f"{BIBLIOGRAPHY} has no entry {key!r}{_near(key, known)}")
        return made

    def _told(self, where: str, text: str) -> NoReturn:
        """Raise the error of a piece of the template's text, at the line on which it begins."""
        file, piece = self.templates / self._template, re.split(f"[{HELD}\\n]", where)[0]
        lines = file.read_text(encoding="utf-8").split("\n")
        line = next((number for number, one in enumerate(lines, 1) if piece in one), 1)
        raise TemplateError(f"{shown(file)}:{line}: {text}")

    def _framed(self, template: str, /, **names: Any) -> str:
        """A template of the frame, into which finished HTML is put."""
        with explained(self.templates, template):
            return self._environment.get_template(template).render(names)


def _near(name: str, known: Iterable[str]) -> str:
    return did_you_mean(name, known) or f"; there are {', '.join(known) or 'none'}"


def _terms(templates: Path) -> list[str]:
    """The words that a project's glossary explains."""
    file = templates / GLOSSARY
    text = file.read_text(encoding="utf-8") if file.is_file() else ""
    return re.findall(r"^(\S.*)\n+:\s", text, re.MULTILINE)


def _term(values: Values, known: Iterable[str], word: str, text: str = "") -> Markup:
    """A word that the glossary explains, linked to where it does."""
    if word not in known:
        raise UsageError(f"{GLOSSARY} does not explain {word!r}{_near(word, known)}")
    return values.hold(Markup('<a class="term" href="#term-{}">{}</a>').format(slug(word), text or word))


def glossary(templates: Path, words: Any = None) -> str:
    """Render the project's glossary, which knows the project's `words`; nothing where there is none."""
    if not (templates / GLOSSARY).is_file():
        return ""

    def told(where: str, text: str) -> NoReturn:
        raise TemplateError(f"{shown(templates / GLOSSARY)}: {text}")

    values = Values(Writer("glossary", 3, told, lambda text: values.plain(text)), {})
    made = environment(templates, values, {"term": partial(_term, values, _terms(templates))})
    with explained(templates, GLOSSARY):
        html = values.html(values.writer.blocks(made.get_template(GLOSSARY).render(words=words)))
    html = re.sub("<dt>(.*?)</dt>", lambda dt: f'<dt id="term-{slug(plain_text(dt[1]))}">{dt[1]}</dt>', html)
    return html.replace("<dl>", '<dl class="glossary">')

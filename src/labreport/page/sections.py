"""The sections of a report: the templates that each is made of, and what it is when it is rendered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from labreport.errors import UsageError, did_you_mean, location_of
from labreport.page.claims import Claim
from labreport.page.collected import Collected
from labreport.page.context import RenderContext
from labreport.page.elements import Element, replace_elements
from labreport.page.html import GLOSSARY, HtmlPrinter
from labreport.page.numbers import AnswersByQuestion, Entries, partial_tables
from labreport.page.placeholders import plain_text
from labreport.page.renderer import Drawings, SectionRenderer, template_of
from labreport.project import Experiment, Section
from labreport.project.outline import slug


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
    """Find the project's files that a section is made of: its own, and those that every section may use."""
    own = [templates / name for name in own_templates(section)]
    shared = [path for path in shared_files(templates) if templates / "styles" not in path.parents]
    return sorted({*filter(Path.is_file, own), *shared})


def shared_files(templates: Path) -> list[Path]:
    """Find the project's files that sections, page and PDF may use: macros, images, styles, in any folder.

    Texts of sections and questions are not among them, but for those that a template includes.
    """
    files = sorted(filter(Path.is_file, templates.rglob("*")))
    sources = [path.read_text("utf-8", "replace") for path in files if path.suffix in (".md", ".html")]
    shared = []
    for path in files:
        name = path.relative_to(templates).as_posix()
        is_own = name.startswith(("sections/", "questions/")) and path.suffix == ".md"
        if not is_own or any(name in source for source in sources):
            shared.append(path)
    return shared


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
    renderer = SectionRenderer(section, answers, figures, experiments, templates)
    html = replace_elements(renderer.render(), "table", _in_scrolled_element)
    collected = renderer.collected
    return RenderedSection(
        name=section.name,
        title=section.title,
        html=_with_first_terms(html),
        claims=tuple(collected.claims),
        numbers=collected.numbers,
        claim_panels=collected.claim_panels,
        glance=renderer.glance,
        partial_tables=tuple(sorted(partial_tables(answers))),
        digits_shown=collected.digits_shown,
    )


def _in_scrolled_element(table: Element) -> str:
    return f'<div class="table">{table.start_tag}{table.content}{table.end_tag}</div>'


def _with_first_terms(html: str) -> str:
    """Leave a link to the glossary only where a term is first used."""
    linked = set()

    def word_of_repeated(link: Element) -> str | None:
        target = link.attributes.get("href", "")
        if link.attributes.get("class") != "term":
            return None
        if target in linked:
            return link.content
        linked.add(target)
        return None

    return replace_elements(html, "a", word_of_repeated)


def glossary(templates: Path, words: object = None) -> str:
    """Render the project's glossary, if it has one, which knows its `words`; raises as `render_section`."""
    context = RenderContext(templates, GLOSSARY, "glossary", top_level=3)
    if not context.has_template:
        return ""
    printer = HtmlPrinter(context, Collected("glossary", {}))
    printer.environment.add_function("term", printer.term)
    html = printer.fill_placeholders(printer.write_markdown(printer.render({"words": words}).text))
    html = replace_elements(html, "dt", _explained_term)
    return html.replace("<dl>", '<dl class="glossary">')


def _explained_term(term: Element) -> str:
    """A term of the glossary, with the identity to which `term()` leads."""
    return f'<dt id="term-{slug(plain_text(term.content))}">{term.content}{term.end_tag}'

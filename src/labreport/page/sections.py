"""The sections of a report: the templates of each, and the result of rendering them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from labreport.errors import LabReportError, MultipleErrors, UsageError, did_you_mean, location_of
from labreport.page.claims import Claim
from labreport.page.collected import Collected
from labreport.page.context import RenderContext
from labreport.page.elements import Element, replace_elements
from labreport.page.html import GLOSSARY, HtmlPrinter
from labreport.page.messages import TemplateError
from labreport.page.numbers import AnswersByQuestion, Entries, partial_tables
from labreport.page.placeholders import plain_text
from labreport.page.renderer import Drawings, SectionRenderer, require_template, template_of
from labreport.project import Experiment, Section
from labreport.project.outline import slug


class RenderedSection(msgspec.Struct, frozen=True):
    """A section as HTML with marks for drawings and numbers, and what the page needs to know of it.

    `numbers` are the sources of the numbers that it prints or claims, by name, and `claim_panels` the details
    of each claim. `glance` has the answer of each question in one line of HTML. `partial_tables` are the
    names of tables from which its answers left out rows. `decimals_shown` is the number of decimals of each
    table of an answer, by `question.name`.
    """

    name: str
    title: str
    html: str
    claims: tuple[Claim, ...] = ()
    numbers: Entries = {}  # msgspec gives each section its own
    claim_panels: Entries = {}
    glance: dict[str, str] = {}
    partial_tables: tuple[str, ...] = ()
    decimals_shown: dict[str, int] = msgspec.field(default_factory=dict, name="digits_shown")

    def to_json(self) -> dict[str, Any]:
        """The section as JSON values, which `from_json` reads."""
        return dict(msgspec.to_builtins(self))

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> RenderedSection:
        """The section from the JSON values that `to_json` returned."""
        return msgspec.convert(values, cls)


def own_templates(section: Section) -> list[str]:
    """The names of the templates of a section and of its questions; the files may not exist."""
    return [f"sections/{section.name}.md", *map(template_of, section.questions)]


def check_templates(templates: Path, sections: Iterable[Section], stale: Iterable[Section]) -> None:
    """Raise `MultipleErrors` for all mistakes in templates that show before anything runs.

    These are templates of no section or question, which would be ignored, and those of stale sections that
    do not exist or cannot be compiled.
    """
    errors = [*_ignored_templates(templates, sections), *_unusable_templates(templates, stale)]
    if errors:
        raise MultipleErrors(errors)


def _ignored_templates(templates: Path, sections: Iterable[Section]) -> Iterator[LabReportError]:
    names: list[str] = []
    for section in sections:
        names += own_templates(section)
    for folder in ("questions", "sections"):
        for path in sorted(templates.glob(f"{folder}/**/*.md")):
            name = path.relative_to(templates).as_posix()
            if name not in names:
                near = did_you_mean(name, names, "there may be")
                problem = f"no {folder.removesuffix('s')} has this template{near}"
                location = location_of(path, 1)
                yield UsageError(f"{problem}; rename it, or move it away", location=location)


def _unusable_templates(templates: Path, sections: Iterable[Section]) -> Iterator[LabReportError]:
    names = []
    for section in sections:
        names += own_templates(section)
        for question in section.questions:
            try:
                require_template(templates, question)
            except TemplateError as error:
                yield error
    names = [name for name in [*names, GLOSSARY] if (templates / name).is_file()]
    for name in names:  # grows by what each of them uses
        context = RenderContext(templates, name, name)
        environment = HtmlPrinter(context, Collected(name, {})).environment
        try:
            names += [used for used in environment.compile_template(name) if used not in names]
        except MultipleErrors as several:
            yield from several.errors
        except TemplateError as error:
            yield error


def template_files(templates: Path, section: Section) -> list[Path]:
    """The existing files that a section is made from: its own templates, and all shared files."""
    own = [templates / name for name in own_templates(section)]
    shared = [path for path in shared_files(templates) if templates / "styles" not in path.parents]
    return sorted({*filter(Path.is_file, own), *shared})


def shared_files(templates: Path) -> list[Path]:
    """The files that sections, page and PDF may use: macros, images, styles, in any folder.

    Templates of sections and questions are left out; one that another includes is observed with that.
    """
    paths = []
    for path in sorted(templates.rglob("*")):
        name = path.relative_to(templates).as_posix()
        is_text = name.startswith(("sections/", "questions/")) and path.suffix == ".md"
        if path.is_file() and not is_text:
            paths.append(path)
    return paths


def render_section(
    section: Section,
    answers: AnswersByQuestion,
    figures: Drawings,
    experiments: Iterable[Experiment],
    templates: Path,
) -> RenderedSection:
    """Render a section.

    `answers` are the existing answers of its questions and the answers that it names; `figures` are exported
    drawings by name. Raises `UsageError` with file and line for any mistake in a template, such as an unknown
    name or a plain number; `MultipleErrors` for typed numbers.
    """
    collected = Collected(section.name, answers, experiments)
    renderer = SectionRenderer(section, collected, figures, templates, HtmlPrinter)
    html = replace_elements(renderer.render(), "table", _in_scrolled_element)
    return RenderedSection(
        name=section.name,
        title=section.title,
        html=_with_first_terms(html),
        claims=tuple(collected.claims),
        numbers=collected.numbers,
        claim_panels=collected.claim_panels,
        glance=renderer.glance,
        partial_tables=tuple(sorted(partial_tables(answers))),
        decimals_shown=collected.decimals_shown,
    )


def _in_scrolled_element(table: Element) -> str:
    return f'<div class="table">{table.start_tag}{table.content}{table.end_tag}</div>'


def _with_first_terms(html: str) -> str:
    """Keep only the first link to each term of the glossary."""
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
    """The project's glossary as HTML; empty if there is none. Raises errors as `render_section` does.

    `words` is the value of that name in the template.
    """
    context = RenderContext(templates, GLOSSARY, "glossary", top_level=3)
    if not context.has_template:
        return ""
    printer = HtmlPrinter(context, Collected("glossary", {}))
    printer.environment.add_function("term", printer.term)
    text = printer.environment.render_template({"words": words})
    html = printer.fill_placeholders(printer.write_markdown(text))
    html = replace_elements(html, "dt", _explained_term)
    return html.replace("<dl>", '<dl class="glossary">')


def _explained_term(term: Element) -> str:
    """A term of the glossary with the id that `term()` links to."""
    return f'<dt id="term-{slug(plain_text(term.content))}">{term.content}{term.end_tag}'

"""One section of the report: its questions rendered block by block, then its own template."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from labreport.errors import RenderError, all_at_once
from labreport.frame import Lookup
from labreport.outline import Question, Section
from labreport.page.environment import MEDIA, STANDARD, Medium, environment, explained
from labreport.page.mistakes import parsed, unknown_names
from labreport.page.pictures import Pictures
from labreport.page.text import plain_text
from labreport.page.traced import TracedAnswer, traced
from labreport.project import Words
from labreport.stats import Answer

TERM = re.compile(r'<a class="term" href="#term-([^"]+)">(.*?)</a>', re.DOTALL)
PLAIN = "answers/plain.html"
"""The prose of a question without a template whose answer names none in its fact `prose`."""
TABLE = re.compile(r"<table\b.*?</table>", re.DOTALL)
LINK = re.compile(r"<a\b[^>]*>(.*?)</a>", re.DOTALL)


def render_section(
    section: Section,
    answers: Mapping[str, Answer],
    figures: Mapping[str, Mapping[str, Any]],
    templates: Path,
    context: Mapping[str, Any],
    words: Words = STANDARD,
) -> dict[str, Any]:
    """One section in both media, as plain JSON values.

    `answers` are those of its questions and those that the outline names for it; `figures` are
    what `labreport.charts.export` returned; `context` is what the program knows about the whole run,
    `run` in the section's template; `words` are the project's. Returned: `slug`, `title`, `screen` and
    `print` (HTML whose figures, tables and references are numbered when the document is made),
    `headlines` (one for each question), `terms` (of the glossary, by first use) and `figures` (slugs, in
    order).
    """
    views = {slug: traced(slug, answer) for slug, answer in answers.items()}
    check_names(section, views, templates)
    rendered = {
        medium: _Rendering(section, views, figures, templates, context, words, medium) for medium in MEDIA
    }
    return {
        "slug": section.slug,
        "title": section.title,
        "screen": rendered["screen"].html,
        "print": rendered["print"].html,
        "headlines": [
            {
                "question": question.slug,
                "text": plain_text(rendered["screen"].headlines[question.slug]),
                "headline_screen": rendered["screen"].headlines[question.slug],
                "headline_print": rendered["print"].headlines[question.slug],
            }
            for question in section.questions
        ],
        "terms": rendered["screen"].terms,
        "figures": rendered["screen"].figures,
    }


def check_names(section: Section, views: Mapping[str, TracedAnswer], templates: Path) -> None:
    """Raise `RenderError` for names that the answers do not have, also in words that are not printed now."""
    lookup = Lookup(templates)

    def tree(name: str) -> jinja2.nodes.Template | None:
        path = lookup.find(name)
        return parsed(path.read_text(encoding="utf-8")) if path is not None else None

    rendered: list[tuple[str, dict[str, Any]]] = [(section.template, {"answers": views})]
    rendered += [(one.template, {"answer": views[one.slug]}) for one in section.questions if one.template]
    lines: dict[str, None] = {}
    for template, context in rendered:
        with explained(templates, template):
            found = unknown_names(tree, template, context)
        for name, wrong in found.items():
            lines |= dict.fromkeys(
                f"{lookup.shown(lookup.find(name) or templates)}:{at}: {text}" for at, text in wrong
            )
    if lines:
        raise all_at_once(RenderError, list(lines))


class _Rendering:
    """A section in one medium."""

    def __init__(
        self,
        section: Section,
        views: Mapping[str, TracedAnswer],
        figures: Mapping[str, Mapping[str, Any]],
        templates: Path,
        context: Mapping[str, Any],
        words: Words,
        medium: Medium,
    ) -> None:
        pictures = Pictures(figures, medium)
        self._templates = templates
        self._sandbox = environment(
            templates,
            medium,
            {"picture": pictures.picture, "drawing": pictures.drawing, "readings": pictures.readings},
            words,
        )
        self.headlines: dict[str, str] = {}
        questions = [self._question(question, views) for question in section.questions]
        names = {
            "section": {"slug": section.slug, "title": section.title},
            "answers": views,
            "questions": questions,
            "run": context,
        }
        with explained(templates, section.template):
            whole = self._sandbox.get_template(section.template).render(names)
        self.terms: list[str] = []
        if medium == "screen":  # on a narrow one a table scrolls by itself
            whole = TABLE.sub(r'<div class="table">\g<0></div>', whole)
        self.html = TERM.sub(self._first_use, whole)
        self.figures = pictures.placed

    def _question(self, question: Question, views: Mapping[str, TracedAnswer]) -> Markup:
        names = {
            "question": {
                "slug": question.slug,
                "text": question.text,
                "checks": question.checks,
                "figures": question.figures,
            },
            "answer": views[question.slug],
        }
        name = question.template or str(views[question.slug].facts.get("prose", PLAIN))
        with explained(self._templates, name):
            template = self._sandbox.get_template(name)
            headline = _block(template, "headline", names)
            body = _block(template, "body", names)
        self.headlines[question.slug] = LINK.sub(r"\1", headline).strip()
        blocks = {"headline": Markup(headline.strip()), "body": Markup(body.strip())}
        with explained(self._templates, "question.html"):
            return Markup(self._sandbox.get_template("question.html").render(names | blocks))

    def _first_use(self, link: re.Match[str]) -> str:
        term, text = link.groups()
        if term in self.terms:
            return text
        self.terms.append(term)
        return link[0]


def _block(template: jinja2.Template, name: str, names: Mapping[str, Any]) -> str:
    blocks: Mapping[str, Callable[[jinja2.runtime.Context], Iterator[str]]] = template.blocks
    if name not in blocks:
        raise RenderError(f"templates/{template.name}: no block {name!r}; a question has headline and body")
    try:
        return "".join(blocks[name](template.new_context(dict(names))))
    except Exception:
        template.environment.handle_exception()  # raises it again, at the template's own line

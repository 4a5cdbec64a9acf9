"""One section of the report: its questions rendered block by block, its figures, then its own template."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from labreport.errors import RenderError, all_at_once, did_you_mean
from labreport.frame import Lookup
from labreport.outline import Question, Section
from labreport.page.environment import MEDIA, STANDARD, Medium, environment, explained
from labreport.page.notations import coloured
from labreport.page.templates import parsed, unknown_names
from labreport.page.values import TracedAnswer, traced
from labreport.project import Words
from labreport.stats import Answer

MARKUP = re.compile(r"<[^>]*>")
SPACE = re.compile(r"[ \t\r\n]+")


def plain_text(markup: str) -> str:
    """Text of a fragment, tags dropped, white space collapsed (no-break spaces stay)."""
    return SPACE.sub(" ", html.unescape(MARKUP.sub("", markup))).strip(" ")


FINDING = re.compile(r"<b>(.*?)</b>", re.DOTALL)


def inline(drawing: Mapping[str, Any], alternative: str) -> Markup:
    """The SVG as part of the page; the export left it no style that the page's policy would forbid."""
    label = html.escape(alternative)
    svg = drawing["svg_screen"].replace(' image-rendering="pixelated"', "")  # valid in a style sheet only
    return Markup(svg.replace("<svg ", f'<svg role="img" aria-label="{label}" ', 1))


def image(drawing: Mapping[str, Any], alternative: str) -> Markup:
    """The SVG as `<img>`, at its own size; WeasyPrint takes the alternative text from `alt`."""
    data = base64.b64encode(drawing["svg_print"].encode()).decode("ascii")
    return Markup('<img src="data:image/svg+xml;base64,{}" alt="{}">').format(data, alternative)


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
                "glance_screen": rendered["screen"].glances[question.slug],
                "glance_print": rendered["print"].glances[question.slug],
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
            lines |= dict.fromkeys(f"{lookup.shown(name)}:{at}: {text}" for at, text in wrong)
    if lines:
        raise all_at_once(RenderError, list(lines))


class _Rendering:
    """A section in one medium; `figures` are those that were placed, in order."""

    def __init__(
        self,
        section: Section,
        views: Mapping[str, TracedAnswer],
        drawings: Mapping[str, Mapping[str, Any]],
        templates: Path,
        context: Mapping[str, Any],
        words: Words,
        medium: Medium,
    ) -> None:
        self._drawings, self._templates, self._medium = drawings, templates, medium
        helpers = {"picture": self.picture, "drawing": self.drawing, "readings": self.readings}
        self._sandbox = environment(templates, medium, helpers, words)
        self.headlines: dict[str, str] = {}
        self.glances: dict[str, str] = {}
        self.figures: list[str] = []
        questions = [self._question(question, views) for question in section.questions]
        names = {
            "section": {"slug": section.slug, "title": section.title},
            "answers": views,
            "questions": questions,
            "run": context,
        }
        with explained(templates, section.template):
            whole = coloured(self._sandbox.get_template(section.template).render(names))
        self.terms: list[str] = []
        if medium == "screen":  # on a narrow one a table scrolls by itself
            whole = TABLE.sub(r'<div class="table">\g<0></div>', whole)
        self.html = TERM.sub(self._first_use, whole)

    def picture(self, slug: str, caption: str) -> Markup:
        """The drawing itself; its alternative text is the kind of chart, then the caption's finding."""
        drawing = self.drawing(slug)
        if slug in self.figures:
            raise RenderError(f"figure {slug!r} is placed twice; refer to it with ref({slug!r})")
        self.figures.append(slug)
        if not (finding := FINDING.search(caption)):
            raise RenderError(f"the caption of figure {slug!r} has no finding; begin it with <b>…</b>")
        alternative = f"{drawing['kind']}: {plain_text(finding[1])}"
        return inline(drawing, alternative) if self._medium == "screen" else image(drawing, alternative)

    def drawing(self, slug: str) -> Mapping[str, Any]:
        """What `labreport.charts.export` made of the figure."""
        try:
            return self._drawings[slug]
        except KeyError:
            raise RenderError(
                f"figure {slug!r} is not declared by this section"
                f"{did_you_mean(slug, self._drawings).rstrip('.')}"
                f"; there are {', '.join(sorted(self._drawings)) or 'none'}"
            ) from None

    def readings(self, slug: str) -> Markup:
        """Axes, curves and table of a figure as JSON for the page's script, safe inside `<script>`."""
        drawing = self.drawing(slug)
        plain = {name: drawing[name] for name in ("axes", "series", "columns", "rows")}
        text = json.dumps(plain, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        return Markup(text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e"))

    def _question(self, question: Question, views: Mapping[str, TracedAnswer]) -> Markup:
        shown = {name: getattr(question, name) for name in ("slug", "text", "checks", "figures")}
        names = {"question": shown, "answer": views[question.slug]}
        name = question.template or str(views[question.slug].facts.get("prose", PLAIN))
        with explained(self._templates, name):
            template = self._sandbox.get_template(name)
            headline = _block(template, "headline", names)
            body = _block(template, "body", names)
            glance = _block(template, "glance", names) if "glance" in template.blocks else headline
        self.headlines[question.slug] = LINK.sub(r"\1", headline).strip()
        self.glances[question.slug] = LINK.sub(r"\1", glance).strip()
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
        raise RenderError(f"it has no block {name!r}; a question has headline and body")
    try:
        return "".join(blocks[name](template.new_context(dict(names))))
    except Exception:
        template.environment.handle_exception()  # raises it again, at the template's own line

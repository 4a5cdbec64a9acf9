"""Numbers of figures, tables, sections and questions, and the links that name them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from labreport.errors import RenderError
from labreport.outline import Outline

COUNTER = re.compile(r'<span data-counter="(\w+)" data-slug="([^"]*)"></span>')
CAPTION = re.compile(r"<caption>")
REFERENCE = re.compile(r'<a data-ref="([^"]*)"></a>')
PER_CENT = re.compile(r"(<data\b.*?</data>)|(?<=[0-9]) %(?=[ <])", re.DOTALL)
IDENTITY = re.compile(r'\sid="([^"]*)"')
TARGET = re.compile(r'\shref="#([^"]+)"')


class NowhereTo(RenderError):
    """A link within the page leads to an `anchor` that there is not."""

    def __init__(self, anchor: str) -> None:
        self.anchor = anchor
        super().__init__(f"the page links to #{anchor}, which it does not have; check ref() and term()")


@dataclass(frozen=True)
class Target:
    """What can be referred to: its kind in words, its number as printed, its anchor."""

    kind: str
    number: str
    anchor: str


def targets(outline: Outline, sections: Sequence[Mapping[str, Any]]) -> dict[str, Target]:
    """Everything in reading order, by slug; an unnumbered section is one without questions."""
    known: dict[str, Target] = {}
    figures = (slug for section in sections for slug in section["figures"])
    for number, slug in enumerate(figures, start=1):
        known[slug] = Target("Figure", str(number), f"figure-{slug}")
    chapter = 0
    for section in outline.sections:
        if not section.questions:
            known[section.slug] = Target(section.title, "", section.slug)
            continue
        chapter += 1
        known[section.slug] = Target("Section", str(chapter), section.slug)
        for number, question in enumerate(section.questions, start=1):
            known[question.slug] = Target("Question", f"{chapter}.{number}", question.slug)
    return known


def resolve(html: str, known: Mapping[str, Target]) -> str:
    """`html` with its counters, table numbers and references filled in, and no line broken before a %."""
    tables = iter(range(1, html.count("<caption>") + 1))
    html = COUNTER.sub(lambda found: _counter(_known(found[2], known).number), html)
    html = PER_CENT.sub(lambda found: found[1] or "\u00a0%", html)  # what is traced stays as it is
    label = '<caption><span class="label">Table {}</span> '
    html = CAPTION.sub(lambda _: label.format(_counter(str(next(tables)))), html)
    return REFERENCE.sub(lambda found: reference(_known(found[1], known)), html)


def reference(target: Target) -> Markup:
    """A link that names its target; in print the style sheet adds the page."""
    number = Markup(" {}").format(_counter(target.number)) if target.number else ""
    return Markup('<a class="ref" href="#{}">{}{}</a>').format(target.anchor, target.kind, number)


def check(html: str) -> None:
    """Raise `RenderError` at an identifier given twice, or a link within the page to nowhere."""
    identities = Counter(IDENTITY.findall(html))
    twice = sorted(name for name, count in identities.items() if count > 1)
    if twice:
        raise RenderError(f"the page has the id {twice[0]!r} twice; prefix it with its question or figure")
    lost = sorted(set(TARGET.findall(html)) - set(identities))
    if lost:
        raise NowhereTo(lost[0])


def _counter(number: str) -> Markup:
    if not number:
        return Markup("")
    return Markup('<span class="counter">{}</span>').format(number)


def _known(slug: str, known: Mapping[str, Target]) -> Target:
    try:
        return known[slug]
    except KeyError:
        raise RenderError(
            f"nothing to refer to is called {slug!r}; known are {', '.join(sorted(known))}"
        ) from None

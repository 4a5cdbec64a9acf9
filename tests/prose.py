"""A question's template rendered with an answer, figures left out: the prose as it will be read."""

from __future__ import annotations

import functools
import html
import re
from collections.abc import Callable
from pathlib import Path

import jinja2
from markupsafe import Markup

from labreport.outline import Question
from labreport.page.environment import environment
from labreport.page.values import traced
from labreport.stats import Answer

TEMPLATES = Path(__file__).parents[1] / "templates"


def render(question: Question, answer: Answer) -> dict[str, str]:
    """The blocks `headline` and `body` as text."""
    own = question.template or f"questions/{question.slug}.html"
    name = own if (TEMPLATES / own).is_file() else str(answer.facts["prose"])
    template = _environment().get_template(name)
    names = {
        "question": {"slug": question.slug, "text": question.text, "figures": question.figures},
        "answer": traced(question.slug, answer),
    }
    return {
        name: _text("".join(template.blocks[name](template.new_context(names))))
        for name in ("headline", "body")
    }


@functools.cache
def _environment() -> jinja2.Environment:
    found = environment(TEMPLATES, "print", {})
    found.globals["figure"] = _caption
    return found


def _caption(slug: str, caller: Callable[[], Markup], wide: bool = False) -> Markup:
    """In the place of the macro `figure`: only the caption."""
    return Markup("<p>{}</p>").format(caller())


def _text(markup: str) -> str:
    markup = re.sub(r"</?(?:data|a|b|em|code|kbd|span)\b[^>]*>", "", markup)  # they leave no gap
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", " ", markup))).strip()

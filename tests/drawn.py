"""Figures drawn from made results, of several kinds."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import answering
from made import made_results

from exercise.project import PROJECT
from labreport.charts import Drawing
from labreport.nodes import workshop
from labreport.outline import Figure
from labreport.stats import Answer

FIGURES = {figure.slug: figure for figure in PROJECT.outline.figures}
QUESTIONS = {question.slug: question for question in PROJECT.outline.questions}
LEARNED = {"collapsed": False, "kept": 0.9, "test": 0.6, "validation": 0.61, "training": 0.62}
STUCK = {"collapsed": True, "noise": 0.0}
CASES: dict[str, tuple[int, Mapping[str, Mapping[str, Any]]]] = {
    "five seeds": (5, {}),
    "one seed": (1, {}),
    "the deep networks learned": (3, {f"deep-{width}": LEARNED for width in (8, 32, 64)}),
    "no network learned": (2, dict.fromkeys(("wide", "small", "complex"), STUCK)),
    "much noise": (5, {name: {"noise": 0.02} for name in ("wide", "small", "complex")}),
    "signals vanish to nothing": (2, {f"deep-{width}": {"kept": 0.0} for width in (8, 32, 64)}),
}


def answer(slug: str, case: str) -> Answer:
    """The answer to one question, from made results."""
    seeds, overrides = CASES[case]
    return answering.answer(slug, seeds, **overrides)


@cache
def drawn(slug: str, case: str) -> Drawing:
    """The same drawing for every test that only looks at it."""
    return draw(slug, case)


def draw(slug: str, case: str = "five seeds") -> Drawing:
    """The figure, drawn from made results."""
    seeds, overrides = CASES[case]
    figure: Figure = FIGURES[slug]
    answers = {name: answer(name, case) for name in figure.answers}
    drawing: Drawing = workshop.draw(
        workshop.function(figure.draw, slug), made_results(figure.needs, seeds, **overrides), answers
    )
    return drawing

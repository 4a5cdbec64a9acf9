"""The answer to a question from made results, by the function that the outline names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from made import made_results

from exercise.catalogue import STUDIES
from exercise.project import PROJECT
from exercise.set_up.study import question_of
from labreport.nodes.workshop import function
from labreport.outline import Question
from labreport.stats import Answer

QUESTIONS: dict[str, Question] = {
    question.slug: question for question in (*PROJECT.outline.questions, *map(question_of, STUDIES))
}
"""Those of the report, and those that its studies would have if no other question showed them."""
_ANSWERS: dict[str, Answer] = {}


def answer(slug: str, seeds: int = 5, **overrides: Mapping[str, Any]) -> Answer:
    """What the question's function returns for results made as `made.made_results` says.

    Answers are pure, so the same results are answered once for all tests.
    """
    key = repr((slug, seeds, sorted(overrides.items())))
    if key not in _ANSWERS:
        question = QUESTIONS[slug]
        results = made_results(question.needs, seeds, **overrides)
        _ANSWERS[key] = function(question.answer, slug)(results)
    return _ANSWERS[key]

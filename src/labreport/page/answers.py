"""`answers.json`: every answer as a machine reads it; docs/answers-file.md describes its form."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from labreport.claims import Answer
from labreport.claims.estimate import ALPHA
from labreport.claims.power import MOST_SEEDS, POWER
from labreport.errors import RenderError
from labreport.outline import Outline
from labreport.recheck.digests import digests

SCHEMA = 2
"""Version of the form; raised when a reader of the old one could misread the new one."""


def answers_json(
    outline: Outline,
    answers: Mapping[str, Answer],
    facts: Mapping[str, Any],
    sections: Sequence[Mapping[str, Any]] = (),
    results: Mapping[str, Any] | None = None,
) -> str:
    """All answers by question, sorted, so that equal answers are equal bytes.

    `sections` are what `render_section` returned; each question's headline is taken from them.
    `results` gives for each experiment its number of epochs and the keys of its results in the store.
    """
    headlines = {line["question"]: line["text"] for section in sections for line in section["headlines"]}
    questions = {
        question.slug: {
            "order": order,
            "section": section.slug,
            "text": question.text,
            "headline": headlines.get(question.slug),
            "local": question.local,
            **answers[question.slug].to_plain(),
        }
        for order, (section, question) in enumerate(
            ((section, question) for section in outline.sections for question in section.questions), start=1
        )
        if question.slug in answers
    }
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "title": outline.title,
        "run": dict(facts),
        "rules": {"alpha": ALPHA, "power": POWER, "most_seeds": MOST_SEEDS},
        "families": _shared(questions),
        "questions": questions,
        "results": dict(results or {}),
    }
    try:
        document["digests"] = digests(json.loads(json.dumps(document, allow_nan=False)))
        return json.dumps(document, ensure_ascii=False, allow_nan=False, indent=2, sort_keys=True) + "\n"
    except (TypeError, ValueError) as error:
        raise RenderError(
            f"an answer is not a plain JSON value: {error}; keep finite numbers and text"
        ) from error


def _shared(questions: dict[str, Any]) -> dict[str, Any]:
    """The declared families, taken out of the questions that refer to them.

    Raises `RenderError` where two questions tested one family and found different things.
    """
    shared: dict[str, Any] = {}
    for slug, question in questions.items():
        for name, family in list(question["families"].items()):
            if not family["declared"]:
                continue
            if shared.setdefault(name, family) != family:
                raise RenderError(
                    f"{slug} tested the family {name!r} with other results than another question"
                )
            del question["families"][name]
    return shared

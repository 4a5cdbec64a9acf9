"""`answers.json`: every answer as a machine reads it; docs/answers-file.md describes its form."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from labreport.checking.digests import digests
from labreport.errors import RenderError
from labreport.outline import Outline
from labreport.stats import Answer
from labreport.stats.answer import VERSION


def answers_json(
    outline: Outline,
    answers: Mapping[str, Answer],
    facts: Mapping[str, Any],
    sections: Sequence[Mapping[str, Any]] = (),
    results: Mapping[str, Any] | None = None,
    phrases: Mapping[str, str] | None = None,
) -> str:
    """All answers by question, sorted, so that equal answers are equal bytes.

    `sections` are what `render_section` returned; each question's headline is taken from them.
    `results` gives for each experiment its number of epochs and the keys of its results in the store;
    what findings say is in `phrases`.
    """
    headlines = {line["question"]: line["text"] for section in sections for line in section["headlines"]}
    questions = {
        question.slug: {
            "order": order,
            "section": section.slug,
            "text": question.text,
            "headline": headlines.get(question.slug),
            "local": question.local,
            **answers[question.slug].to_plain(phrases),
        }
        for order, (section, question) in enumerate(
            ((section, question) for section in outline.sections for question in section.questions), start=1
        )
        if question.slug in answers
    }
    document: dict[str, Any] = {
        "schema": VERSION,
        "title": outline.title,
        "run": dict(facts),
        "measures": _shared(questions),
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
    """The measures of all questions, taken out of them.

    Raises `RenderError` where two questions mean different things by one name.
    """
    shared: dict[str, Any] = {}
    for slug, question in questions.items():
        for name, measure in question.pop("measures").items():
            if shared.setdefault(name, measure) != measure:
                raise RenderError(f"{slug} measures {name!r} as {measure}, another question as {shared[name]}")
    return shared

"""`answers.json`, as docs/answers-file.md says, and the part of it that the page holds for its script."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from labreport.errors import RenderError
from labreport.outline import Outline
from labreport.recheck.document import digests
from labreport.stats.findings import VERSION, Answer
from labreport.stats.operations import listed
from labreport.stats.quantity import Source


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
    findings are written in the project's `phrases`. Raises `RenderError`.
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
        "measures": _measures(questions),
        "questions": questions,
        "results": dict(results or {}),
    }
    try:
        document["digests"] = digests(json.loads(json.dumps(document, allow_nan=False)))
        text = json.dumps(document, ensure_ascii=False, allow_nan=False, sort_keys=True)
        return msgspec.json.format(text, indent=2) + "\n"  # json itself takes three times as long for this
    except (TypeError, ValueError) as error:
        raise RenderError(
            f"an answer is not a plain JSON value: {error}; keep finite numbers and text"
        ) from error


def _measures(questions: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """Every measure, taken out of the questions. Raises `RenderError` where two share a name and differ."""
    found: dict[str, Any] = {}
    for slug, question in questions.items():
        for name, measure in question.pop("measures").items():
            if found.setdefault(name, measure) != measure:
                raise RenderError(
                    f"{slug} has a measure {name!r} that differs from the one of another question; "
                    "declare it once, or give one of them another name"
                )
    return found


def evidence(answers: str, phrases: Mapping[str, str] | None = None) -> str:
    """The measures, quantities and findings of an `answers.json`, compressed, in base64.

    With them are the words of sources and methods, and the lines of Python that compute each operation again.
    Facts, digests and results are left out: nothing follows from them.
    """
    document = json.loads(answers)
    kept = {
        "measures": document["measures"],
        "python": {name: one.python for name, one in listed().items()},
        "questions": {
            slug: {
                "quantities": {name: _quantity(one, phrases) for name, one in question["quantities"].items()},
                "findings": question["findings"],
            }
            for slug, question in document["questions"].items()
        },
    }
    text = json.dumps(kept, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return base64.b64encode(zlib.compress(text.encode())).decode("ascii")


def _quantity(plain: Mapping[str, Any], phrases: Mapping[str, str] | None) -> dict[str, Any]:
    kept = {key: value for key, value in plain.items() if key != "varies_with"}
    kept["source"] = msgspec.convert(plain["source"], Source).text(phrases)
    if (made := plain["derivation"]) is not None:
        kept["how"] = listed()[made["operation"]].how(made["data"])
    return kept

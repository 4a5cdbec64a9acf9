"""The published form of `answers.json`: what is written fits it, and it refuses what does not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from answering import answer

from exercise.project import PROJECT
from labreport import recheck
from labreport.claims import Answer
from labreport.page import answers_json

jsonschema = pytest.importorskip(
    "jsonschema", reason="jsonschema is not installed; python build.py test installs it"
)

SLUGS = [question.slug for question in PROJECT.outline.questions]
SCHEMA = json.loads(Path(recheck.__file__).with_name("answers.schema.json").read_text(encoding="utf-8"))


def written() -> Any:
    """`answers.json` of the exercise with made results."""
    answers: dict[str, Answer] = {slug: answer(slug, 2) for slug in SLUGS}
    return json.loads(answers_json(PROJECT.outline, answers, answers[PROJECT.outline.facts].facts["run"]))


def test_the_answers_of_the_exercise_fit_the_published_form() -> None:
    """Every question is there, in the form that answers.schema.json promises."""
    document = written()
    jsonschema.validate(document, SCHEMA, cls=jsonschema.Draft202012Validator)
    assert set(document["questions"]) == set(SLUGS)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("schema",), 1),
        (("questions",), {}),
        (("questions", "part-one.comparison", "claims", "wide-better", "verdict"), "perhaps"),
        (("questions", "part-one.comparison", "quantities", "epochs", "value"), "ten"),
        (("questions", "part-one.comparison", "quantities", "epochs", "colour"), "red"),
    ],
)
def test_the_form_refuses_what_it_does_not_promise(place: tuple[str, ...], value: Any) -> None:
    """Another version, an unknown verdict, a number as a word, a field nobody described."""
    document = written()
    inside = document
    for key in place[:-1]:
        inside = inside[key]
    inside[place[-1]] = value
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, SCHEMA)

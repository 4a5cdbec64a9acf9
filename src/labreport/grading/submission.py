"""What a submission states, whatever the kind of its file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from labreport.grading.strict import Malformed, parse_json, shortened

VERDICT_LENGTH = 40
"""Characters that a verdict may have; longer ones are not read."""


@dataclass(frozen=True)
class Stated:
    """A number as submitted; `rounding` is half a unit of the last digit that was written by hand.

    Without a value, `text` says what was written instead of a number.
    """

    value: float | None
    rounding: float = 0.0
    text: str = ""


@dataclass(frozen=True)
class Answered:
    """What a submission states for one question."""

    numbers: Mapping[str, Stated] = field(default_factory=dict)
    verdicts: Mapping[str, str] = field(default_factory=dict)
    sentence: str = ""


@dataclass(frozen=True)
class Submission:
    """A whole submission. `content` is a digest of everything in it, however its file is laid out."""

    questions: Mapping[str, Answered]
    content: str
    by_hand: bool = False
    predictions: str = ""
    """Name of the file of predictions beside it, or empty."""


def digest(value: Any) -> str:
    """SHA-256 of a plain value; the order of keys and the layout of the file do not matter."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def from_answers(data: bytes, schema: int) -> Submission:
    """A submission that is an `answers.json` of this version. Raises `Malformed`."""
    plain = parse_json(data)
    checked_questions(plain)
    if plain.get("schema") != schema or isinstance(plain["schema"], bool):
        raise Malformed(f"has schema {shortened(plain.get('schema'))}; the reference has {schema}")
    return of_answers(plain)


def of_answers(plain: Mapping[str, Any]) -> Submission:
    """A checked answers document as a submission."""
    return Submission(
        {
            slug: Answered(
                {
                    name: Stated(None if fields["value"] is None else float(fields["value"]))
                    for name, fields in question["quantities"].items()
                },
                {name: fields["verdict"] for name, fields in question["claims"].items()},
            )
            for slug, question in plain["questions"].items()
        },
        digest(plain),
    )


def checked_questions(plain: Any) -> dict[str, Any]:
    """The questions of an answers document, every used field of the right type. Raises `Malformed`."""
    questions = plain.get("questions") if isinstance(plain, dict) else None
    if not isinstance(questions, dict) or "schema" not in plain:
        raise Malformed("is not an answers.json from this program")
    if not questions:
        raise Malformed("holds no questions")
    for slug, question in questions.items():
        where = f"question {shortened(slug)}"
        _object(question, where)
        for part in ("quantities", "claims"):
            _object(question.get(part), f"{part} of {where}")
        for name, fields in question["quantities"].items():
            _check_quantity(fields, f"{shortened(name)} of {where}")
        for name, fields in question["claims"].items():
            _object(fields, f"claim {shortened(name)} of {where}")
            verdict = fields.get("verdict")
            if not isinstance(verdict, str) or len(verdict) > VERDICT_LENGTH:
                raise Malformed(
                    f"has the verdict {shortened(verdict)} for {shortened(name)} of {where}; "
                    "a word is allowed"
                )
    return questions


def _object(value: Any, where: str) -> None:
    if not isinstance(value, dict):
        raise Malformed(f"has {shortened(value)} as {where}; an object is allowed")


def _check_quantity(fields: Any, where: str) -> None:
    _object(fields, where)
    if "value" not in fields:
        raise Malformed(f"has no value for {where}")
    for key, kinds in (("value", (int, float)), ("spread", (int, float)), ("n", (int,))):
        value = fields.get(key)
        if value is not None and (isinstance(value, bool) or not isinstance(value, kinds)):
            raise Malformed(f"has the {key} {shortened(value)} for {where}; a number is allowed")

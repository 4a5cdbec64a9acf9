"""A form that a student filled in by hand, as a submission."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

from labreport.grading.expected import Expected, Question
from labreport.grading.handwritten import stated
from labreport.grading.strict import Malformed, parse_toml, shortened
from labreport.grading.submission import Answered, Submission, digest

VERSION = 1
SENTENCE_LENGTH = 2_000
"""Characters of a sentence that are kept for the instructor."""
WORDS = {
    "yes": "supported",
    "true": "supported",
    "supported": "supported",
    "no": "refuted",
    "false": "refuted",
    "refuted": "refuted",
    "unclear": "inconclusive",
    "inconclusive": "inconclusive",
    "equivalent": "equivalent",
    "the same": "equivalent",
    "no difference": "equivalent",
}
"""What may be written for a verdict, in any case of letters."""


def from_form(data: bytes, expected: Expected) -> Submission:
    """A filled-in form. Raises `Malformed`."""
    plain = parse_toml(data)
    if plain.get("form") != VERSION or isinstance(plain["form"], bool):
        raise Malformed(f"is not a form of this program: it must begin with form = {VERSION}")
    predictions = plain.get("predictions", "")
    if not isinstance(predictions, str):
        raise Malformed(f"has {shortened(predictions)} as predictions; a file name in quotes is allowed")
    known = {question.slug: question for question in expected.questions}
    for slug in plain:
        if slug not in known and slug not in ("form", "name", "predictions"):
            raise Malformed(f"has the unknown question {shortened(slug)}")
    questions = {slug: _answered(plain[slug], known[slug]) for slug in known if slug in plain}
    entered = {key: value for key, value in plain.items() if key != "name"}
    return Submission(questions, digest(_stripped(entered)), by_hand=True, predictions=predictions.strip())


def _answered(plain: Any, question: Question) -> Answered:
    where = f"question {shortened(question.slug)}"
    if not isinstance(plain, dict) or not set(plain) <= {"number", "verdict", "sentence"}:
        raise Malformed(f"has something else than number, verdict and sentence in {where}")
    numbers = _table(plain.get("number", {}), f"number of {where}", question.numbers)
    verdicts = _table(plain.get("verdict", {}), f"verdict of {where}", question.verdicts)
    sentence = plain.get("sentence", "")
    if not isinstance(sentence, str):
        raise Malformed(f"has {shortened(sentence)} as sentence of {where}; text in quotes is allowed")
    return Answered(
        {name: stated(text, question.numbers[name].unit) for name, text in numbers.items()},
        {name: WORDS.get(text.strip().lower(), text.strip()[:20]) for name, text in verdicts.items()},
        unicodedata.normalize("NFC", sentence.strip()[:SENTENCE_LENGTH]),
    )


def _table(plain: Any, where: str, known: Mapping[str, Any]) -> dict[str, str]:
    if not isinstance(plain, dict):
        raise Malformed(f"has {shortened(plain)} as {where}; one line for each name is allowed")
    found = {}
    for name, value in plain.items():
        if name not in known:
            raise Malformed(f"has the unknown name {shortened(name)} as {where}")
        if isinstance(value, bool) or not isinstance(value, (str, int)):
            raise Malformed(f"has {shortened(value)} for {shortened(name)} as {where}; quotes are missing")
        if isinstance(value, int) and value.bit_length() > 64:
            raise Malformed(f"has a huge number for {shortened(name)} as {where}")
        found[name] = str(value)
    return found


def _stripped(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _stripped(item) for key, item in value.items()}
    return " ".join(str(value).split())

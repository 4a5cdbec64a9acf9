"""What a submission states, whatever the kind of its file, in the words that are compared."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import msgspec

from labreport.grading.strict import Malformed, parse_json, shortened
from labreport.stats.estimate import Judgement
from labreport.stats.findings import Finding, Part, facing
from labreport.stats.words import ordered

UNCLEAR = ("unclear",)


class Found(msgspec.Struct, frozen=True):
    """The fields of a finding that say what was found, as a submission has them."""

    kind: str
    judgement: Judgement
    subjects: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    prefix: str = ""


class Said(msgspec.Struct, frozen=True):
    """An outcome: alternatives of which one is meant, or who is first; and the comparisons that decide it."""

    words: tuple[str, ...]
    parts: tuple[Part, ...] = ()


def outcomes(
    name: str, finding: Finding | Found, values: Mapping[str, float | None], lower: bool
) -> dict[str, Said]:
    """What a finding says, by its name; a count says it of each subject, extremes of both ends.

    `values` are those of the quantities of its answer; with `lower`, the lowest is first.
    """
    if finding.kind == "exact":
        return {name: Said(("yes" if finding.judgement.sign > 0 else "no",))}
    if finding.kind in ("difference", "trend"):
        return {name: Said(_words(finding.judgement), finding.parts[-1:])}
    if finding.kind == "ranking":
        return {name: _first(finding, values, lower)}
    if finding.kind == "extremes":
        return {
            f"{name}: first": _first(finding, values, lower),
            f"{name}: last": _first(finding, values, not lower),
        }
    found = {}
    for part in finding.parts if finding.kind == "count" else ():
        subject = part.subjects[0]
        count, runs = (values.get(f"{finding.prefix}{subject}.{end}") for end in ("count", "runs"))
        whole = part.judgement.clear and count in (0, runs)
        found[f"{name}: {subject}"] = Said(_words(part.judgement)[:1] if whole else UNCLEAR, (part,))
    return found


def _words(judgement: Judgement) -> tuple[str, ...]:
    """A clear difference that is smaller than what matters is both."""
    if judgement.unclear:
        return UNCLEAR
    clear = ("more" if judgement.sign > 0 else "less",) if judgement.clear else ()
    return (*clear, *(("same",) if judgement.same or not clear else ()))


def _first(finding: Finding | Found, values: Mapping[str, float | None], lower: bool) -> Said:
    """The subject that is first, or those that are level with it."""
    means = {subject: values.get(f"{finding.prefix}{subject}.mean") for subject in finding.subjects}
    order = ordered(means, lower=lower)
    parts = tuple(part for part in finding.parts if order and order[0] in part.subjects)
    if not parts:
        return Said(UNCLEAR)
    level = {order[0]}
    for part in parts:
        judgement = facing(part, order[0], lower)
        if judgement.same:
            level |= set(part.subjects)
        elif judgement.unclear:
            return Said(UNCLEAR, parts)
    return Said(tuple(subject for subject in finding.subjects if subject in level), parts)


class Stated(msgspec.Struct, frozen=True):
    """A number as submitted; `rounding` is half a unit of the last digit that was written by hand.

    Without a value, `text` says what was written instead of a number.
    """

    value: float | None
    rounding: float = 0.0
    text: str = ""


class Answered(msgspec.Struct, frozen=True):
    """What a submission states for one question."""

    numbers: Mapping[str, Stated] = {}
    outcomes: Mapping[str, tuple[str, ...]] = {}
    sentence: str = ""


class Submission(msgspec.Struct, frozen=True):
    """A whole submission. `content` is a digest of everything in it, however its file is laid out."""

    questions: Mapping[str, Answered]
    content: str
    by_hand: bool = False
    predictions: str = ""
    """Name of the file of predictions beside it, or empty."""
    notes: tuple[str, ...] = ()
    """About lines that could not be read."""


class _Finding(Found, frozen=True):
    measure: str | None = None


class _Answer(msgspec.Struct, frozen=True):
    quantities: dict[str, Stated]
    findings: dict[str, _Finding]


class _Measure(msgspec.Struct, frozen=True):
    better: str


class _Document(msgspec.Struct, frozen=True):
    """The fields of an `answers.json` that are read; questions are converted one by one, to name them."""

    schema: int
    questions: dict[str, Any]
    measures: dict[str, _Measure]


def digest(value: Any) -> str:
    """SHA-256 of a plain value; the order of keys and the layout of the file do not matter."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def parse_answers(data: bytes, schema: int, otherwise: str) -> dict[str, Any]:
    """Read an `answers.json` of this version. Raises `Malformed`; `otherwise` is said of another version."""
    plain = parse_json(data)
    if not isinstance(plain, dict) or not isinstance(plain.get("questions"), dict):
        raise Malformed("is not an answers.json from this program")
    if plain.get("schema") != schema or isinstance(plain["schema"], bool):
        raise Malformed(f"has version {shortened(plain.get('schema'))}{otherwise}")
    if not plain["questions"]:
        raise Malformed("holds no questions")
    return plain


def of_answers(plain: Mapping[str, Any]) -> Submission:
    """Make a submission of an answers document. Raises `Malformed` where a field has a wrong type."""
    document: _Document = _converted(plain, _Document, "")
    found = {}
    for slug, question in document.questions.items():
        answer: _Answer = _converted(question, _Answer, f" in question {shortened(slug)}")
        values = {name: stated.value for name, stated in answer.quantities.items()}
        said = {
            key: each.words
            for name, finding in answer.findings.items()
            for key, each in outcomes(name, finding, values, _lower(finding, document)).items()
        }
        found[slug] = Answered({name: Stated(value) for name, value in values.items()}, said)
    return Submission(found, digest(plain))


def _lower(finding: _Finding, document: _Document) -> bool:
    measure = document.measures.get(finding.measure or "")
    return measure is not None and measure.better == "lower"


def _converted(plain: Any, kind: Any, where: str) -> Any:
    try:
        return msgspec.convert(plain, kind)
    except msgspec.ValidationError as error:
        raise Malformed(f"has a wrong value{where}: {str(error)[:200]}") from None

"""What a submission states, whatever the kind of its file, in the words that are compared.

Its bytes are untrusted: what is not exactly as allowed is refused with one line.
"""

from __future__ import annotations

import errno
import hashlib
import json
import math
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from labreport.errors import UsageError
from labreport.stats import Answer, Finding, Judgement, Part
from labreport.stats.findings import facing
from labreport.stats.words import ordered

JSON_LIMIT = 4_000_000
"""Bytes of an answers file; that of the exercise here has 350,000."""
FORM_LIMIT = 256_000
"""Bytes of a form that was filled in by hand."""
DEPTH = 24
"""Levels of objects and lists."""
DIGITS = 20
"""Digits of a whole number."""
SHOWN = 40
"""Characters of a foreign value that a message shows."""
_KINDS = {stat.S_IFDIR: "a folder", stat.S_IFIFO: "a FIFO", stat.S_IFSOCK: "a socket"}


class Malformed(Exception):
    """A submission cannot be read; the text completes a sentence that begins with its name."""


def read(path: Path, limit: int) -> bytes:
    """All bytes of a regular file that is not a link. Raises `Malformed`; never blocks on a FIFO."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise Malformed("is a link; the file itself is needed") from None
        raise Malformed(f"cannot be opened ({error.strerror})") from None
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        os.close(descriptor)
        raise Malformed(f"is {_KINDS.get(stat.S_IFMT(mode), 'a device')}, not a file")
    try:
        with open(descriptor, "rb") as file:
            data = file.read(limit + 1)
    except OSError as error:
        raise Malformed(f"cannot be read ({error.strerror})") from None
    if len(data) > limit:
        raise Malformed(f"has more than {limit:,} bytes")
    return data


def parse_json(data: bytes) -> Any:
    """The value of a JSON text. Raises `Malformed`, also for NaN, for keys given twice, and for depth."""
    try:
        value = json.loads(
            text_of(data),
            parse_constant=_no_constant,
            parse_int=_integer,
            parse_float=_finite,
            object_pairs_hook=_unique,
        )
    except json.JSONDecodeError as error:
        raise Malformed(f"is not valid JSON (line {error.lineno}, column {error.colno})") from None
    except RecursionError:
        raise Malformed(f"is nested more than {DEPTH} levels deep") from None
    _check_depth(value)
    return value


def shortened(value: object) -> str:
    """A foreign value as it can be shown on one line."""
    text = repr(value) if not isinstance(value, int) or abs(value) < 10**DIGITS else "a huge number"
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"


def text_of(data: bytes) -> str:
    """Decode UTF-8 text. Raises `Malformed`."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Malformed(f"is not UTF-8 text (byte {error.start + 1})") from None


def _no_constant(name: str) -> None:
    raise Malformed(f"holds {name}; finite numbers are allowed")


def _integer(text: str) -> int:
    if len(text.lstrip("-")) > DIGITS:
        raise Malformed(f"holds a number of {len(text.lstrip('-')):,} digits; at most {DIGITS} are allowed")
    return int(text)


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise Malformed(f"holds the number {shortened(text)[1:-1]}, which is too large")
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise Malformed(f"has the key {shortened(twice)} twice in one object")
    return found


def _check_depth(value: Any) -> None:
    level = [value]
    for _ in range(DEPTH):
        level = [
            item
            for each in level
            if isinstance(each, (dict, list))
            for item in (each.values() if isinstance(each, dict) else each)
        ]
        if not level:
            return
    raise Malformed(f"is nested more than {DEPTH} levels deep")


UNCLEAR = ("unclear",)


class Said(msgspec.Struct, frozen=True):
    """An outcome: alternatives of which one is meant, or who is first; and the comparisons that decide it."""

    words: tuple[str, ...]
    parts: tuple[Part, ...] = ()


def outcomes(name: str, finding: Finding, values: Mapping[str, float | None]) -> dict[str, Said]:
    """What a finding says, by its name; a count says it of each subject, extremes of both ends.

    `values` are those of the quantities of its answer.
    """
    lower = finding.measure is not None and finding.measure.better == "lower"
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


def _first(finding: Finding, values: Mapping[str, float | None], lower: bool) -> Said:
    """The subject that is first, with `lower` the lowest, or those that are level with it."""
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


def answer_to(slug: str, plain: Mapping[str, Any], problem: str) -> Answer:
    """Read an answer of an answers document. Raises `Malformed`, with the `problem`, for what is none."""
    try:
        return Answer.from_plain({**plain["questions"][slug], "measures": plain["measures"]})
    except (AttributeError, KeyError, TypeError, ValueError, UsageError) as error:
        raise Malformed(f"has {problem.format(shortened(slug))}: {str(error)[:200]}") from None


def of_answers(plain: Mapping[str, Any]) -> Submission:
    """Make a submission of an answers document. Raises `Malformed` where a field has a wrong type."""
    found = {}
    for slug in plain["questions"]:
        answer = answer_to(slug, plain, "a wrong value in question {}")
        values = {name: quantity.value for name, quantity in answer.quantities.items()}
        said = {
            key: each.words
            for name, finding in answer.findings.items()
            for key, each in outcomes(name, finding, values).items()
        }
        found[slug] = Answered({name: Stated(value) for name, value in values.items()}, said)
    return Submission(found, digest(plain))

"""The short form that a student fills in by hand: what it asks, and how it is read again."""

from __future__ import annotations

import json
import re
import textwrap
import unicodedata
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from labreport.display import enumeration
from labreport.errors import did_you_mean, nearest
from labreport.grading.score import Expected, Outcome, Question
from labreport.grading.submission import (
    Answered,
    Malformed,
    Said,
    Stated,
    Submission,
    digest,
    shortened,
    text_of,
)
from labreport.stats.findings import Finding
from labreport.stats.quantity import Quantity
from labreport.stats.rounding import format_number
from labreport.stats.words import Sentence

VERSION = 2
WIDTH = 96
"""Characters of a line of instructions."""
Options = Mapping[str, tuple[str, ...]]
"""What may be written, and the words of the outcomes that it means."""
UNCLEAR = {"unclear": ("unclear",)}
COMPARED: Options = {"yes": ("more",), "no": ("less", "same"), "no difference": ("same",), **UNCLEAR}
"""A plain "no" denies that there is more, and so is right where there is no difference, too."""
_START = """\
# {title}: answers
#
# Write each answer between the quotation marks. Leave "" where you have no answer.
#   number    as you would write it, rounded as you like: "96.2 %", "96.2" and "0.962" are the same share.
#             The last digit counts: "96.2" means from 96.15 to 96.25.
#   outcome   one of the answers in brackets. "no difference" means none that matters, "unclear" that
#             your results leave it open.
#   sentence  your answer in one sentence. Your instructor reads it; the program does not.
# Lines that begin with # are explanations. Save the file as plain text with the ending .toml.

form = {version}
name = ""
"""
_PREDICTIONS = """\
# If you saved what was predicted, put the file (.npz) beside this form and write its name here.
predictions = ""
"""
_UNITS = {
    "fraction": "in per cent",
    "points": "in percentage points, with its sign",
    "points, unsigned": "in percentage points",
    "nat": "a cross-entropy loss",
    "times": "a ratio",
}


def asked_number(name: str, quantity: Quantity) -> str:
    """Say which number is asked for, from the fields of its source that do not depend on results."""
    source = quantity.origin
    if not source.measure or not source.experiments:
        return name
    between = " over " if quantity.unit == "times" else " minus "
    of = between.join(source.experiments) if len(source.experiments) <= 2 else name
    when = ", epoch " + " and ".join(map(str, source.epochs)) if source.epochs else ""
    return f"{of}: {source.measure}{when}"


def titles_of(finding: Finding) -> dict[str, str]:
    """What people call the subjects of a finding."""
    return {name: title or name for name, title in zip(finding.subjects, finding.titles, strict=True)}


def asked_outcome(
    key: str, finding: Finding, said: Said, quantities: Mapping[str, Quantity]
) -> tuple[str, Options]:
    """Ask what a finding says, and which answers may be given; subjects are in the order of declaration."""
    if finding.kind == "exact" or finding.measure is None:
        holds = _condition(finding.derivation.data) if finding.derivation else ""
        return f"Does this hold: {holds or finding.name}?", {"yes": ("yes",), "no": ("no",)}
    sentence = Sentence(finding, quantities)
    titles = {subject: sentence.called(subject) for subject in finding.subjects}
    after = f"After {finding.epochs[0]} epochs: " if finding.epochs and not sentence.moments else ""
    if finding.kind == "difference":
        first, second = (titles[one] for one in finding.subjects)
        verb, rest = sentence.form("more").split(" ", 1)
        start = f"Does {first} have" if verb == "has" else f"{verb.capitalize()} {first}"
        return f"{after}{start} {rest} {second}?", COMPARED
    if finding.kind == "trend":
        start, end = (f"epoch {one}" if finding.side else titles[one] for one in said.parts[0].subjects)
        of = f" of {finding.side}" if finding.side else ""
        return f"Is the {finding.measure.name}{of} higher at {end} than at {start}?", COMPARED
    if finding.kind == "count":
        (subject, _), unit = said.parts[0].subjects, finding.unit
        threshold = format_number(quantities[f"{finding.prefix}threshold"])
        above = finding.side == "above"
        beyond, short = ("more", "less") if above else ("less", "more")
        runs = quantities[f"{finding.prefix}{subject}.runs"].value
        every = "" if runs == 1 else f" in every {unit}"
        question = f"{after}Is {titles[subject]} {finding.side} {threshold}{every}?"
        return question, {"yes": (beyond,), "no": (short,), **UNCLEAR}
    turned = (finding.measure.better == "lower") != key.endswith(": last")
    one_of = enumeration([*titles.values()], "or")
    return f"{after}Which {sentence.form('least' if turned else 'most')}: {one_of}?", UNCLEAR


def _condition(data: Mapping[str, Any]) -> str:
    """A condition on quantities of the answer; empty where it is on other values, which could be results."""
    if "of" in data:
        parts = [_condition(one) for one in data["of"]]
        return {"every": " and ", "some": " or "}[data["operator"]].join(parts) if all(parts) else ""
    left, right = data["left"], data["right"]
    if not isinstance(left, Mapping) or "quantity" not in left:
        return ""
    if isinstance(right, Mapping) and "quantity" in right:
        return f"{left['quantity']} {data['operator']} {right['quantity']}"
    return f"{left['quantity']} {data['operator']} {right:g}" if isinstance(right, (int, float)) else ""


def template(plain: Mapping[str, Any], expected: Expected) -> str:
    """The empty form for this reference; it holds no answers."""
    start = _START.format(title=_comment(str(plain.get("title", "Lab report"))), version=VERSION)
    parts = [start + (_PREDICTIONS if expected.recompute else "")]
    parts += [
        _section(number, question)
        for number, question in enumerate(expected.questions, start=1)
        if question.form_numbers or question.form_outcomes
    ]
    return "\n".join(parts)


def _section(number: int, question: Question) -> str:
    lines = [*_wrapped(f"{number}. {question.text}"), f"[{json.dumps(question.slug)}]"]
    for name in question.form_numbers:
        asked = question.numbers[name]
        unit = _UNITS.get(asked.unit, asked.unit)
        lines += [*_wrapped(f"{asked.what}{f' ({unit})' if unit else ''}"), f'number.{_key(name)} = ""']
    for name in question.form_outcomes:
        outcome = question.outcomes[name]
        options = [*(["a name, several where they are level"] if outcome.subjects else []), *outcome.options]
        lines += [*_wrapped(f"{outcome.question} ({', '.join(options)})"), f'outcome.{_key(name)} = ""']
    return "\n".join([*lines, 'sentence = ""', ""])


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else json.dumps(name)


def _wrapped(text: str) -> list[str]:
    return [f"# {line}" for line in textwrap.wrap(_comment(text), WIDTH)]


def _comment(text: str) -> str:
    return "".join(character if character.isprintable() else " " for character in text)


SENTENCE_LENGTH = 2_000
"""Characters of a sentence that are kept for the instructor."""
LINE_LENGTH = 4_000
"""Characters of a line that are looked at."""
NOTES = 20
"""Lines with an error that are reported."""
LENGTH = 80
"""Characters of a number or an answer that are looked at."""
COARSEST_SHARE = 0.005
"""Half of a whole per cent: a share must be written at least as finely."""
COARSEST = 0.05
"""Half a unit of the last digit, relative to the number, that rounding may make elsewhere."""
QUOTED = "\"' "
_QUOTES = dict.fromkeys(map(ord, "“”„‟«»″＂"), '"') | dict.fromkeys(map(ord, "‘’‚‛"), "'")
_HEADER = re.compile(r"\[{1,2}([^\[\]]*)\]{1,2} ?[,;]? ?(?:#.*)?")
_ENTRY = re.compile(r'([A-Za-z]+) ?(?:\. ?("(?:[^"\\]|\\.)*"|[^="]+))? ?[=:] ?(.*)')


def from_form(data: bytes, expected: Expected) -> Submission:
    """Read a filled-in form. Raises `Malformed` only where the file is not a form of this version."""
    reader = _Reader(expected)
    for place, line in enumerate(text_of(data).splitlines(), start=1):
        reader.line(place, line.translate(_QUOTES)[:LINE_LENGTH])
    if reader.version != str(VERSION):
        raise Malformed(f"is not a form of this program: it must begin with form = {VERSION}")
    questions = {slug: reader.answered(slug) for slug in reader.known}
    content = [sorted([list(key), " ".join(text.split())] for key, (_, text) in reader.entries.items())]
    return Submission(
        {slug: each for slug, each in questions.items() if each is not None},
        digest([content, reader.predictions]),
        by_hand=True,
        predictions=reader.predictions,
        notes=tuple(reader.notes[:NOTES]),
    )


class _Reader:
    """What was read so far: entries by question, kind and name, with the number of their line."""

    def __init__(self, expected: Expected) -> None:
        self.known = {question.slug: question for question in expected.questions}
        self.entries: dict[tuple[str, str, str], tuple[int, str]] = {}
        self.notes: list[str] = []
        self.version = self.predictions = ""
        self.slug: str | None = ""
        """The question of the section, nothing before the first, None in one that is unknown."""
        self.open: tuple[str, str, str] | None = None
        """The sentence that continues on the next line."""

    def line(self, place: int, line: str) -> None:
        """Read one line."""
        text = " ".join(line.split())
        header, entry = _HEADER.fullmatch(text), _ENTRY.fullmatch(text)
        kind = entry[1].lower() if entry else ""
        if not text or text.startswith("#"):
            return
        if header and self.open is None:
            self._section(place, header[1].strip("\"' "))
        elif entry and self.slug == "" and kind in ("form", "name", "predictions"):
            value = _value(entry[3])
            self.version = value if kind == "form" else self.version
            self.predictions = value if kind == "predictions" else self.predictions
        elif entry and self.slug and kind in ("number", "outcome", "sentence"):
            self._entry(place, kind, _name(entry[2] or ""), entry[3])
        elif self.open is not None:
            before, more = self.entries[self.open]
            self.entries[self.open] = before, f"{more} {text.strip(QUOTED)}"[: SENTENCE_LENGTH + LINE_LENGTH]
            self.open = None if text.endswith('"') else self.open
        elif self.slug is not None:
            self.notes.append(f'line {place}: {shortened(text)} is not read; write NAME = "ANSWER"')

    def _section(self, place: int, slug: str) -> None:
        self.slug = slug if slug in self.known else nearest(slug, self.known)
        if slug not in self.known:
            read = f"; read as {shortened(self.slug)}" if self.slug else ", its lines are not read"
            self.notes.append(f"line {place}: unknown question {shortened(slug)}{read}")

    def _entry(self, place: int, kind: str, name: str, written: str) -> None:
        assert self.slug
        question, value = self.known[self.slug], _value(written)
        of: Mapping[str, object] = question.numbers if kind == "number" else question.outcomes
        key = (self.slug, kind, name)
        self.open = None
        if kind != "sentence" and name not in of:
            self.notes.append(f"line {place}: unknown name {shortened(name)}{did_you_mean(name, of)}")
        elif value and key in self.entries and self.entries[key][1] != value:
            self.notes.append(f"line {place}: {shortened(name or kind)} is given twice; the first counts")
        elif value:
            self.entries[key] = place, value
            if kind == "sentence" and written.strip().startswith('"') and written.count('"') == 1:
                self.open = key

    def answered(self, slug: str) -> Answered | None:
        """What was written for a question; None for nothing."""
        question, numbers, outcomes, sentence = self.known[slug], {}, {}, ""
        for (of, kind, name), (place, text) in self.entries.items():
            if of != slug:
                continue
            if kind == "sentence":
                sentence = unicodedata.normalize("NFC", text.strip()[:SENTENCE_LENGTH])
            elif kind == "number":
                numbers[name] = stated(text, question.numbers[name].unit)
                if numbers[name].value is None:
                    self.notes.append(f"line {place}: {shortened(text)} is not a number")
            elif (found := chosen(text, question.outcomes[name])) is not None:
                outcomes[name] = found
            else:
                self.notes.append(f"line {place}: {shortened(text)} is not one of {_allowed(question, name)}")
        return Answered(numbers, outcomes, sentence) if numbers or outcomes or sentence else None


def _allowed(question: Question, name: str) -> str:
    outcome = question.outcomes[name]
    return ", ".join([*outcome.subjects.values(), *outcome.options])


def _name(text: str) -> str:
    """A name between quotation marks, or bare."""
    try:
        return str(json.loads(text)) if text.startswith('"') else text.strip()
    except ValueError:
        return text.strip('"')


def _value(text: str) -> str:
    """A value between quotation marks, or bare; a comma or a comment behind it does not count."""
    text = text.strip()
    mark = text[:1]
    if mark in ('"', "'") and (end := text.rfind(mark, 1)) > 0:
        return text[1:end].replace('\\"', '"').strip()
    return re.sub(r"\s#.*", "", text).strip("\"' ,;")


# Numbers

_DROPPED = str.maketrans("", "", " \u00a0\u202f\u2009_'’")
_MINUS = str.maketrans("−–‐‑", "----")
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_POWER = re.compile(r"10(?:\^|\*\*)?([⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺]+)|10(?:\^|\*\*)\(?([+-]?\d{1,3})\)?")
_NUMBER = re.compile(
    r"(?:[≈≃~∼=]|about|approx[a-z]*\.?|ca\.?|circa|roughly|around|nearly|almost|some)*"
    r"([+-]?(?:\d[\d.,]*|[.,]\d+))(?:e([+-]?\d{1,3}))?(%?)(?:(?:±|\+/?-).*)?([^\d±]*)(?:\(.*)?",
    re.IGNORECASE,
)


def stated(text: str, unit: str) -> Stated:
    """Read the number that `text` means for a quantity of this unit, with the rounding that it shows.

    `96.2 %`, `96.2` and `0.962` are one share; `points` are always percentage points. What is not a
    number has no value. A number may follow `≈`, and precede ± and its spread, or a word.
    """
    written = text.strip()[:LENGTH]
    plain = written.translate(_DROPPED).translate(_MINUS).rstrip(".,;!")
    plain = re.sub(r"(?<=\d)[×x*·⋅]10(?=[\^*⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺])", "×10", plain)
    power = _POWER.search(plain)
    if power and plain[power.start() - 1 : power.start()] == "×":
        exponent = (power[1] or power[2]).translate(_RAISED)
        plain = f"{plain[: power.start() - 1]}e{exponent}{plain[power.end() :]}"
    found = _NUMBER.fullmatch(plain)
    number = _decimal(found, whole=unit not in ("fraction", "points", "nat")) if found else None
    if found is None or number is None:
        return Stated(None, text=shortened(written))
    places = number.as_tuple().exponent
    assert isinstance(places, int)
    value, rounding = float(number), 0.5 * 10.0**places
    per_cent = bool(found[3]) or unit.startswith("points") or "%" in found[4] or abs(value) > 1
    if unit in ("fraction", "points", "points, unsigned"):
        scale = 0.01 if per_cent else 1.0
        return Stated(value * scale, min(rounding * scale, COARSEST_SHARE))
    return Stated(value, min(rounding, COARSEST * abs(value)), written)


def _decimal(found: re.Match[str], whole: bool) -> Decimal | None:
    """The number; None where it has no clear meaning or is absurdly large."""
    text, exponent = found[1].rstrip(",.") or found[1], found[2]
    if "," in text and "." in text:  # the last of them is the decimal mark
        thousands = "," if text.rfind(",") < text.rfind(".") else "."
        text = text.replace(thousands, "")
    elif re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+", text) and whole:
        text = text.replace(",", "")
    try:
        number = Decimal(f"{text.replace(',', '.')}e{exponent or 0}")
    except InvalidOperation:
        return None
    return number if number == 0 or -300 < number.adjusted() < 300 else None


# Outcomes

_WORDS = {
    "no difference": r"(?:there (?:is|was) |there's )?no (?:real |relevant |practical )?difference"
    r"|(?:they are |it is |both are |(?:about |roughly |practically )?the )?same|equal|level|tie|identical",
    "unclear": r"(?:it is |that is )?(?:unclear|undecided|open)|not (?:clear|sure|certain)|can(?:not|'t)"
    r"|unknown|inconclusive|may ?be|perhaps|(?:it )?depends|no (?:clear|significant)",
    "no": r"(?:it does |it is )?not?|nope|false|n",
    "yes": r"yes|yep|true|y|clearly|certainly|it (?:does|is)",
}
"""What may begin an answer; the first that fits counts."""


def chosen(text: str, outcome: Outcome) -> tuple[str, ...] | None:
    """Read what a student wrote for an outcome, in the words that are compared; None for neither."""
    plain = " ".join(text[:LENGTH].casefold().replace("_", " ").split()).strip(" .,;:!\"'")
    option = next((each for each, words in _WORDS.items() if re.match(rf"(?:{words})\b", plain)), "")
    if option in ("yes", "no") and re.search(r"\byes\b.*\bno\b(?! doubt)|\bno\b.*\byes\b", plain):
        return None  # both
    if not outcome.subjects:
        return outcome.options.get(option)
    names = _named(plain, outcome.subjects)
    if names:
        return names
    if option in ("no difference", "unclear") or plain in ("all", "none", "neither", "both"):
        return ("unclear",) if option == "unclear" else tuple(outcome.subjects)
    return None


def _named(plain: str, subjects: Mapping[str, str]) -> tuple[str, ...]:
    """The subjects that are named before anything is said of them, by name or title."""
    head = re.split(r"\b(?:is|are|was|were|has|have|than|ahead|before|over|then)\b|[>;(:]", plain)[0]
    known = sorted(
        ((" ".join(name.casefold().replace("_", " ").split()), subject)
         for subject, title in subjects.items() for name in (subject, title) if name),
        key=lambda pair: -len(pair[0]),
    )  # fmt: skip
    found = set()
    for name, subject in known:
        pattern = rf"(?<![\w-]){re.escape(name)}(?![\w-])"
        if re.search(pattern, head):
            found.add(subject)
            head = re.sub(pattern, " ", head)
    return tuple(subject for subject in subjects if subject in found)

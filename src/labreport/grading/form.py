"""The short form that a student fills in by hand, with its instructions inside: what it asks, and how."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Mapping
from typing import Any

from labreport.grading.expected import Expected, Question
from labreport.grading.outcomes import Said
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
    names = list(titles.values())
    one_of = f"{', '.join(names[:-1])} or {names[-1]}"
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

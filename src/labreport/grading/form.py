"""The short form that a student fills in by hand, as a TOML file with its instructions inside."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Mapping
from typing import Any

from labreport.grading.expected import Expected, Question
from labreport.grading.filled import VERSION

WIDTH = 96
"""Characters of a line of instructions."""
_START = """\
# {title}: answers
#
# Write each answer between the quotation marks. Leave "" where you have no answer.
#   number    as you would write it, rounded as you like: "96.2 %", "96.2" and "0.962" are the same share.
#             The last digit counts: "96.2" means from 96.15 to 96.25.
#   verdict   yes, no, no difference (none that matters), or unclear.
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
    "p": "a p-value",
}
_SEEDS = re.compile(r",? seeds? \d+(, \d+)*")


def template(plain: Mapping[str, Any], expected: Expected) -> str:
    """The empty form for this reference; it holds no answers."""
    start = _START.format(title=_comment(str(plain.get("title", "Lab report"))), version=VERSION)
    parts = [start + (_PREDICTIONS if expected.recompute else "")]
    parts += [
        _section(number, question, plain["questions"][question.slug])
        for number, question in enumerate(expected.questions, start=1)
        if question.form_numbers or question.form_verdicts
    ]
    return "\n".join(parts)


def _section(number: int, question: Question, plain: Mapping[str, Any]) -> str:
    lines = [*_wrapped(f"{number}. {_comment(question.text)}"), f"[{_key(question.slug, quoted=True)}]"]
    for name in question.form_numbers:
        quantity = plain["quantities"][name]
        unit = _UNITS.get(quantity["unit"], quantity["unit"])
        hint = _comment(_SEEDS.sub("", str(quantity.get("source", ""))))
        lines += [*_wrapped(f"{hint}{f' ({unit})' if unit else ''}"), f'number.{_key(name)} = ""']
    for name in question.form_verdicts:
        lines += _wrapped(f"Is it so? {_comment(str(plain['claims'][name].get('predicate', name)))}")
        lines += [f'verdict.{_key(name)} = ""']
    return "\n".join([*lines, 'sentence = ""', ""])


def _key(name: str, quoted: bool = False) -> str:
    """A TOML key; its basic strings are those of JSON in ASCII."""
    return name if not quoted and re.fullmatch(r"[A-Za-z0-9_-]+", name) else json.dumps(name)


def _wrapped(text: str) -> list[str]:
    return [f"# {line}" for line in textwrap.wrap(text, WIDTH)]


def _comment(text: str) -> str:
    return "".join(character if character.isprintable() else " " for character in text)

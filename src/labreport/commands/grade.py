"""Compare the answers of another report with these, within what seeds make them differ."""

from __future__ import annotations

import argparse
import json
import math
from pathlib import Path
from typing import Any

from labreport.console.terminal import Terminal, shown
from labreport.errors import UsageError
from labreport.plan.graph import PUBLISHED
from labreport.store.files import Damaged, read_regular

LIMIT = 64_000_000
"""Bytes that an answers file may have."""
WIDTHS = 4.0
"""Two results agree when they lie within this many standard deviations over seeds of each other."""


def run(arguments: argparse.Namespace, root: Path, terminal: Terminal) -> int:
    """Carry out the command."""
    return grade(terminal, arguments.output, arguments.word)


def grade(terminal: Terminal, output: Path, other: str) -> int:
    """A line for each question about the networks; 1 when any answer disagrees or is missing."""
    ours, theirs = _load(output / PUBLISHED["answers"]), _load(Path(other))
    ours = {slug: question for slug, question in ours.items() if not question.get("local")}
    agreed = 0
    for slug, expected in sorted(ours.items(), key=lambda item: item[1]["order"]):
        found = theirs.get(slug)
        problem = "is not answered" if found is None else _problem(expected, found)
        agreed += not problem
        word = terminal.paint("agrees ", "green") if not problem else terminal.paint("differs", "red")
        terminal.result(f"{word}  {shown(slug):34}  {shown(problem)}".rstrip())
    terminal.result(f"{agreed} of {len(ours)} answers agree.")
    return 0 if agreed == len(ours) else 1


def tolerance(expected: dict[str, Any], found: dict[str, Any]) -> float:
    """How far two values of one quantity may lie apart: `WIDTHS` times the larger spread over seeds.

    Exact counts have no spread and must be equal; times are not compared, machines differ.
    """
    return WIDTHS * max(float(expected.get("spread") or 0.0), float(found.get("spread") or 0.0))


def _problem(expected: dict[str, Any], found: dict[str, Any]) -> str:
    for name, quantity in expected.get("quantities", {}).items():
        other = found.get("quantities", {}).get(name)
        if other is None:
            return f"{name} is missing"
        if quantity.get("unit") in ("s", "min"):
            continue
        first, second = quantity.get("value"), other.get("value")
        if first is None or second is None:
            if first is not second:
                return f"{name} is {second}, expected {first}"
            continue
        if not isinstance(second, (int, float)) or not math.isfinite(second):
            return f"{name} is {second!r}, which is no number"
        if abs(first - second) > tolerance(quantity, other) + 1e-12:
            return f"{name} is {second:.6g}, expected {first:.6g} ± {tolerance(quantity, other):.2g}"
    for name, claim in expected.get("claims", {}).items():
        verdict = found.get("claims", {}).get(name, {}).get("verdict")
        if verdict != claim["verdict"]:
            return f"claim {name} is {verdict}, expected {claim['verdict']}"
    return ""


def _load(path: Path) -> dict[str, Any]:
    try:
        plain = json.loads(read_regular(path, LIMIT))
    except FileNotFoundError:
        raise UsageError(
            f"{path}: No such file or directory; give an answers.json, and run python build.py first"
        ) from None
    except Damaged as damage:
        raise UsageError(f"{path} {damage}; give an answers.json") from None
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path}: no JSON: {error}") from None
    questions = plain.get("questions") if isinstance(plain, dict) else None
    if not isinstance(questions, dict) or plain.get("schema") != 1:
        raise UsageError(
            f"{path}: no answers of schema 1; docs/answers.schema.json describes what is allowed"
        )
    if not all(isinstance(question, dict) for question in questions.values()):
        raise UsageError(
            f"{path}: a question is no JSON object; docs/answers.schema.json describes what is allowed"
        )
    return questions

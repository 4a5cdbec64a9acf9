"""From the published answers and the rubric to what is expected of every submission."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from labreport.claims.quantity import COMPANIONS
from labreport.errors import UsageError
from labreport.grading.decisions import decisions
from labreport.grading.expected import Decision, Expected, Number, Question
from labreport.grading.headline import headline_numbers
from labreport.grading.strict import JSON_LIMIT, Malformed, parse_json, read
from labreport.grading.submission import checked_questions, digest
from labreport.grading.tolerance import Spreads, accepted
from labreport.rubric import Rubric

FORM_VERDICTS = 2
"""Verdicts that the short form asks for in each question, at most."""


def load(path: Path) -> dict[str, Any]:
    """The reference's document. Raises `UsageError` in one line where there is none, or not such a one."""
    try:
        plain = parse_json(read(Path(path).resolve(), JSON_LIMIT))
        for slug, question in checked_questions(plain).items():
            _check(question, slug)
    except Malformed as problem:
        hint = "; run python build.py first, or give --reference FILE" if not path.exists() else ""
        raise UsageError(f"the reference {path} {problem}{hint}") from None
    if not isinstance(plain["schema"], int):
        raise UsageError(f"the reference {path} is not an answers.json from this program")
    return dict(plain)


def seeds(plain: Mapping[str, Any]) -> int:
    """The largest number of seeds behind a spread of the reference, 1 where there is none."""
    found = [
        int(quantity["n"])
        for question in plain["questions"].values()
        for quantity in question["quantities"].values()
        if quantity["varies_with"] == "seeds" and quantity["spread"] is not None
    ]
    return max(found, default=1)


def content(plain: Mapping[str, Any]) -> str:
    """The digest by which a copy of the reference is recognised."""
    return digest(plain)


def expect(plain: Mapping[str, Any], rubric: Rubric, recompute: str = "") -> Expected:
    """What the reference expects. Raises `UsageError` when the rubric leaves nothing to compare."""
    questions = {slug: question for slug, question in plain["questions"].items() if not question.get("local")}
    for slug in (*rubric.points, *rubric.form):
        if slug not in questions:
            raise UsageError(f"rubric: the reference has no graded question {slug!r}")
    everywhere = Spreads.of(
        quantity for question in questions.values() for quantity in question["quantities"].values()
    )
    found = [
        _question(slug, question, rubric, everywhere)
        for slug, question in sorted(questions.items(), key=lambda item: (item[1].get("order", 0), item[0]))
        if rubric.points_of(slug) > 0
    ]
    graded = tuple(question for question in found if question.numbers or question.verdicts)
    if not graded:
        raise UsageError("the reference holds no answers that can be compared; build it with several seeds")
    return Expected(plain["schema"], graded, rubric.numbers, rubric.inconclusive, recompute)


def _question(slug: str, plain: Mapping[str, Any], rubric: Rubric, everywhere: Spreads) -> Question:
    quantities = plain["quantities"]
    here = Spreads.of(quantities.values())
    numbers = {}
    for name, quantity in sorted(quantities.items()):
        of, _, ending = name.rpartition(".")
        if of in quantities and ending in COMPANIONS:
            continue  # which of them there are depends on the verdict, and the number itself is compared
        limits = accepted(quantity, here, everywhere)
        if limits is not None:
            low, high = limits
            numbers[name] = Number(
                float(quantity["value"]), low, high, quantity["unit"], quantity["varies_with"] == "seeds"
            )
    verdicts = decisions(plain, numbers)
    asked = rubric.form.get(slug, ())
    for name in asked:
        if name not in quantities:
            raise UsageError(f"rubric: the form asks for {name!r}, but {slug} has no such quantity")
    compared = tuple(name for name in asked if name in numbers)
    return Question(
        slug,
        str(plain.get("text", "")),
        rubric.points_of(slug),
        numbers,
        verdicts,
        compared or headline_numbers(plain, numbers, rubric.chosen),
        tuple(_asked_verdicts(plain["claims"], verdicts)),
    )


def _asked_verdicts(claims: Mapping[str, Any], verdicts: Mapping[str, Decision]) -> list[str]:
    """The widest claims first: one that joins others rests on more numbers."""
    ordered = sorted(verdicts, key=lambda name: (-len(claims[name].get("numbers", ())), name))
    return ordered[:FORM_VERDICTS]


def _check(question: dict[str, Any], slug: str) -> None:
    """Fill in what an older reference leaves out, and refuse what the rule of tolerance cannot use."""
    for name, quantity in question["quantities"].items():
        where = f"has a quantity {name!r} of question {slug!r} that"
        if not isinstance(quantity.get("unit"), str) or "n" not in quantity or "spread" not in quantity:
            raise Malformed(f"{where} has no unit, n or spread")
        interval = quantity.setdefault("interval", None)
        if interval is not None and not (
            isinstance(interval, dict)
            and all(isinstance(interval.get(key), (int, float)) for key in ("low", "high", "level"))
            and 0 < interval["level"] < 1
        ):
            raise Malformed(f"{where} has no proper interval")
        if interval is not None:
            interval.setdefault("logarithmic", False)
        if quantity.setdefault("varies_with", _guessed(quantity)) not in ("", "seeds", "machine"):
            raise Malformed(f"{where} varies with {quantity['varies_with']!r}; seeds or machine is allowed")


def _guessed(quantity: Mapping[str, Any]) -> str:
    """For a reference that was written before the field existed."""
    if quantity["unit"] in ("s", "min", "FLOP/s", "years", "threads"):
        return "machine"
    measured = quantity["spread"] is not None or quantity["interval"] is not None
    return "seeds" if measured or quantity["unit"] in ("p", "seeds") else ""

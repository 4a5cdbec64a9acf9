"""Points for a submission, with a reason for each point that is lost."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Mapping

import msgspec

from labreport.grading.expected import UNCLEAR, Expected, Graded, Number, Outcome, Question, Scored
from labreport.grading.submission import Answered, Stated, Submission

ENOUGH_NUMBERS = 5
"""Measured numbers in full precision that must be equal before two runs are called the same."""
LARGEST_COUNT = 1e9
"""Larger whole numbers may be rounded by hand, as 1.3e12 operations."""
NONE_AGREES = "no number of the whole submission agrees, so that its outcomes rest on nothing"


def score(
    expected: Expected, submission: Submission, recomputed: Mapping[str, Mapping[str, float]]
) -> Graded:
    """Score every question; `recomputed` numbers take the place of those that were stated.

    A file in which no number agrees at all gets nothing, not even for outcomes that need no number.
    """
    found = tuple(
        _question(question, submission, recomputed.get(question.slug, {}), expected)
        for question in expected.questions
    )
    resting = {question.slug for question in expected.questions if question.numbers}
    if resting and not any(each.points for each in found if each.slug in resting):
        found = tuple(
            msgspec.structs.replace(each, points=0.0, reasons=(*each.reasons, NONE_AGREES))
            if each.points
            else each
            for each in found
        )
    return Graded(
        found,
        content=submission.content,
        numbers="" if submission.by_hand else measured(expected, submission),
        notes=submission.notes,
    )


def measured(expected: Expected, submission: Submission) -> str:
    """A digest of all measured numbers to full precision, or nothing where there are too few."""
    values = [
        stated.value
        for question in expected.questions
        if question.slug in submission.questions
        for name, number in question.numbers.items()
        if number.varies
        and (stated := submission.questions[question.slug].numbers.get(name)) is not None
        and stated.value is not None
    ]
    if len(set(values)) < ENOUGH_NUMBERS:
        return ""
    return hashlib.sha256(struct.pack(f"<{len(values)}d", *values)).hexdigest()


def _question(
    question: Question, submission: Submission, recomputed: Mapping[str, float], expected: Expected
) -> Scored:
    answered = submission.questions.get(question.slug)
    if answered is None and not recomputed:
        return Scored(question.slug, 0.0, question.points, ("is not answered",))
    answered, by_hand = answered or Answered(), submission.by_hand
    asked = {*question.form_numbers, *recomputed} if by_hand else set(question.numbers)
    numbers = {name: number for name, number in question.numbers.items() if name in asked}
    wrong = {
        name: reason
        for name, number in numbers.items()
        if (reason := _wrong(name, number, answered.numbers.get(name), recomputed.get(name)))
    }
    shares, reasons = [], list(wrong.values())
    for name in question.form_outcomes if by_hand else question.outcomes:
        if not question.outcomes[name].compared:
            continue
        share, reason = _outcome(question.outcomes[name], name, answered, numbers, wrong, expected)
        shares.append(share)
        reasons += [reason] if reason else []
    weight = expected.numbers_share if numbers and shares else 1.0 if numbers else 0.0
    earned = weight * (len(numbers) - len(wrong)) / max(len(numbers), 1)
    earned += (1 - weight) * sum(shares) / max(len(shares), 1)
    if not numbers and not shares:
        earned = 1.0
    return Scored(question.slug, question.points * earned, question.points, tuple(reasons), answered.sentence)


def _wrong(name: str, number: Number, stated: Stated | None, recomputed: float | None) -> str:
    """Why a number is not right, or nothing."""
    wanted = f"expected {_shown(number.value)}"
    if number.low < number.value < number.high and number.varies:
        wanted += f" ({_shown(number.low)} to {_shown(number.high)})"
    if recomputed is not None:
        if not number.low <= recomputed <= number.high:
            return f"{name} is {_shown(recomputed)} by the submitted predictions, {wanted}"
        written = None if stated is None else stated.value
        if stated is None or written is None or abs(written - recomputed) <= stated.rounding + 1e-9:
            return ""
        return f"{name} is given as {_shown(written)}; the predictions give {_shown(recomputed)}"
    if stated is None or (stated.value is None and not stated.text):
        return f"{name} is missing, {wanted}"
    if stated.value is None:
        return f"{name} is {stated.text}, which is not a number"
    rounding = min(stated.rounding, 0.5) if _counted(number) else stated.rounding
    if not number.low - rounding <= stated.value <= number.high + rounding:
        return f"{name} is {_shown(stated.value)}, {wanted}"
    return ""


def _outcome(
    outcome: Outcome,
    name: str,
    answered: Answered,
    numbers: Mapping[str, Number],
    wrong: Mapping[str, str],
    expected: Expected,
) -> tuple[float, str]:
    """The share of the points for an outcome, and why it is not all of them."""
    question, right = outcome.question or name, outcome.shown(outcome.words)
    said = answered.outcomes.get(name)
    if not said:
        return 0.0, f"{question} has no answer, expected {right}"
    resting = [each for each in outcome.numbers if each in numbers]
    bad = [each for each in resting if each in wrong and each in answered.numbers]
    if resting and len(bad) >= sum(each not in wrong for each in resting):
        return (
            0.0,
            f"{question} {outcome.shown(said)}, which rests on wrong numbers",
        )
    if said == UNCLEAR:
        if bad:
            return 0.0, f"{question} unclear, which rests on wrong numbers; expected {right}"
        if not outcome.firm:
            return 1.0, ""
        return expected.unclear_share, f"{question} unclear, as with few seeds; expected {right}"
    if not outcome.agrees(said):
        return 0.0, f"{question} {outcome.shown(said)}, expected {right}"
    for greater, less in outcome.order:
        more, other = (answered.numbers.get(each, Stated(None)) for each in (greater, less))
        if more.value is None or other.value is None:
            continue
        rounding = more.rounding + other.rounding
        if more.value < other.value - rounding or (not rounding and more.value == other.value):
            return 0.0, f"{question} {right}, but the submitted {greater} is not greater than {less}"
    return 1.0, ""


def _counted(number: Number) -> bool:
    """Whether every digit matters: a count that one can write out."""
    return not number.varies and number.value.is_integer() and 1 <= abs(number.value) < LARGEST_COUNT


def _shown(value: float) -> str:
    return f"{value:.6g}"

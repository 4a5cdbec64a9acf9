"""Points for a submission, with a reason for each point that is lost."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Mapping
from dataclasses import dataclass, replace

from labreport.grading.expected import Decision, Expected, Number, Question
from labreport.grading.submission import Answered, Stated, Submission

ENOUGH_NUMBERS = 5
"""Measured numbers in full precision that must be equal before two runs are called the same."""

LARGEST_COUNT = 1e9
"""Larger whole numbers may be rounded by hand, as 1.3e12 operations."""


NONE_AGREES = "no number of the whole submission agrees, so that its verdicts rest on nothing"


@dataclass(frozen=True)
class Scored:
    """Points of one question, reasons for those that were lost, and the student's sentence."""

    slug: str
    points: float
    most: float
    reasons: tuple[str, ...]
    sentence: str = ""


@dataclass(frozen=True)
class Graded:
    """A graded submission, or the `problem` for which it could not be read.

    `content` is equal for equal submissions, `numbers` for those with identical measured numbers; both
    are empty where there is nothing to compare.
    """

    questions: tuple[Scored, ...]
    problem: str = ""
    content: str = ""
    numbers: str = ""

    @property
    def points(self) -> float:
        """All points together."""
        return sum(question.points for question in self.questions)


def unread(expected: Expected, problem: str) -> Graded:
    """No points, for a submission that cannot be read."""
    return Graded(
        tuple(Scored(question.slug, 0.0, question.points, (problem,)) for question in expected.questions),
        problem,
    )


def score(
    expected: Expected, submission: Submission, recomputed: Mapping[str, Mapping[str, float]]
) -> Graded:
    """Every question scored; `recomputed` numbers take the place of those that were stated.

    A file in which no number agrees at all gets nothing, not even for verdicts that need no number.
    """
    found = tuple(
        _question(question, submission, recomputed.get(question.slug, {}), expected)
        for question in expected.questions
    )
    resting = {question.slug for question in expected.questions if question.numbers}
    if resting and not submission.by_hand and not any(each.points for each in found if each.slug in resting):
        found = tuple(
            replace(each, points=0.0, reasons=(*each.reasons, NONE_AGREES)) if each.points else each
            for each in found
        )
    return Graded(
        found,
        content=submission.content,
        numbers="" if submission.by_hand else measured(expected, submission),
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
    answered = answered or Answered()
    by_hand = submission.by_hand
    numbers = {
        name: number
        for name, number in question.numbers.items()
        if not by_hand or name in question.form_numbers or name in recomputed
    }
    verdicts = {
        name: verdict
        for name, verdict in question.verdicts.items()
        if not by_hand or name in question.form_verdicts
    }
    wrong = {
        name: reason
        for name, number in numbers.items()
        if (reason := _wrong(name, number, answered.numbers.get(name), recomputed.get(name)))
    }
    shares, reasons = [], list(wrong.values())
    if numbers and len(wrong) == len(numbers) and verdicts:
        reasons.append("no number agrees, so that its verdicts rest on nothing")
        verdicts, shares = {}, [0.0]
    for name, decision in verdicts.items():
        verdict = answered.verdicts.get(name, "")
        if by_hand and (verdict, decision.verdict) == ("refuted", "equivalent"):
            verdict = decision.verdict  # a plain "no" denies the claim, and so does "no difference"
        share, reason = _verdict(name, decision, verdict, wrong, expected)
        shares.append(share)
        reasons += [reason] if reason else []
    weight = expected.numbers_share if numbers and shares else 1.0 if numbers else 0.0
    earned = weight * (len(numbers) - len(wrong)) / max(len(numbers), 1)
    earned += (1 - weight) * sum(shares) / max(len(shares), 1)
    if not numbers and not verdicts:
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


def _verdict(
    name: str, decision: Decision, verdict: str, wrong: Mapping[str, str], expected: Expected
) -> tuple[float, str]:
    """The share of the points for a verdict, and why it is not all of them."""
    if decision.numbers and all(number in wrong for number in decision.numbers):
        return 0.0, f"claim {name} rests on numbers of which none agrees"
    if verdict == decision.verdict:
        return 1.0, ""
    if not verdict:
        return 0.0, f"claim {name} has no verdict, expected {decision.verdict}"
    if verdict != "inconclusive":
        return 0.0, f"claim {name} is {verdict[:20]!a}, expected {decision.verdict}".replace("'", "")
    if any(number in wrong for number in decision.numbers):
        return 0.0, f"claim {name} is inconclusive on wrong numbers, expected {decision.verdict}"
    if not decision.firm:
        return 1.0, ""
    share = expected.inconclusive_share
    return share, f"claim {name} is inconclusive, as with few seeds; expected {decision.verdict}"


def _counted(number: Number) -> bool:
    """Whether every digit matters: a count that one can write out."""
    return not number.varies and number.value.is_integer() and 1 <= abs(number.value) < LARGEST_COUNT


def _shown(value: float) -> str:
    return f"{value:.6g}"

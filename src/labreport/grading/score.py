"""What the reference expects of a submission, and the points that one gets, with a reason for each lost one.

Both are values that travel between processes.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Mapping

import msgspec

from labreport.grading.submission import UNCLEAR, Answered, Stated, Submission

ENOUGH_NUMBERS = 5
"""Measured numbers in full precision that must be equal before two runs are called the same."""
LARGEST_COUNT = 1e9
"""Larger whole numbers may be rounded by hand, as 1.3e12 operations."""
BELIEVED, GUESSED = 1 / 2, 1 / 3
"""Shares of measured numbers that agree: from the first on they count whole, up to the second not at all."""
MISSING = "is missing"
Wrong = Mapping[str, str]
"""The numbers that a submission is asked for, each with why it is not right, or nothing."""


class Number(msgspec.Struct, frozen=True):
    """A number that is compared: it agrees when it lies from `low` to `high`, in the unit of `value`."""

    value: float
    low: float
    high: float
    unit: str
    varies: bool
    """Whether other seeds change it; only such numbers can show that two runs are the same one."""
    what: str = ""
    """What the form asks for, without its unit."""


class Outcome(msgspec.Struct, frozen=True):
    """What a finding of the reference says, as it is compared. `firm` means that other seeds would repeat it.

    `words` are those that are right: alternatives, or where there are `subjects` (with what they are called),
    the one that is first or those that are level. `order` has pairs of numbers, the greater first.
    """

    words: tuple[str, ...]
    firm: bool
    numbers: tuple[str, ...] = ()
    order: tuple[tuple[str, str], ...] = ()
    question: str = ""
    options: Mapping[str, tuple[str, ...]] = {}
    """What a student may write, and the words that it stands for."""
    subjects: Mapping[str, str] = {}
    near: tuple[str, ...] = ()
    """Subjects that other seeds could put beside those that are first."""

    @property
    def compared(self) -> bool:
        """Whether it is: what the reference leaves open is asked for, but not compared."""
        return self.words != UNCLEAR

    def agrees(self, said: tuple[str, ...]) -> bool:
        """Whether what a submission says is right."""
        if not self.subjects or self.firm:
            return set(said) == set(self.words) if self.subjects else bool(set(said) & set(self.words))
        return bool(set(said) & set(self.words)) and set(said) <= {*self.words, *self.near}

    def shown(self, said: tuple[str, ...]) -> str:
        """Words as a student would write them."""
        if self.subjects:
            return " and ".join(self.subjects.get(each, each[:40]) for each in said)
        names = {words[0]: option for option, words in self.options.items()}
        return " or ".join(names.get(each, each[:40]) for each in said)


class Question(msgspec.Struct, frozen=True):
    """One graded question; `form_numbers` and `form_outcomes` are what the short form asks for."""

    slug: str
    text: str
    points: float
    numbers: Mapping[str, Number]
    outcomes: Mapping[str, Outcome]
    form_numbers: tuple[str, ...] = ()
    form_outcomes: tuple[str, ...] = ()


class Expected(msgspec.Struct, frozen=True):
    """Everything that a worker needs to score a submission."""

    schema: int
    questions: tuple[Question, ...]
    numbers_share: float
    unclear_share: float
    recompute: str = ""
    """`module:function` of the project that computes numbers from submitted predictions, or empty."""

    @property
    def points(self) -> float:
        """The most points that a submission can get."""
        return sum(question.points for question in self.questions)


class Scored(msgspec.Struct, frozen=True):
    """Points of one question, reasons for those that were lost, and the student's sentence."""

    slug: str
    points: float
    most: float
    reasons: tuple[str, ...]
    sentence: str = ""


class Graded(msgspec.Struct, frozen=True):
    """A graded submission, or the `problem` for which it could not be read.

    `content` is equal for equal submissions, `numbers` for those with identical measured numbers; both
    are empty where there is nothing to compare. `notes` are about lines of a form that could not be read.
    """

    questions: tuple[Scored, ...]
    problem: str = ""
    content: str = ""
    numbers: str = ""
    notes: tuple[str, ...] = ()

    @property
    def points(self) -> float:
        """All points together."""
        return sum(question.points for question in self.questions)


def unread(expected: Expected, problem: str) -> Graded:
    """Make the grade of a submission that cannot be read: no points."""
    return Graded(
        tuple(Scored(question.slug, 0.0, question.points, (problem,)) for question in expected.questions),
        problem,
    )


def score(
    expected: Expected, submission: Submission, recomputed: Mapping[str, Mapping[str, float]]
) -> Graded:
    """Score every question; `recomputed` numbers take the place of those that were stated.

    Where most measured numbers of a submission are wrong, the others agree by chance and outcomes rest on
    nothing: both count less, or not at all. Where no number agrees at all, nothing counts.
    """
    wrong = {
        question.slug: _wrong_numbers(question, submission, recomputed.get(question.slug, {}))
        for question in expected.questions
    }
    trust = _trust(expected, wrong)
    nothing = any(wrong.values()) and all(reason for each in wrong.values() for reason in each.values())
    return Graded(
        tuple(
            _question(question, submission, wrong[question.slug], expected, trust, 0.0 if nothing else 1.0)
            for question in expected.questions
        ),
        content=submission.content,
        numbers="" if submission.by_hand else measured(expected, submission),
        notes=submission.notes,
    )


def _trust(expected: Expected, wrong: Mapping[str, Wrong]) -> float:
    """How much what was measured counts, from 0 to 1."""
    reasons = [
        reason
        for question in expected.questions
        for name, reason in wrong[question.slug].items()
        if question.numbers[name].varies
    ]
    stated = [not reason for reason in reasons if MISSING not in reason]
    share = sum(stated) / max(len(stated), 1) if reasons else 1.0
    return min(1.0, max(0.0, (share - GUESSED) / (BELIEVED - GUESSED)))


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


def _wrong_numbers(question: Question, submission: Submission, recomputed: Mapping[str, float]) -> Wrong:
    asked = {*question.form_numbers, *recomputed} if submission.by_hand else set(question.numbers)
    stated = submission.questions.get(question.slug, Answered()).numbers
    return {
        name: _wrong(name, number, stated.get(name), recomputed.get(name))
        for name, number in question.numbers.items()
        if name in asked
    }


def _question(
    question: Question,
    submission: Submission,
    numbers: Wrong,
    expected: Expected,
    trust: float,
    whole: float,
) -> Scored:
    """The points of one question: what no training changes counts `whole`, all else by `trust`."""
    if question.slug not in submission.questions and not any(not reason for reason in numbers.values()):
        return Scored(question.slug, 0.0, question.points, ("is not answered",))
    answered = submission.questions.get(question.slug, Answered())
    reasons = [reason for reason in numbers.values() if reason]
    varies = {name for name in numbers if question.numbers[name].varies}
    right = sum(trust if name in varies else whole for name, reason in numbers.items() if not reason)
    shares = []
    for name in question.form_outcomes if submission.by_hand else question.outcomes:
        if question.outcomes[name].compared:
            share, reason = _outcome(question.outcomes[name], name, answered, numbers, expected)
            shares.append(share * (trust if varies else whole))
            reasons += [reason] if reason else []
    weight = expected.numbers_share if numbers and shares else 1.0 if numbers else 0.0
    earned = weight * right / max(len(numbers), 1) + (1 - weight) * sum(shares) / max(len(shares), 1)
    if not numbers and not shares:
        earned = whole
    if trust < 1 and varies:
        reasons.append(
            f"{1 - trust:.0%} less: most of the measured numbers of the whole submission are wrong"
        )
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
        return f"{name} {MISSING}, {wanted}"
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
    numbers: Wrong,
    expected: Expected,
) -> tuple[float, str]:
    """The share of the points for an outcome, and why it is not all of them."""
    question, right = outcome.question or name, outcome.shown(outcome.words)
    said = answered.outcomes.get(name)
    if not said:
        return 0.0, f"{question} has no answer, expected {right}"
    resting = [each for each in outcome.numbers if each in numbers]
    bad = [each for each in resting if numbers[each] and each in answered.numbers]
    if resting and len(bad) >= sum(not numbers[each] for each in resting):
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

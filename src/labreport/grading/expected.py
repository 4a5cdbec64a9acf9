"""What the reference expects of a submission, and what one got: values that travel between processes."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

UNCLEAR = ("unclear",)


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

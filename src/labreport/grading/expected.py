"""What the reference expects of a submission: plain values that also travel to the worker processes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Number:
    """A number that is compared: it agrees when it lies from `low` to `high`, in the unit of `value`."""

    value: float
    low: float
    high: float
    unit: str
    varies: bool
    """Whether other seeds change it; only such numbers can show that two runs are the same one."""


@dataclass(frozen=True)
class Decision:
    """A verdict that is compared. `firm` means that an honest run with as many seeds would repeat it."""

    verdict: str
    firm: bool
    numbers: tuple[str, ...]
    """Compared numbers of the same question that the verdict rests on."""


@dataclass(frozen=True)
class Question:
    """One graded question; `form_numbers` and `form_verdicts` are what the short form asks for."""

    slug: str
    text: str
    points: float
    numbers: Mapping[str, Number]
    verdicts: Mapping[str, Decision]
    form_numbers: tuple[str, ...]
    form_verdicts: tuple[str, ...]


@dataclass(frozen=True)
class Expected:
    """Everything that a worker needs to score a submission."""

    schema: int
    questions: tuple[Question, ...]
    numbers_share: float
    inconclusive_share: float
    recompute: str = ""
    """`module:function` of the project that computes numbers from submitted predictions, or empty."""

    @property
    def points(self) -> float:
        """The most points that a submission can get."""
        return sum(question.points for question in self.questions)

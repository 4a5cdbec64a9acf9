"""Conditions: what holds, does not hold, or is unknown; how they are joined, and the words that ask for them.

Whatever can be asked has one method, `ask(word, bound=…)`, of a finding with names, too, that returns a
`Condition`. The words are properties: `gap.more` is `gap.ask("more")`, `gap.more("wide")` is
`gap.ask("more", "wide")`, `gap.above(2)` is `gap.ask("above", bound=2)`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from inspect import ismethod
from typing import TYPE_CHECKING, SupportsFloat, TypeAlias

from labreport.errors import refuse
from labreport.project.checks import short_repr
from labreport.stats.scalars import scalar

if TYPE_CHECKING:
    from labreport.stats.finding import Finding
    from labreport.stats.quantity import Quantity

Bound: TypeAlias = "SupportsFloat | Quantity"
"""What an interval may be above: a number in the printed unit, or an exact quantity."""


def as_condition(value: object) -> Condition:
    """Read a condition: one itself, a truth, or a fact. Raises `UsageError` for anything else."""
    if isinstance(value, ThreeValued):
        return value.condition
    truth = scalar(value)
    if truth is None or isinstance(truth, bool):
        return Condition(truth)
    if ismethod(truth):
        refuse(f".{truth.__name__} needs brackets: what it asks of, or nothing")
    return refuse(
        f"{short_repr(truth)} is no condition; write one such as ranking.clear(…), .more or .above(…)"
    )


def both(*values: object) -> Condition:
    """Hold where all do; where one is false, it is about those that are; else unknown if one is."""
    return _joined(values, decisive=False)


def either(*values: object) -> Condition:
    """Hold where any does; else unknown if one is."""
    return _joined(values, decisive=True)


def _joined(values: tuple[object, ...], *, decisive: bool) -> Condition:
    """Join conditions of which a single one that has the `decisive` truth settles it.

    Whatever fails is about the conditions that fail, anything else about all. True and unknown are unknown.
    """
    conditions = [as_condition(value) for value in values]
    truths = [condition.holds for condition in conditions]
    holds: bool | None = not decisive
    if decisive in truths:
        holds = decisive
    elif None in truths:
        holds = None
    deciding = [condition for condition in conditions if condition.holds is holds]
    subjects: dict[int, Finding | Quantity] = {}
    for condition in deciding if holds is False else conditions:
        subjects |= {id(subject): subject for subject in condition.about}
    how = deciding[0].how if deciding else ""
    return Condition(holds, tuple(subjects.values()), how)


def negated(value: object) -> Condition:
    """Hold where the condition does not."""
    condition = as_condition(value)
    holds = None if condition.holds is None else not condition.holds
    return Condition(holds, condition.about, condition.how)


class ThreeValued(ABC):
    """What holds, does not, or is unknown; joined by &, | and ~."""

    @property
    @abstractmethod
    def condition(self) -> Condition:
        """What holds. Raises `UsageError` where that is not said."""

    __and__ = __rand__ = both
    __or__ = __ror__ = either
    __invert__ = negated

    def __bool__(self) -> bool:
        raise TypeError("this may be unknown; join conditions by &, | and ~, or read the .holds of one")


@dataclass(frozen=True)
class Condition(ThreeValued):
    """Whether something holds: True, False, or None where it was not judged.

    `about` are the findings and quantities that were looked at, `how` says how nearly: `by 0.1 points`.
    `by_name` asks the same of what is named, where that can be done. `lacks_name` is the message to who uses
    one that holds of no comparison until it is called with a name.
    """

    holds: bool | None
    about: tuple[Finding | Quantity, ...] = field(default=(), compare=False)
    how: str = field(default="", compare=False)
    by_name: Callable[..., Condition] | None = field(default=None, compare=False, repr=False)
    lacks_name: str = field(default="", compare=False, repr=False)

    @property
    def condition(self) -> Condition:
        """The condition itself. Raises `UsageError` for one that lacks a name."""
        if self.lacks_name:
            refuse(self.lacks_name)
        return self

    def __call__(self, *names: object) -> Condition:
        """Ask it of what is named: `gap.more("wide")`."""
        if self.by_name is None:
            refuse("this condition is asked without a name")
        return self.by_name(*names)


class Askable(ABC):
    """What has the conditions of a comparison: a quantity, a finding, or all comparisons of a finding."""

    @abstractmethod
    def ask(self, word: str, *, bound: Bound | None = None) -> Condition:
        """Ask one of them by its word."""

    @property
    def more(self) -> Condition:
        """Hold where the first is clearly more than the second, or than zero."""
        return self.ask("more")

    @property
    def less(self) -> Condition:
        """Hold where the first is clearly less."""
        return self.ask("less")

    @property
    def same(self) -> Condition:
        """Hold where the difference is inside the margin, its whole interval."""
        return self.ask("same")

    @property
    def unclear(self) -> Condition:
        """Hold where it is neither clear nor the same."""
        return self.ask("unclear")

    @property
    def clear(self) -> Condition:
        """Hold where it is more or less; of a ranking, where the first is ahead."""
        return self.ask("clear")

    def above(self, bound: Bound) -> Condition:
        """Hold where the whole interval is above `bound`, a number in the printed unit: 92 for 92 %."""
        return self.ask("above", bound=bound)

    def below(self, bound: Bound) -> Condition:
        """Hold where the whole interval is below `bound`, a number in the printed unit."""
        return self.ask("below", bound=bound)

"""Conditions: what holds, does not hold, or is unknown; how they are joined, and the words that ask for them.

Quantities and findings have one method, `ask(word, bound=…)`, that returns a `Condition`; a finding also
takes names. The words are properties and methods: `gap.more` is `gap.ask("more")`, `gap.more("wide")` is
`gap.ask("more", "wide")`, and `gap.above(2)` is `gap.ask("above", bound=2)`.
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
"""What an interval is compared with: a number in the printed unit, or an exact quantity."""


def as_condition(value: object) -> Condition:
    """Convert a condition, a fact or a truth (True, False or None) to a `Condition`.

    Raises `UsageError` for anything else.
    """
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
    """Hold if all conditions hold; fail if one fails; else unknown."""
    return _joined(values, decisive=False)


def either(*values: object) -> Condition:
    """Hold if one condition holds; fail if all fail; else unknown."""
    return _joined(values, decisive=True)


def _joined(values: tuple[object, ...], *, decisive: bool) -> Condition:
    """Join conditions; one with the `decisive` truth decides, else one unknown makes the result unknown.

    A result that fails is about the conditions that fail; any other is about all conditions.
    """
    conditions = [as_condition(value) for value in values]
    truths = [condition.holds for condition in conditions]
    holds: bool | None = not decisive
    if decisive in truths:
        holds = decisive
    elif None in truths:
        holds = None
    deciding = [condition for condition in conditions if condition.holds is holds]
    described: dict[int, Finding | Quantity] = {}
    for condition in deciding if holds is False else conditions:
        described |= {id(about): about for about in condition.about}
    how = deciding[0].how if deciding else ""
    return Condition(holds, tuple(described.values()), how)


def negated(value: object) -> Condition:
    """Hold if the condition fails, and fail if it holds."""
    condition = as_condition(value)
    holds = None if condition.holds is None else not condition.holds
    return Condition(holds, condition.about, condition.how)


class ThreeValued(ABC):
    """Something that holds, fails or is unknown, and can be joined by &, | and ~."""

    @property
    @abstractmethod
    def condition(self) -> Condition:
        """Its truth as a `Condition`. Raises `UsageError` if it has none."""

    __and__ = __rand__ = both
    __or__ = __ror__ = either
    __invert__ = negated

    def __bool__(self) -> bool:
        raise TypeError("this may be unknown; join conditions by &, | and ~, or read the .holds of one")


@dataclass(frozen=True)
class Condition(ThreeValued):
    """Whether something holds: True, False, or None if it is unknown.

    `about` lists the findings and quantities that it was read from. `how` says by how much it holds or fails:
    `by 0.1 points`. If it can be asked of named subjects, `by_name` is the function for that:
    `gap.more("wide")`. `lacks_name` is an error message: it is set if the condition needs a name, and raised
    if it is used without one.
    """

    holds: bool | None
    about: tuple[Finding | Quantity, ...] = field(default=(), compare=False)
    how: str = field(default="", compare=False)
    by_name: Callable[..., Condition] | None = field(default=None, compare=False, repr=False)
    lacks_name: str = field(default="", compare=False, repr=False)

    @property
    def condition(self) -> Condition:
        """The condition itself. Raises `UsageError` if it needs a name."""
        if self.lacks_name:
            refuse(self.lacks_name)
        return self

    def __call__(self, *names: object) -> Condition:
        """Ask the same of named subjects: `gap.more("wide")`."""
        if self.by_name is None:
            refuse("this condition is asked without a name")
        return self.by_name(*names)


class Askable(ABC):
    """Something that can be compared: a quantity, a finding, or all comparisons of a finding."""

    @abstractmethod
    def ask(self, word: str, *, bound: Bound | None = None) -> Condition:
        """The condition of this word."""

    @property
    def more(self) -> Condition:
        """Hold if the first subject is clearly more than the second, or than zero."""
        return self.ask("more")

    @property
    def less(self) -> Condition:
        """Hold if the first subject is clearly less than the second, or than zero."""
        return self.ask("less")

    @property
    def same(self) -> Condition:
        """Hold if the whole interval of the difference is inside the margin."""
        return self.ask("same")

    @property
    def unclear(self) -> Condition:
        """Hold if the difference is neither clear nor the same."""
        return self.ask("unclear")

    @property
    def clear(self) -> Condition:
        """Hold if the difference is clearly more or less; of a ranking, if the first subject is ahead."""
        return self.ask("clear")

    def above(self, bound: Bound) -> Condition:
        """Hold if the whole interval is above `bound`, a number in the printed unit: 92 for 92 %."""
        return self.ask("above", bound=bound)

    def below(self, bound: Bound) -> Condition:
        """Hold if the whole interval is below `bound`, a number in the printed unit."""
        return self.ask("below", bound=bound)

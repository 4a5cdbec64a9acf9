"""A number that can be printed, where it comes from, and conditions that hold, do not, or are unknown."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Literal, NoReturn

from labreport.errors import UsageError, here, told
from labreport.project.checks import brief

Kind = Literal["measured", "counted", "declared", "computed", "stated"]
"""How a number came about: by running, by counting, by the author, by a formula, by somebody else."""
PER_CENT = ("fraction", "points")
"""Units that are stored as fractions and printed in hundredths: shares, and differences of shares."""


def refuse(text: str) -> NoReturn:
    """Raise `UsageError` at the author's line."""
    raise UsageError(told(here(), text))


@dataclass(frozen=True)
class Source:
    """Where a number comes from: `experiments` (two for a difference), what was measured, when, over what.

    `n` are the units that were used and `unit` what one is called; `method` names the interval.
    """

    experiments: tuple[str, ...] = ()
    measure: str = ""
    epochs: tuple[int, ...] = ()
    n: int = 0
    unit: str = "seed"
    kind: Kind = "measured"
    method: str = ""
    note: str = ""

    def text(self) -> str:
        """Say it in words: `complex minus small, test accuracy, epoch 50; 5 seeds`."""
        of, epochs = list(self.experiments), [str(epoch) for epoch in self.epochs]
        if len(of) == len(epochs) == 2:
            of, epochs = [f"{name} after epoch {at}" for name, at in zip(of, epochs, strict=True)], []
        subject = f"{of[0]} minus {of[1]}" if len(of) == 2 else ", ".join(of)
        when = f"epoch {', '.join(epochs)}" if epochs else ""
        said = ", ".join(filter(None, (subject, self.measure, when, self.note)))
        units = f"{self.n} {self.unit if self.n == 1 else plural(self.unit)}" if self.n else ""
        return "; ".join(filter(None, (said or self.kind, units)))


class Asked:
    """What holds, does not, or is unknown; joined by &, | and ~."""

    def __and__(self, other: Any) -> Condition:
        return both(self, other)

    def __or__(self, other: Any) -> Condition:
        return either(self, other)

    __rand__, __ror__ = __and__, __or__

    def __invert__(self) -> Condition:
        return negated(self)

    def __bool__(self) -> bool:
        raise TypeError("this may be unknown; join conditions by &, | and ~, or read the .holds of one")


@dataclass(frozen=True)
class Condition(Asked):
    """Whether something holds: True, False, or None where it was not judged.

    `about` are the findings and quantities that were looked at, `how` says how nearly: `by 0.1 points`. One
    that can be asked by name too, as `gap.more("wide")`, has `ask`; `which` says that it needs a name.
    """

    holds: bool | None
    about: tuple[Any, ...] = field(default=(), compare=False)
    how: str = field(default="", compare=False)
    ask: Callable[..., Condition] | None = field(default=None, compare=False, repr=False)
    which: str = field(default="", compare=False, repr=False)

    def __call__(self, *names: Any) -> Condition:
        """Ask it of what is named."""
        return self.ask(*names) if self.ask else refuse("this condition is asked without a name")


def as_condition(one: Any) -> Condition:
    """Read a condition: one itself, a truth, or a fact. Raises `UsageError` for anything else."""
    one = scalar(one.condition if hasattr(type(one), "condition") else one)
    if isinstance(one, Condition):
        return refuse(one.which) if one.which else one
    if one is None or isinstance(one, bool):
        return Condition(one)
    refuse(f"{brief(one)} is no condition; write one such as ranking.clear(…), .more or .above(…)")


def both(*conditions: Any) -> Condition:
    """Hold where all do; unknown and false is false."""
    return _joined(conditions, False)


def either(*conditions: Any) -> Condition:
    """Hold where any does; unknown or true is true."""
    return _joined(conditions, True)


def negated(condition: Any) -> Condition:
    """Hold where the condition does not."""
    one = as_condition(condition)
    return Condition(None if one.holds is None else not one.holds, one.about, one.how)


def _joined(conditions: tuple[Any, ...], decisive: bool) -> Condition:
    of = [as_condition(one) for one in conditions]
    found = [one.holds for one in of]
    holds = decisive if decisive in found else None if None in found else not decisive
    about = {id(each): each for one in of for each in one.about}
    return Condition(holds, tuple(about.values()), next((one.how for one in of if one.holds is holds), ""))


def _compared(compare: Callable[[Any, Any], bool]) -> Callable[[Quantity, Any], Any]:
    def method(self: Quantity, other: Any) -> Any:
        if not hasattr(other, "value") and not hasattr(other, "__float__"):
            return NotImplemented
        if not self.exact:
            refuse(f"{self!r} is measured, and never equal by itself; {_USE}")
        if self.value is None:
            return Condition(None, (self,))
        bound = self._stored(other)
        return Condition(bool(compare(self.value, bound)), (self,), by(self.value - bound, self.unit))

    return method


_USE = "write .above(…) or .below(…) with a number, or use a finding"


@dataclass(frozen=True, eq=False)
class Quantity:
    """One number: its unit, the ends of its interval, and its value for each unit that was repeated.

    `fraction` prints in per cent, `points` as percentage points (both are stored as fractions), `times` is a
    ratio; any other unit is printed as it is written. `values` are pairs of a unit's name and its value, and
    `spread` their standard deviation. `value` is None where the results cannot give one. A count or a
    declared number is `exact`, and can be compared by ==, < and >.
    """

    value: float | int | None
    unit: str = ""
    low: float | None = None
    high: float | None = None
    n: int = 1
    source: Source = Source(kind="declared")
    spread: float | None = None
    values: tuple[tuple[int | str, float | None], ...] = ()
    exact: bool = False

    @property
    def interval(self) -> tuple[float, float] | None:
        """The ends, where there are any."""
        return None if self.low is None or self.high is None else (self.low, self.high)

    @property
    def factor(self) -> float:
        """How many of the printed unit are one of the stored: 100 for shares and points, else 1."""
        return 100.0 if self.unit in PER_CENT else 1.0

    def above(self, bound: Any) -> Condition:
        """Hold where the whole interval is above `bound`, a number in the printed unit: 92 for 92 %."""
        return self._beyond(self.low, bound, 1)

    def below(self, bound: Any) -> Condition:
        """Hold where the whole interval is below `bound`, a number in the printed unit."""
        return self._beyond(self.high, bound, -1)

    def _beyond(self, end: float | None, bound: Any, sign: int) -> Condition:
        end = self.value if self.exact else end
        if self.value is None or end is None:
            return Condition(None, (self,))
        far = sign * (end - self._stored(bound))
        return Condition(far > 0, (self,), by(far, "points" if self.unit == "fraction" else self.unit))

    def _stored(self, other: Any) -> float:
        """A number in the printed unit, or an exact quantity, in the unit of `value`."""
        if not hasattr(other, "value"):
            return plain_number(other) / self.factor
        one = as_quantity(other)
        if one.value is None or not one.exact:
            refuse(f"{one!r} is measured; {_USE}")
        if one.unit not in ("", self.unit):
            refuse(f"{self!r} cannot be compared with {one!r}: their units differ")
        return one.value if one.unit == self.unit else one.value / self.factor

    __eq__, __ne__ = _compared(operator.eq), _compared(operator.ne)
    __lt__, __le__ = _compared(operator.lt), _compared(operator.le)
    __gt__, __ge__ = _compared(operator.gt), _compared(operator.ge)
    __hash__ = object.__hash__

    def __repr__(self) -> str:
        from labreport.stats.rounding import pm

        return pm(self)


def as_quantity(one: Any) -> Quantity:
    """Read a quantity: one itself, or that of a finding of one comparison. Raises `UsageError`."""
    one = one.quantity if hasattr(type(one), "quantity") else one
    if isinstance(one, Quantity):
        return one
    refuse(f"{brief(one)} is no quantity; write number(…), or name one of an answer")


def scalar(value: Any) -> Any:
    """One number or truth of NumPy or pandas as Python's; anything else as it is."""
    return value.item() if hasattr(type(value), "item") and getattr(value, "size", 1) == 1 else value


def plain_number(value: Any) -> float | int:
    """Read a number of Python, NumPy, pandas or SciPy as Python's. Raises `UsageError` for anything else."""
    value = scalar(value)
    if isinstance(value, (bool, str)) or not hasattr(value, "__float__") or getattr(value, "size", 1) != 1:
        refuse(f"{brief(value)} is not one number")
    return value if isinstance(value, int) else float(value)


def by(distance: float, unit: str) -> str:
    """Say how nearly a condition holds, or fails: `by 0.1 points`."""
    size = abs(distance) * (100 if unit in PER_CENT else 1)
    return f"by {size:{'.2g' if size < 1000 else ',.0f'}} {unit}".rstrip()


def reversed_quantity(one: Quantity) -> Quantity:
    """The same difference, or ratio, seen from the other side."""

    def turned(value: float | None) -> float | None:
        if value is None:
            return None
        return -value if one.unit != "times" else 1 / value if value else math.inf

    source = replace(one.source, experiments=one.source.experiments[::-1], epochs=one.source.epochs[::-1])
    values = tuple((unit, turned(value)) for unit, value in one.values)
    low, high = turned(one.high), turned(one.low)
    return replace(one, value=turned(one.value), low=low, high=high, values=values, source=source)


def plural(noun: str) -> str:
    """The plural of a regular noun: `seed` gives `seeds`, `query` gives `queries`."""
    if noun.endswith("y") and noun[-2:-1] not in tuple("aeiou"):
        return f"{noun[:-1]}ies"
    hissing = noun.endswith(("s", "x", "ch", "sh")) and not noun.endswith("epoch")
    return noun if noun.endswith("series") else f"{noun}es" if hissing else f"{noun}s"

"""A number that can be printed, where it comes from, and conditions that hold, do not, or are unknown."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partialmethod
from inspect import ismethod
from typing import Any, Literal, NoReturn

from labreport.errors import UsageError, author_location, did_you_mean
from labreport.project.checks import short_repr
from labreport.stats.judgement import Judged, Outcome
from labreport.stats.wording import distance_text, plural


def refuse(text: str) -> NoReturn:
    """Raise `UsageError` at the author's line."""
    raise UsageError(text, location=author_location())


@dataclass(frozen=True)
class Source:
    """Where a number comes from: `experiments` (two for a difference), what was measured, when, over what.

    `n` are the units that were used and `unit` what one is called; `method` names the interval. `kind` is
    how it came about: by running, by counting, by the author, by a formula, by somebody else. `sizes`
    are the numbers of units of two groups that are not paired, `expected` how many there are of which
    these were used, and `left_out` says why not all (`10 have no week 12`). `averaged` is what was taken
    of several rows of a unit (`mean of 4 rows a patient`). Of two experiments, one is `relation` the
    other.
    """

    experiments: tuple[str, ...] = ()
    measure: str = ""
    epochs: tuple[int, ...] = ()
    n: int = 0
    unit: str = "seed"
    kind: Literal["measured", "counted", "declared", "computed", "stated"] = "measured"
    method: str = ""
    note: str = ""
    sizes: tuple[int, ...] = ()
    expected: int = 0
    left_out: tuple[str, ...] = ()
    averaged: str = ""
    relation: Literal["minus", "over"] = "minus"

    def text(self) -> str:
        """Say it in words: `complex minus small, test accuracy, epoch 50; 5 seeds`."""
        names = list(self.experiments)
        epochs = [str(epoch) for epoch in self.epochs]
        when = f"epoch {', '.join(epochs)}" if epochs else ""
        if len(names) == len(epochs) == 2:
            first, second = names
            names = [f"{first} after epoch {epochs[0]}", f"{second} after epoch {epochs[1]}"]
            when = ""
        subject = f" {self.relation} ".join(names) if len(names) == 2 else ", ".join(names)
        parts = (subject, self.measure, when, self.averaged, self.note)
        text = ", ".join(part for part in parts if part) or self.kind
        return f"{text}; {self.units_text}" if self.n else text

    @property
    def units_text(self) -> str:
        """How many units: `5 seeds`, `27 and 32 of 72 patients: 10 have no week 12, 3 cells are empty`."""
        if not self.n:
            return ""
        sizes = self.sizes or (self.n,)
        used = " and ".join(f"{size:,}" for size in sizes)
        if self.expected > sum(sizes):
            used = f"{used} of {self.expected:,}"
        is_single = sizes == (1,) and self.expected <= 1
        noun = self.unit if is_single else plural(self.unit)
        reasons = ", ".join(self.left_out)
        return f"{used} {noun}: {reasons}" if reasons else f"{used} {noun}"


# Conditions


def as_condition(value: Any) -> Condition:
    """Read a condition: one itself, a truth, or a fact. Raises `UsageError` for anything else."""
    condition = scalar(value.condition if hasattr(type(value), "condition") else value)
    if isinstance(condition, Condition):
        if condition.which:
            refuse(condition.which)
        return condition
    if condition is None or isinstance(condition, bool):
        return Condition(condition)
    if ismethod(condition):
        refuse(f".{condition.__name__} needs brackets: what it asks of, or nothing")
    refuse(f"{short_repr(condition)} is no condition; write one such as ranking.clear(…), .more or .above(…)")


def either(*values: Any) -> Condition:
    """Hold where any does; unknown or true is true."""
    conditions = [as_condition(value) for value in values]
    truths = {condition.holds for condition in conditions}
    holds: bool | None = False
    if True in truths:
        holds = True
    elif None in truths:
        holds = None
    subjects = {}
    for condition in conditions:
        subjects.update({id(subject): subject for subject in condition.about})
    reasons = [condition.how for condition in conditions if condition.holds is holds]
    return Condition(holds, tuple(subjects.values()), reasons[0] if reasons else "")


def negated(value: Any) -> Condition:
    """Hold where the condition does not."""
    condition = as_condition(value)
    holds = None if condition.holds is None else not condition.holds
    return Condition(holds, condition.about, condition.how)


def both(*values: Any) -> Condition:
    """Hold where all do; unknown and false is false."""
    opposites = [negated(value) for value in values]
    return negated(either(*opposites))


class ThreeValued:
    """What holds, does not, or is unknown; joined by &, | and ~."""

    __and__ = __rand__ = both
    __or__ = __ror__ = either
    __invert__ = negated

    def __bool__(self) -> bool:
        raise TypeError("this may be unknown; join conditions by &, | and ~, or read the .holds of one")


@dataclass(frozen=True)
class Condition(ThreeValued):
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


class Askable:
    """What has the conditions of a comparison: a quantity, a finding, or all comparisons of a finding."""

    def ask(self, word: str, *, bound: Any = None) -> Condition:
        """Ask one of them by its word."""
        raise NotImplementedError

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

    def above(self, bound: Any) -> Condition:
        """Hold where the whole interval is above `bound`, a number in the printed unit: 92 for 92 %."""
        return self.ask("above", bound=bound)

    def below(self, bound: Any) -> Condition:
        """Hold where the whole interval is below `bound`, a number in the printed unit."""
        return self.ask("below", bound=bound)


# Quantities


@dataclass(frozen=True, eq=False)
class Quantity(Askable):
    """One number: its unit, the ends of its 95 % interval, and its value for each unit that was repeated.

    `fraction` prints in per cent, `points` as percentage points (both are stored as fractions), `times` is a
    ratio; any other unit is printed as it is written. `values` are pairs of a unit's name and its value, and
    `spread` their standard deviation. `value` is None where the results cannot give one. A count or a
    declared number is `exact`, and can be compared by ==, < and >; a count is `out_of` so many.

    One that comes from a comparison has a `null`, 0 or 1 (of a ratio), which is what no difference is. `low`
    and `high` are then the ends of its own 95 % interval, `judged_low` and `judged_high` those at the
    level of all `family` comparisons that were made together, by which it is judged; they are None where
    it is not, as of one seed. `margin` is what does not matter, in the stored unit (to whose
    decimals one run is printed), `p` the probability of
    its test by itself, `groups` both groups and how many units each has, `(("drug", 27), ("placebo", 32))`.
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
    out_of: int | None = None
    null: float | None = None
    judged_low: float | None = None
    judged_high: float | None = None
    family: int = 1
    margin: float | None = None
    p: float | None = None
    groups: tuple[tuple[str, int], ...] = ()

    @property
    def judged(self) -> Judged | None:
        """The interval by which a comparison is judged; None of any other number, or without one."""
        if self.null is None or self.judged_low is None or self.judged_high is None:
            return None
        return Judged(self.judged_low, self.judged_high, self.null, self.margin)

    @property
    def outcome(self) -> Outcome:
        """How a comparison is judged: exactly one of more, less, same, unclear and unknown."""
        return "unknown" if self.judged is None else self.judged.outcome

    def ask(self, word: str, *, bound: Any = None) -> Condition:
        """Ask whether the interval is above or below a bound, or a comparison more, less, same or unclear.

        The interval of a comparison is that by which it is judged.
        """
        is_compared = self.null is not None
        if word == "above":
            return self._compare(operator.gt, bound, self.judged_low if is_compared else self.low)
        if word == "below":
            return self._compare(operator.lt, bound, self.judged_high if is_compared else self.high)
        if not is_compared:
            advice = "write .above(…), or number(…, null=0)"
            refuse(f"{self!r} is a number by itself and has no .{word}; {advice}")
        if self.judged is None:
            return Condition(None, (self,))
        holds = self.judged.is_so(word)
        return Condition(holds, (self,), self._distance_text(self.judged.distance(word)))

    @property
    def interval(self) -> tuple[float, float] | None:
        """The ends, where there are any."""
        if self.low is None or self.high is None:
            return None
        return self.low, self.high

    @property
    def p_value(self) -> Quantity:
        """The p value of a comparison by itself, as a number."""
        return Quantity(self.p, source=replace(self.source, kind="computed"))

    @property
    def sd(self) -> Quantity:
        """The standard deviation of the values of its units, of a pair of their differences."""
        source = replace(self.source, kind="computed", method="standard deviation")
        return Quantity(self.spread, self.unit, source=source)

    def n_of(self, group: str) -> Quantity:
        """How many units a group of a comparison has. Raises `UsageError` for one that it does not have."""
        sizes = dict(self.groups)
        if group not in sizes:
            refuse(f"{self!r} has no group {group!r}{did_you_mean(group, sizes, 'there are')}")
        unit, n = self.source.unit, sizes[group]
        source = Source((group,), self.source.measure, self.source.epochs, n, unit, "counted")
        return Quantity(n, plural(unit), source=source, exact=True)

    @property
    def factor(self) -> float:
        """How many of the printed unit are one of the stored: 100 for shares and points, else 1."""
        return 100.0 if self.unit in ("fraction", "points") else 1.0

    @property
    def is_ratio(self) -> bool:
        """Whether it says how many times one is the other: by `null`, which is then 1, else by unit."""
        return self.unit == "times" if self.null is None else self.null == 1

    @property
    def is_of_one_run(self) -> bool:
        """Whether a single run, or replicate, was measured."""
        return self.source.kind == "measured" and self.n <= 1 and not self.exact

    def _compare(self, relation: Callable[[Any, Any], bool], bound: Any, end: float | None) -> Condition:
        """Compare the end, or an exact value, with a number in the printed unit, or an exact quantity."""
        number = self.value if self.exact else end
        stored_bound = self._stored_bound(bound)
        if self.value is None or number is None:
            return Condition(None, (self,))
        if self.out_of is not None and stored_bound > self.out_of:  # which so few runs cannot reach
            return Condition(None, (self,))
        distance = number - stored_bound
        return Condition(bool(relation(distance, 0)), (self,), self._distance_text(distance))

    def _distance_text(self, distance: float) -> str:
        """How far an end is from where a condition turns: `by 0.1 points`, of a ratio `by 3 %`."""
        if self.is_ratio:
            return distance_text(100 * distance, "%")
        return distance_text(distance, "points" if self.unit == "fraction" else self.unit)

    def _stored_bound(self, bound: Any) -> float:
        """A bound in the stored unit: of a number in the printed unit, or of an exact quantity."""
        if not hasattr(bound, "value"):
            number = plain_number(bound)
            if self.unit == "fraction" and 0 < number < 1 and (self.value or 0) > 0.1:
                advice = f"write {100 * number:g} for {100 * number:g} %"
                refuse(f"{number!r} is less than 1 %; a bound of a share is in per cent: {advice}")
            return number / self.factor
        quantity = as_quantity(bound)
        if quantity.value is None or not quantity.exact:
            refuse(f"{quantity!r} is measured; compare with a number, or use a finding")
        if quantity.unit not in ("", self.unit):
            refuse(f"{self!r} cannot be compared with {quantity!r}: their units differ")
        return quantity.value if quantity.unit == self.unit else quantity.value / self.factor

    def _compare_exactly(self, relation: Callable[[Any, Any], bool], other: Any) -> Any:
        """Compare by ==, < and the like, which only an exact quantity allows."""
        if not hasattr(other, "value") and not hasattr(other, "__float__"):
            return NotImplemented
        if not self.exact:
            refuse(f"{self!r} is measured, and never equal by itself; write .above(…), or use a finding")
        return self._compare(relation, other, None)

    __eq__ = partialmethod(_compare_exactly, operator.eq)
    __ne__ = partialmethod(_compare_exactly, operator.ne)
    __lt__ = partialmethod(_compare_exactly, operator.lt)
    __le__ = partialmethod(_compare_exactly, operator.le)
    __gt__ = partialmethod(_compare_exactly, operator.gt)
    __ge__ = partialmethod(_compare_exactly, operator.ge)
    __hash__ = object.__hash__

    def __repr__(self) -> str:
        from labreport.stats.formats import pm  # which knows quantities

        return str(pm(self))


def as_quantity(value: Any) -> Quantity:
    """Read a quantity: one itself, that of a finding of one comparison, or what a filter returned.

    Raises `UsageError` for anything else.
    """
    if hasattr(type(value), "quantity"):  # of a finding; a namespace refuses any name that it lacks
        quantity = value.quantity
    else:
        quantity = getattr(value, "__dict__", {}).get("quantity", value)
    if isinstance(quantity, Quantity):
        return quantity
    refuse(f"{short_repr(value)} is no quantity; write number(…), or name one of an answer")


def scalar(value: Any) -> Any:
    """One number or truth of NumPy or pandas as Python's; anything else as it is."""
    if hasattr(type(value), "item") and getattr(value, "size", 1) == 1:
        return value.item()
    return value


def plain_number(value: Any) -> float | int:
    """Read a number of Python, NumPy, pandas or SciPy as Python's. Raises `UsageError` for anything else."""
    number = scalar(value)
    if isinstance(number, bool) or not hasattr(number, "__float__") or getattr(number, "size", 1) != 1:
        refuse(f"{short_repr(number)} is not one number")
    return number if isinstance(number, int) else float(number)


def mapped_quantity(
    quantity: Quantity, function: Callable[[float], float], unit: str, *, is_falling: bool = False
) -> Quantity:
    """A quantity whose value, ends and single values are those of a monotonic function of another's."""

    def image(number: float | None) -> float | None:
        return None if number is None else function(number)

    own = (image(quantity.low), image(quantity.high))
    judged = (image(quantity.judged_low), image(quantity.judged_high))
    if is_falling:
        own, judged = own[::-1], judged[::-1]
    values = tuple((name, image(value)) for name, value in quantity.values)
    mapped = replace(quantity, value=image(quantity.value), unit=unit, values=values)
    return replace(mapped, low=own[0], high=own[1], judged_low=judged[0], judged_high=judged[1])


def reversed_quantity(quantity: Quantity) -> Quantity:
    """The same difference, or ratio, seen from the other side."""

    def opposite(number: float) -> float:
        if not quantity.is_ratio:
            return -number
        return 1 / number if number else math.inf

    source = quantity.source
    experiments, epochs, sizes = source.experiments[::-1], source.epochs[::-1], source.sizes[::-1]
    turned_source = replace(source, experiments=experiments, epochs=epochs, sizes=sizes)
    turned = mapped_quantity(quantity, opposite, quantity.unit, is_falling=True)
    return replace(turned, source=turned_source, groups=quantity.groups[::-1])

"""A number with its unit, interval and source: it can be printed, compared, and asked for conditions."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property, partialmethod
from typing import Any, Literal

from labreport.errors import did_you_mean, refuse
from labreport.project.checks import name_of, short_repr
from labreport.project.measure import printed_factor
from labreport.stats.conditions import Askable, Bound, Condition
from labreport.stats.judgement import Judged, Outcome
from labreport.stats.names import find_or_none
from labreport.stats.scalars import plain_number
from labreport.stats.wording import distance_text, plural

Relation = Callable[[float, float], bool]
"""A comparison of two numbers, such as `operator.gt` or `operator.eq`."""


@dataclass(frozen=True)
class Source:
    """Where a number comes from: its `experiments` (two for a difference), the `measure`, the `epochs`.

    `n` is the number of replicates that were used, and `unit_name` is what one of them is called. `kind` says
    how the number was obtained: measured in runs, counted, declared by the author, computed from others, or
    stated by somebody else. `method` names the method of the interval. `sizes` are the numbers of replicates
    of two subjects that are not paired. `expected` is the number of replicates that there are; if it is
    larger than `n`, `left_out` says why: `10 have no week 12`. `averaged` says how several rows of a
    replicate were reduced: `mean of 4 rows a patient`. `relation` stands between two experiments in the text.
    """

    experiments: tuple[str, ...] = ()
    measure: str = ""
    epochs: tuple[int, ...] = ()
    n: int = 0
    unit_name: str = "seed"
    kind: Literal["measured", "counted", "declared", "computed", "stated"] = "measured"
    method: str = ""
    note: str = ""
    sizes: tuple[int, ...] = ()
    expected: int = 0
    left_out: tuple[str, ...] = ()
    averaged: str = ""
    relation: Literal["minus", "over"] = "minus"

    def text(self) -> str:
        """The source in words: `complex minus small, test accuracy, epoch 50; 5 seeds`."""
        subjects = list(self.experiments)
        when = ""
        if len(self.epochs) == len(subjects) == 2:
            subjects = [
                f"{name} after epoch {epoch}" for name, epoch in zip(subjects, self.epochs, strict=True)
            ]
        elif self.epochs:
            when = f"epoch {', '.join(map(str, self.epochs))}"
        separator = f" {self.relation} " if len(subjects) == 2 else ", "
        parts = (separator.join(subjects), self.measure, when, self.averaged, self.note)
        text = ", ".join(filter(None, parts)) or self.kind
        return f"{text}; {self.replicates_text}" if self.n else text

    @property
    def replicates_text(self) -> str:
        """How many replicates were used: `5 seeds`, `27 and 32 of 72 patients: 10 have no week 12`."""
        sizes = self.sizes or (self.n,)
        used = _sizes_text(sizes)
        if self.expected > sum(sizes):
            used = f"{used} of {self.expected:,}"
        is_single = sizes == (1,) and self.expected <= 1
        noun = self.unit_name if is_single else plural(self.unit_name)
        reasons = ", ".join(self.left_out)
        return f"{used} {noun}: {reasons}" if reasons else f"{used} {noun}"


@dataclass(frozen=True)
class Comparison:
    """How a number is compared with `null`, the value that means no difference: 0, or 1 for a ratio.

    It is judged by the interval from `low` to `high` (in the stored unit), at the level for all `family`
    comparisons that were made together; both are None if it cannot be judged, as with one seed. `sizes` are
    the numbers of replicates of each subject. `pairing` says whether two subjects were compared replicate by
    replicate; it is empty for a comparison with zero.
    """

    null: float
    low: float | None = None
    high: float | None = None
    family: int = 1
    sizes: tuple[int, ...] = ()
    pairing: Literal["paired", "independent", ""] = ""


@dataclass(frozen=True)
class Counted:
    """What a count is one of: `out_of` replicates; counted are those with a value on `side` of `threshold`.

    The threshold is in the stored unit of its measure. Both are empty for a count that the author made.
    """

    out_of: int
    side: Literal["above", "below", ""] = ""
    threshold: float | None = None


@dataclass(frozen=True, eq=False)
class Quantity(Askable):
    """One number: its unit, the ends of its 95 % interval, and its value for each replicate, such as a seed.

    Units: `fraction` is printed in per cent, `points` as percentage points (both are stored as fractions);
    `times` is the unit of a ratio; any other text is printed as it is. `value` is None if the results do not
    give one. `values` are pairs of a replicate and its value, and `spread` is their standard deviation.
    Counts and declared numbers are `exact`, and can be compared by ==, < and >.

    A comparison has `compared`, a count has `counted`; any other number is an estimate. `low` and `high` are
    the ends of its own 95 % interval, and `p` is the p value of a comparison alone. `margin` is the largest
    difference that does not matter, in the stored unit; a comparison of single runs is printed with its
    decimals. `on_logarithms` means that the intervals were computed on logarithms. `subjects` are the names
    of what was measured, two for a comparison, in the group `group` of their answer.

    `place` is where the number stands in the report: the names of its question, its answer and what is
    inside, `("accuracy", "early", "gap", "wide")`. It is given when an answer is read, and not stored.
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
    margin: float | None = None
    p: float | None = None
    on_logarithms: bool = False
    group: str = ""
    subjects: tuple[str, ...] = ()
    compared: Comparison | None = None
    counted: Counted | None = None
    place: tuple[str, ...] = field(default=(), compare=False)

    @property
    def name(self) -> str:
        """Its place as one text, `accuracy.early.gap.wide`; empty if it has none."""
        return ".".join(self.place)

    @property
    def null(self) -> float | None:
        """The value that means no difference; None if the number is no comparison."""
        return None if self.compared is None else self.compared.null

    @property
    def judged_low(self) -> float | None:
        """The lower end of the interval by which a comparison is judged."""
        return None if self.compared is None else self.compared.low

    @property
    def judged_high(self) -> float | None:
        """The upper end of the interval by which a comparison is judged."""
        return None if self.compared is None else self.compared.high

    @property
    def family(self) -> int:
        """The number of comparisons that are judged together; 1 for a number by itself."""
        return 1 if self.compared is None else self.compared.family

    @property
    def out_of(self) -> int | None:
        """The number of cases of a count; None if the number is no count."""
        return None if self.counted is None else self.counted.out_of

    @property
    def groups(self) -> tuple[tuple[str, int], ...]:
        """The compared subjects and their numbers of replicates: `(("drug", 27), ("placebo", 32))`."""
        sizes = () if self.compared is None else self.compared.sizes
        return tuple(zip(self.source.experiments, sizes, strict=False))

    @property
    def judged(self) -> Judged | None:
        """The interval by which a comparison is judged; None if there is none."""
        compared = self.compared
        if compared is None or compared.low is None or compared.high is None:
            return None
        return Judged(compared.low, compared.high, compared.null, self.margin)

    @property
    def outcome(self) -> Outcome:
        """The outcome of a comparison: one of more, less, same, unclear and unknown."""
        return "unknown" if self.judged is None else self.judged.outcome

    @property
    def deciding_ends(self) -> tuple[float | None, float | None]:
        """The ends that `above` and `below` compare: for a comparison, those by which it is judged."""
        if self.compared is None:
            return self.low, self.high
        return self.compared.low, self.compared.high

    def ask(self, word: str, *, bound: Bound | None = None) -> Condition:
        """The condition of this word: above or below a bound, or, of a comparison, its outcome.

        Raises `UsageError` if a number that is not a comparison is asked for an outcome.
        """
        low, high = self.deciding_ends
        if word == "above":
            return self._compare(operator.gt, low, bound)
        if word == "below":
            return self._compare(operator.lt, high, bound)
        if self.compared is None:
            advice = "write .above(…), or number(…, null=0)"
            refuse(f"{self!r} is a number by itself and has no .{word}; {advice}")
        if self.judged is None:
            return Condition(None, (self,))
        distance = self.judged.distance(word)
        return Condition(self.judged.has_outcome(word), (self,), self._distance_text(distance))

    @cached_property
    def turned(self) -> Quantity:
        """The comparison in the other direction: b − a for a − b, b / a for a / b.

        Turned twice, it is itself.
        """
        values = []
        for replicate, value in self.values:
            values.append((replicate, self._opposite(value)))
        compared = self.compared
        if compared is not None:
            low, high = self._opposite(compared.high), self._opposite(compared.low)
            compared = replace(compared, low=low, high=high, sizes=compared.sizes[::-1])
        source = self.source
        experiments, epochs = source.experiments[::-1], source.epochs[::-1]
        turned = replace(
            self,
            value=self._opposite(self.value),
            low=self._opposite(self.high),
            high=self._opposite(self.low),
            source=replace(source, experiments=experiments, epochs=epochs, sizes=source.sizes[::-1]),
            values=tuple(values),
            subjects=self.subjects[::-1],
            compared=compared,
            place=self._place_of_turned(),
        )
        vars(turned)["turned"] = self
        return turned

    def _place_of_turned(self) -> tuple[str, ...]:
        """`difference.b.a` for `difference.a.b`; any other place is followed by "turned"."""
        if not self.place:
            return ()
        if self.subjects and self.place[-2:] == self.subjects:
            return (*self.place[:-2], *self.subjects[::-1])
        return (*self.place, "turned")

    def _opposite(self, number: float | None) -> float | None:
        if number is None:
            return None
        if not self.is_ratio:
            return -number
        return 1 / number if number else math.inf

    @property
    def interval(self) -> tuple[float, float] | None:
        """The ends of the 95 % interval; None if there is none."""
        if self.low is None or self.high is None:
            return None
        return self.low, self.high

    @property
    def sd(self) -> Quantity:
        """The standard deviation of the values of the replicates; for pairs, of their differences."""
        source = replace(self.source, kind="computed", method="standard deviation")
        return Quantity(self.spread, self.unit, source=source)

    def n_of(self, subject: object) -> Quantity:
        """The number of replicates of one subject of a comparison. Raises `UsageError` for another name."""
        sizes = dict(zip(self.subjects, self.compared.sizes, strict=False)) if self.compared else {}
        name = find_or_none(subject, sizes)
        if name is None:
            wanted = name_of(subject)
            refuse(f"{self!r} has no group {wanted!r}{did_you_mean(wanted, sizes, 'there are')}")
        unit_name, n = self.source.unit_name, sizes[name]
        source = Source((name,), self.source.measure, self.source.epochs, n, unit_name, "counted")
        return Quantity(n, plural(unit_name), source=source, exact=True)

    @property
    def factor(self) -> float:
        """The factor from the stored to the printed unit: 100 for shares and percentage points, else 1."""
        return printed_factor(self.unit)

    @property
    def is_ratio(self) -> bool:
        """Whether the number is a ratio: a comparison with `null` 1, or a number with the unit `times`."""
        return self.unit == "times" if self.compared is None else self.compared.null == 1

    @property
    def is_of_one_run(self) -> bool:
        """Whether the number was measured in a single run or replicate."""
        return self.source.kind == "measured" and self.n <= 1 and not self.exact

    def _compare(self, relation: Relation, end: float | None, bound: object) -> Condition:
        """Compare an exact value, or else this end of the interval, with a bound."""
        number = self.value if self.exact else end
        stored_bound = self._stored_bound(bound)
        is_out_of_reach = self.out_of is not None and stored_bound > self.out_of
        if self.value is None or number is None or is_out_of_reach:
            return Condition(None, (self,))
        distance = number - stored_bound
        return Condition(bool(relation(distance, 0)), (self,), self._distance_text(distance))

    def _distance_text(self, distance: float) -> str:
        """How far an end is from where the condition changes: `by 0.1 points`; for a ratio, `by 3 %`."""
        unit = "points" if self.unit == "fraction" else self.unit
        if self.is_ratio:
            unit = "fraction"
        return distance_text(distance * printed_factor(unit), unit)

    def _stored_bound(self, bound: object) -> float:
        """The bound in the stored unit; it is a number in the printed unit, or an exact quantity."""
        if hasattr(bound, "value"):
            quantity = as_quantity(bound)
            if not quantity.exact:
                refuse(f"{bound!r} is measured; compare with a number, or use a finding")
            if quantity.unit not in ("", self.unit):
                refuse(f"{self!r} cannot be compared with {bound!r}: their units differ")
            bound = plain_number(quantity.value)
            if quantity.unit:
                return bound
        number = plain_number(bound)
        if self.unit == "fraction" and 0 < number < 1 and (self.value or 0) > 0.1:
            percent = f"{self.factor * number:g}"
            advice = f"write {percent} for {percent} %"
            refuse(f"{number!r} is less than 1 %; a bound of a share is in per cent: {advice}")
        return number / self.factor

    def _compare_exactly(self, relation: Relation, bound: object) -> Any:
        """The condition for ==, < and the like. Raises `UsageError` unless this quantity is exact."""
        if not hasattr(bound, "value") and not hasattr(bound, "__float__"):
            return NotImplemented
        if not self.exact:
            refuse(f"{self!r} is measured, and never equal by itself; write .above(…), or use a finding")
        return self._compare(relation, None, bound)

    __eq__ = partialmethod(_compare_exactly, operator.eq)
    __ne__ = partialmethod(_compare_exactly, operator.ne)
    __lt__ = partialmethod(_compare_exactly, operator.lt)
    __le__ = partialmethod(_compare_exactly, operator.le)
    __gt__ = partialmethod(_compare_exactly, operator.gt)
    __ge__ = partialmethod(_compare_exactly, operator.ge)
    __hash__ = object.__hash__

    def __repr__(self) -> str:
        from labreport.stats.formats import pm  # here, since formats imports this module

        return str(pm(self))


def has_quantity(value: object) -> bool:
    """Whether a value has an attribute `quantity`, as findings have.

    Namespaces are not asked for the attribute itself, since they raise an error for a name that they lack.
    """
    return hasattr(type(value), "quantity") or "quantity" in getattr(value, "__dict__", {})


def as_quantity(value: Any) -> Quantity:
    """The value itself if it is a quantity, or else the quantity that a finding or a formatted value has.

    Raises `UsageError` for anything else, and for a finding of several comparisons.
    """
    quantity = value.quantity if has_quantity(value) else value
    if not isinstance(quantity, Quantity):
        refuse(f"{short_repr(value)} is no quantity; write number(…), or name one of an answer")
    return quantity


def unpaired_sizes_text(quantity: Quantity) -> str:
    """The numbers of replicates of two unpaired subjects: `27 and 32`; empty if paired or equal."""
    if len(quantity.source.sizes) > 1:
        return _sizes_text(quantity.source.sizes)
    sizes = quantity.compared.sizes if quantity.compared else ()
    return _sizes_text(sizes) if len(set(sizes)) > 1 else ""


def _sizes_text(sizes: Iterable[int]) -> str:
    """Numbers of replicates as text: `27 and 32`, `5`."""
    return " and ".join(f"{size:,}" for size in sizes)

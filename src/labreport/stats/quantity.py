"""A number that can be printed, where it comes from, and conditions that hold, do not, or are unknown."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import partialmethod
from typing import Any, Literal, NoReturn

from labreport.errors import UsageError, author_location
from labreport.project.checks import short_repr
from labreport.stats.judgement import Judged, Outcome


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
        of, epochs = list(self.experiments), [str(epoch) for epoch in self.epochs]
        if len(of) == len(epochs) == 2:
            of, epochs = [f"{name} after epoch {at}" for name, at in zip(of, epochs, strict=True)], []
        subject = f"{of[0]} {self.relation} {of[1]}" if len(of) == 2 else ", ".join(of)
        when = f"epoch {', '.join(epochs)}" if epochs else ""
        said = ", ".join(filter(None, (subject, self.measure, when, self.averaged, self.note)))
        return "; ".join(filter(None, (said or self.kind, self.units_text)))

    @property
    def units_text(self) -> str:
        """How many units: `5 seeds`, `27 and 32 of 72 patients: 10 have no week 12, 3 cells are empty`."""
        if not self.n:
            return ""
        sizes = self.sizes or (self.n,)
        used = " and ".join(f"{size:,}" for size in sizes)
        if self.expected > sum(sizes):
            used = f"{used} of {self.expected:,}"
        noun = self.unit if sizes == (1,) and self.expected <= 1 else plural(self.unit)
        reasons = ", ".join(self.left_out)
        return f"{used} {noun}: {reasons}" if reasons else f"{used} {noun}"


def as_condition(one: Any) -> Condition:
    """Read a condition: one itself, a truth, or a fact. Raises `UsageError` for anything else."""
    one = scalar(one.condition if hasattr(type(one), "condition") else one)
    if isinstance(one, Condition):
        return refuse(one.which) if one.which else one
    if one is None or isinstance(one, bool):
        return Condition(one)
    refuse(f"{short_repr(one)} is no condition; write one such as ranking.clear(…), .more or .above(…)")


def either(*conditions: Any) -> Condition:
    """Hold where any does; unknown or true is true."""
    of = [as_condition(one) for one in conditions]
    found = {one.holds for one in of}
    holds = True if True in found else None if None in found else False
    about = {id(each): each for one in of for each in one.about}
    return Condition(holds, tuple(about.values()), next((one.how for one in of if one.holds is holds), ""))


def negated(condition: Any) -> Condition:
    """Hold where the condition does not."""
    one = as_condition(condition)
    return Condition(None if one.holds is None else not one.holds, one.about, one.how)


def both(*conditions: Any) -> Condition:
    """Hold where all do; unknown and false is false."""
    return negated(either(*map(negated, conditions)))


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


@dataclass(frozen=True, eq=False)
class Quantity:
    """One number: its unit, the ends of its interval, and its value for each unit that was repeated.

    `fraction` prints in per cent, `points` as percentage points (both are stored as fractions), `times` is a
    ratio; any other unit is printed as it is written. `values` are pairs of a unit's name and its value, and
    `spread` their standard deviation. `value` is None where the results cannot give one. A count or a
    declared number is `exact`, and can be compared by ==, < and >; a count is `out_of` so many.

    One that comes from a comparison has a `null`, 0 or 1 (of a ratio), which is what no difference is. `low`
    and `high` are then the ends of its own 95 % interval, `judged_low` and `judged_high` those at the
    level of all `family` comparisons that were made together, by which it is judged; they are None where
    it is not, as of one seed. `margin` is what does not matter, `p` the probability of its test by
    itself, `groups` the names of both groups and how many units each has.
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

    def ask(self, word: str) -> Condition:
        """Ask a comparison whether it is `more`, `less`, `same`, `unclear` or `clear` (more or less)."""
        if self.null is None:
            refuse(
                f"{self!r} is a number by itself and has no .{word}; write .above(…), or number(…, null=0)"
            )
        if self.judged is None:
            return Condition(None, (self,))
        outcome = self.judged.outcome
        holds = outcome in ("more", "less") if word == "clear" else outcome == word
        unit = "" if self.unit == "times" else self.unit
        return Condition(holds, (self,), distance_text(self.judged.distance(word), unit))

    @property
    def more(self) -> Condition:
        """Hold where a comparison is clearly above its null."""
        return self.ask("more")

    @property
    def less(self) -> Condition:
        """Hold where a comparison is clearly below its null."""
        return self.ask("less")

    @property
    def same(self) -> Condition:
        """Hold where the whole interval of a comparison is inside the margin."""
        return self.ask("same")

    @property
    def unclear(self) -> Condition:
        """Hold where a comparison is neither clear nor the same."""
        return self.ask("unclear")

    @property
    def clear(self) -> Condition:
        """Hold where a comparison is clearly above or below its null."""
        return self.ask("clear")

    @property
    def interval(self) -> tuple[float, float] | None:
        """The ends, where there are any."""
        return None if self.low is None or self.high is None else (self.low, self.high)

    @property
    def factor(self) -> float:
        """How many of the printed unit are one of the stored: 100 for shares and points, else 1."""
        return 100.0 if self.unit in ("fraction", "points") else 1.0

    def above(self, bound: Any) -> Condition:
        """Hold where the whole interval is above `bound`, a number in the printed unit: 92 for 92 %.

        Of a comparison that is the interval by which it is judged.
        """
        return self._held(operator.gt, bound, self.low if self.null is None else self.judged_low)

    def below(self, bound: Any) -> Condition:
        """Hold where the whole interval is below `bound`, a number in the printed unit."""
        return self._held(operator.lt, bound, self.high if self.null is None else self.judged_high)

    def _held(self, compare: Callable[[Any, Any], bool], bound: Any, end: float | None) -> Condition:
        """Compare the end, or an exact value, with a number in the printed unit, or an exact quantity."""
        end = self.value if self.exact else end
        if self.value is None or end is None:
            return Condition(None, (self,))
        one = as_quantity(bound) if hasattr(bound, "value") else Quantity(plain_number(bound), exact=True)
        if one.value is None or not one.exact:
            refuse(f"{one!r} is measured; compare with a number, or use a finding")
        if one.unit not in ("", self.unit):
            refuse(f"{self!r} cannot be compared with {one!r}: their units differ")
        far = end - (one.value if one.unit == self.unit else one.value / self.factor)
        said = distance_text(far, "points" if self.unit == "fraction" else self.unit)
        return Condition(bool(compare(far, 0)), (self,), said)

    def _compared(self, compare: Callable[[Any, Any], bool], other: Any) -> Any:
        if not hasattr(other, "value") and not hasattr(other, "__float__"):
            return NotImplemented
        if not self.exact:
            refuse(f"{self!r} is measured, and never equal by itself; write .above(…), or use a finding")
        return self._held(compare, other, None)

    __eq__, __ne__ = partialmethod(_compared, operator.eq), partialmethod(_compared, operator.ne)
    __lt__, __le__ = partialmethod(_compared, operator.lt), partialmethod(_compared, operator.le)
    __gt__, __ge__ = partialmethod(_compared, operator.gt), partialmethod(_compared, operator.ge)
    __hash__ = object.__hash__

    def __repr__(self) -> str:
        return pm(self)


def as_quantity(one: Any) -> Quantity:
    """Read a quantity: one itself, or that of a finding of one comparison. Raises `UsageError`."""
    one = one.quantity if hasattr(type(one), "quantity") else one
    if isinstance(one, Quantity):
        return one
    refuse(f"{short_repr(one)} is no quantity; write number(…), or name one of an answer")


def scalar(value: Any) -> Any:
    """One number or truth of NumPy or pandas as Python's; anything else as it is."""
    return value.item() if hasattr(type(value), "item") and getattr(value, "size", 1) == 1 else value


def plain_number(value: Any) -> float | int:
    """Read a number of Python, NumPy, pandas or SciPy as Python's. Raises `UsageError` for anything else."""
    value = scalar(value)
    if isinstance(value, bool) or not hasattr(value, "__float__") or getattr(value, "size", 1) != 1:
        refuse(f"{short_repr(value)} is not one number")
    return value if isinstance(value, int) else float(value)


def distance_text(distance: float, unit: str) -> str:
    """Say how nearly a condition holds, or fails: `by 0.1 points`; nothing of two numbers that are equal."""
    size = abs(distance) * (100 if unit == "points" else 1)
    text = f"{size:{'.2g' if size < 1000 else ',.0f'}}"
    return f"by {text} {singular(unit) if text == '1' else unit}".rstrip() if size else ""


def reversed_quantity(one: Quantity) -> Quantity:
    """The same difference, or ratio, seen from the other side."""

    def turned(value: float | None) -> float | None:
        if value is None:
            return None
        return -value if one.unit != "times" else 1 / value if value else math.inf

    source = replace(one.source, experiments=one.source.experiments[::-1], epochs=one.source.epochs[::-1])
    value, low, high = map(turned, (one.value, one.high, one.low))
    return replace(
        one,
        value=value,
        low=low,
        high=high,
        judged_low=turned(one.judged_high),
        judged_high=turned(one.judged_low),
        values=tuple((unit, turned(each)) for unit, each in one.values),
        source=replace(source, sizes=source.sizes[::-1]),
        groups=one.groups[::-1],
    )


def plural(noun: str) -> str:
    """The plural of a regular noun: `seed` gives `seeds`, `query` gives `queries`."""
    if noun.endswith("y") and noun[-2:-1] not in tuple("aeiou"):
        return f"{noun[:-1]}ies"
    hissing = noun.endswith(("s", "x", "ch", "sh")) and not noun.endswith("epoch")
    return noun if noun.endswith("series") else f"{noun}es" if hissing else f"{noun}s"


# How a quantity is printed: to the digits that its uncertainty supports, and with its unit

NO_BREAK, MINUS, MISSING = "\u00a0", "\u2212", "–"
"""What stands between a number and its unit, before one below 0, and for one that the results cannot give."""
_WORDS = "zero one two three four five six seven eight nine ten eleven twelve"


def as_prose(one: Any) -> str:
    """Value and unit, to one significant digit of the uncertainty, two of the value: `98.1 %`."""
    return _Formatter(one, prose=True).with_unit()


def as_table(one: Any, digits: int | None = None, with_unit: bool = False) -> str:
    """Value ± half width with so many decimals, without the unit where the head of the column has it."""
    form = _Formatter(one)
    if digits is not None and not form.power and not form.logarithmic:
        form.fix(digits)
    unit = unit_text(form.quantity.unit) if with_unit else ""
    return NO_BREAK.join(filter(None, ("".join(form.value_and_ends()), unit)))


def digits_of_column(column: Iterable[Any]) -> int:
    """The decimals that the middle one of the uncertain quantities supports; of exact ones the most."""
    known = [form for form in map(_Formatter, column) if form.quantity.value is not None]
    uncertain = [form for form in known if form.uncertainty]
    found = sorted(form.decimals for form in uncertain or known if not form.power)
    return (found[len(found) // 2] if uncertain else found[-1]) if found else 0


def pm(one: Any) -> str:
    """Value ± half width of an interval, and unit: `98.1 ± 0.2 %`; the ends instead where ± would mislead."""
    form = _Formatter(one, prose=as_quantity(one).low is None)
    value, ends = form.value_and_ends()
    return form.with_unit(value) + ends


def ci(one: Any) -> str:
    """Value, unit and the ends: `1.6 µM (95 % CI 1.2 to 2.1)`."""
    form = _Formatter(one)
    ends = f" (95{NO_BREAK}% CI {form.ends()})" if form.half and form.uncertainty else ""
    return form.with_unit() + ends


def size(one: Any) -> str:
    """How large a difference is, whichever way it points: `0.6 points`; of a ratio, how many times."""
    return as_prose(_sized(as_quantity(one)))


def apart(one: Any) -> str:
    """How large a difference is, with ±: `0.6 ± 0.2 points`."""
    return pm(_sized(as_quantity(one)))


def p(one: Any) -> str:
    """A probability as `p = 0.012`, `p < 0.001`."""
    value = as_quantity(one).value
    if value is None:
        return MISSING
    text = f"<{NO_BREAK}0.001" if value < 0.001 else f"={NO_BREAK}{value:.{2 if value >= 0.1 else 3}f}"
    return f"p{NO_BREAK}{text}"


def words(one: Any) -> str:
    """A small count in words, and its unit: `five seeds`; anything else as in prose."""
    form, known = _Formatter(one), _WORDS.split()
    if not isinstance(form.quantity.value, int) or not 0 <= form.quantity.value < len(known):
        return as_prose(one)
    return form.with_unit(known[form.quantity.value])


def digits(one: Any, number: int) -> str:
    """Value and unit with so many decimals."""
    return _Formatter(one).with_unit(format_number(one, number))


def format_number(one: Any, number: int) -> str:
    """The value alone with so many decimals, where the unit follows later: `0.3 and 0.2 points`."""
    form = _Formatter(one)
    form.fix(number)
    return form.text()


FORMS: dict[str, Any] = {"pm": pm, "ci": ci, "size": size, "p": p, "words": words, "digits": digits}
"""Each form in which a page prints a quantity, by the name of its filter."""


def unit_text(unit: str) -> str:
    """A unit as it is printed: `%` for shares."""
    return "%" if unit == "fraction" else unit


def _sized(quantity: Quantity) -> Quantity:
    """A difference without its direction, of a ratio how many times the greater is; below 1.1 in per cent."""
    value, ratio = quantity.value, quantity.unit == "times"
    if value is not None and ((0 < value < 1) if ratio else value < 0):
        return _sized(reversed_quantity(quantity))
    if value is None or not ratio or value >= 1.1:
        return quantity
    low, high = (end - 1 for end in quantity.interval) if quantity.interval else (None, None)
    return replace(quantity, value=value - 1, unit="fraction", low=low, high=high)


def decimals(uncertainty: float, fine: bool = True) -> int:
    """Decimals that show `uncertainty` to one significant digit; a `fine` one to two where the first is 1."""
    exponent = math.floor(math.log10(uncertainty))
    leading = round(uncertainty / 10**exponent, 1)
    if leading >= 9.5:  # prints as 10 of the digit below
        exponent, leading = exponent + 1, 1.0
    return -exponent + (1 if fine and leading < 1.95 else 0)


class _Formatter:
    """How one quantity is written: its numbers in the printed unit, by a power of ten, with fixed decimals.

    `half` is the longer side of its interval, 0 without one, and the last digit should be as large as its
    `uncertainty`. It is `lopsided` where that side is 1.5 times the other, or where ± would include zero and
    the interval does not; `logarithmic` where each end needs its own digits, as many times off as the other.
    """

    def __init__(self, one: Any, prose: bool = False) -> None:
        self.quantity = quantity = as_quantity(one)
        value = self.value = 0 if quantity.value is None else quantity.value  # 0.0 stays a measured number
        self.low, self.high = low, high = quantity.interval or (value, value)
        self.half = half = max(value - low, high - value)
        uncertainty = half or quantity.spread or 0.0
        self.uncertainty = uncertainty if uncertainty >= 1e-9 * abs(value) else 0.0  # of equal values: none
        self.points, self.zero_inside = quantity.unit == "points", low <= 0 <= high
        hides_zero = self.points and not self.zero_inside and half >= abs(value)
        self.lopsided = hides_zero or half > 1.5 * min(value - low, high - value)
        apart = 0 < low < value < high <= 1e300 and high > 1.5 * low
        self.logarithmic = apart and math.isclose(high / value, value / low, rel_tol=1e-6)
        self.factor, self.power = quantity.factor, ""
        self.decimals = self._decimals(prose)

    def _decimals(self, prose: bool) -> int:
        if isinstance(self.value, int):
            return 0
        uncertainty, known = self.uncertainty, self.logarithmic or not self.uncertainty
        size, scaled = max(abs(self.value), uncertainty), self.value * self.factor
        if size and self.factor == 1 and not 1e-3 <= size < 1e7:
            power = math.floor(math.log10(size))
            for exponent in (power, power + 1):  # 9.96 × 10⁹ is printed as 1.0 × 10¹⁰
                self.factor = 10.0**-exponent
                shown = 1 if known else min(max(decimals(uncertainty * self.factor), 0), 3)
                if round(size * self.factor, shown) < 10:
                    break
            raised = str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
            self.power = f"{NO_BREAK}×{NO_BREAK}10{raised}"
        elif self.logarithmic:
            return _significant(scaled)
        elif not uncertainty:
            own, most = not prose or self.quantity.exact, _significant(scaled, 2 if self.points else 3)
            places = range(3 if own and abs(scaled) >= 1 else most)
            exact = (one for one in places if math.isclose(round(scaled, one), scaled, rel_tol=1e-9))
            return next(exact, most)
        else:
            fine = not prose or decimals(uncertainty * self.factor, fine=False) < _significant(scaled)
            shown = max(0, decimals(uncertainty * self.factor, fine))
        return shown + self._more(shown)

    def _more(self, shown: int) -> int:
        """Further decimals: zero stays outside an interval, and a difference agrees with its shares."""
        half, value = self.half * self.factor, abs(self.value) * self.factor
        least, most = int(self.points and abs(round(value, shown) - value) > 0.2 * half), 2
        if not half or self.zero_inside or not (self.points or self.lopsided):
            return least if half else 0
        if self.lopsided:  # the nearer end is printed, and is not zero
            value, half, most = min(abs(self.low), abs(self.high)) * self.factor, 0.0, 9
        places = range(shown + least, shown + most + 1)
        return next((place - shown for place in places if round(value, place) > round(half, place)), least)

    def fix(self, digits: Any) -> None:
        """Write so many decimals. Raises `UsageError`."""
        if type(digits) is not int or not 0 <= digits <= 20:
            refuse(f"digits={digits!r}: allowed are whole numbers from 0 to 20")
        self.decimals = digits

    def number(self, value: float, places: int | None = None) -> str:
        """A number without its power of ten, and with a proper minus unless it is printed as 0."""
        scaled = value * self.factor
        comma = "," if abs(scaled) >= 1_000 else ""
        text = f"{abs(scaled):{comma}.{self.decimals if places is None else places}f}"
        return MINUS + text if scaled < 0 and text.strip("0.") else text

    def text(self) -> str:
        return MISSING if self.quantity.value is None else self.number(self.value) + self.power

    def ends(self) -> str:
        """The ends: `1.2 to 2.1`."""
        own = self.logarithmic and not self.power
        ends = [(end, _significant(end * self.factor) if own else None) for end in (self.low, self.high)]
        return " to ".join(self.number(*each) + self.power for each in ends)

    def value_and_ends(self) -> tuple[str, str]:
        """The value with ± behind it; or the value, and its ends in brackets."""
        if self.quantity.value is None or not self.half or not self.uncertainty:
            return self.text(), ""
        if self.lopsided or self.logarithmic:
            return self.text(), f" ({self.ends()})"
        text = f"{self.number(self.value)}{NO_BREAK}±{NO_BREAK}{self.number(self.half)}"
        return f"({text}){self.power}" if self.power else text, ""

    def with_unit(self, text: str = "") -> str:
        """A text, by default of the value, and its unit, of which there may be one."""
        text, unit = text or self.text(), unit_text(self.quantity.unit)
        if not unit or text == MISSING:
            return text
        one = text.lstrip(MINUS) in ("1", "one") and unit != "times"
        return f"{text}{NO_BREAK}{singular(unit) if one else unit}"


def _significant(value: float, digits: int = 2) -> int:
    """The decimals that show so many significant digits, or all before the point."""
    return max(0, digits - 1 - math.floor(math.log10(abs(value)))) if value else 0


def singular(unit: str) -> str:
    """A plural noun after the number 1: `hidden layers` gives `hidden layer`. Symbols stay: `ms`, `Hz`."""
    word = unit.rpartition(" ")[2]
    if len(word) <= 3 or not word.isalpha() or word[-1] != "s" or word.endswith(("ss", "us", "is", "bps")):
        return unit
    if word.endswith("ies"):
        return f"{unit[:-3]}y"
    return unit[: -2 if word.endswith(("sses", "shes", "ches", "xes", "zzes")) else -1]

"""How quantities are printed: the formatter, and the filters of templates, sentences and exports."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any, Literal, ParamSpec

from labreport.errors import refuse
from labreport.project.checks import short_repr
from labreport.stats.names import Namespace
from labreport.stats.quantity import Quantity, mapped_quantity, reversed_quantity
from labreport.stats.rounding import (
    MOST_EXTRA_DECIMALS,
    decimals_beside_limits,
    decimals_of_margin,
    decimals_of_uncertainty,
    exact_decimals,
    hides_null,
    power_of_ten,
    significant_decimals,
)
from labreport.stats.wording import MINUS, MISSING, NO_BREAK, number_word, with_unit

Layout = Literal["value", "plus-minus", "interval", "judged", "p", "words"]
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_MOST_DECIMALS = 20


def number_text(number: float, decimals: int) -> str:
    """A number with commas between thousands, and with a proper minus sign unless it is printed as 0."""
    if math.isnan(number):
        return MISSING
    comma = "," if abs(number) >= 1_000 else ""
    text = f"{abs(number):{comma}.{decimals}f}"
    is_zero = text.strip("0.") == ""
    return f"{MINUS}{text}" if number < 0 and not is_zero else text


class Formatter:
    """Writes the numbers of one quantity in its printed unit, all with so many decimals.

    `decimals=None` are as many as the uncertainty supports: its last digit is the last that is printed. Where
    `brief`, the uncertainty is not printed, and the value has one digit less.

    `is_lopsided` is an interval whose one side is 1.5 times the other; `is_logarithmic` one whose ends are
    equally many times off. Both print their ends, as does one where value ± half width would not tell on
    which side zero is: `prints_ends`.
    """

    def __init__(self, quantity: Quantity, decimals: int | None = None, *, brief: bool = False) -> None:
        self.quantity = quantity
        self.value = 0 if quantity.value is None else quantity.value
        self.low, self.high = quantity.interval or (self.value, self.value)
        sides = (self.value - self.low, self.high - self.value)
        self.half_width = max(sides)
        self.uncertainty = self._uncertainty()
        self.is_lopsided = self.half_width > 1.5 * min(sides)
        self.is_logarithmic = self._is_logarithmic()
        self.factor = quantity.factor
        self.exponent: int | None = None
        self.decimals_are_given = decimals is not None
        automatic = self._automatic_decimals(brief)  # which finds the power of ten, too
        self.decimals = automatic if decimals is None else decimals
        self.prints_ends = self.is_lopsided or self.is_logarithmic or self._hides_null(self.decimals)

    @property
    def null(self) -> float:
        """What stands for no difference: one for a ratio."""
        if self.quantity.null is not None:
            return self.quantity.null
        return 1.0 if self.quantity.is_ratio else 0.0

    @property
    def limits(self) -> tuple[float, ...]:
        """What an end must not be rounded to, nor across, in the printed unit."""
        has_one = self.quantity.unit == "fraction" or self.quantity.is_ratio
        stored = (0.0, 1.0) if has_one else (0.0,)
        return tuple(limit * self.factor for limit in stored)

    @property
    def has_own_scale(self) -> bool:
        """Whether its decimals are not those of its column: by a power of ten, or of each end by itself."""
        return self.exponent is not None or self.is_logarithmic

    def vanishes(self, decimals: int) -> bool:
        """Whether nothing is left of value and uncertainty with so many decimals: of 0.066 with none."""
        largest = max(abs(self.value), self.uncertainty) * self.factor
        return largest > 0 and round(largest, decimals) == 0

    # Texts

    def value_text(self, *, signed: bool = False) -> str:
        """The value: `98.14`; with its sign, `+0.61`."""
        if self.quantity.value is None:
            return MISSING
        text = number_text(self.value * self.factor, self.decimals)
        is_positive = self.value > 0 and text.strip("0.,") != ""
        return f"{'+' if signed and is_positive else ''}{text}{self._power_text()}"

    def interval_text(self) -> str:
        """Both ends: `1.2 to 2.1`."""
        return f"{self._end_text(self.low)} to {self._end_text(self.high)}"

    def plus_minus_text(self, *, signed: bool = False) -> str:
        """The value ± the half width: `98.14 ± 0.18`; in brackets where a power of ten follows."""
        value = number_text(self.value * self.factor, self.decimals)
        if signed and self.value > 0:
            value = f"+{value}"
        half_width = number_text(self.half_width * self.factor, self.decimals)
        text = f"{value}{NO_BREAK}±{NO_BREAK}{half_width}"
        return f"({text}){self._power_text()}" if self.exponent is not None else text

    @property
    def has_interval(self) -> bool:
        """Whether there is an interval that is not of equal values."""
        return self.quantity.value is not None and bool(self.half_width and self.uncertainty)

    def _power_text(self) -> str:
        if self.exponent is None:
            return ""
        return f"{NO_BREAK}×{NO_BREAK}10{str(self.exponent).translate(_RAISED)}"

    def _end_text(self, end: float) -> str:
        """An end of the interval, with up to three decimals more so that it is not rounded across a limit."""
        scaled = end * self.factor
        places = self.decimals
        if self.is_logarithmic and self.exponent is None and not self.decimals_are_given:
            places = significant_decimals(scaled)
        enough = decimals_beside_limits(scaled, places, self.limits)
        if enough is not None:
            return number_text(scaled, enough) + self._power_text()
        most = places + MOST_EXTRA_DECIMALS
        limit = min(self.limits, key=lambda limit: abs(scaled - limit))
        sign, direction = ("<", 1) if scaled > limit else (">", -1)
        beside = number_text(limit + direction * 10.0**-most, most)
        return f"{sign}{NO_BREAK}{beside}{self._power_text()}"

    # Rules

    def _uncertainty(self) -> float:
        """The half width, else the standard deviation; 0 of values that are equal but for rounding errors."""
        uncertainty = self.half_width or self.quantity.spread or 0.0
        return uncertainty if uncertainty >= 1e-9 * abs(self.value) else 0.0

    def _is_logarithmic(self) -> bool:
        if not 0 < self.low < self.value < self.high <= 1e300 or self.high <= 1.5 * self.low:
            return False
        times_above = self.high / self.value
        return math.isclose(times_above, self.value / self.low, rel_tol=1e-6)

    def _hides_null(self, places: int) -> bool:
        if not self.half_width:
            return False
        distance = (self.value - self.null) * self.factor
        inside = self.low <= self.null <= self.high
        return hides_null(distance, self.half_width * self.factor, places, inside=inside)

    def _automatic_decimals(self, brief: bool) -> int:
        if isinstance(self.value, int):
            return 0
        scaled = self.value * self.factor
        size = max(abs(self.value), self.uncertainty)
        exponent = power_of_ten(size) if self.factor == 1 else None
        if exponent is not None:
            decimals = self._scale_by_power(size, exponent)
        elif self.is_logarithmic:
            return significant_decimals(scaled)
        elif not self.uncertainty:
            return self._decimals_without_interval(scaled, brief)
        else:
            uncertainty = self.uncertainty * self.factor
            coarse = decimals_of_uncertainty(uncertainty, fine=False)
            fine = not brief or coarse < significant_decimals(scaled)
            decimals = max(0, decimals_of_uncertainty(uncertainty, fine=fine))
        return decimals + self._extra_decimals(decimals, brief)

    def _scale_by_power(self, size: float, exponent: int) -> int:
        """Choose the power of ten, so that 9.96 × 10⁹ is printed as 1.0 × 10¹⁰; the decimals."""
        decimals = 1
        for power in (exponent, exponent + 1):
            self.exponent = power
            self.factor = 10.0**-power
            if self.uncertainty and not self.is_logarithmic:
                decimals = min(max(decimals_of_uncertainty(self.uncertainty * self.factor), 0), 3)
            if round(size * self.factor, decimals) < 10:
                break
        return decimals

    def _decimals_without_interval(self, scaled: float, brief: bool) -> int:
        """Of one run the margin's, else two significant digits; of others three, or all that they have."""
        quantity = self.quantity
        if quantity.is_of_one_run:
            if quantity.margin:
                decimals = decimals_of_margin(quantity.margin * self.factor)
            else:
                decimals = significant_decimals(scaled)
        else:
            most = significant_decimals(scaled, 2 if quantity.unit == "points" else 3)
            is_whole = abs(scaled) >= 1 and (quantity.exact or not brief)
            decimals = exact_decimals(scaled, range(3 if is_whole else most), otherwise=most)
        enough = decimals_beside_limits(scaled, decimals, self.limits)
        return decimals if enough is None else enough

    def _extra_decimals(self, decimals: int, brief: bool) -> int:
        """Further decimals: a difference agrees with its shares, and ± tells on which side zero is."""
        if not self.half_width:
            return 0
        value = self.value * self.factor
        half_width = self.half_width * self.factor
        is_rounded_far = abs(round(value, decimals) - value) > 0.2 * half_width
        least = 1 if self.quantity.unit == "points" and is_rounded_far else 0
        if self.is_lopsided or (brief and self.low <= self.null <= self.high):
            return least
        for extra in range(least, MOST_EXTRA_DECIMALS + 1):
            if not self._hides_null(decimals + extra):
                return extra
        return least


@dataclass(frozen=True)
class FormattedQuantity:
    """A quantity, and how it is to be printed; `str()` prints it.

    Filters take and return it, so that they follow one another in any order: `gain | size | ci(1)` is
    `gain | ci(1) | size`. `decimals=None` are as many as the uncertainty supports; `signed` prints `+`, too.
    `suffix` is text behind the value, such as a standard deviation in brackets. `original` is the quantity
    of the answer where `size` or `apart` print another one: its reverse, or a ratio in per cent.
    """

    quantity: Quantity
    layout: Layout = "value"
    decimals: int | None = None
    signed: bool = False
    suffix: str = ""
    original: Quantity | None = None
    has_unit: bool = True

    def __str__(self) -> str:
        return _LAYOUTS[self.layout](self) + self.suffix

    def unit_behind(self, text: str) -> str:
        """A printed number, and its unit where that is printed, too."""
        return with_unit(text, self.quantity.unit) if self.has_unit else text


# Layouts


def _value_text(formatted: FormattedQuantity) -> str:
    formatter = Formatter(formatted.quantity, formatted.decimals, brief=True)
    return formatted.unit_behind(formatter.value_text(signed=formatted.signed))


def _plus_minus_text(formatted: FormattedQuantity) -> str:
    formatter = Formatter(formatted.quantity, formatted.decimals, brief=formatted.quantity.low is None)
    if formatter.has_interval and not formatter.prints_ends:
        return formatted.unit_behind(formatter.plus_minus_text(signed=formatted.signed))
    value = formatted.unit_behind(formatter.value_text(signed=formatted.signed))
    return f"{value} ({formatter.interval_text()})" if formatter.has_interval else value


def _interval_text(formatted: FormattedQuantity) -> str:
    formatter = Formatter(formatted.quantity, formatted.decimals)
    value = formatted.unit_behind(formatter.value_text(signed=formatted.signed))
    interval = f" (95{NO_BREAK}% CI {formatter.interval_text()})"
    return value + interval if formatter.has_interval else value


def _judged_text(formatted: FormattedQuantity) -> str:
    """The ends of the interval by which a comparison is judged together with others: `−1.2 to 0.4`."""
    quantity = formatted.quantity
    judged = replace(quantity, low=quantity.judged_low, high=quantity.judged_high)
    formatter = Formatter(judged, formatted.decimals)
    return formatter.interval_text() if formatter.has_interval else MISSING


def _p_text(formatted: FormattedQuantity) -> str:
    text = p_value_text(p_value_of(formatted.quantity), formatted.decimals)
    if not formatted.has_unit:
        return text
    sign = "" if text[0] in f"<>{MISSING}" else f"={NO_BREAK}"
    return f"p{NO_BREAK}{sign}{text}"


def _words_text(formatted: FormattedQuantity) -> str:
    value = formatted.quantity.value
    word = number_word(value) if isinstance(value, int) else None
    return _value_text(formatted) if word is None else formatted.unit_behind(word)


_LAYOUTS: dict[Layout, Callable[[FormattedQuantity], str]] = {
    "value": _value_text,
    "plus-minus": _plus_minus_text,
    "interval": _interval_text,
    "judged": _judged_text,
    "p": _p_text,
    "words": _words_text,
}


def p_value_of(quantity: Quantity) -> float | None:
    """The p value of a comparison, or a number between 0 and 1 that somebody computed as one."""
    if quantity.p is not None or quantity.null is not None:
        return quantity.p
    is_computed = quantity.source.kind != "measured" and quantity.unit == "" and quantity.interval is None
    if quantity.value is None or not is_computed or not 0 <= quantity.value <= 1:
        refuse(f"p prints the p value of a comparison, or a number from 0 to 1; {quantity!r} is none")
    return quantity.value


def p_value_text(p: float | None, decimals: int | None = None) -> str:
    """A p value: `0.012`, `0.27`, `< 0.001`, `> 0.99`; `–` where there is none."""
    if p is None:
        return MISSING
    if decimals is None:
        smallest, places = 0.001, 2 if p >= 0.1 else 3
    else:
        smallest, places = 10.0**-decimals, decimals
    if p < smallest:
        return f"<{NO_BREAK}{smallest:.{3 if decimals is None else decimals}f}"
    if p < 1 and round(p, places) == 1:
        return f">{NO_BREAK}{1 - 10.0**-places:.{places}f}"
    return f"{p:.{places}f}"


# Filters

Arguments = ParamSpec("Arguments")
Filter = Callable[Arguments, FormattedQuantity]
FILTERS: dict[str, Callable[..., FormattedQuantity]] = {}
"""Each filter by its name: a function of a quantity, or of what another filter returned."""


def _filter(function: Filter[Arguments]) -> Filter[Arguments]:
    """Add a filter to `FILTERS`; a call that does not fit is told what the filter takes."""
    name = function.__name__
    signature = inspect.signature(function)
    names = list(signature.parameters)[1:]
    takes = f"{name}({', '.join(names)})" if names else name

    @wraps(function)
    def checked(*arguments: Arguments.args, **named: Arguments.kwargs) -> FormattedQuantity:
        try:
            bound = signature.bind(*arguments, **named)
        except TypeError as error:
            refuse(f"the filter {name} is written as {{{{ quantity | {takes} }}}}: {error}")
        for decimals in list(bound.arguments.values())[1:]:
            if decimals is not None and not _is_number_of_decimals(decimals):
                refuse(f"{name}({decimals!r}): decimals are a whole number from 0 to {_MOST_DECIMALS}")
        return function(*arguments, **named)

    FILTERS[name] = checked
    return checked


def _is_number_of_decimals(value: Any) -> bool:
    return type(value) is int and 0 <= value <= _MOST_DECIMALS


def formatted_quantity(value: Any, filter_name: str = "") -> FormattedQuantity:
    """What is printed, as far as it is known: of a quantity, of a finding of one comparison, or of a filter.

    Raises `UsageError`, which names the filter, for anything else.
    """
    if isinstance(value, FormattedQuantity):
        return value
    quantity = value.quantity if hasattr(type(value), "quantity") else value
    if isinstance(quantity, Quantity):
        return FormattedQuantity(quantity)
    if isinstance(value, Namespace):
        refuse(f"the filter {filter_name} takes one quantity; name one of {', '.join(value)}")
    is_printed = isinstance(value, str) and any("\ue000" <= sign for sign in value)  # signs of page.values
    shown = "a text that is printed already" if is_printed else short_repr(value)
    text = f"the filter {filter_name} takes a quantity; {shown} is none"
    return refuse(f"{text}: name one of an answer, or write number(…)")


@_filter
def pm(value: Any, decimals: int | None = None) -> FormattedQuantity:
    """Value ± half width of the 95 % interval: `98.1 ± 0.2 %`; its ends where ± would mislead."""
    return _with_layout(value, "pm", "plus-minus", decimals)


@_filter
def ci(value: Any, decimals: int | None = None) -> FormattedQuantity:
    """Value and ends of the 95 % interval of the number by itself: `1.6 µM (95 % CI 1.2 to 2.1)`."""
    return _with_layout(value, "ci", "interval", decimals)


@_filter
def size(value: Any, decimals: int | None = None) -> FormattedQuantity:
    """How large a difference is, whichever way it points: `0.6 points`.

    A ratio is given in per cent of the second, 1.04 as `4 %` and 0.96 as `4 %`, from a doubling or halving
    on as how many times the larger is: `2.6 times`.
    """
    formatted = _with_layout(value, "size", None, decimals)
    original = formatted.original or formatted.quantity
    return replace(formatted, quantity=magnitude(formatted.quantity), signed=False, original=original)


@_filter
def apart(value: Any, decimals: int | None = None) -> FormattedQuantity:
    """A difference with its sign and ±: `+0.6 ± 0.2 points`, `−4.0 ± 0.5 %` for a ratio of 0.96."""
    formatted = _with_layout(value, "apart", "plus-minus", decimals)
    quantity = percent_of_ratio(formatted.quantity)
    original = formatted.original or formatted.quantity
    return replace(formatted, quantity=quantity, signed=not quantity.is_ratio, original=original)


@_filter
def p(value: Any, decimals: int | None = None) -> FormattedQuantity:
    """The p value of a comparison: `p = 0.012`, `p < 0.001`; of a number from 0 to 1, that."""
    formatted = _with_layout(value, "p", "p", decimals)
    p_value_of(formatted.quantity)  # so that the message has the line of the filter
    return formatted


@_filter
def words(value: Any) -> FormattedQuantity:
    """A count up to twelve in words, with its unit: `five seeds`; anything else as it is printed."""
    return _with_layout(value, "words", "words", None)


@_filter
def digits(value: Any, decimals: int) -> FormattedQuantity:
    """So many decimals: `98.14 %`."""
    return _with_layout(value, "digits", None, decimals)


@_filter
def bare(value: Any, decimals: int | None = None) -> FormattedQuantity:
    """The value without its unit, which follows later: `0.3 and 0.2 points`."""
    return replace(_with_layout(value, "bare", None, decimals), has_unit=False)


def _with_layout(
    value: Any, filter_name: str, layout: Layout | None, decimals: int | None
) -> FormattedQuantity:
    formatted = formatted_quantity(value, filter_name)
    if layout is not None:
        formatted = replace(formatted, layout=layout)
    if decimals is not None:
        formatted = replace(formatted, decimals=decimals)
    return formatted


# What filters print in place of a difference


def magnitude(quantity: Quantity) -> Quantity:
    """A difference without its direction; of a ratio per cent up to a doubling, then how many times."""
    if quantity.value is None:
        return quantity
    if not quantity.is_ratio:
        return reversed_quantity(quantity) if quantity.value < 0 else quantity
    if quantity.value <= 0.5:
        return reversed_quantity(quantity)
    percent = percent_of_ratio(quantity)
    if percent.value is not None and percent.unit == "fraction" and percent.value < 0:
        return reversed_quantity(percent)
    return percent


def percent_of_ratio(quantity: Quantity) -> Quantity:
    """By which share the first of a ratio exceeds the second: 0.04 for 1.04. One from 2, or to 0.5, stays."""
    if not quantity.is_ratio or quantity.value is None or not 0.5 < quantity.value < 2:
        return quantity
    percent = mapped_quantity(quantity, lambda ratio: ratio - 1)
    margin = None if quantity.margin is None else quantity.margin - 1
    return replace(percent, unit="fraction", null=None if quantity.null is None else 0.0, margin=margin)


# Plain texts


def as_prose(value: Any) -> str:
    """Value and unit, to one significant digit of the uncertainty, two of the value: `98.1 %`."""
    return str(formatted_quantity(value, "as_prose"))


def as_plus_minus(value: Any) -> str:
    """Value ± half width and unit: `98.1 ± 0.2 %`; the ends of the interval where ± would mislead."""
    return str(pm(value))


def as_table(value: Any, decimals: int | None = None, with_unit: bool = False) -> str:
    """A cell of a table: value ± half width with so many decimals; the unit is in the head of the column.

    What would vanish with so many decimals keeps its own, so that 0.066 is not printed as 0.
    """
    formatted = formatted_quantity(value, "as_table")
    if formatted is value:
        return str(formatted)
    formatter = Formatter(formatted.quantity)
    if formatter.has_own_scale or (decimals is not None and formatter.vanishes(decimals)):
        decimals = None
    return str(FormattedQuantity(formatted.quantity, "plus-minus", decimals, has_unit=with_unit))


def digits_of_column(column: Iterable[Quantity]) -> int:
    """The decimals that the middle one of the uncertain quantities supports; of exact ones the most."""
    uncertain: list[int] = []
    exact: list[int] = []
    for quantity in column:
        formatter = Formatter(quantity)
        if quantity.value is None or formatter.exponent is not None:
            continue
        if formatter.uncertainty:
            uncertain.append(formatter.decimals)
        else:
            exact.append(formatter.decimals)
    if uncertain:
        return sorted(uncertain)[len(uncertain) // 2]
    return max(exact, default=0)

"""Printing quantities: the only code that turns a quantity into text, for pages, sentences and exports.

A filter, such as `ci`, turns a quantity into a `FormattedQuantity`, which has a layout and options; the
function of the layout makes the text. `rounding` decides the number of decimals, `number_text` writes a
number, and `wording` has signs and units. In tables and forest plots, all quantities of a column have equal
decimals (`column_texts`). Sentences use the same filters as templates.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Literal

from labreport.errors import refuse
from labreport.stats.namespace import Namespace
from labreport.stats.quantity import Comparison, Quantity, as_quantity
from labreport.stats.rounding import (
    MOST_EXTRA_DECIMALS,
    Rounding,
    decimals_beside_limits,
    decimals_in_column,
    decimals_of_column,
    rounding_of,
    significant_decimals,
)
from labreport.stats.wording import (
    MINUS,
    MISSING,
    NO_BREAK,
    number_with_unit,
    number_word,
    power_of_ten_text,
)

Layout = Literal["value", "plus-minus", "ends", "interval", "judged", "p", "words"]
_MOST_DECIMALS = 20


def number_text(number: float, decimals: int) -> str:
    """A number with commas between thousands and a true minus sign; no sign if it prints as 0. NaN is `–`."""
    if math.isnan(number):
        return MISSING
    return f"{number:z,.{decimals}f}".replace("-", MINUS)


@dataclass(frozen=True)
class FormattedQuantity:
    """A quantity with the way to print it; `str()` returns the text.

    Filters take and return it, so that their order does not matter: `gain | size | ci(1)` is `gain | ci(1) |
    size`. With `decimals=None` the uncertainty decides. If `signed`, positive numbers get a `+`. `suffix` is
    text after the value, such as a standard deviation in brackets. Filters such as `size` and `apart` replace
    the quantity; `original` is then the one in the answer.
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

    def with_quantity(self, quantity: Quantity) -> FormattedQuantity:
        """The same with another quantity, and no sign; `original` stays the one in the answer."""
        return replace(self, quantity=quantity, signed=False, original=self.original or self.quantity)

    def with_unit(self, text: str) -> str:
        """A number followed by the unit of the quantity, unless `has_unit` is False."""
        return number_with_unit(text, self.quantity.unit) if self.has_unit else text

    def number_text(self, rounding: Rounding) -> str:
        """The value without unit and power of ten: `98.14`, or `+0.61` if signed."""
        value = rounding.value
        text = number_text(value, rounding.decimals)
        return f"+{text}" if self.signed and round(value, rounding.decimals) > 0 else text

    def value_text(self, rounding: Rounding) -> str:
        """The value with power of ten and unit: `98.14 %`, `3.1 × 10¹² J`."""
        if self.quantity.value is None:
            return MISSING
        return self.with_unit(self.number_text(rounding) + _power_text(rounding))


# Parts


def _power_text(rounding: Rounding) -> str:
    """The power of ten that follows a number: ` × 10¹²`; empty if there is none."""
    if rounding.exponent is None:
        return ""
    return f"{NO_BREAK}×{NO_BREAK}{power_of_ten_text(rounding.exponent)}"


def _both_ends(rounding: Rounding) -> str:
    """Both ends of the interval: `1.2 to 2.1`."""
    return f"{_end_text(rounding, rounding.low)} to {_end_text(rounding, rounding.high)}"


def _end_text(rounding: Rounding, end: float) -> str:
    """One end of the interval, with up to three more decimals if it would be rounded to a limit.

    If these do not suffice, it is `< 0.001` or `> 0.999`.
    """
    limits = rounding.limits
    decimals = significant_decimals(end) if rounding.ends_have_own_decimals else rounding.decimals
    enough = decimals_beside_limits(end, decimals, limits)
    if enough is not None:
        return number_text(end, enough) + _power_text(rounding)
    most = decimals + MOST_EXTRA_DECIMALS
    limit = min(limits, key=lambda limit: abs(end - limit))
    sign, step = ("<", 10.0**-most) if end > limit else (">", -(10.0**-most))
    return f"{sign}{NO_BREAK}{number_text(limit + step, most)}{_power_text(rounding)}"


# Layouts


def _value_text(formatted: FormattedQuantity) -> str:
    return formatted.value_text(rounding_of(formatted.quantity, formatted.decimals, brief=True))


def _plus_minus_text(formatted: FormattedQuantity) -> str:
    """Value ± half width, in brackets before a power of ten; value and ends where ± would mislead."""
    quantity = formatted.quantity
    rounding = rounding_of(quantity, formatted.decimals, brief=quantity.low is None)
    if not rounding.has_interval:
        return formatted.value_text(rounding)
    if rounding.prints_ends:
        return _ends_text(formatted)
    half_width = number_text(rounding.half_width, rounding.decimals)
    text = f"{formatted.number_text(rounding)}{NO_BREAK}±{NO_BREAK}{half_width}"
    if rounding.exponent is not None:
        text = f"({text}){_power_text(rounding)}"
    return formatted.with_unit(text)


def _ends_text(formatted: FormattedQuantity, name: str = "") -> str:
    """The value, followed by the ends of the interval in brackets: `1.6 µM (1.2 to 2.1)`.

    `name` is written in front of the ends.
    """
    rounding = rounding_of(formatted.quantity, formatted.decimals)
    value = formatted.value_text(rounding)
    return f"{value} ({name}{_both_ends(rounding)})" if rounding.has_interval else value


def _interval_text(formatted: FormattedQuantity) -> str:
    return _ends_text(formatted, f"95{NO_BREAK}% CI ")


def _judged_text(formatted: FormattedQuantity) -> str:
    """The ends of the interval by which a comparison is judged: `−1.2 to 0.4`."""
    quantity = formatted.quantity
    judged = replace(quantity, low=quantity.judged_low, high=quantity.judged_high)
    rounding = rounding_of(judged, formatted.decimals)
    return _both_ends(rounding) if rounding.has_interval else MISSING


def _p_text(formatted: FormattedQuantity) -> str:
    text = _p_value_text(p_value_of(formatted.quantity), formatted.decimals)
    if not formatted.has_unit:
        return text
    sign = "" if text[0] in f"<>{MISSING}" else f"={NO_BREAK}"
    return f"p{NO_BREAK}{sign}{text}"


def _words_text(formatted: FormattedQuantity) -> str:
    value = formatted.quantity.value
    word = number_word(value) if isinstance(value, int) else None
    return _value_text(formatted) if word is None else formatted.with_unit(word)


_LAYOUTS: dict[Layout, Callable[[FormattedQuantity], str]] = {
    "value": _value_text,
    "plus-minus": _plus_minus_text,
    "ends": _ends_text,
    "interval": _interval_text,
    "judged": _judged_text,
    "p": _p_text,
    "words": _words_text,
}


def p_value_of(quantity: Quantity) -> float | None:
    """The p value of a comparison, or a computed number from 0 to 1. Raises `UsageError` for others."""
    if quantity.p is not None or quantity.null is not None:
        return quantity.p
    is_computed = quantity.source.kind != "measured" and quantity.unit == "" and quantity.interval is None
    if quantity.value is None or not is_computed or not 0 <= quantity.value <= 1:
        refuse(f"p prints the p value of a comparison, or a number from 0 to 1; {quantity!r} is none")
    return quantity.value


def _p_value_text(p: float | None, decimals: int | None) -> str:
    """A p value: `0.012`, `0.27`, `< 0.001`, `> 0.99`; `–` where there is none."""
    if p is None:
        return MISSING
    if decimals is None:
        decimals = 2 if p >= 0.1 else 3
    smallest = 10.0**-decimals
    if p < smallest:
        return f"<{NO_BREAK}{smallest:.{decimals}f}"
    if p < 1 and round(p, decimals) == 1:
        return f">{NO_BREAK}{1 - smallest:.{decimals}f}"
    return f"{p:.{decimals}f}"


# Filters

Filter = Callable[..., FormattedQuantity]
FILTERS: dict[str, Filter] = {}
"""The filters by name; each takes a quantity, or the result of another filter."""


def _filter(function: Callable[[FormattedQuantity], FormattedQuantity]) -> Filter:
    """Register a filter: a function of a quantity or finding and, if given, of a number of decimals.

    The filter raises `UsageError` for any other value, and for a wrong number of decimals.
    """
    name = function.__name__

    def checked(quantity: object, decimals: int | None = None) -> FormattedQuantity:
        formatted = formatted_quantity(quantity)
        if decimals is None:
            return function(formatted)
        if type(decimals) is not int or not 0 <= decimals <= _MOST_DECIMALS:
            refuse(f"{name}({decimals!r}): decimals are a whole number from 0 to {_MOST_DECIMALS}")
        return function(replace(formatted, decimals=decimals))

    FILTERS[name] = checked
    return checked


def formatted_quantity(value: object) -> FormattedQuantity:
    """Convert a quantity, or a finding with one, to a `FormattedQuantity`; one already made is unchanged.

    Raises `UsageError` for anything else.
    """
    if isinstance(value, FormattedQuantity):
        return value
    if isinstance(value, Namespace):
        refuse(f"one quantity is needed; name one of {', '.join(value)}")
    return FormattedQuantity(as_quantity(value))


@_filter
def pm(formatted: FormattedQuantity) -> FormattedQuantity:
    """Value ± half width of the 95 % interval: `98.1 ± 0.2 %`; value and ends where ± would mislead."""
    return replace(formatted, layout="plus-minus")


@_filter
def ci(formatted: FormattedQuantity) -> FormattedQuantity:
    """Value and ends of its own 95 % interval: `1.6 µM (95 % CI 1.2 to 2.1)`."""
    return replace(formatted, layout="interval")


@_filter
def size(formatted: FormattedQuantity) -> FormattedQuantity:
    """The size of a difference, without its direction: `0.6 points`.

    A ratio between 0.5 and 2 is printed in per cent: 1.04 and 0.96 both as `4 %`. Beyond, it says how many
    times the larger is: `2.6 times`.
    """
    return formatted.with_quantity(magnitude(formatted.quantity))


@_filter
def apart(formatted: FormattedQuantity) -> FormattedQuantity:
    """A difference with sign and ±: `+0.6 ± 0.2 points`; for a ratio of 0.96, `−4.0 ± 0.5 %`."""
    amount = _percent_of_ratio(formatted.quantity)
    return replace(pm(formatted.with_quantity(amount)), signed=not amount.is_ratio)


@_filter
def p(formatted: FormattedQuantity) -> FormattedQuantity:
    """The p value of a comparison: `p = 0.012`, `p < 0.001`; also of a computed number from 0 to 1."""
    return replace(formatted, layout="p")


@_filter
def words(formatted: FormattedQuantity) -> FormattedQuantity:
    """A count up to twelve as a word, with its unit: `five seeds`; any other value unchanged."""
    return replace(formatted, layout="words")


@_filter
def digits(formatted: FormattedQuantity) -> FormattedQuantity:
    """The number of decimals: `gain | digits(2)` is `98.14 %`."""
    if formatted.decimals is None:
        refuse("digits: with how many decimals? Write {{ quantity | digits(2) }}")
    return formatted


@_filter
def bare(formatted: FormattedQuantity) -> FormattedQuantity:
    """Leave out the unit: `0.3 and 0.2 points` is `{{ a | bare }} and {{ b }}`."""
    return replace(formatted, has_unit=False)


# What filters print in place of a difference


def magnitude(quantity: Quantity) -> Quantity:
    """A comparison without its direction: a ratio between 0.5 and 2 in per cent, beyond as how many times."""
    amount = _percent_of_ratio(quantity)
    if amount.value is None:
        return amount
    is_below = amount.value < 1 if amount.is_ratio else amount.value < 0
    return replace(amount.turned, place=quantity.place) if is_below else amount


def _percent_of_ratio(quantity: Quantity) -> Quantity:
    """A ratio between 0.5 and 2 as the share by which it differs from 1: 0.04 for 1.04; others unchanged."""
    value, ends = quantity.value, quantity.interval
    if not quantity.is_ratio or value is None or not 0.5 < value < 2:
        return quantity
    low, high = (None, None) if ends is None else (ends[0] - 1, ends[1] - 1)
    margin = None if quantity.margin is None else quantity.margin - 1
    percent = replace(quantity, value=value - 1, low=low, high=high, on_logarithms=False)
    return replace(percent, unit="fraction", compared=Comparison(0.0), margin=margin)


# Plain texts


def column_texts(
    quantities: Iterable[Quantity], layout: Layout, decimals: int | None = None, *, has_unit: bool = False
) -> list[str]:
    """The texts of the quantities of a column, with equal decimals: those given, or the column's median.

    A quantity that would print as 0, or has a power of ten, keeps its own decimals.
    """
    column = list(quantities)
    if decimals is None:
        decimals = decimals_of_column(column)
    texts = []
    for quantity in column:
        own_decimals = decimals_in_column(quantity, decimals)
        texts.append(str(FormattedQuantity(quantity, layout, own_decimals, has_unit=has_unit)))
    return texts


def as_prose(value: object) -> str:
    """Value and unit, with about two significant digits, as a sentence has them: `98.1 %`."""
    return str(formatted_quantity(value))


def as_plus_minus(value: object) -> str:
    """Value ± half width and unit: `98.1 ± 0.2 %`; value and ends where ± would mislead."""
    return str(pm(value))

"""How quantities are printed: the only way from a quantity to its text, for page, sentences, tables, exports.

A filter, as `ci`, makes a `FormattedQuantity` of a quantity: its layout, and what the author asks for. The
function of its layout puts the text together. `rounding` says with how many decimals; `number_text` writes a
number; `wording` has units, in singular or plural, and signs. A table, or a forest plot, prints a column of
quantities in the decimals of one of them (`column_texts`); a sentence prints its own by the same filters.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import wraps
from typing import Literal

from labreport.errors import refuse
from labreport.project.checks import short_repr
from labreport.stats.namespace import Namespace
from labreport.stats.quantity import Quantity, mapped_quantity, quantity_or_none, reversed_quantity
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
    FIRST_SIGN,
    MINUS,
    MISSING,
    NO_BREAK,
    number_word,
    power_of_ten_text,
    with_unit,
)

Layout = Literal["value", "plus-minus", "ends", "interval", "judged", "p", "words"]
_MOST_DECIMALS = 20


def number_text(number: float, decimals: int) -> str:
    """A number with commas between thousands, and with a proper minus sign unless it is printed as 0."""
    if math.isnan(number):
        return MISSING
    text = f"{abs(number):,.{decimals}f}"
    is_zero = text.strip("0.") == ""
    return f"{MINUS}{text}" if number < 0 and not is_zero else text


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

    def laid_out(self, layout: Layout, decimals: int | None) -> FormattedQuantity:
        """The same in another layout, and with so many decimals; None leaves them."""
        return replace(self.with_decimals(decimals), layout=layout)

    def with_decimals(self, decimals: int | None) -> FormattedQuantity:
        """The same with so many decimals; None leaves them."""
        return self if decimals is None else replace(self, decimals=decimals)

    def with_unit(self, text: str) -> str:
        """A printed number, and its unit where that is printed, too."""
        return with_unit(text, self.quantity.unit) if self.has_unit else text

    def number_text(self, rounding: Rounding) -> str:
        """The value alone: `98.14`, signed `+0.61`; without what follows where it has a power of ten."""
        value = rounding.extent.value
        text = number_text(value, rounding.decimals)
        return f"+{text}" if self.signed and round(value, rounding.decimals) > 0 else text

    def value_text(self, rounding: Rounding) -> str:
        """The value with its unit: `98.14 %`, `3.1 × 10¹² J`."""
        if self.quantity.value is None:
            return MISSING
        return self.with_unit(self.number_text(rounding) + _power_text(rounding))


# Parts


def _power_text(rounding: Rounding) -> str:
    """What stands behind a number that is printed by a power of ten."""
    if rounding.exponent is None:
        return ""
    return f"{NO_BREAK}×{NO_BREAK}{power_of_ten_text(rounding.exponent)}"


def _both_ends(rounding: Rounding) -> str:
    """Both ends: `1.2 to 2.1`."""
    return f"{_end_text(rounding, rounding.extent.low)} to {_end_text(rounding, rounding.extent.high)}"


def _end_text(rounding: Rounding, end: float) -> str:
    """An end of the interval, with up to three decimals more so that it is not rounded across a limit."""
    limits = rounding.extent.limits
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
    """Value ± half width, in brackets before a power of ten; the ends where ± would mislead."""
    quantity = formatted.quantity
    rounding = rounding_of(quantity, formatted.decimals, brief=quantity.low is None)
    if not rounding.extent.has_interval:
        return formatted.value_text(rounding)
    if rounding.prints_ends:
        return _ends_text(formatted)
    half_width = number_text(rounding.extent.half_width, rounding.decimals)
    text = f"{formatted.number_text(rounding)}{NO_BREAK}±{NO_BREAK}{half_width}"
    if rounding.exponent is not None:
        text = f"({text}){_power_text(rounding)}"
    return formatted.with_unit(text)


def _ends_text(formatted: FormattedQuantity, name: str = "") -> str:
    """Value and ends, behind the name of the interval: `1.6 µM (1.2 to 2.1)`."""
    rounding = rounding_of(formatted.quantity, formatted.decimals)
    value = formatted.value_text(rounding)
    return f"{value} ({name}{_both_ends(rounding)})" if rounding.extent.has_interval else value


def _interval_text(formatted: FormattedQuantity) -> str:
    return _ends_text(formatted, f"95{NO_BREAK}% CI ")


def _judged_text(formatted: FormattedQuantity) -> str:
    """The ends of the interval by which a comparison is judged together with others: `−1.2 to 0.4`."""
    quantity = formatted.quantity
    judged = replace(quantity, low=quantity.judged_low, high=quantity.judged_high)
    rounding = rounding_of(judged, formatted.decimals)
    return _both_ends(rounding) if rounding.extent.has_interval else MISSING


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
    """The p value of a comparison, or a number between 0 and 1 that somebody computed as one."""
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
"""Each filter by its name: a function of a quantity, or of what another filter returned."""


def _filter(function: Filter) -> Filter:
    """Add a filter to `FILTERS`: a function of how a quantity is printed so far.

    The filter takes a quantity, too. Raises `UsageError`, which says what it takes, for anything else.
    """
    name = function.__name__
    signature = inspect.signature(function)
    arguments = ", ".join(list(signature.parameters)[1:])
    usage = f"{name}({arguments})" if arguments else name

    @wraps(function)
    def checked(value: object, *positional: object, **named: object) -> FormattedQuantity:
        formatted = formatted_quantity(value, name)
        try:
            bound = signature.bind(formatted, *positional, **named)
        except TypeError as error:
            refuse(f"the filter {name} is written as {{{{ quantity | {usage} }}}}: {error}")
        number = bound.arguments.get("decimals", 0)
        is_allowed = number is None or (type(number) is int and 0 <= number <= _MOST_DECIMALS)
        if not is_allowed:
            refuse(f"{name}({number!r}): decimals are a whole number from 0 to {_MOST_DECIMALS}")
        return function(*bound.args, **bound.kwargs)

    FILTERS[name] = checked
    return checked


def formatted_quantity(value: object, filter_name: str = "") -> FormattedQuantity:
    """What is printed, as far as it is known: of a quantity, of a finding of one comparison, or of a filter.

    Raises `UsageError`, which names the filter, for anything else.
    """
    if isinstance(value, FormattedQuantity):
        return value
    quantity = quantity_or_none(value)
    if quantity is not None:
        return FormattedQuantity(quantity)
    if isinstance(value, Namespace):
        refuse(f"the filter {filter_name} takes one quantity; name one of {', '.join(value)}")
    is_printed = isinstance(value, str) and any(sign >= FIRST_SIGN for sign in value)
    shown = "a text that is printed already" if is_printed else short_repr(value)
    text = f"the filter {filter_name} takes a quantity; {shown} is none"
    return refuse(f"{text}: name one of an answer, or write number(…)")


@_filter
def pm(formatted: FormattedQuantity, decimals: int | None = None) -> FormattedQuantity:
    """Value ± half width of the 95 % interval: `98.1 ± 0.2 %`; its ends where ± would mislead."""
    return formatted.laid_out("plus-minus", decimals)


@_filter
def ci(formatted: FormattedQuantity, decimals: int | None = None) -> FormattedQuantity:
    """Value and ends of the 95 % interval of the number by itself: `1.6 µM (95 % CI 1.2 to 2.1)`."""
    return formatted.laid_out("interval", decimals)


@_filter
def size(formatted: FormattedQuantity, decimals: int | None = None) -> FormattedQuantity:
    """How large a difference is, whichever way it points: `0.6 points`.

    A ratio is given in per cent of the second, 1.04 as `4 %` and 0.96 as `4 %`, from a doubling or halving
    on as how many times the larger is: `2.6 times`.
    """
    original = formatted.original or formatted.quantity
    amount = magnitude(formatted.quantity)
    return replace(formatted.with_decimals(decimals), quantity=amount, signed=False, original=original)


@_filter
def apart(formatted: FormattedQuantity, decimals: int | None = None) -> FormattedQuantity:
    """A difference with its sign and ±: `+0.6 ± 0.2 points`, `−4.0 ± 0.5 %` for a ratio of 0.96."""
    original = formatted.original or formatted.quantity
    amount = _percent_of_ratio(formatted.quantity)
    laid_out = formatted.laid_out("plus-minus", decimals)
    return replace(laid_out, quantity=amount, signed=not amount.is_ratio, original=original)


@_filter
def p(formatted: FormattedQuantity, decimals: int | None = None) -> FormattedQuantity:
    """The p value of a comparison: `p = 0.012`, `p < 0.001`; of a number from 0 to 1, that."""
    p_value_of(formatted.quantity)  # so that the message has the line of the filter
    return formatted.laid_out("p", decimals)


@_filter
def words(formatted: FormattedQuantity) -> FormattedQuantity:
    """A count up to twelve in words, with its unit: `five seeds`; anything else as it is printed."""
    return replace(formatted, layout="words")


@_filter
def digits(formatted: FormattedQuantity, decimals: int) -> FormattedQuantity:
    """So many decimals: `98.14 %`."""
    return formatted.with_decimals(decimals)


@_filter
def bare(formatted: FormattedQuantity, decimals: int | None = None) -> FormattedQuantity:
    """The value without its unit, which follows later: `0.3 and 0.2 points`."""
    return replace(formatted.with_decimals(decimals), has_unit=False)


# What filters print in place of a difference


def magnitude(quantity: Quantity) -> Quantity:
    """A difference without its direction; of a ratio per cent up to a doubling, then how many times."""
    if quantity.value is None:
        return quantity
    if quantity.is_ratio and quantity.value <= 0.5:
        return reversed_quantity(quantity)
    amount = _percent_of_ratio(quantity)
    is_negative = amount.value is not None and amount.value < 0
    return reversed_quantity(amount) if is_negative else amount


def _percent_of_ratio(quantity: Quantity) -> Quantity:
    """By which share the first of a ratio exceeds the second: 0.04 for 1.04. One from 2, or to 0.5, stays."""
    if not quantity.is_ratio or quantity.value is None or not 0.5 < quantity.value < 2:
        return quantity
    percent = mapped_quantity(quantity, lambda ratio: ratio - 1)
    margin = None if quantity.margin is None else quantity.margin - 1
    null = None if quantity.null is None else 0.0
    return replace(percent, unit="fraction", null=null, margin=margin, on_logarithms=False)


# Plain texts


def column_texts(
    quantities: Iterable[Quantity], layout: Layout, decimals: int | None = None, *, has_unit: bool = False
) -> list[str]:
    """Print the quantities of a column with so many decimals, by default those of its middle one.

    One that these would print as 0, and one that has a power of ten, keep their own.
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
    """Value and unit, to one significant digit of the uncertainty, two of the value: `98.1 %`."""
    return str(formatted_quantity(value, "as_prose"))


def as_plus_minus(value: object) -> str:
    """Value ± half width and unit: `98.1 ± 0.2 %`; the ends of the interval where ± would mislead."""
    return str(pm(value))

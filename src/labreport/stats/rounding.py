"""How a quantity is printed: to the digits that its uncertainty supports, and with its unit."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from labreport.stats.quantity import LEVEL, PER_CENT, Quantity, as_quantity

NO_BREAK = "\u00a0"
"""Between a number and its unit."""
MINUS = "\u2212"
MISSING = "–"
"""Printed where the results cannot give a number."""
LOPSIDED, WIDE = 1.5, 1.5
"""How many times as long as the other a side of an interval must be for its ends to be printed; and how many
times the lower end the upper one is, where a logarithmic interval has for each its own digits."""
PER_CENT_BELOW = 1.1
"""The size of a ratio below this is printed as so many per cent."""
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_WORDS = "zero one two three four five six seven eight nine ten eleven twelve"


def as_prose(one: Any) -> str:
    """Value and unit, to one significant digit of the uncertainty, two of the value: `98.1 %`."""
    quantity = as_quantity(one)
    return _with_unit(_Form.of(quantity, prose=True).text(quantity.value), quantity)


def as_table(one: Any, digits: int | None = None) -> str:
    """Value ± half width without the unit, which is in the head of the column, with so many decimals."""
    quantity = as_quantity(one)
    form = replace(_Form.of(quantity), group_from=1_000)
    if digits is not None and form.exponent is None and not _logarithmic(quantity):
        form = replace(form, decimals=digits)
    return "".join(_spread(quantity, form))


def digits_of_column(column: Iterable[Any]) -> int:
    """The decimals that the middle one of the uncertain quantities supports; of exact ones the most."""
    known = [one for one in map(as_quantity, column) if one.value is not None]
    uncertain = [one for one in known if _uncertainty(one)]
    found = sorted(form.decimals for form in map(_Form.of, uncertain or known) if form.exponent is None)
    return (found[len(found) // 2] if uncertain else found[-1]) if found else 0


def pm(one: Any) -> str:
    """Value ± half width of its interval, and unit: `98.1 ± 0.2 %`; where that misleads, the ends instead.

    That is an interval much longer on one side, or one that excludes zero although ± would seem to include
    it, or that describes observations. Without an interval, or where all seeds agree, only the number.
    """
    quantity = as_quantity(one)
    value, ends = _spread(quantity, _Form.of(quantity))
    return _with_unit(value, quantity) + ends


def ci(one: Any) -> str:
    """Value, unit and the ends: `1.6 µM (95 % CI 1.2 to 2.1)`."""
    quantity = as_quantity(one)
    if not _uncertainty(quantity) or quantity.interval is None:
        return pm(quantity)
    form = _Form.of(quantity)
    level = f"{100 * quantity.level:g}{NO_BREAK}% {'CI' if quantity.level == LEVEL else 'of values'}"
    return f"{_with_unit(form.text(quantity.value), quantity)} ({level} {_ends(quantity, form)})"


def size(one: Any) -> str:
    """How large a difference is, whichever way it points: `0.6 points`; of a ratio, how many times."""
    return as_prose(sized(as_quantity(one)))


def apart(one: Any) -> str:
    """How large a difference is, with ±: `0.6 ± 0.2 points`."""
    return pm(sized(as_quantity(one)))


def p(one: Any) -> str:
    """A probability as `p = 0.012`, `p < 0.001`."""
    value = as_quantity(one).value
    if value is None:
        return MISSING
    text = f"<{NO_BREAK}0.001" if value < 0.001 else f"={NO_BREAK}{value:.{2 if value >= 0.1 else 3}f}"
    return f"p{NO_BREAK}{text}"


def words(one: Any) -> str:
    """A small count in words, and its unit: `five seeds`; anything else as in prose."""
    quantity, known = as_quantity(one), _WORDS.split()
    if not isinstance(quantity.value, int) or not 0 <= quantity.value < len(known):
        return as_prose(quantity)
    return _with_unit(known[quantity.value], quantity)


def digits(one: Any, number: int) -> str:
    """Value and unit with so many decimals."""
    quantity = as_quantity(one)
    return _with_unit(replace(_Form.of(quantity), decimals=number).text(quantity.value), quantity)


FORMS: Mapping[str, Callable[..., str]] = {
    "pm": pm, "ci": ci, "size": size, "p": p, "words": words, "digits": digits,
}  # fmt: skip
"""Each form in which a page prints a quantity, by the name of its filter."""


def unit_text(unit: str) -> str:
    """A unit as it is printed: `%` for shares, nothing for years."""
    return {"fraction": "%", "year": ""}.get(unit, unit)


def sized(quantity: Quantity) -> Quantity:
    """A difference without its direction, of a ratio how many times the greater is; below 1.1 in per cent."""
    value, unit, ends = quantity.value, quantity.unit, quantity.interval
    if value is None:
        return quantity
    if unit != "times" and value < 0:
        value, ends = -value, ends and (-ends[1], -ends[0])
    elif unit == "times":
        if 0 < value < 1:
            value, ends = 1 / value, ends and (1 / ends[1], 1 / ends[0] if ends[0] else math.inf)
        if value < PER_CENT_BELOW:
            value, ends, unit = value - 1, ends and (ends[0] - 1, ends[1] - 1), "fraction"
    low, high = ends or (None, None)
    return replace(quantity, value=value, unit=unit, low=low, high=high)


def decimals(uncertainty: float, fine: bool = True) -> int:
    """Decimals that show `uncertainty` to one significant digit; a `fine` one to two where the first is 1."""
    exponent = math.floor(math.log10(uncertainty))
    leading = round(uncertainty / 10**exponent, 1)
    if leading >= 9.5:  # prints as 10 of the digit below
        exponent, leading = exponent + 1, 1.0
    return -exponent + (1 if fine and leading < 1.95 else 0)


def _spread(quantity: Quantity, form: _Form) -> tuple[str, str]:
    """The value with ± behind it, or the value, and its ends in brackets."""
    half, value = _half_width(quantity), quantity.value
    if value is None or not half or not _uncertainty(quantity):
        return form.text(value), ""
    if _lopsided(quantity) or _logarithmic(quantity) or quantity.level != LEVEL:
        return form.text(value), f" ({_ends(quantity, form)})"
    text = f"{form.digits(value)}{NO_BREAK}±{NO_BREAK}{form.digits(half)}"
    return f"({text}){form.power}" if form.power else text, ""


def _ends(quantity: Quantity, form: _Form) -> str:
    ends = quantity.interval or ()
    if _logarithmic(quantity) and form.exponent is None:  # each end has its own digits
        return " to ".join(replace(form, decimals=_two_digits(end * form.factor)).text(end) for end in ends)
    return " to ".join(map(form.text, ends))


def _half_width(quantity: Quantity) -> float | None:
    """Half the width of the interval: the wider side, should the value not be in its middle."""
    if quantity.value is None or quantity.low is None or quantity.high is None:
        return None
    return max(quantity.value - quantity.low, quantity.high - quantity.value)


def _uncertainty(quantity: Quantity) -> float | None:
    """What the last digit printed should be as large as.

    For most that is the interval's half-width. One that holds a share of the observations, as a
    median's middle half does, is as much wider than the median is uncertain as the root of their number.
    """
    uncertainty = _half_width(quantity) or quantity.spread
    if not uncertainty or uncertainty < 1e-9 * abs(quantity.value or 0):  # what is left of equal values
        return None
    observed = quantity.interval is not None and quantity.level != LEVEL
    return uncertainty / math.sqrt(quantity.n) if observed else uncertainty


def _lopsided(quantity: Quantity) -> bool:
    """Whether value ± half-width would give a wrong picture of the interval."""
    half, value, low, high = _half_width(quantity), quantity.value, quantity.low, quantity.high
    if half is None or value is None or low is None or high is None:
        return False
    hides_zero = quantity.unit == "points" and not low <= 0 <= high and half >= abs(float(value))
    return half > LOPSIDED * min(value - low, high - value) or hides_zero


def _logarithmic(quantity: Quantity) -> bool:
    """Whether the ends are as many times off, and so far apart that each needs its own digits."""
    low, high, value = quantity.low, quantity.high, quantity.value
    if not value or low is None or high is None or not 0 < low < value < high <= 1e300 or high <= WIDE * low:
        return False
    return math.isclose(high / value, value / low, rel_tol=1e-6)


def _more(quantity: Quantity, shown: int, factor: float) -> int:
    """Further decimals, without which an interval that excludes zero would seem to include it.

    Of a difference of shares, one more where rounding would change it by a fifth of its uncertainty, so that
    it agrees with the values that it is between.
    """
    half, value = _half_width(quantity), abs(quantity.value or 0) * factor
    if half is None or quantity.low is None or quantity.high is None:
        return 0
    points = quantity.unit == "points"
    least = 1 if points and abs(round(value, shown) - value) > 0.2 * half * factor else 0
    if quantity.low <= 0 <= quantity.high or not (points or _lopsided(quantity)):
        return least
    half, most = half * factor, 2
    if _lopsided(quantity):  # the nearer end is printed, and is not zero
        value, half, most = min(abs(quantity.low), abs(quantity.high)) * factor, 0.0, 9
    places = range(shown + least, shown + most + 1)
    return next((place - shown for place in places if round(value, place) > round(half, place)), least)


@dataclass(frozen=True)
class _Form:
    """A way of writing numbers: scaled by `factor` and by a power of ten, with fixed decimals."""

    decimals: int
    factor: float = 1.0
    exponent: int | None = None
    group_from: float = 10_000

    @classmethod
    def of(cls, quantity: Quantity, prose: bool = False) -> _Form:
        value = 0 if quantity.value is None else quantity.value  # 0.0 stays a measured number
        factor, uncertainty = quantity.factor, _uncertainty(quantity)
        if isinstance(value, int):
            return cls(0, factor, None, math.inf if quantity.unit == "year" else 10_000)
        size = max(abs(value), uncertainty or 0.0)
        plain = size == 0 or quantity.unit in PER_CENT or 1e-3 <= size < 1e7
        if not plain or quantity.unit in ("FLOP", "FLOP/s"):
            exponent = math.floor(math.log10(size)) if size else 0
            for power in (exponent, exponent + 1):  # 9.96 × 10⁹ is printed as 1.0 × 10¹⁰
                own = not uncertainty or _logarithmic(quantity)
                shown = 1 if own else min(max(decimals(float(uncertainty or 1) / 10**power), 0), 3)
                if round(size / 10**power, shown) < 10:
                    break
            return cls(shown + _more(quantity, shown, 10.0**-power), factor, power)
        if _logarithmic(quantity):
            return cls(_two_digits(value * factor), factor)
        if uncertainty:
            fine = not prose or decimals(uncertainty * factor, fine=False) < _two_digits(value * factor)
            shown = max(0, decimals(uncertainty * factor, fine))
            return cls(shown + _more(quantity, shown, factor), factor)
        return cls(_plain_decimals(value * factor, 2 if quantity.unit == "points" else 3), factor)

    @property
    def power(self) -> str:
        exponent = str(self.exponent).translate(_SUPERSCRIPTS)
        return "" if self.exponent is None else f"{NO_BREAK}×{NO_BREAK}10{exponent}"

    def text(self, value: float | None) -> str:
        return MISSING if value is None else self.digits(value) + self.power

    def digits(self, value: float) -> str:
        scaled = value * self.factor / 10.0 ** (self.exponent or 0)
        text = f"{abs(scaled):{',' if abs(scaled) >= self.group_from else ''}.{self.decimals}f}"
        return MINUS + text if scaled < 0 and float(text.replace(",", "")) else text


def _two_digits(value: float) -> int:
    """The decimals that show two significant digits, or all before the point."""
    return max(0, 1 - math.floor(math.log10(abs(value)))) if value else 0


def _plain_decimals(value: float, digits: int) -> int:
    """Without an uncertainty: as many decimals as the value has, up to so many significant digits.

    Two decimals that say it exactly are kept in any case, as of a share of ten thousand items.
    """
    if value == 0:
        return 0
    most = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    if abs(value) >= 1 and math.isclose(round(value, 2), value, rel_tol=1e-9):
        most = 2
    exact = (count for count in range(most) if math.isclose(round(value, count), value, rel_tol=1e-9))
    return next(exact, most)


def _with_unit(text: str, quantity: Quantity) -> str:
    unit = unit_text(quantity.unit)
    if not unit or text == MISSING:
        return text
    one = text.lstrip(MINUS) in ("1", "one") and quantity.unit != "times"
    return f"{text}{NO_BREAK}{singular(unit) if one else unit}"


def singular(unit: str) -> str:
    """A plural noun after the number 1: `hidden layers` gives `hidden layer`. Symbols stay: `ms`, `Hz`."""
    word = unit.rpartition(" ")[2]
    if (
        len(word) <= 3
        or not word.isalpha()
        or not word.endswith("s")
        or word.endswith(("ss", "us", "is", "bps"))
    ):
        return unit
    if word.endswith("ies"):
        return f"{unit[:-3]}y"
    return unit[: -2 if word.endswith(("sses", "shes", "ches", "xes", "zzes")) else -1]

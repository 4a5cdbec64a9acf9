"""How a quantity is printed: to the digits that its uncertainty supports, and with its unit; and numerals."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from labreport.stats.quantity import LEVEL, Quantity

NO_BREAK = "\u00a0"
"""Between a number and its unit."""
THIN = "\u202f"
"""Between groups of three digits: a narrow space that does not break."""
MINUS = "\u2212"
MISSING = "–"
"""Printed where the results cannot give a number."""

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_SYMBOLS = {"fraction": "%", "points": "percentage points", "points, unsigned": "percentage points"}
_IRREGULAR = {
    "axes": "axis", "biases": "bias", "caches": "cache", "children": "child", "indices": "index",
    "lenses": "lens", "matrices": "matrix", "people": "person", "series": "series", "species": "species",
    "vertices": "vertex",
}  # fmt: skip
_NO_PLURALS = ("ss", "us", "is", "bps")
_UNITLESS = ("", "year")
_POINTS = ("points", "points, unsigned")
_PER_CENT = ("fraction", *_POINTS)


def format_number(quantity: Quantity) -> str:
    """Value and unit, as `96.5 %`, `318 010 parameters`, `3.1 × 10¹² FLOP`."""
    if quantity.value is None:
        return MISSING
    return _with_unit(_Form.of(quantity).text(quantity.value), quantity)


def format_bare(quantity: Quantity) -> str:
    """The value without its unit, for a column of a table whose header names the unit."""
    if quantity.value is None:
        return MISSING
    return _Form.of(quantity).text(quantity.value, group_from=1_000)


def format_spread(quantity: Quantity) -> str:
    """Value ± half-width of its interval, and unit: `96.5 ± 0.2 %`.

    Of a logarithmic interval the ends: `25 % (24 to 26 %)`; and of one that is much longer on one side, that
    excludes zero although ± would seem to include it, or that is not a 95 % interval. Without an interval, or
    where it has no width because all seeds agree, only the number.
    """
    half = half_width(quantity)
    if quantity.value is None or not half or not _uncertainty(quantity):
        return format_number(quantity)
    interval = quantity.interval
    if _lopsided(quantity) or (interval and (interval.logarithmic or interval.level != LEVEL)):
        return f"{format_number(quantity)} ({format_interval(quantity)})"
    form = _Form.of(quantity)
    value, width = form.digits(quantity.value), form.digits(half).lstrip("+")
    text = f"{value}{NO_BREAK}±{NO_BREAK}{width}"
    return _with_unit(f"({text}){form.power}" if form.power else text, quantity)


def format_interval(quantity: Quantity) -> str:
    """Low to high, and unit: `96.3 to 96.7 %`; the number where all seeds agree; without one, a dash."""
    if quantity.value is None or quantity.interval is None:
        return MISSING
    if not _uncertainty(quantity):
        return format_number(quantity)
    far = _logarithmic(quantity)  # each end to its own digits
    low, high = (
        _Form.of(replace(quantity, value=end) if far else quantity).text(end)
        for end in (quantity.interval.low, quantity.interval.high)
    )
    return _with_unit(f"{low} to {high}", quantity)


def prints_none(quantity: Quantity) -> bool:
    """Whether a difference, or what a ratio is more than one, is zero to the digits that are printed."""
    size = _size(quantity)
    return size.value is not None and size.unit != "times" and _Form.of(size).rounded(size.value) == 0


def printed(quantity: Quantity) -> float:
    """The number that its printed digits say; 0 where there is none."""
    form = _Form.of(quantity)
    return 0.0 if quantity.value is None else form.rounded(quantity.value) * 10.0 ** (form.exponent or 0)


def _size(quantity: Quantity, change: bool = False) -> Quantity:
    """How large a difference is, whichever way it points; of a ratio how many times the greater is.

    Below 1.1 that is in per cent. As a `change`, by how much something rises or falls: of a ratio in per
    cent, or from two on how many times it is.
    """
    value, interval, unit = quantity.value, quantity.interval, quantity.unit
    if value is None:
        return quantity
    ends = None if interval is None else (interval.low, interval.high)
    if unit != "times":
        if value < 0:
            value, ends = -value, ends and (-ends[1], -ends[0])
        unit = "points, unsigned" if unit == "points" else unit
    elif change and value < 1:
        value, ends, unit = 1 - value, ends and (1 - ends[1], 1 - ends[0]), "fraction"
    else:
        if value < 1:
            value, ends = 1 / value, ends and (1 / ends[1], 1 / ends[0])
        if value < (DOUBLE if change else PER_CENT_BELOW):
            value, ends, unit = value - 1, ends and (ends[0] - 1, ends[1] - 1), "fraction"
    if interval is not None and ends is not None:
        logarithmic = interval.logarithmic and unit == "times"
        interval = replace(interval, low=ends[0], high=ends[1], logarithmic=logarithmic)
    return replace(quantity, value=value, unit=unit, interval=interval)


DOUBLE = 2.0
"""Below this, what a ratio rises by is printed as so many per cent."""
PER_CENT_BELOW = 1.1
"""Ratios below this are printed as so many per cent."""


def half_width(quantity: Quantity) -> float | None:
    """Half the width of the interval: the wider side, should the value not be in its middle."""
    if quantity.value is None or quantity.interval is None:
        return None
    return max(quantity.value - quantity.interval.low, quantity.interval.high - quantity.value)


def _uncertainty(quantity: Quantity) -> float | None:
    """What the last digit printed should be as large as.

    For most that is the interval's half-width. One that holds a share of the observations, as a
    median's middle half does, is as much wider than the median is uncertain as the root of their number.
    """
    uncertainty = half_width(quantity) or quantity.spread
    if not uncertainty or uncertainty < 1e-9 * abs(quantity.value or 0):  # what is left of equal values
        return None
    if quantity.interval is not None and quantity.interval.level != LEVEL:
        return uncertainty / math.sqrt(quantity.n)
    return uncertainty


def decimals(uncertainty: float) -> int:
    """Decimals that show `uncertainty` to one significant digit, or to two where the first is 1."""
    exponent = math.floor(math.log10(uncertainty))
    leading = round(uncertainty / 10**exponent, 1)
    if leading >= 9.5:  # prints as 10 of the digit below
        exponent, leading = exponent + 1, 1.0
    return -exponent + (1 if leading < 1.95 else 0)


LOPSIDED = 1.5
"""How many times as long as the other a side of an interval must be for its ends to be printed."""


def _lopsided(quantity: Quantity) -> bool:
    """Whether value ± half-width would give a wrong picture of the interval."""
    interval, half = quantity.interval, half_width(quantity)
    if quantity.value is None or interval is None or half is None:
        return False
    shorter = min(quantity.value - interval.low, interval.high - quantity.value)
    if half > LOPSIDED * shorter:
        return True
    hides_zero = quantity.unit in _POINTS and not interval.low <= 0 <= interval.high
    return hides_zero and half >= abs(float(quantity.value))


def _more(quantity: Quantity, shown: int, factor: float) -> int:
    """Further decimals, without which an interval that excludes zero would seem to include it.

    Of a difference of shares, one more where rounding would change it by a fifth of its uncertainty, so that
    it agrees with the values that it is between.
    """
    interval, half, value = quantity.interval, half_width(quantity), abs(quantity.value or 0) * factor
    if interval is None or half is None:
        return 0
    points = quantity.unit in _POINTS
    least = 1 if points and abs(round(value, shown) - value) > 0.2 * half * factor else 0
    if interval.low <= 0 <= interval.high or not (points or _lopsided(quantity)):
        return least
    half, most = half * factor, MOST
    if _lopsided(quantity):  # the nearer end is printed, and is not zero
        value, half, most = min(abs(interval.low), abs(interval.high)) * factor, 0.0, MOST_OF_ENDS
    for more in range(least, most + 1):
        if round(value, shown + more) > round(half, shown + more):
            return more
    return least


MOST = 2
"""Decimals that are added at most to show on which side of zero an interval lies."""
MOST_OF_ENDS = 9
"""The same, where not ± but the ends are printed."""


@dataclass(frozen=True)
class _Form:
    """A way of writing numbers: scaled by `factor` and by a power of ten, with fixed decimals."""

    decimals: int
    factor: float = 1.0
    exponent: int | None = None
    signed: bool = False
    grouped: bool = True

    @classmethod
    def of(cls, quantity: Quantity) -> _Form:
        value = 0 if quantity.value is None else quantity.value  # 0.0 stays a measured number
        factor = 100.0 if quantity.unit in _PER_CENT else 1.0
        signed = quantity.unit == "points"
        uncertainty = _uncertainty(quantity)
        if isinstance(value, int):
            return cls(0, factor, None, signed, quantity.unit != "year")
        size = max(abs(value), uncertainty or 0.0)
        if _scientific(size, quantity):
            exponent = math.floor(math.log10(size))
            shown = _places(quantity, uncertainty, exponent)
            if round(size / 10**exponent, shown) >= 10:  # 9.96 × 10⁹ is printed as 1.0 × 10¹⁰
                exponent += 1
                shown = _places(quantity, uncertainty, exponent)
            return cls(shown + _more(quantity, shown, 10.0**-exponent), factor, exponent)
        if _logarithmic(quantity):
            return cls(max(0, 1 - math.floor(math.log10(value * factor))), factor)
        if uncertainty:
            shown = max(0, decimals(uncertainty * factor))
            return cls(shown + _more(quantity, shown, factor), factor, None, signed)
        digits = 2 if quantity.unit in _POINTS else 3
        return cls(_plain_decimals(value * factor, digits), factor, None, signed)

    @property
    def power(self) -> str:
        if self.exponent is None:
            return ""
        return f"{NO_BREAK}×{NO_BREAK}10{str(self.exponent).translate(_SUPERSCRIPTS)}"

    def text(self, value: float, group_from: int = 10_000) -> str:
        return self.digits(value, group_from) + self.power

    def _scaled(self, value: float) -> float:
        return value * self.factor / 10.0 ** (self.exponent or 0)

    def rounded(self, value: float) -> float:
        """The mantissa as it is printed."""
        return round(self._scaled(value), self.decimals)

    def digits(self, value: float, group_from: int = 10_000) -> str:
        scaled = self._scaled(value)
        text = f"{abs(scaled):.{self.decimals}f}"
        whole, _, fraction = text.partition(".")
        if self.grouped and int(whole) >= group_from:
            whole = f"{int(whole):,}".replace(",", THIN)
        text = whole + (f".{fraction}" if fraction else "")
        if float(f"{scaled:.{self.decimals}f}") == 0:
            return text
        return MINUS + text if scaled < 0 else "+" + text if self.signed else text


def _scientific(size: float, quantity: Quantity) -> bool:
    """Powers of ten for compute, and for whatever is too large or too small to read otherwise."""
    if size == 0 or quantity.unit in _PER_CENT:
        return False
    return quantity.unit in ("FLOP", "FLOP/s") or not 1e-3 <= size < 1e7


def _places(quantity: Quantity, uncertainty: float | None, exponent: int) -> int:
    """Decimals of a mantissa: as many as the uncertainty supports, up to three; without one, one."""
    if not uncertainty or _logarithmic(quantity):
        return 1
    return min(max(decimals(uncertainty / 10**exponent), 0), 3)


def _logarithmic(quantity: Quantity) -> bool:
    """Whether the ends of the interval are so many times apart that each needs its own digits."""
    interval = quantity.interval
    return interval is not None and interval.logarithmic and interval.high > WIDE * interval.low


WIDE = 1.5
"""How many times the lower end the upper one of a logarithmic interval is, where each has its own digits."""


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
    if quantity.unit in _UNITLESS:
        return text
    noun = _SYMBOLS.get(quantity.unit, quantity.unit)
    one = text.lstrip("+" + MINUS) == "1" and quantity.unit != "times"
    return f"{text}{NO_BREAK}{singular(noun) if one else noun}"


def singular(unit: str) -> str:
    """A plural noun after the number 1: `hidden layers` gives `hidden layer`. Symbols stay: `ms`, `Hz`."""
    rest, space, word = unit.rpartition(" ")
    if word in _IRREGULAR:
        word = _IRREGULAR[word]
    elif len(word) > 3 and word.isalpha() and word.endswith("s") and not word.endswith(_NO_PLURALS):
        twice = word.endswith(("sses", "shes", "ches", "xes", "zzes"))
        word = f"{word[:-3]}y" if word.endswith("ies") else word[:-2] if twice else word[:-1]
    return rest + space + word


def format_word(quantity: Quantity) -> str:
    """A small exact count in words, and its unit: `two seeds`; anything else as `format_number` has it."""
    if not isinstance(quantity.value, int) or in_words(quantity.value) == str(quantity.value):
        return format_number(quantity)
    return _with_unit(in_words(quantity.value), quantity)


FORMS: Mapping[str, Callable[[Quantity], str]] = {
    "number": format_number,
    "spread": format_spread,
    "interval": format_interval,
    "bare": format_bare,
    "size": lambda quantity: format_spread(_size(quantity)),
    "size only": lambda quantity: format_number(_size(quantity)),
    "change": lambda quantity: format_spread(_size(quantity, change=True)),
    "word": format_word,
}
"""Each form in which a page prints a quantity, by the name of its filter."""


_TEENS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen twenty"
)
_SMALL = _TEENS.split()
_LARGE = "thirty|forty|fifty|sixty|seventy|eighty|ninety|(?:hundred|thousand|million|billion|dozen)s?"
_COUNT = f"(?:{'|'.join(_SMALL[2:])}|{_LARGE})"
_PART = "(?:third|quarter|fourth|fifth|sixth|seventh|eighth|ninth|tenth|hundredth|thousandth)s?"
_TIMES = "twice|thrice|(?:doubl|tripl|quadrupl|halv)(?:e[sd]?|ing)|half"
_FOLD = r"\w+fold(?<!manifold)(?<!unfold)(?<!blindfold)(?<!scaffold)"
WORD = re.compile(
    rf"(?<![\w-])(?:(?:an?|one|{_COUNT})[ -]{_PART}|{_COUNT}(?:(?:-| and | ){_COUNT})*|{_TIMES}|{_FOLD})"
    r"(?!\w)",
    re.IGNORECASE,
)
"""A number in words, as `two`, `thirty-two`, `three hundred thousand`, `a third`, `half`, `tenfold`."""


def number_words(text: str) -> Iterator[str]:
    """The numbers in words, then the signs but 0 to 9 that stand for numbers: ½, ², ٣, full-width 3.

    Not counted: `one`, `once`, `none` and `both`, which are articles and pronouns more often than counts;
    ordinals (`first`, `second`), unless they are fractions (`a third`, `two fifths`); Roman numerals in
    letters.
    """
    yield from (found[0] for found in WORD.finditer(text))
    if not text.isascii():
        yield from (
            sign for sign in text if not sign.isascii() and unicodedata.numeric(sign, None) is not None
        )


def has_numeral(text: str) -> bool:
    """Whether `text` holds any numeral, in digits, in words, or in signs."""
    return any(sign.isdigit() for sign in text) or next(number_words(text), None) is not None


def in_words(number: int) -> str:
    """0 to 20 in words; greater numbers, which are read more easily in digits, in digits."""
    return _SMALL[number] if 0 <= number < len(_SMALL) else str(number)

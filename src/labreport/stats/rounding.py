"""The number of decimals of a printed quantity: as many as its uncertainty supports.

A number is never rounded to or across a limit, such as 0, that it does not have.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from labreport.stats.quantity import Quantity

MOST_EXTRA_DECIMALS = 3
"""An end of an interval may get this many decimals more than its value; then `< 0.001` is printed."""


@dataclass(frozen=True)
class Rounding:
    """The numbers of a quantity in the printed unit, and the number of decimals with which they are printed.

    Without a value, `value` is 0; without an interval, `low` and `high` equal the value. `half_width` is the
    length of the longer side of the interval. `uncertainty` is this length or, without an interval, the
    standard deviation. Both are 0 if they are as small as rounding errors. `null` is the value of no
    difference. `limits` are values that a number must not be rounded to or across: 0, and also 1 for a share
    or a ratio. `on_logarithms` means that the interval was computed on logarithms.

    If `exponent` is given, all numbers are printed in front of `× 10^exponent`. If `ends_have_own_decimals`,
    each end of the interval has two significant digits instead: 1.2 to 64.
    """

    value: float
    low: float
    high: float
    half_width: float
    uncertainty: float
    null: float
    limits: tuple[float, ...]
    on_logarithms: bool
    decimals: int = 0
    exponent: int | None = None
    ends_have_own_decimals: bool = False

    @property
    def size(self) -> float:
        """The larger of the value and its uncertainty, without sign."""
        return max(abs(self.value), self.uncertainty)

    @property
    def has_interval(self) -> bool:
        """Whether there is an interval of more than zero width."""
        return self.half_width > 0

    @property
    def includes_null(self) -> bool:
        """Whether the interval includes the value of no difference."""
        return self.low <= self.null <= self.high

    @property
    def is_lopsided(self) -> bool:
        """Whether one side of the interval is more than 1.5 times as long as the other."""
        shorter_side = min(self.value - self.low, self.high - self.value)
        return self.half_width > 1.5 * shorter_side

    @property
    def is_wide_on_logarithms(self) -> bool:
        """Whether the interval was computed on logarithms and its upper end exceeds 1.5 times the lower."""
        return self.on_logarithms and self.high > 1.5 * self.low

    @property
    def hides_null(self) -> bool:
        """Whether value ± half width, as printed, does not show whether the interval includes no difference.

        `−5 ± 5` could be −5.2 ± 4.9, which excludes 0, or −4.8 ± 5.1, which includes it.
        """
        distance = abs(self.value - self.null)
        printed_distance = round(distance, self.decimals)
        printed_half_width = round(self.half_width, self.decimals)
        if printed_distance == printed_half_width:
            return not math.isclose(distance, self.half_width, rel_tol=1e-9)
        return (printed_half_width > printed_distance) != self.includes_null

    @property
    def prints_ends(self) -> bool:
        """Whether the ends of the interval are printed, because value ± half width would mislead."""
        return self.is_lopsided or self.is_wide_on_logarithms or self.hides_null

    def until_null_shows(self, least: int, *, brief: bool) -> Rounding:
        """A rounding with `least` to three more decimals, until ± shows whether 0 is included."""
        if self.has_interval and not self.is_lopsided and not (brief and self.includes_null):
            for extra in range(least, MOST_EXTRA_DECIMALS + 1):
                longer = replace(self, decimals=self.decimals + extra)
                if not longer.hides_null:
                    return longer
        return replace(self, decimals=self.decimals + least)


def _unrounded(quantity: Quantity, factor: float) -> Rounding:
    """The numbers of a quantity multiplied by `factor`, with 0 decimals."""
    value = quantity.value or 0
    low, high = quantity.interval or (value, value)
    half_width = max(value - low, high - value)
    uncertainty = half_width or quantity.spread or 0.0
    if uncertainty < 1e-9 * abs(value):
        half_width = uncertainty = 0.0
    null = 1.0 if quantity.is_ratio else 0.0
    has_most = quantity.is_ratio or quantity.unit == "fraction"
    limits = (0.0, factor) if has_most else (0.0,)
    return Rounding(
        value * factor,
        low * factor,
        high * factor,
        half_width * factor,
        uncertainty * factor,
        null * factor,
        limits,
        quantity.on_logarithms,
    )


def rounding_of(quantity: Quantity, decimals: int | None = None, *, brief: bool = False) -> Rounding:
    """The rounding of a quantity; by default with as many decimals as its uncertainty supports.

    The last printed digit is then that of the uncertainty. If `brief`, the uncertainty is not printed, and
    the value has one digit less.
    """
    rounding = _automatic_rounding(quantity, brief)
    if decimals is None:
        return rounding
    return replace(rounding, decimals=decimals, ends_have_own_decimals=False)


def _automatic_rounding(quantity: Quantity, brief: bool) -> Rounding:
    """The first rule that applies: whole number, power of ten, logarithms, no uncertainty, uncertainty."""
    unrounded = _unrounded(quantity, quantity.factor)
    if quantity.value is None or isinstance(quantity.value, int):
        return replace(unrounded, ends_have_own_decimals=unrounded.is_wide_on_logarithms)
    is_extreme = unrounded.size > 0 and not 1e-3 <= unrounded.size < 1e7
    if quantity.factor == 1 and is_extreme:
        return _rounding_by_power_of_ten(quantity, unrounded.size).until_null_shows(0, brief=brief)
    if unrounded.is_wide_on_logarithms:
        decimals = significant_decimals(unrounded.value)
        return replace(unrounded, decimals=decimals, ends_have_own_decimals=True)
    if not unrounded.uncertainty:
        return replace(unrounded, decimals=_decimals_without_uncertainty(quantity, unrounded, brief))
    rounding = replace(unrounded, decimals=_supported_decimals(unrounded, brief))
    least = 1 if quantity.unit == "points" and _is_rounded_far(rounding) else 0
    return rounding.until_null_shows(least, brief=brief)


def _rounding_by_power_of_ten(quantity: Quantity, size: float) -> Rounding:
    """Rounding by the power of ten of the first digit; by the next one if 9.96e9 would be 10.0 × 10⁹."""
    exponent = math.floor(math.log10(size))
    rounding = _rounding_with_exponent(quantity, exponent)
    if round(rounding.size, rounding.decimals) < 10:
        return rounding
    return _rounding_with_exponent(quantity, exponent + 1)


def _rounding_with_exponent(quantity: Quantity, exponent: int) -> Rounding:
    """The rounding of what is printed in front of `× 10^exponent`; with one decimal if nothing says more."""
    unrounded = _unrounded(quantity, 10.0**-exponent)
    decimals = 1
    if unrounded.uncertainty and not unrounded.is_wide_on_logarithms:
        supported = decimals_of_uncertainty(unrounded.uncertainty)
        decimals = max(supported, 0)
    return replace(unrounded, decimals=decimals, exponent=exponent)


def _supported_decimals(unrounded: Rounding, brief: bool) -> int:
    """Decimals for one or two significant digits of the uncertainty; if `brief`, at most two of the value."""
    coarse = decimals_of_uncertainty(unrounded.uncertainty, fine=False)
    fine = not brief or coarse < significant_decimals(unrounded.value)
    return max(0, decimals_of_uncertainty(unrounded.uncertainty, fine=fine))


def _decimals_without_uncertainty(quantity: Quantity, unrounded: Rounding, brief: bool) -> int:
    """Decimals of a number without uncertainty.

    A single run has those of the margin, or else two significant digits. Other numbers have up to three
    significant digits (percentage points two), and exact ones from 1 on up to two decimals.
    """
    value = unrounded.value
    if quantity.is_of_one_run and quantity.margin:
        decimals = exact_decimals(quantity.margin * quantity.factor, range(6), otherwise=6)
    elif quantity.is_of_one_run:
        decimals = significant_decimals(value)
    else:
        most = significant_decimals(value, 2 if quantity.unit == "points" else 3)
        is_whole = abs(value) >= 1 and (quantity.exact or not brief)
        decimals = exact_decimals(value, range(3 if is_whole else most), otherwise=most)
    enough = decimals_beside_limits(value, decimals, unrounded.limits)
    return decimals if enough is None else enough


def _is_rounded_far(rounding: Rounding) -> bool:
    """Whether rounding moves a value by more than a tenth of its interval, so that sums would not match."""
    value = rounding.value
    moved = abs(round(value, rounding.decimals) - value)
    return moved > 0.2 * rounding.half_width > 0


# Columns


def decimals_of_column(column: Iterable[Quantity]) -> int:
    """The decimals of a column: the median of its uncertain quantities, else the most of the exact ones."""
    uncertain: list[int] = []
    certain: list[int] = []
    for quantity in column:
        rounding = rounding_of(quantity)
        if quantity.value is None or rounding.exponent is not None:
            continue
        decimals = uncertain if rounding.uncertainty else certain
        decimals.append(rounding.decimals)
    if uncertain:
        return sorted(uncertain)[len(uncertain) // 2]
    return max(certain, default=0)


def decimals_in_column(quantity: Quantity, decimals: int) -> int | None:
    """The decimals of a quantity in a column with this number of decimals; None if it keeps its own.

    It keeps its own if it would be printed as 0, has a power of ten, or ends with decimals of their own.
    """
    rounding = rounding_of(quantity)
    if rounding.exponent is not None or rounding.ends_have_own_decimals:
        return None
    size = rounding.size
    is_lost = size > 0 and round(size, decimals) == 0
    return None if is_lost else decimals


# Decimals of a number


def decimals_beside_limits(value: float, decimals: int, limits: Sequence[float]) -> int | None:
    """The least number of decimals, up to three more, with which a value is not rounded to a limit.

    None if three more do not suffice.
    """
    for extra in range(MOST_EXTRA_DECIMALS + 1):
        if not _crosses_limit(value, decimals + extra, limits):
            return decimals + extra
    return None


def _crosses_limit(value: float, decimals: int, limits: Sequence[float]) -> bool:
    """Whether rounding moves a value to a limit, or across one.

    0.004 with two decimals is printed as 0.00, the limit 0: True. A value that equals a limit, except for
    rounding errors, does not cross it.
    """
    rounded = round(value, decimals)
    for limit in limits:
        is_limit = math.isclose(value, limit, rel_tol=1e-9, abs_tol=1e-9)
        if not is_limit and (value > limit >= rounded or value < limit <= rounded):
            return True
    return False


def decimals_of_uncertainty(uncertainty: float, *, fine: bool = True) -> int:
    """Decimals that show an uncertainty to one significant digit: 1 for 0.3, 2 for 0.03, -1 for 30.

    If `fine`, a first digit of 1 is followed by a second digit: 2 for 0.18.
    """
    digit, exponent = f"{uncertainty:.0e}".split("e")
    begins_with_one = digit == "1" or f"{uncertainty:.1e}".startswith("1")
    extra = 1 if fine and begins_with_one else 0
    return extra - int(exponent)


def significant_decimals(value: float, digits: int = 2) -> int:
    """Decimals that show this number of significant digits: 1 for 12.3 with three digits; never below 0."""
    if not value or not math.isfinite(value):
        return 0
    return max(0, digits - 1 - math.floor(math.log10(abs(value))))


def exact_decimals(value: float, allowed: Iterable[int], otherwise: int) -> int:
    """The first of the allowed decimals that prints the value exactly: 2 for 106.04; else `otherwise`."""
    for decimals in allowed:
        if math.isclose(round(value, decimals), value, rel_tol=1e-9):
            return decimals
    return otherwise

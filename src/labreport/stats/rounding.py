"""With how many decimals a quantity is printed: as many as its uncertainty supports, never across a limit."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from labreport.stats.quantity import Quantity

MOST_EXTRA_DECIMALS = 3
"""By how many decimals an end of an interval may exceed those of its value before `< 0.001` is printed."""


@dataclass(frozen=True)
class Extent:
    """A value and what is known of its uncertainty, all in the stored unit.

    Without a value it is 0, without an interval `low` and `high` are the value, too. `half_width` is that of
    the longer side, `uncertainty` the same, else the standard deviation; both are 0 of values that are equal
    but for rounding errors. `null` is what no difference is: 1 of a ratio, else 0.
    """

    value: float
    low: float
    high: float
    half_width: float
    uncertainty: float
    null: float

    @property
    def size(self) -> float:
        """The larger of value and uncertainty, without a sign."""
        return max(abs(self.value), self.uncertainty)

    @property
    def includes_null(self) -> bool:
        """Whether the interval does not exclude that there is no difference."""
        return self.low <= self.null <= self.high

    @property
    def is_lopsided(self) -> bool:
        """Whether one side of the interval is more than 1.5 times the other."""
        return self.half_width > 1.5 * min(self.value - self.low, self.high - self.value)

    @property
    def is_logarithmic(self) -> bool:
        """Whether both ends are equally many times off, and far: an interval made on logarithms."""
        if not 0 < self.low < self.value < self.high <= 1e300 or self.high <= 1.5 * self.low:
            return False
        return math.isclose(self.high / self.value, self.value / self.low, rel_tol=1e-6)


def extent_of(quantity: Quantity) -> Extent:
    """The extent of a quantity."""
    value = 0 if quantity.value is None else quantity.value
    low, high = quantity.interval or (value, value)
    half_width = max(value - low, high - value)
    uncertainty = half_width or quantity.spread or 0.0
    if uncertainty < 1e-9 * abs(value):
        half_width = uncertainty = 0.0
    null = 1.0 if quantity.is_ratio else 0.0
    return Extent(value, low, high, half_width, uncertainty, null)


@dataclass(frozen=True)
class Scale:
    """How numbers of the stored unit are printed: times `factor`, with `decimals`, and a power of ten.

    `exponent` is that power, None where there is none. Where `ends_have_own_decimals`, each end of the
    interval is printed to two significant digits: 1.2 to 64.
    """

    factor: float
    decimals: int
    exponent: int | None = None
    ends_have_own_decimals: bool = False

    @property
    def fits_in_column(self) -> bool:
        """Whether it may be replaced by the decimals of the other numbers of a column."""
        return self.exponent is None and not self.ends_have_own_decimals

    def rounded(self, number: float) -> float:
        """A number as it is printed."""
        return round(number * self.factor, self.decimals)


def scale_of(quantity: Quantity, decimals: int | None = None, *, brief: bool = False) -> Scale:
    """With what a quantity is printed; `decimals=None` are as many as the uncertainty supports.

    The last digit of the uncertainty is then the last that is printed. Where `brief`, the uncertainty is not
    printed, and the value has one digit less.
    """
    scale = _automatic_scale(quantity, brief)
    if decimals is None:
        return scale
    return replace(scale, decimals=decimals, ends_have_own_decimals=False)


def digits_of_column(column: Iterable[Quantity]) -> int:
    """The decimals that the middle one of the uncertain quantities supports; of exact ones the most."""
    uncertain: list[int] = []
    certain: list[int] = []
    for quantity in column:
        scale = scale_of(quantity)
        if quantity.value is None or scale.exponent is not None:
            continue
        if extent_of(quantity).uncertainty:
            uncertain.append(scale.decimals)
        else:
            certain.append(scale.decimals)
    if uncertain:
        return sorted(uncertain)[len(uncertain) // 2]
    return max(certain, default=0)


def decimals_in_column(quantity: Quantity, decimals: int) -> int | None:
    """The decimals of a column, None for a number that keeps its own: one that would be printed as 0.

    So does one with a power of ten, or with ends that have decimals of their own.
    """
    size = extent_of(quantity).size * quantity.factor
    is_lost = size > 0 and round(size, decimals) == 0
    return decimals if scale_of(quantity).fits_in_column and not is_lost else None


def _automatic_scale(quantity: Quantity, brief: bool) -> Scale:
    extent = extent_of(quantity)
    factor = quantity.factor
    scaled = extent.value * factor
    if isinstance(extent.value, int):
        return Scale(factor, 0, ends_have_own_decimals=extent.is_logarithmic)
    if factor == 1 and _needs_power_of_ten(extent.size):
        return _with_extra_decimals(extent, _power_of_ten_scale(extent), 0, brief)
    if extent.is_logarithmic:
        return Scale(factor, significant_decimals(scaled), ends_have_own_decimals=True)
    if not extent.uncertainty:
        return Scale(factor, _decimals_without_uncertainty(quantity, scaled, brief))
    scale = Scale(factor, _supported_decimals(extent, factor, brief))
    least = 1 if quantity.unit == "points" and _is_rounded_far(extent, scale) else 0
    return _with_extra_decimals(extent, scale, least, brief)


def _needs_power_of_ten(size: float) -> bool:
    """Whether a number is too small or too large to be written out: below 0.001, or from 10⁷."""
    return size > 0 and not 1e-3 <= size < 1e7


def _power_of_ten_scale(extent: Extent) -> Scale:
    """The power of ten of the first digit; of the next, where 9.96 × 10⁹ would be printed as 10.0 × 10⁹."""
    exponent = math.floor(math.log10(extent.size))
    scale = _scale_with_exponent(extent, exponent)
    if scale.rounded(extent.size) < 10:
        return scale
    return _scale_with_exponent(extent, exponent + 1)


def _scale_with_exponent(extent: Extent, exponent: int) -> Scale:
    factor = 10.0**-exponent
    decimals = 1
    if extent.uncertainty and not extent.is_logarithmic:
        decimals = min(max(decimals_of_uncertainty(extent.uncertainty * factor), 0), 3)
    return Scale(factor, decimals, exponent)


def _supported_decimals(extent: Extent, factor: float, brief: bool) -> int:
    """One significant digit of the uncertainty, or two; where `brief`, not more than two of the value."""
    uncertainty = extent.uncertainty * factor
    coarse = decimals_of_uncertainty(uncertainty, fine=False)
    fine = not brief or coarse < significant_decimals(extent.value * factor)
    return max(0, decimals_of_uncertainty(uncertainty, fine=fine))


def _decimals_without_uncertainty(quantity: Quantity, scaled: float, brief: bool) -> int:
    """Of one run the margin's, else two significant digits; of others three, or all that they have."""
    if quantity.is_of_one_run and quantity.margin:
        decimals = exact_decimals(quantity.margin * quantity.factor, range(6), otherwise=6)
    elif quantity.is_of_one_run:
        decimals = significant_decimals(scaled)
    else:
        most = significant_decimals(scaled, 2 if quantity.unit == "points" else 3)
        is_whole = abs(scaled) >= 1 and (quantity.exact or not brief)
        decimals = exact_decimals(scaled, range(3 if is_whole else most), otherwise=most)
    enough = decimals_beside_limits(scaled, decimals, limits_of(quantity, quantity.factor))
    return decimals if enough is None else enough


def _is_rounded_far(extent: Extent, scale: Scale) -> bool:
    """Whether rounding moves a value by more than a tenth of its interval, so that differences disagree."""
    moved = abs(scale.rounded(extent.value) - extent.value * scale.factor)
    return moved > 0.2 * extent.half_width * scale.factor


def _with_extra_decimals(extent: Extent, scale: Scale, least: int, brief: bool) -> Scale:
    """The scale with `least` decimals more, or up to three, until ± tells on which side zero is."""
    if not extent.half_width:
        return scale
    if not extent.is_lopsided and not (brief and extent.includes_null):
        for extra in range(least, MOST_EXTRA_DECIMALS + 1):
            longer = replace(scale, decimals=scale.decimals + extra)
            if not hides_null(extent, longer):
                return longer
    return replace(scale, decimals=scale.decimals + least)


def hides_null(extent: Extent, scale: Scale) -> bool:
    """Whether value ± half width, as printed, does not tell whether no difference is inside the interval.

    `−5 ± 5` hides it, be it −5.2 ± 4.9 (outside) or −4.8 ± 5.1 (inside).
    """
    if not extent.half_width:
        return False
    distance = abs(extent.value - extent.null)
    printed_distance = scale.rounded(distance)
    printed_half_width = scale.rounded(extent.half_width)
    if printed_distance == printed_half_width:
        return not math.isclose(distance, extent.half_width, rel_tol=1e-9)
    return (printed_half_width > printed_distance) != extent.includes_null


# Limits


def limits_of(quantity: Quantity, factor: float) -> tuple[float, ...]:
    """What an end must not be rounded to, nor across, in the printed unit: 0, of a share or a ratio 1 too."""
    if quantity.unit == "fraction" or quantity.is_ratio:
        return (0.0, factor)
    return (0.0,)


def decimals_beside_limits(value: float, places: int, limits: Sequence[float]) -> int | None:
    """So many decimals, or up to three more, until it is not printed as a limit; else None."""
    for extra in range(MOST_EXTRA_DECIMALS + 1):
        if not _crosses_limit(value, places + extra, limits):
            return places + extra
    return None


def _crosses_limit(value: float, places: int, limits: Sequence[float]) -> bool:
    """Whether a value is rounded to a limit that it does not have, or across one.

    0.004 with two decimals is printed as the limit 0, which it is not: True. 0 itself crosses nothing, nor
    does what differs from a limit by rounding errors only.
    """
    rounded = round(value, places)
    for limit in limits:
        is_limit = math.isclose(value, limit, rel_tol=1e-9, abs_tol=1e-9)
        if not is_limit and (value > limit >= rounded or value < limit <= rounded):
            return True
    return False


# Decimals of a number


def decimals_of_uncertainty(uncertainty: float, *, fine: bool = True) -> int:
    """Decimals that show an uncertainty to one significant digit: 1 for 0.3, 2 for 0.03, -1 for 30.

    A `fine` rounding gives two digits where the first would be 1: 2 for 0.18.
    """
    exponent = math.floor(math.log10(uncertainty))
    leading = round(uncertainty / 10**exponent, 1)
    if leading >= 9.5:  # it prints as 10 of the digit below
        exponent += 1
        leading = 1.0
    extra = 1 if fine and leading < 1.95 else 0
    return extra - exponent


def significant_decimals(value: float, digits: int = 2) -> int:
    """Decimals that show so many significant digits: 1 for 12.3 in three; at least none."""
    if not value or not math.isfinite(value):
        return 0
    return max(0, digits - 1 - math.floor(math.log10(abs(value))))


def exact_decimals(value: float, allowed: Iterable[int], otherwise: int) -> int:
    """The first of the allowed decimals that prints a value without loss: 2 for 106.04; else `otherwise`."""
    for places in allowed:
        if math.isclose(round(value, places), value, rel_tol=1e-9):
            return places
    return otherwise

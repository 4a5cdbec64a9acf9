"""How many decimals a number is printed with: as many as its uncertainty supports, never across a limit."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

MOST_EXTRA_DECIMALS = 3
"""By how many decimals an end of an interval may exceed those of its value before `< 0.001` is printed."""


def decimals_of_uncertainty(uncertainty: float, *, fine: bool = True) -> int:
    """Decimals that show an uncertainty to one significant digit: 1 for 0.3, 2 for 0.03, -1 for 30.

    A `fine` rounding gives two digits where the first would be 1: 2 for 0.18.
    """
    exponent = math.floor(math.log10(uncertainty))
    leading = round(uncertainty / 10**exponent, 1)
    if leading >= 9.5:  # it prints as 10 of the digit below
        exponent, leading = exponent + 1, 1.0
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


def decimals_of_margin(margin: float) -> int:
    """The decimals with which a margin is written: 1 for 0.5, 0 for 3, 2 for 0.25."""
    return exact_decimals(margin, range(6), otherwise=6)


def crosses_limit(value: float, places: int, limits: Sequence[float]) -> bool:
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


def decimals_beside_limits(value: float, places: int, limits: Sequence[float]) -> int | None:
    """So many decimals, or up to three more, until it is not printed as a limit; else None."""
    for extra in range(MOST_EXTRA_DECIMALS + 1):
        if not crosses_limit(value, places + extra, limits):
            return places + extra
    return None


def hides_null(distance: float, half_width: float, places: int, *, inside: bool) -> bool:
    """Whether a value ± half width, rounded, does not tell whether no difference is `inside` the interval.

    `distance` is the value less what stands for no difference, zero or one. `−5 ± 5` hides it, be it
    −5.2 ± 4.9 (outside) or −4.8 ± 5.1 (inside).
    """
    printed_distance = round(abs(distance), places)
    printed_half_width = round(half_width, places)
    if printed_distance == printed_half_width:
        return not math.isclose(abs(distance), half_width, rel_tol=1e-9)
    return (printed_half_width > printed_distance) != inside


def power_of_ten(size: float) -> int | None:
    """The exponent of a number that is printed by a power of ten: 12 for 3.1e12; None from 0.001 to 10⁷."""
    if not size or 1e-3 <= size < 1e7:
        return None
    return math.floor(math.log10(size))

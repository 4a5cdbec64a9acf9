"""How far a submitted number may be off: a rule that reads the reference only.

The submission's own spread and number of seeds are what the submitter says, so they are not used. Every
submission gets what one honest run with a single seed needs: the prediction interval for one more
observation beside n seeds of the reference, mean ± t · s · √(1 + 1/n) with n − 1 degrees of freedom
(Hahn and Meeker, Statistical Intervals, 1991, section 4.7). A mean of several seeds varies less, so the
rule is fair to any number of seeds, and a number of seeds or a spread that is made up gains nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from statistics import median

import msgspec

from labreport.grading.expected import Number
from labreport.stats.operation import quantile
from labreport.stats.quantity import Quantity

FALSE_ALARM = 0.01
"""Probability with which one number of an honest run with a single seed falls outside."""
ENOUGH_SEEDS = 5
"""Below so many seeds a spread is known too badly: the typical spread of the unit counts where larger."""
EXACT = 1e-9
"""Relative difference that mere arithmetic can make in a number that varies with nothing."""
BOUNDS = {"fraction": (0.0, 1.0), "points": (-1.0, 1.0), "points, unsigned": (0.0, 1.0)}
"""Values that a unit allows; an accepted range that covers them all says nothing."""
NONE = {"points": 0.0, "points, unsigned": 0.0, "times": 1.0}
"""No difference, by unit: who measured nothing would say so, and a range that holds it says nothing."""
APART = 2 / 3
"""How far a number may move towards another from which it clearly differs, relative to their distance."""


def typical_spreads(quantities: Iterable[Quantity]) -> dict[str, float]:
    """The median standard deviation over seeds of the quantities of each unit."""
    found: dict[str, list[float]] = {}
    for quantity in quantities:
        if quantity.varies_with == "seeds" and quantity.spread:
            found.setdefault(quantity.unit, []).append(quantity.spread)
    return {unit: median(values) for unit, values in found.items()}


def accepted(
    quantity: Quantity, varies_with: str, typical: Mapping[str, float]
) -> tuple[float, float] | None:
    """The lowest and highest value that agree with a quantity of the reference.

    None where the quantity is not compared: it varies with the machine, has no value, or varies with the
    seeds in a way that the reference puts no number on.
    """
    value, interval = quantity.value, quantity.interval
    if value is None or varies_with == "machine":
        return None
    if not varies_with:
        margin = EXACT * abs(value) + 1e-12
        return value - margin, value + margin
    if interval and interval.logarithmic:
        if min(value, interval.low) <= 0:
            return None
        spread = _from_interval(quantity, math.log)
        factor = math.exp(min(_factor(quantity.n) * spread, 700.0)) if spread else math.inf
        return (value / factor, value * factor) if math.isfinite(value * factor) else None
    spread = quantity.spread if quantity.n > 1 else None
    if spread is None:
        spread = _from_interval(quantity, float)
    elif spread == 0 or quantity.n < ENOUGH_SEEDS:  # equal values of a few seeds show little
        spread = max(spread, typical.get(quantity.unit, 0.0))
    if spread is None:
        return None
    margin = _factor(quantity.n) * spread + EXACT * abs(value) + 1e-12
    return _informative(value - margin, value + margin, quantity.unit)


def apart(number: Number, other: float) -> Number:
    """Cut the range of a number where it comes near another from which it clearly differs."""
    limit = number.value + APART * (other - number.value)
    if other > number.value:
        return msgspec.structs.replace(number, high=min(number.high, limit))
    return msgspec.structs.replace(number, low=max(number.low, limit))


def _factor(n: int) -> float:
    """How many standard deviations one more observation may lie from the mean of `n`."""
    df = max(n, ENOUGH_SEEDS) - 1 if n > 1 else math.inf
    return quantile(FALSE_ALARM, df) * math.sqrt(1 + 1 / max(n, 1))


def _from_interval(quantity: Quantity, scaled: Callable[[float], float]) -> float | None:
    """The standard deviation of one observation that the interval of a mean of `n` implies."""
    interval, value, n = quantity.interval, quantity.value, quantity.n
    if interval is None or value is None or interval.level == 1:
        return None
    half = max(scaled(interval.high) - scaled(value), scaled(value) - scaled(interval.low))
    df = n - 1 if n > 1 else math.inf
    return half / quantile(1 - interval.level, df) * math.sqrt(max(n, 1)) if 0 < half < math.inf else None


def _informative(low: float, high: float, unit: str) -> tuple[float, float] | None:
    """The range cut at the bounds of the unit; None where it excludes nothing, or not even no difference."""
    least, most = BOUNDS.get(unit, (-math.inf, math.inf))
    if unit in NONE and low <= NONE[unit] <= high:
        return None
    if not least <= (low + high) / 2 <= most:
        return low, high  # the unit is used for something else here
    if not (math.isfinite(low) and math.isfinite(high)) or (low <= least and high >= most):
        return None
    return max(low, least), min(high, most)

"""How far a submitted number may be off: a rule that reads the reference only.

The submission's own spread and number of seeds are claims of the submitter, so they are not used. Every
submission gets what one honest run with a single seed needs: the prediction interval for one more
observation beside n seeds of the reference, mean ± t · s · √(1 + 1/n) with n − 1 degrees of freedom
(Hahn and Meeker, Statistical Intervals, 1991, section 4.7). A mean of several seeds varies less, so the
rule is fair to any number of seeds, and a claimed number of seeds or spread gains nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any

from scipy import special

FALSE_ALARM = 1e-4
"""Probability with which one number of an honest single-seed run falls outside."""
ENOUGH_SEEDS = 5
"""Below so many seeds a spread is known too badly: the typical spread of the unit counts where larger."""
EXACT = 1e-9
"""Relative difference that mere arithmetic can make in a number that varies with nothing."""
BOUNDS = {"fraction": (0.0, 1.0), "points": (-1.0, 1.0), "points, unsigned": (0.0, 1.0)}
"""Values that a unit allows; an accepted range that covers them all says nothing."""


@dataclass(frozen=True)
class Spreads:
    """Standard deviations over seeds of the reference's quantities, by unit."""

    by_unit: Mapping[str, tuple[float, ...]]

    @classmethod
    def of(cls, quantities: Iterable[Mapping[str, Any]]) -> Spreads:
        """The spreads that these quantities declare, apart from those that vary with the machine."""
        found: dict[str, list[float]] = {}
        for quantity in quantities:
            if quantity["varies_with"] == "seeds" and quantity["spread"]:
                found.setdefault(quantity["unit"], []).append(float(quantity["spread"]))
        return cls({unit: tuple(values) for unit, values in found.items()})

    def typical(self, unit: str) -> float:
        """The median spread of a unit, or 0."""
        return median(self.by_unit.get(unit, (0.0,)))

    def largest(self, unit: str) -> float:
        """The largest spread of a unit, or 0."""
        return max(self.by_unit.get(unit, (0.0,)))


def accepted(quantity: Mapping[str, Any], here: Spreads, everywhere: Spreads) -> tuple[float, float] | None:
    """The lowest and highest value that agree with a quantity of the reference.

    None where the quantity is not compared: it varies with the machine, has no value, or varies with the
    seeds in a way that the reference puts no number on. `here` are the spreads of the same question,
    `everywhere` those of the whole reference.
    """
    value = quantity["value"]
    if value is None or quantity["varies_with"] == "machine":
        return None
    if not quantity["varies_with"]:
        margin = EXACT * abs(value) + 1e-12
        return value - margin, value + margin
    interval = quantity["interval"]
    if quantity["spread"] is None and interval and interval["logarithmic"]:
        return _logarithmic(quantity)
    margin = _margin(quantity, here, everywhere)
    return None if margin is None else _informative(value - margin, value + margin, quantity["unit"])


def _margin(quantity: Mapping[str, Any], here: Spreads, everywhere: Spreads) -> float | None:
    n, unit, spread = int(quantity["n"]), quantity["unit"], quantity["spread"]
    if spread is None:
        scale = _from_interval(quantity, quantity["value"], float)
        return None if scale is None else _factor(n) * scale
    if n < 2:
        return None
    if spread == 0:
        # Equal values of a few seeds do not show that no seed differs, unless nothing varies at all
        spread = here.largest(unit) or everywhere.largest(unit)
        if spread == 0:
            return EXACT * abs(float(quantity["value"])) + 1e-12
    if n < ENOUGH_SEEDS:
        spread = max(spread, everywhere.typical(unit))
    return _factor(n) * float(spread)


def _factor(n: int) -> float:
    """How many standard deviations one more observation may lie from the mean of `n`."""
    if n < 2:
        return float(special.ndtri(1 - FALSE_ALARM / 2)) * math.sqrt(2)
    return float(special.stdtrit(max(n, ENOUGH_SEEDS) - 1, 1 - FALSE_ALARM / 2)) * math.sqrt(1 + 1 / n)


def _from_interval(quantity: Mapping[str, Any], value: float, scaled: Any) -> float | None:
    """The standard deviation of one observation that the interval of a mean of `n` implies."""
    interval, n = quantity["interval"], int(quantity["n"])
    if not interval:
        return None
    half = max(scaled(interval["high"]) - value, value - scaled(interval["low"]))
    if not (math.isfinite(half) and half > 0):
        return None
    upper = (1 + interval["level"]) / 2
    if n < 2:
        return float(half / special.ndtri(upper))
    return float(half / special.stdtrit(n - 1, upper) * math.sqrt(n))


def _logarithmic(quantity: Mapping[str, Any]) -> tuple[float, float] | None:
    value = quantity["value"]
    if value <= 0 or quantity["interval"]["low"] <= 0:
        return None
    scale = _from_interval(quantity, math.log(value), math.log)
    if scale is None:
        return None
    factor = math.exp(min(_factor(int(quantity["n"])) * scale, 700.0))
    low, high = value / factor, value * factor
    return (low, high) if low > 0 and math.isfinite(high) else None


def _informative(low: float, high: float, unit: str) -> tuple[float, float] | None:
    """The range cut at the bounds of the unit; None where it excludes nothing."""
    least, most = BOUNDS.get(unit, (-math.inf, math.inf))
    if not least <= (low + high) / 2 <= most:
        return low, high  # the unit is used for something else here
    if not (math.isfinite(low) and math.isfinite(high)) or (low <= least and high >= most):
        return None
    return max(low, least), min(high, most)

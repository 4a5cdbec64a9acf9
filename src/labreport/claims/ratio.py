"""The ratio of two means that were measured together, with Fieller's interval."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from labreport.claims.derivation import Derivation, known
from labreport.claims.estimate import ALPHA
from labreport.claims.intervals import quantile
from labreport.claims.quantity import Interval, Quantity
from labreport.later import later

if TYPE_CHECKING:
    import numpy as np
else:
    np = later("numpy")


def ratio(above: Sequence[float], below: Sequence[float], source: str) -> Quantity:
    """Mean of `above` over mean of `below`, paired by seed; the interval is Fieller's (1954).

    The interval holds every ratio r for which Student's paired test does not reject that the mean of
    `above` − r · `below` is zero, so it contains 1 exactly where the paired test finds no difference.
    There is none for fewer than two pairs, nor where `below` may be zero: the ratio may then be
    anything. Raises `ValueError` when the samples differ in length.
    """
    pairs = [(float(a), float(b)) for a, b in zip(above, below, strict=True)]
    n = len(pairs)
    derivation = Derivation("ratio of means", {"above": known(above), "below": known(below)})
    nothing = Quantity(None, "times", source, n, varies_with="seeds", derivation=derivation)
    if not n or not all(math.isfinite(value) for pair in pairs for value in pair):
        return nothing
    a, b = (float(np.mean(column)) for column in zip(*pairs, strict=True))
    if b == 0:
        return nothing
    interval = _fieller(pairs, a, b) if n > 1 else None
    return Quantity(a / b, "times", source, n, None, interval, "seeds", derivation)


def _fieller(pairs: Sequence[tuple[float, float]], a: float, b: float) -> Interval | None:
    n = len(pairs)
    (var_a, cov), (_, var_b) = (row for row in np.cov(np.array(pairs).T) / n)
    t2 = quantile(ALPHA, n - 1.0) ** 2
    square, linear, constant = b * b - t2 * var_b, a * b - t2 * cov, a * a - t2 * var_a
    root = linear**2 - square * constant
    if square <= 0 or root < 0 or (var_a == 0 and var_b == 0):
        return None
    low, high = ((linear + sign * math.sqrt(root)) / square for sign in (-1, 1))
    return Interval(float(low), float(high), f"Fieller, {n} seeds", 1 - ALPHA)

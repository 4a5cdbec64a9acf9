"""Families of intervals, one for every level. Tests are read off them, so both always agree."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from labreport.later import later

if TYPE_CHECKING:
    from scipy import special
else:
    special = later("scipy.special")


Ends = tuple[float, float]
"""Low and high end of an interval."""


class Intervals(Protocol):
    """What every family of intervals offers; a smaller `alpha` gives a wider interval."""

    @property
    def kind(self) -> str:
        """The method and what it covers, as printed: `Student, 5 seeds`."""

    def ends(self, alpha: float) -> Ends:
        """The interval at level 1 − `alpha`."""


@dataclass(frozen=True)
class Student:
    """A mean with Student's intervals, over seeds, over items, or over both.

    `variance` is that between seeds, `seeds` their number. `fixed` is a variance that more seeds do not
    reduce, with its degrees of freedom `fixed_df`: that of the draw of test items, or the share that
    repeated splits of one data set have in common. Degrees of freedom of the sum are Satterthwaite's (1946).
    """

    value: float
    variance: float
    seeds: int
    fixed: float = 0.0
    fixed_df: float = math.inf
    kind: str = ""
    variance_df: float | None = None
    """Degrees of freedom of `variance`; None for one less than the number of seeds."""
    common: bool = False
    """Whether `fixed` is a multiple of `variance`, and has no degrees of freedom of its own."""

    def error(self, seeds: int | None = None) -> float:
        """Standard error of the mean, were there so many seeds."""
        return math.sqrt(self.variance / (seeds or self.seeds) + self.fixed)

    def df(self, seeds: int | None = None) -> float:
        """Degrees of freedom of that standard error."""
        count = seeds or self.seeds
        if self.common:
            return count - 1.0
        known = self.variance_df if seeds is None and self.variance_df else count - 1.0
        parts = (self.variance / count, known), (self.fixed, self.fixed_df)
        lost = sum(part**2 / df for part, df in parts if part > 0 and df > 0)
        whole = (parts[0][0] + parts[1][0]) ** 2
        return whole / lost if lost > 0 and whole > 0 else math.inf

    def ends(self, alpha: float) -> Ends:
        """The interval at level 1 − `alpha`."""
        half = quantile(alpha, self.df()) * self.error()
        return self.value - half, self.value + half


@dataclass(frozen=True)
class Share:
    """A share less a threshold, with Wilson's score intervals (Wilson 1927).

    `size` is the number of items. Where the share is a mean over seeds it is the effective number, and
    `df` are the degrees of freedom of its variance (Dean & Pagano 2015, for clustered samples).
    """

    share: float
    size: float
    df: float = math.inf
    threshold: float = 0.0
    kind: str = ""

    def ends(self, alpha: float) -> Ends:
        """The interval at level 1 − `alpha`."""
        low, high = wilson(self.share, self.size, quantile(alpha, self.df))
        return low - self.threshold, high - self.threshold


@dataclass(frozen=True)
class TwoShares:
    """Difference of two shares of separate items: Newcombe's hybrid score (1998, method 10 of two)."""

    first: float
    first_items: int
    second: float
    second_items: int
    kind: str = ""

    def ends(self, alpha: float) -> Ends:
        """The interval at level 1 − `alpha`."""
        z = quantile(alpha)
        a, b = self.first, self.second
        (low_a, high_a), (low_b, high_b) = wilson(a, self.first_items, z), wilson(b, self.second_items, z)
        return a - b - math.hypot(a - low_a, high_b - b), a - b + math.hypot(high_a - a, b - low_b)


@dataclass(frozen=True)
class PairedShares:
    """Difference of two shares of the same items, from the table of agreement.

    The interval holds two: the exact one given how many items the two disagree about (it excludes zero
    where McNemar's exact test rejects), and Newcombe's (1998, method 10 of paired data), which covers
    the draw of items as well.
    """

    both: int
    only_first: int
    only_second: int
    neither: int
    kind: str = ""

    def ends(self, alpha: float) -> Ends:
        """The interval at level 1 − `alpha`."""
        (low, high), (exact_low, exact_high) = self._newcombe(quantile(alpha)), self._exact(alpha)
        return min(low, exact_low), max(high, exact_high)

    @property
    def _items(self) -> int:
        return self.both + self.only_first + self.only_second + self.neither

    def _exact(self, alpha: float) -> Ends:
        """Clopper and Pearson's interval of the share of `only_first`, as a difference."""
        a, b = self.only_first, self.only_second
        low = special.betaincinv(a, b + 1, alpha / 2) if a else 0.0
        high = 1 - special.betaincinv(b, a + 1, alpha / 2) if b else 1.0
        scale = (a + b) / self._items
        return (2 * float(low) - 1) * scale, (2 * float(high) - 1) * scale

    def _newcombe(self, z: float) -> Ends:
        n = self._items
        a, b = (self.both + self.only_first) / n, (self.both + self.only_second) / n
        (low_a, high_a), (low_b, high_b) = wilson(a, n, z), wilson(b, n, z)
        phi = self._phi()

        def half(x: float, y: float) -> float:
            return math.sqrt(max(0.0, x * x - 2 * phi * x * y + y * y))

        return a - b - half(a - low_a, high_b - b), a - b + half(high_a - a, b - low_b)

    def _phi(self) -> float:
        """Correlation of the two, with Newcombe's continuity correction where it is positive."""
        p, q, r, s = self.both, self.only_first, self.only_second, self.neither
        margins = (p + q) * (r + s) * (p + r) * (q + s)
        if margins == 0:
            return 0.0
        product = float(p * s - q * r)
        if product > 0:
            product = max(product - self._items / 2, 0.0)
        return product / math.sqrt(margins)


def quantile(alpha: float, df: float = math.inf) -> float:
    """How many standard errors an interval of level 1 − `alpha` reaches to each side."""
    tail = float(special.ndtri(alpha / 2) if math.isinf(df) else special.stdtrit(df, alpha / 2))
    return -tail if tail <= 0 else math.inf  # SciPy gives +inf where the quantile overflows


def wilson(share: float, size: float, z: float) -> Ends:
    """Wilson's score interval of a share of `size` items, `z` standard errors to each side."""
    if math.isinf(z):
        return 0.0, 1.0
    spread = z * z / size
    centre = (share + spread / 2) / (1 + spread)
    half = z * math.sqrt(share * (1 - share) / size + spread / (4 * size)) / (1 + spread)
    return max(0.0, min(share, centre - half)), min(1.0, max(share, centre + half))

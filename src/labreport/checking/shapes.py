"""Estimates of a difference: a value, its interval at any level, and its p-values, each computed directly."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from labreport.checking.distributions import (
    beta_quantile,
    student_quantile,
    student_tail,
)

LEAST_P = 1e-290
"""Smaller p-values are written as this one."""
Ends = tuple[float, float]


@dataclass(frozen=True)
class Variances:
    """Standard error and degrees of freedom of a mean, were there so many seeds.

    `between` is the variance between seeds with its degrees of freedom, `fixed` a variance that more
    seeds do not reduce. With `common` the two are one, estimated together.
    """

    mean: float
    between: float
    seeds: int
    between_df: float
    fixed: float = 0.0
    fixed_df: float = math.inf
    common: bool = False

    def error(self, seeds: int) -> float:
        """Standard error of the mean of so many seeds."""
        return math.sqrt(self.between / seeds + self.fixed)

    def df(self, seeds: int, planned: bool) -> float:
        """Its degrees of freedom, by Satterthwaite; `planned` ones follow from the number of seeds."""
        if self.common:
            return seeds - 1.0
        own = seeds - 1.0 if planned else self.between_df
        terms = [(self.between / seeds, own), (self.fixed, self.fixed_df)]
        terms = [(variance, df) for variance, df in terms if variance > 0 and df > 0]
        uncertainty = sum(variance * variance / df for variance, df in terms)
        return (self.between / seeds + self.fixed) ** 2 / uncertainty if uncertainty else math.inf


@dataclass(frozen=True)
class Mean:
    """A mean with Student's intervals and tests."""

    variances: Variances

    @property
    def _error(self) -> float:
        return self.variances.error(self.variances.seeds)

    @property
    def _df(self) -> float:
        return self.variances.df(self.variances.seeds, planned=False)

    def ends(self, alpha: float) -> Ends:
        """The interval of level 1 − `alpha`."""
        half = student_quantile(alpha, self._df) * self._error
        return self.variances.mean - half, self.variances.mean + half

    def p(self) -> float:
        """Two-sided, of a mean of 0."""
        return max(student_tail(self.variances.mean / self._error, self._df), LEAST_P)

    def p_equivalent(self, margin: float) -> float:
        """The larger of two one-sided tests against ± `margin`, for a mean within them."""
        nearest = min(margin - self.variances.mean, margin + self.variances.mean)
        return max(student_tail(nearest / self._error, self._df), LEAST_P) / 2


@dataclass(frozen=True)
class Numeric:
    """Intervals whose tests have no formula of their own: found by the distance at which they touch a value.

    `at` gives the ends of the interval that reaches `z` standard errors to each side; `df` are the degrees of
    freedom by which `z` becomes a level.
    """

    at: Callable[[float], Ends]
    df: float = math.inf

    def ends(self, alpha: float) -> Ends:
        """The interval of level 1 − `alpha`."""
        return self.at(student_quantile(alpha, self.df))

    def p(self) -> float:
        """Two-sided, of a difference of 0."""
        return self._touching(lambda low, high: low <= 0 <= high)

    def p_equivalent(self, margin: float) -> float:
        """The larger of two one-sided tests against ± `margin`, for a difference within them."""
        return self._touching(lambda low, high: low <= -margin or high >= margin) / 2

    def _touching(self, reached: Callable[[float, float], bool]) -> float:
        if reached(*self.at(0.0)):
            return 1.0
        far = 1.0
        while not reached(*self.at(far)):
            far *= 2
            if far > 1e150:
                return LEAST_P
        near = 0.0
        for _ in range(200):
            middle = (near + far) / 2
            near, far = (near, middle) if reached(*self.at(middle)) else (middle, far)
            if far - near < 1e-15 * far:
                break
        return max(student_tail(far, self.df), LEAST_P)


@dataclass(frozen=True)
class Agreement:
    """A table of agreement: McNemar's exact test and Newcombe's paired interval, the wider of the two."""

    both: int
    only_first: int
    only_second: int
    neither: int
    newcombe: Numeric = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "newcombe", Numeric(self._newcombe))

    @property
    def _items(self) -> int:
        return self.both + self.only_first + self.only_second + self.neither

    def ends(self, alpha: float) -> Ends:
        """The interval of level 1 − `alpha`."""
        exact, wide = self._exact(alpha), self.newcombe.ends(alpha)
        return min(exact[0], wide[0]), max(exact[1], wide[1])

    def p(self) -> float:
        """Two-sided, of no difference."""
        n = self.only_first + self.only_second
        fewer = min(self.only_first, self.only_second)
        tail = sum(math.comb(n, count) for count in range(fewer + 1))
        exact = min(1.0, 2 * tail / 2**n) if n else 1.0
        return max(exact, self.newcombe.p(), LEAST_P)

    def p_equivalent(self, margin: float) -> float:
        """Against ± `margin`: the level at which the interval reaches one of them, halved."""
        if not self.only_first + self.only_second:
            return self.newcombe.p_equivalent(margin)
        low, high = math.log(LEAST_P), 0.0
        for _ in range(200):
            middle = (low + high) / 2
            ends = self._exact(math.exp(middle))
            reached = ends[0] <= -margin or ends[1] >= margin
            low, high = (middle, high) if reached else (low, middle)
        return max(math.exp(low) / 2, self.newcombe.p_equivalent(margin))

    def _exact(self, alpha: float) -> Ends:
        a, b = self.only_first, self.only_second
        low = beta_quantile(alpha / 2, a, b + 1) if a else 0.0
        high = 1 - beta_quantile(alpha / 2, b, a + 1) if b else 1.0
        return (2 * low - 1) * (a + b) / self._items, (2 * high - 1) * (a + b) / self._items

    def _newcombe(self, z: float) -> Ends:
        n = self._items
        first, second = self.both + self.only_first, self.both + self.only_second
        a, b = first / n, second / n
        (low_a, high_a), (low_b, high_b) = score(a, n, z), score(b, n, z)
        covariance: float = self.both * self.neither - self.only_first * self.only_second
        if covariance > 0:
            covariance = max(covariance - n / 2, 0)
        product = first * (n - first) * second * (n - second)
        phi = covariance / math.sqrt(product) if product else 0.0
        down, up = a - low_a, high_b - b
        left = down * down + up * up - 2 * phi * down * up
        down, up = high_a - a, b - low_b
        right = down * down + up * up - 2 * phi * down * up
        return a - b - math.sqrt(max(left, 0.0)), a - b + math.sqrt(max(right, 0.0))


@dataclass(frozen=True)
class Proportion:
    """A share less a threshold, by the score test."""

    share: float
    size: float
    df: float
    threshold: float

    def ends(self, alpha: float) -> Ends:
        """Wilson's interval of level 1 − `alpha`."""
        low, high = score(self.share, self.size, student_quantile(alpha, self.df))
        return low - self.threshold, high - self.threshold

    def p(self) -> float:
        """Two-sided, of a share equal to the threshold."""
        return self._against(self.threshold)

    def p_equivalent(self, margin: float) -> float:
        """The larger of two one-sided tests against the threshold ± `margin`."""
        return max(self._against(self.threshold - margin), self._against(self.threshold + margin)) / 2

    def _against(self, share: float) -> float:
        if share < 0 or share > 1:
            return LEAST_P
        if share in (0.0, 1.0):
            return 1.0 if self.share == share else LEAST_P
        z = (self.share - share) / math.sqrt(share * (1 - share) / self.size)
        return max(student_tail(z, self.df), LEAST_P)


def two_shares(a: float, items_a: float, b: float, items_b: float) -> Numeric:
    """Newcombe's interval of the difference of two shares of separate items."""

    def at(z: float) -> Ends:
        (low_a, high_a), (low_b, high_b) = score(a, items_a, z), score(b, items_b, z)
        return (
            a - b - math.sqrt((a - low_a) ** 2 + (high_b - b) ** 2),
            a - b + math.sqrt((high_a - a) ** 2 + (b - low_b) ** 2),
        )

    return Numeric(at)


def score(share: float, size: float, z: float) -> Ends:
    """Wilson's interval: the two shares that lie exactly `z` standard errors of their own from `share`."""
    b, c = -(2 * share + z * z / size), share * share
    a = 1 + z * z / size
    root = math.sqrt(max(b * b - 4 * a * c, 0.0))
    return max(0.0, (-b - root) / (2 * a)), min(1.0, (-b + root) / (2 * a))


Shape = Mean | Numeric | Agreement | Proportion

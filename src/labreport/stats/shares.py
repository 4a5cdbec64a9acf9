"""Shares of yes and no: intervals of one share, of differences, and of paired ones; exact tests."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from labreport.stats.estimate import Ends, Estimate, critical_value, differences_of_pairs, spread_of

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

FEW = 15
"""In samples smaller than this, a difference is clear only if an exact test agrees. Newcombe's interval alone
would exclude zero for equal samples of 2 in 12.5 % of cases, of 8 in 7.7 %, and of 15 or more in less than
6 %.
"""


@dataclass(frozen=True)
class PairCounts:
    """How many pairs are yes in both members, only in the first, only in the second, and in neither."""

    both: int
    first_only: int
    second_only: int
    neither: int

    @property
    def n(self) -> int:
        """The number of pairs."""
        return self.both + self.first_only + self.second_only + self.neither

    @property
    def difference(self) -> float:
        """The share of yes in the first members minus that in the second."""
        return (self.first_only - self.second_only) / self.n


def count_pairs(first: ArrayLike, second: ArrayLike) -> PairCounts:
    """Count pairs of 0 and 1: `count_pairs([1, 1, 0], [1, 0, 0])` is `PairCounts(1, 1, 0, 1)`."""
    import numpy as np

    first_yes = np.asarray(first) > 0
    second_yes = np.asarray(second) > 0
    both = int((first_yes & second_yes).sum())
    first_only = int(first_yes.sum()) - both
    second_only = int(second_yes.sum()) - both
    neither = len(first_yes) - both - first_only - second_only
    return PairCounts(both, first_only, second_only, neither)


# Intervals


def wilson_ends(share: float, n: float, z: float) -> Ends:
    """Wilson's score interval of a share of `n`, for a critical value of `z` standard errors.

    `n` may be a fraction, which SciPy's `binomtest` does not allow: the effective number of clustered items.
    Wilson (1927), Probable inference, the law of succession, and statistical inference, JASA 22.
    """
    shrinkage = z * z / n
    centre = (share + shrinkage / 2) / (1 + shrinkage)
    variance = share * (1 - share) / n + shrinkage / (4 * n)
    half_width = z * math.sqrt(variance) / (1 + shrinkage)
    low = min(share, centre - half_width)
    high = max(share, centre + half_width)
    return max(0.0, low), min(1.0, high)


def newcombe_ends(p: float, n: int, q: float, m: int, alpha: float, phi: float = 0.0) -> Ends:
    """The interval of p − q, for shares p of `n` and q of `m` with the correlation `phi`.

    Newcombe (1998), Interval estimation for the difference between independent proportions, Statistics in
    Medicine 17, 873–890, method 10: the hybrid score interval, without correction for continuity.
    """
    z = critical_value(alpha)
    low_p, high_p = wilson_ends(p, n, z)
    low_q, high_q = wilson_ends(q, m, z)
    below = _correlated_distance(p - low_p, high_q - q, phi)
    above = _correlated_distance(high_p - p, q - low_q, phi)
    return p - q - below, p - q + above


def paired_newcombe_ends(counts: PairCounts, alpha: float) -> Ends:
    """The interval of the difference of two shares that were observed in pairs.

    Newcombe (1998), Improved confidence intervals for the difference between binomial proportions based on
    paired data, Statistics in Medicine 17, 2635–2650, method 10: the hybrid score interval, with φ corrected
    for continuity.
    """
    n = counts.n
    p = (counts.both + counts.first_only) / n
    q = (counts.both + counts.second_only) / n
    return newcombe_ends(p, n, q, n, alpha, _corrected_phi(counts))


def _corrected_phi(counts: PairCounts) -> float:
    """The correlation φ of the pairs; if positive, corrected for continuity as in Newcombe's method 10."""
    a, b = counts.both, counts.first_only
    c, d = counts.second_only, counts.neither
    covariance = float(a * d - b * c)
    if covariance > 0:
        covariance = max(covariance - counts.n / 2, 0.0)
    product_of_margins = (a + b) * (c + d) * (a + c) * (b + d)
    return covariance / math.sqrt(max(1, product_of_margins))


def _correlated_distance(x: float, y: float, phi: float) -> float:
    """The length of the difference of two distances with correlation `phi`: √(x² − 2 φ x y + y²)."""
    square = x * x - 2 * phi * x * y + y * y
    return math.sqrt(max(0.0, square))


def conditional_ends(counts: PairCounts, alpha: float) -> Ends:
    """The exact interval of a difference of paired shares, given the number of pairs that disagree.

    It is the interval of Clopper and Pearson (1934, The use of confidence or fiducial limits, Biometrika 26)
    for the share of `first_only` among the pairs that disagree. It excludes zero exactly where McNemar's
    exact test rejects.
    """
    first_only, second_only = counts.first_only, counts.second_only
    lowest = _lowest_share(first_only, second_only, alpha)
    highest = 1 - _lowest_share(second_only, first_only, alpha)
    disagreeing = first_only + second_only
    low = (2 * lowest - 1) * disagreeing
    high = (2 * highest - 1) * disagreeing
    return low / counts.n, high / counts.n


def _lowest_share(yes: int, no: int, alpha: float) -> float:
    """The lower end of Clopper and Pearson's interval.

    SciPy's `binomtest` finds it by a search, which takes a thousand times as long.
    """
    from scipy import special

    return float(special.betaincinv(yes, no + 1, alpha / 2)) if yes else 0.0


def exact_and_newcombe_ends(counts: PairCounts, alpha: float) -> Ends:
    """The smallest interval that contains the exact conditional one and Newcombe's.

    Newcombe's also covers the choice of items.
    """
    low, high = paired_newcombe_ends(counts, alpha)
    lowest, highest = conditional_ends(counts, alpha)
    return min(low, lowest), max(high, highest)


# Tests


def fisher_p(yes: int, n: int, other_yes: int, m: int) -> float:
    """The two-sided p value of Fisher's exact test for two independent shares.

    Fisher (1935), The logic of inductive inference, Journal of the Royal Statistical Society 98.
    """
    from scipy import stats

    counts = [[yes, n - yes], [other_yes, m - other_yes]]
    return float(stats.fisher_exact(counts).pvalue)


def mcnemar_p(counts: PairCounts) -> float:
    """The two-sided p value of McNemar's exact test: pairs that disagree do so equally often either way.

    McNemar (1947), Note on the sampling error of the difference between correlated proportions, Psychometrika
    12, with the binomial distribution in place of its approximation.
    """
    from scipy import stats

    disagreeing = counts.first_only + counts.second_only
    if disagreeing == 0:
        return 1.0
    return float(stats.binomtest(counts.first_only, disagreeing).pvalue)


# Estimates from one 0 or 1 for each replicate


def share_estimate(values: Sequence[float], alpha: float) -> Estimate:
    """The share of 1 among values of 0 and 1, with Wilson's interval."""
    n = len(values)
    share = statistics.fmean(values)
    low, high = wilson_ends(share, n, critical_value(alpha))
    return Estimate(share, n, low=low, high=high, method="Wilson", values=tuple(values))


def unpaired_share_difference(first: Sequence[float], second: Sequence[float], alpha: float) -> Estimate:
    """The share of the first sample minus that of the second, with Newcombe's interval and Fisher's test."""
    n, m = len(first), len(second)
    p, q = statistics.fmean(first), statistics.fmean(second)
    low, high = newcombe_ends(p, n, q, m, alpha)
    return Estimate(
        p - q,
        min(n, m),
        low=low,
        high=high,
        p=fisher_p(round(sum(first)), n, round(sum(second)), m),
        method="Newcombe; p by Fisher's exact test",
        exact_test=True,
    )


def paired_share_difference(first: Sequence[float], second: Sequence[float], alpha: float) -> Estimate:
    """The share of the first members of pairs minus that of the second, by Newcombe and McNemar."""
    counts = count_pairs(first, second)
    low, high = paired_newcombe_ends(counts, alpha)
    differences = differences_of_pairs(first, second)
    return Estimate(
        counts.difference,
        counts.n,
        spread_of(differences),
        low,
        high,
        mcnemar_p(counts),
        method="Newcombe, paired; p by McNemar's exact test",
        values=tuple(differences),
        exact_test=True,
    )


def with_exact_test(estimate: Estimate, alpha: float) -> Estimate:
    """Extend the interval of a small difference to zero if its exact test is not significant.

    3 of 5 against 0 of 5 has Newcombe's interval from 3 to 88 points, but p = 0.17: it becomes 0 to 88. Any
    other estimate is returned unchanged.
    """
    is_of_few = estimate.exact_test and estimate.n < FEW
    is_significant = estimate.p is not None and estimate.p < alpha
    if not is_of_few or is_significant:
        return estimate
    low, high = estimate.low or 0.0, estimate.high or 0.0
    return replace(estimate, low=min(low, 0.0), high=max(high, 0.0))

"""Rank correlation of few points, and how little they can show."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from labreport.claims.derivation import Derivation, known
from labreport.claims.quantity import Quantity
from labreport.later import later

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from scipy import stats
else:
    np = later("numpy")
    stats = later("scipy.stats")

EXACT_UP_TO = 8
"""With this many points or fewer, every permutation is tried."""
PERMUTATIONS = 9_999
"""Random permutations where not all are tried."""


@dataclass(frozen=True)
class Correlation:
    """Spearman's coefficient, its two-sided permutation p, and the least p that n points can reach."""

    coefficient: Quantity
    p_value: float
    least_p: float

    @property
    def p(self) -> Quantity:
        """The p-value as a quantity."""
        return self._quantity(self.p_value, "p", "permutation test, two-sided")

    @property
    def least(self) -> Quantity:
        """The least p-value that so few points can reach, as a quantity."""
        return self._quantity(self.least_p, "least_p", "least p-value of that test")

    def _quantity(self, value: float, gives: str, source: str) -> Quantity:
        made = self.coefficient.derivation
        derivation = None if made is None else Derivation(made.operation, {**made.inputs, "gives": gives})
        return Quantity(value, "p", source, derivation=derivation)


def spearman(x: Sequence[float], y: Sequence[float], source: str) -> Correlation:
    """Spearman's rank correlation of hand-picked points, with its permutation test.

    There is no interval: one would treat the points as a random sample of others like them, which
    chosen experiments are not. Where the coefficient is undefined (fewer than two points, one of the two
    constant, or a value that is not finite), it is None and the p-value 1.
    """
    n = len(x)
    derivation = Derivation("Spearman", {"x": known(x), "y": known(y), "gives": "coefficient"})
    nothing = Quantity(None, "", source, n, varies_with="seeds", derivation=derivation)
    least = min(1.0, 2 / math.factorial(n))
    finite = all(math.isfinite(value) for value in (*x, *y))
    if not finite or len(set(x)) < 2 or len(set(y)) < 2:
        return Correlation(nothing, 1.0, least)
    ranks_x, ranks_y = stats.rankdata(x), stats.rankdata(y)
    coefficient = float(np.clip(np.corrcoef(ranks_x, ranks_y)[0, 1], -1.0, 1.0))
    found = Quantity(coefficient, "", source, n, varies_with="seeds", derivation=derivation)
    return Correlation(found, _permutation_p(ranks_x, ranks_y), least)


def _permutation_p(ranks_x: NDArray[np.float64], ranks_y: NDArray[np.float64]) -> float:
    def statistic(x: NDArray[np.float64]) -> float:
        return float(np.corrcoef(x, ranks_y)[0, 1])

    resamples = math.factorial(len(ranks_x)) if len(ranks_x) <= EXACT_UP_TO else PERMUTATIONS
    return float(
        stats.permutation_test(
            (ranks_x,),
            statistic,
            permutation_type="pairings",
            n_resamples=resamples,
            rng=np.random.default_rng(0),
        ).pvalue
    )


def mantel(first: NDArray[np.float64], second: NDArray[np.float64], source: str) -> Correlation:
    """Spearman's correlation of the entries above the diagonal of two symmetric (n, n) matrices.

    Entries that share a row are not independent, so rows and columns are permuted together
    (Mantel 1967), `PERMUTATIONS` times by a fixed generator. No interval is given. Where one of the
    two is constant or not finite the coefficient is undefined: value None, p-value 1.
    """
    rows, columns = np.triu_indices(len(first), 1)
    n = len(rows)
    upper = {"first": known(first[rows, columns]), "second": known(second[rows, columns])}
    derivation = Derivation("Mantel", {"size": len(first), **upper, "gives": "coefficient"})
    nothing = Quantity(None, "", source, n, varies_with="seeds", derivation=derivation)
    undefined = Correlation(nothing, 1.0, 1 / (PERMUTATIONS + 1))
    if not n or not np.isfinite(first[rows, columns]).all() or not np.isfinite(second[rows, columns]).all():
        return undefined
    ranks = np.zeros_like(first, dtype=float)  # a permutation moves ranks about but leaves them what they are
    ranks[rows, columns] = stats.rankdata(first[rows, columns])
    ranks += ranks.T
    fixed = stats.rankdata(second[rows, columns])
    if np.ptp(ranks[rows, columns]) == 0 or np.ptp(fixed) == 0:
        return undefined
    observed = float(np.corrcoef(ranks[rows, columns], fixed)[0, 1])
    generator = np.random.default_rng(0)
    orders = generator.permuted(np.tile(np.arange(len(first)), (PERMUTATIONS, 1)), axis=1)
    shuffled = ranks[orders[:, rows], orders[:, columns]]
    centred = fixed - fixed.mean()
    coefficients = (shuffled - shuffled.mean(axis=1, keepdims=True)) @ centred
    coefficients /= np.std(shuffled, axis=1) * np.std(fixed) * n
    as_far = 1 + int(np.sum(np.abs(coefficients) >= abs(observed) - 1e-12))
    return Correlation(
        Quantity(observed, "", source, n, varies_with="seeds", derivation=derivation),
        as_far / (PERMUTATIONS + 1),
        1 / (PERMUTATIONS + 1),
    )

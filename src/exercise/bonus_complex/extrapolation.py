"""A saturating curve fitted to validation accuracy by epoch, continued with an honest interval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from exercise.measuring.families import CHECKED, SEEN
from labreport.claims import Interval, Quantity
from labreport.claims.statistics import LEVEL
from labreport.later import later

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from scipy import optimize, stats
else:
    np = later("numpy")
    optimize = later("scipy.optimize")
    stats = later("scipy.stats")

FIRST = 5
"""The epochs before this one are left out: a network may sit on a plateau before it begins to learn."""
PARAMETERS = 3


@dataclass(frozen=True)
class Fit:
    """The curve of one seed at the epochs from `FIRST` to the last asked for.

    `uncertainty` is the standard error of each value, from the covariance of the fit; `jitter` the
    standard deviation of the later half of the points about the curve.
    """

    values: NDArray[np.float64]
    uncertainty: NDArray[np.float64]
    jitter: float


@dataclass(frozen=True)
class Extrapolation:
    """Mean curve over seeds from `FIRST` to `CHECKED`, with the standard error of what will be measured.

    `backtest_error` is how wrong the same method was when it predicted the later half of the epochs seen
    from the first half: what no covariance tells, that the curve may be of the wrong kind.
    """

    values: NDArray[np.float64]
    error: NDArray[np.float64]
    backtest_error: float
    seeds: int

    @property
    def _factor(self) -> float:
        """Student's, with as many degrees of freedom as points fitted to less the curve's parameters."""
        return float(stats.t.ppf((1 + LEVEL) / 2, SEEN - FIRST + 1 - PARAMETERS))

    def as_columns(self) -> dict[str, list[Any]]:
        """`epochs`, `predicted`, and the interval's `low` and `high`, for a figure."""
        half = self._factor * self.error
        return {
            "epochs": list(range(FIRST, CHECKED + 1)),
            "predicted": [float(value) for value in self.values],
            "low": [float(value) for value in np.maximum(self.values - half, 0.0)],
            "high": [float(value) for value in np.minimum(self.values + half, 1.0)],
        }

    def at_end(self, source: str) -> Quantity:
        """Accuracy predicted at epoch `CHECKED`."""
        value, half = float(self.values[-1]), float(self._factor * self.error[-1])
        interval = Interval(max(0.0, value - half), min(1.0, value + half), "prediction", LEVEL)
        return Quantity(value, "fraction", source, self.seeds, None, interval)

    def gain(self, start: float, source: str) -> Quantity:
        """Rise predicted from `start`, the mean accuracy measured at epoch `SEEN`, to epoch `CHECKED`."""
        value, half = float(self.values[-1]) - start, float(self._factor * self.error[-1])
        interval = Interval(value - half, value + half, "prediction", LEVEL)
        return Quantity(value, "points", source, self.seeds, None, interval)


def extrapolate(curves: NDArray[np.float64]) -> Extrapolation | None:
    """The curves (seeds, epochs seen) continued to `CHECKED`; None where one cannot be fitted."""
    seeds, seen = curves.shape
    half = seen // 2
    fits = [fit(curve, CHECKED) for curve in curves]
    halves = [fit(curve[:half], seen) for curve in curves]
    found = [one for one in fits if one is not None]
    earlier = [one for one in halves if one is not None]
    if len(found) < seeds or len(earlier) < seeds:
        return None
    foretold = np.mean([one.values for one in earlier], axis=0)[half - FIRST + 1 :]
    backtest_error = float(np.sqrt(np.mean((foretold - curves.mean(axis=0)[half:]) ** 2)))
    variance = np.mean([one.uncertainty**2 + one.jitter**2 for one in found], axis=0) / seeds
    ahead = np.arange(FIRST, CHECKED + 1) > seen
    error = np.sqrt(variance + np.where(ahead, backtest_error**2, 0.0))
    return Extrapolation(np.mean([one.values for one in found], axis=0), error, backtest_error, seeds)


def saturating(epochs: NDArray[np.float64], limit: float, drop: float, rate: float) -> NDArray[np.float64]:
    """`limit − drop · epoch^(−rate)`: learning curves follow power laws (Hestness et al. 2017)."""
    return np.asarray(limit - drop * epochs ** (-rate))


def fit(accuracies: NDArray[np.float64], last: int) -> Fit | None:
    """Least squares on one seed's accuracies at epochs 1, 2, …, with the curve up to epoch `last`."""
    epochs = np.arange(FIRST, len(accuracies) + 1, dtype=float)
    measured = accuracies[FIRST - 1 :]
    start = (float(measured[-1]), max(float(measured[-1] - measured[0]), 1e-3), 1.0)
    try:
        found, covariance = optimize.curve_fit(
            saturating,
            epochs,
            measured,
            p0=start,
            bounds=([0.0, 0.0, 0.05], [1.0, 2.0, 5.0]),
            maxfev=10_000,
        )
    except (RuntimeError, ValueError):
        return None
    if not np.all(np.isfinite(covariance)):
        return None
    far = np.arange(FIRST, last + 1, dtype=float)
    limit, drop, rate = (float(value) for value in found)
    slopes = np.stack([np.ones_like(far), -(far**-rate), drop * far**-rate * np.log(far)], axis=1)
    variance = np.einsum("ei,ij,ej->e", slopes, covariance, slopes)
    residuals = measured - saturating(epochs, limit, drop, rate)
    late = residuals[len(residuals) // 2 :]
    return Fit(
        saturating(far, limit, drop, rate),
        np.sqrt(np.maximum(variance, 0.0)),
        float(np.sqrt(np.mean(late**2))),
    )

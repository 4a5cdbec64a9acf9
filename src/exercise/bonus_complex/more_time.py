"""Would more time help? Forecast from the first fifty epochs, then checked at a hundred."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from exercise.catalogue import COMPLEX, COMPLEX_LONGER
from exercise.expressions import accuracy as checked_accuracy
from exercise.measuring.measures import CHECKED, MARGIN, SEEN, TEST, VALIDATION, accuracy, declared, seeds_of
from labreport.later import later
from labreport.outline import question
from labreport.required import required
from labreport.results import Results
from labreport.stats import Answer, difference, exact, sample
from labreport.stats.operations.condition import compare as condition
from labreport.stats.operations.condition import every

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from scipy import optimize
else:
    np = later("numpy")
    optimize = later("scipy.optimize")

LEARNED = 0.995
"""Accuracy on the training images above which there is little left to learn from them."""
FIRST = 5
"""The epochs before this one are left out: a network may sit on a plateau before it begins to learn."""


@question(
    "Would the complex network get better still with more time?",
    slug="bonus.more-time",
    reads=(COMPLEX, COMPLEX_LONGER),
    requires=(*required(COMPLEX, epochs=SEEN), *required(COMPLEX_LONGER, SEEN, CHECKED)),
    checks=[("test.complex-100 at 100.mean", checked_accuracy(COMPLEX_LONGER))],
)
def more_time(results: Results) -> Answer:
    """The gain that was forecast and the measured one, and whether anything was left to learn."""
    longer = results[COMPLEX_LONGER.name]
    curves = np.array(results[COMPLEX.name].curve("validation_accuracy", SEEN))
    predicted = forecast(curves)
    gain = None if predicted is None else predicted - float(np.mean(curves[:, -1]))
    answer = Answer(
        {
            "seen": declared(SEEN, "epochs", "exercise"),
            "more": declared(CHECKED - SEEN, "epochs", "chosen"),
            "checked": declared(CHECKED, "epochs", "catalogue", longer.experiment.name),
            "seeds": seeds_of(longer),
            "forecast": declared(
                gain,
                "points",
                f"power law fitted to validation accuracy of epochs {FIRST} to {SEEN}",
                COMPLEX.name,
                kind="computed",
                varies_with="seeds",
            ),
            "training": accuracy(longer, SEEN, "training"),
        }
    )
    answer |= exact("learned", condition(answer.quantities["training"], ">", LEARNED))
    more, seen = (f"{longer.experiment.name} at {epoch}" for epoch in (CHECKED, SEEN))
    for name, measure in (("validation", VALIDATION), ("test", TEST)):
        samples = {
            at: replace(sample(longer, measure, epoch), title=f"training for {epoch} epochs")
            for at, epoch in ((more, CHECKED), (seen, SEEN))
        }
        answer |= difference(samples, more, seen, measure, name=name)
    gained, came = (answer.quantities[f"{name}.{more} minus {seen}"] for name in ("test", "validation"))
    if gain is not None:
        low, high = (came.interval.low, came.interval.high) if came.interval else (came, came)
        held = every(condition(low, "<=", gain), condition(gain, "<=", high))
        answer |= exact("forecast-held", held)
    return answer | exact("matters", condition(gained, ">=", MARGIN / 100))


def forecast(curves: NDArray[np.float64]) -> float | None:
    """Mean accuracy at epoch `CHECKED` of the curves (seeds, epochs seen), each continued by a power law.

    `limit − drop · epoch^(−rate)`: learning curves follow power laws (Hestness et al. 2017). None where one
    cannot be fitted.
    """
    epochs = np.arange(FIRST, curves.shape[1] + 1, dtype=float)
    found = []
    for curve in curves:
        measured = curve[FIRST - 1 :]
        start = (float(measured[-1]), max(float(measured[-1] - measured[0]), 1e-3), 1.0)
        try:
            (limit, drop, rate), _ = optimize.curve_fit(
                _power_law,
                epochs,
                measured,
                p0=start,
                bounds=([0.0, 0.0, 0.05], [1.0, 2.0, 5.0]),
                maxfev=10_000,
            )
        except (RuntimeError, ValueError):
            return None
        found.append(float(limit - drop * CHECKED ** (-rate)))
    return float(np.mean(found))


def _power_law(epochs: NDArray[np.float64], limit: float, drop: float, rate: float) -> NDArray[np.float64]:
    return np.asarray(limit - drop * epochs ** (-rate))

"""Bonus: the simple network for 20 and 50 epochs, and where returns diminish."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exercise.answers.measures import SPLITS, accuracy, compare, exact, loss, source
from labreport.claims import Answer, Claim, Quantity, Verdict
from labreport.claims.comparison import holm
from labreport.claims.decide import greater
from labreport.claims.statistics import over_seeds
from labreport.results import Results, Runs

MOMENTS = (10, 20, 50)
"""Epochs compared: the exercise's two, and part one's."""
WINDOW = 10
"""Epochs over which a gain is measured; single epochs jitter."""


def longer(results: Results) -> Answer:
    """Accuracy and loss of the simple network after 10, 20 and 50 epochs."""
    runs = results["small"]
    quantities: dict[str, Quantity] = {"seeds": exact(len(runs), "seeds", source(runs, "count"))}
    for epoch in MOMENTS:
        quantities[f"at-{epoch}.epochs"] = exact(epoch, "epochs", "exercise")
        for name in SPLITS:
            quantities[f"at-{epoch}.{name}_accuracy"] = accuracy(runs, epoch, name)
            quantities[f"at-{epoch}.{name}_loss"] = loss(runs, epoch, name)
    steps = list(pairwise(MOMENTS))
    gains = [compare(runs, after, runs, before) for before, after in steps]
    adjusted = holm([one.p_value if one.p_value is not None else 1.0 for one in gains])
    claims = {}
    for (before, after), one, p_value in zip(steps, gains, adjusted, strict=True):
        quantities[f"gain-{after}"] = one.difference
        claims[f"{after}-better"] = greater(
            f"{after}-better",
            f"test accuracy: {after} epochs > {before} epochs",
            one,
            (f"gain-{after}", f"at-{after}.test_accuracy", f"at-{before}.test_accuracy"),
            adjusted_p=p_value,
        )
    return Answer(quantities, claims, _moments())


def _moments() -> dict[str, Any]:
    """Keys of the rows, and the epochs between which gains are measured, as text."""
    return {
        "rows": [f"at-{epoch}" for epoch in MOMENTS],
        "before": [str(epoch) for epoch in MOMENTS[:-1]],
        "after": [str(epoch) for epoch in MOMENTS[1:]],
    }


def diminishing(results: Results) -> Answer:
    """Gain in validation accuracy over a window of epochs, against the spread between seeds.

    The rule, fixed in advance: after epoch n returns have diminished when the gain over the ten
    epochs up to n is smaller than the standard deviation between seeds in the same epochs, for then
    another seed would change as much as ten more epochs.
    """
    runs = results["small"]
    curves = np.array(runs.curve("validation_accuracy"))
    last = curves.shape[1]
    gains = curves[:, WINDOW:] - curves[:, :-WINDOW]
    noise = _noise(curves)
    epochs = list(range(WINDOW + 1, last + 1))
    quantities: dict[str, Quantity] = {
        "window": exact(WINDOW, "epochs", "fixed in advance"),
        "seeds": exact(len(runs), "seeds", source(runs, "count")),
        "epochs": exact(last, "epochs", "catalogue: small"),
    }
    claims: dict[str, Claim] = {}
    for epoch in MOMENTS[1:]:
        gain = over_seeds(
            [float(value) for value in gains[:, epoch - WINDOW - 1]],
            "points",
            source(runs, f"validation accuracy at epoch {epoch} minus that at epoch {epoch - WINDOW}"),
        )
        quantities[f"at-{epoch}.epochs"] = exact(epoch, "epochs", "exercise")
        quantities[f"at-{epoch}.gain"] = gain
        quantities[f"at-{epoch}.noise"] = Quantity(
            noise[epoch - WINDOW - 1] if noise else None,
            "points, unsigned",
            source(runs, f"standard deviation between seeds, epochs {epoch - WINDOW + 1} to {epoch}"),
            len(runs),
            varies_with="seeds",
        )
        claims[f"after-{epoch}"] = _diminished(
            f"after-{epoch}", epoch, gain, quantities[f"at-{epoch}.noise"].value
        )
    quantities |= _turning_points(runs, curves, gains, noise)
    return Answer(
        quantities,
        claims,
        {"gain": _as_curve(epochs, gains, noise), "moments": list(MOMENTS[1:])},
    )


def _noise(curves: NDArray[np.float64]) -> list[float]:
    """Standard deviation between seeds, as root mean square over each window; empty for one seed."""
    if len(curves) < 2:
        return []
    variance = np.var(curves, axis=0, ddof=1)
    return [
        float(math.sqrt(np.mean(variance[end - WINDOW : end])))
        for end in range(WINDOW + 1, curves.shape[1] + 1)
    ]


def _diminished(name: str, epoch: int, gain: Quantity, noise: float | int | None) -> Claim:
    predicate = f"gain over the window up to epoch {epoch} < spread between seeds"
    numbers = (f"at-{epoch}.gain", f"at-{epoch}.noise")
    if gain.interval is None or noise is None:
        return Claim(
            name, predicate, "one seed: its spread is unknown", Verdict.INCONCLUSIVE, numbers=numbers
        )
    if gain.interval.high < noise:
        verdict = Verdict.SUPPORTED
    else:
        verdict = Verdict.REFUTED if gain.interval.low > noise else Verdict.INCONCLUSIVE
    test = f"the whole {gain.interval.level:.0%} interval of the gain on one side of the spread"
    return Claim(name, predicate, test, verdict, float(noise), None, numbers)


def _turning_points(
    runs: Runs, curves: NDArray[np.float64], gains: NDArray[np.float64], noise: list[float]
) -> dict[str, Quantity]:
    """The first epoch whose mean gain is below the noise, and the epoch of least validation loss."""
    mean = gains.mean(axis=0)
    first = next((WINDOW + 1 + index for index, value in enumerate(noise) if mean[index] < value), None)
    losses = np.array(runs.curve("validation_loss"))
    least = int(np.median(np.argmin(losses, axis=1))) + 1
    return {
        "first_diminished": Quantity(
            first,
            "",
            source(runs, "first epoch whose mean gain is below the spread between seeds"),
            varies_with="seeds",
        ),
        "least_loss_epoch": exact(
            least, "", source(runs, "epoch of least validation loss, median over seeds"), "seeds"
        ),
        "best_epoch": exact(
            int(np.median(np.argmax(curves, axis=1))) + 1,
            "",
            source(runs, "epoch of highest validation accuracy, median over seeds"),
            "seeds",
        ),
    }


def _as_curve(epochs: list[int], gains: NDArray[np.float64], noise: list[float]) -> dict[str, list[Any]]:
    """For the figure: mean gain by epoch with its interval (None for one seed), and the noise."""
    columns = [over_seeds([float(value) for value in column], "points", "") for column in gains.T]
    return {
        "epochs": epochs,
        "mean": [column.value for column in columns],
        "low": [column.interval.low if column.interval else None for column in columns],
        "high": [column.interval.high if column.interval else None for column in columns],
        "noise": list(noise),
    }

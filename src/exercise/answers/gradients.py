"""How much of the gradient reaches the early layers: norms by layer, as ratios."""

from __future__ import annotations

import math
from collections.abc import Sequence

from exercise.answers.measures import network_of, source
from labreport.claims import Quantity
from labreport.claims.statistics import geometric
from labreport.results import Runs

LEAST = 1e-45
"""Smallest positive single-precision number: a gradient that underflowed counts as this."""


def first_norms(runs: Runs) -> list[list[float]]:
    """Norm of the gradient of each layer's kernel before the first update; (seeds, layers)."""
    return [[float(norm) for norm in run.records[0]["first_gradient_norms"]] for run in runs]


def last_norms(runs: Runs) -> list[list[float]]:
    """The same, as recorded in the last epoch."""
    last = runs.experiment.epochs - 1
    return [[float(norm) for norm in run.records[last]["gradient_norms"]] for run in runs]


def gradient_quantities(runs: Runs) -> dict[str, Quantity]:
    """`ratio` at the start, `ratio_last` in the last epoch, `kept_per_layer` at the start.

    The ratio is that of the first hidden layer's norm to the last hidden layer's. `kept_per_layer`
    leaves the first layer out, whose inputs are pixels: it is the geometric mean of the factors from
    the last hidden layer back to the second, all of one shape. With two hidden layers or one there is
    none, and it is None.
    """
    hidden = len(network_of(runs).hidden_layers)
    return {
        "ratio": geometric(
            [_ratio(norms, 0, hidden - 1) for norms in first_norms(runs)],
            "",
            source(runs, "gradient norm, first over last hidden layer, before the first update"),
        ),
        "ratio_last": geometric(
            [_ratio(norms, 0, hidden - 1) for norms in last_norms(runs)],
            "",
            source(runs, f"gradient norm, first over last hidden layer, epoch {runs.experiment.epochs}"),
        ),
        "kept_per_layer": geometric(
            [_ratio(norms, 1, hidden - 1) ** (1 / (hidden - 2)) for norms in first_norms(runs)]
            if hidden > 2
            else [],
            "fraction",
            source(runs, "gradient norm kept from layer to layer, before the first update"),
        ),
    }


def _ratio(norms: Sequence[float], first: int, last: int) -> float:
    if not (math.isfinite(norms[first]) and math.isfinite(norms[last])):
        return math.nan
    return max(norms[first], LEAST) / max(norms[last], LEAST)

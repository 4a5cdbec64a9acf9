"""The map of depth against initial gain: where the slope says that learning stops, and where it does."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from exercise.catalogue import DEPTH_GAIN
from exercise.measuring.families import LEARNED
from exercise.measuring.measures import accuracy, exact, split
from exercise.measuring.reading import PERCENT, mean
from exercise.part_two.predictions import SLOPE, STARVED, expected_ratio
from labreport import charts
from labreport.claims import Answer, Claim, Quantity, Verdict
from labreport.claims.decide import ALPHA
from labreport.claims.statistics import wilson_ends
from labreport.later import later
from labreport.outline import figure
from labreport.required import LAST, required
from labreport.results import Results

if TYPE_CHECKING:
    from scipy import stats
else:
    stats = later("scipy.stats")

AGREEMENT = 0.9
"""Share of cells that must turn out as predicted."""


def map_of_depth_and_gain(results: Results) -> tuple[dict[str, Quantity], Claim, dict[str, Any]]:
    """Accuracy of each cell, the claim that the slope's bound separates them, and the map as facts."""
    quantities: dict[str, Quantity] = {}
    cells: list[dict[str, Any]] = []
    for point, runs in results.study(DEPTH_GAIN):
        depth, gain = len(point["hidden_layers"]), float(point["initial_gain"])
        key = f"map.{depth}.{gain:g}"
        measured = accuracy(runs, runs.experiment.epochs, "test")
        assert measured.value is not None
        quantities[key] = measured
        cells.append(
            {
                "key": key,
                "depth": depth,
                "gain": f"{gain:g}",
                "expected": expected_ratio(depth, gain) >= STARVED,
                "learned": _learned(runs.metric(runs.experiment.epochs, "test", "accuracy")),
            }
        )
    agreeing = sum(cell["expected"] is cell["learned"] for cell in cells)
    undecided = sum(cell["learned"] is None for cell in cells)
    quantities["map.cells"] = exact(len(cells), "cells", f"study {DEPTH_GAIN.name}: count")
    quantities["map.agreeing"] = exact(
        agreeing, "cells", f"study {DEPTH_GAIN.name}: learned exactly where predicted", "seeds"
    )
    quantities["map.undecided"] = exact(
        undecided, "cells", f"study {DEPTH_GAIN.name}: between learned and not, or both, by seed", "seeds"
    )
    depths = sorted({int(cell["depth"]) for cell in cells})
    gains = sorted({str(cell["gain"]) for cell in cells}, key=float)
    facts = {
        "cells": cells,
        "depths": depths,
        "gains": gains,
        "beyond": [cell["key"] for cell in cells if cell["learned"] is True and not cell["expected"]],
        "short": [cell["key"] for cell in cells if cell["expected"] and cell["learned"] is False],
        "learned": sum(cell["learned"] is True for cell in cells),
        "boundary": [{"depth": depth, "gain": boundary(depth)} for depth in depths],
    }
    return quantities, _separates(cells, agreeing, undecided), facts


def _learned(accuracies: Sequence[float]) -> bool | None:
    """Whether a network learned: with every seed or with none, and further from `LEARNED` than chance.

    None where neither is so. The ends are those of Wilson's interval over the test images.
    """
    images = len(split("test"))
    ends = [wilson_ends(round(accuracy * images), images) for accuracy in accuracies]
    if all(low > LEARNED for low, _ in ends):
        return True
    return False if all(high < LEARNED for _, high in ends) else None


def boundary(depth: int) -> float:
    """The initial gain at which `depth` layers keep `STARVED` of the gradient; one layer keeps all of it."""
    return float(STARVED ** (1 / (depth - 1)) / SLOPE) if depth > 1 else 0.0


def _separates(cells: list[dict[str, Any]], agreeing: int, undecided: int) -> Claim:
    """Supported: nine cells in ten as predicted, beyond chance. Refuted: significantly fewer.

    An undecided cell counts as predicted only where that keeps the claim from being refuted. Where no
    network learns, nothing is decided.
    """
    table = [
        [sum(c["expected"] is e and c["learned"] is w for c in cells) for w in (True, False)]
        for e in (True, False)
    ]
    p_value = float(stats.fisher_exact(table, alternative="greater").pvalue)
    if not math.isfinite(p_value):  # all cells learn, or none does
        p_value = 1.0
    if p_value < ALPHA and agreeing >= AGREEMENT * len(cells):
        verdict = Verdict.SUPPORTED
    else:
        surely_fewer = wilson_ends(agreeing + undecided, len(cells))[1] < AGREEMENT
        surely_fewer &= any(cell["learned"] for cell in cells)  # otherwise no rule can be tried
        verdict = Verdict.REFUTED if surely_fewer else Verdict.INCONCLUSIVE
    return Claim(
        "map",
        "whether a network learns follows from what slope and initial weights leave of the gradient",
        f"Fisher's exact test of predicted against observed, and {AGREEMENT:.0%} of the cells as predicted; "
        "refuted by Wilson's interval of their share",
        verdict,
        AGREEMENT,
        p_value,
        ("map.agreeing", "map.cells", "map.undecided"),
    )


BOUND = "bound that the\nsigmoid’s slope\nsets: learning is\npredicted above\nand to the right"


@figure(
    reads=DEPTH_GAIN, requires=required(DEPTH_GAIN, LAST), answers=("part-two.hypothesis",), slug="depth-gain"
)
def depth_against_gain(results: Results, answers: Mapping[str, Answer]) -> charts.Drawing:
    """Mean test accuracy by hidden layers (rows) and initial gain (columns)."""
    accuracy = {
        (len(point["hidden_layers"]), float(point["initial_gain"])): PERCENT
        * mean(runs.metric(runs.experiment.epochs, "test", "accuracy"))
        for point, runs in results.study(DEPTH_GAIN)
    }
    depths = sorted({depth for depth, _ in accuracy})
    gains = sorted({gain for _, gain in accuracy})
    values = [[accuracy[depth, gain] for gain in gains] for depth in depths]
    figure, (panel,) = charts.column_figure(50, margins=charts.Margins(left=9, right=27, top=8, bottom=10))
    charts.heat_map(
        panel,
        values,
        [[f"{value:.0f}" for value in row] for row in values],
        rows=[str(depth) for depth in depths],
        columns=[f"× {gain:g}" for gain in gains],
        low=0.0,
        high=PERCENT,
    )
    charts.y_title(panel, "Hidden layers")
    panel.set_xlabel("initial weights, times those of the usual initialiser")
    expected = {
        (int(cell["depth"]), float(cell["gain"])): bool(cell["expected"])
        for cell in answers["part-two.hypothesis"].facts["map"]["cells"]
    }
    charts.separate(panel, [[expected[depth, gain] for gain in gains] for depth in depths], BOUND)
    return charts.Drawing(
        figure,
        "heat map, mean test accuracy by number of hidden layers and size of the initial weights",
        ["hidden layers", *(f"weights × {gain:g}, %" for gain in gains)],
        [[depth, *(round(value, 2) for value in row)] for depth, row in zip(depths, values, strict=True)],
    )

"""The map of depth against initial gain: where the slope says that learning stops, and where it does."""

from __future__ import annotations

import math
from typing import Any

from scipy import stats

from exercise.answers.measures import accuracy, exact
from exercise.answers.predictions import LEARNED, SLOPE, STARVED, expected_ratio
from labreport.claims import Claim, Quantity, Verdict
from labreport.claims.decide import ALPHA
from labreport.claims.statistics import wilson_ends
from labreport.results import Results

STUDY = "depth-gain"
AGREEMENT = 0.9
"""Share of cells that must turn out as predicted."""


def map_of_depth_and_gain(results: Results) -> tuple[dict[str, Quantity], Claim, dict[str, Any]]:
    """Accuracy of each cell, the claim that the slope's bound separates them, and the map as facts."""
    quantities: dict[str, Quantity] = {}
    cells: list[dict[str, Any]] = []
    for point, runs in results.study(STUDY):
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
                "learned": bool(measured.value > LEARNED),
            }
        )
    agreeing = sum(cell["expected"] == cell["learned"] for cell in cells)
    quantities["map.cells"] = exact(len(cells), "cells", f"study {STUDY}: count")
    quantities["map.agreeing"] = exact(
        agreeing, "cells", f"study {STUDY}: learned exactly where predicted", "seeds"
    )
    depths = sorted({int(cell["depth"]) for cell in cells})
    gains = sorted({str(cell["gain"]) for cell in cells}, key=float)
    facts = {
        "cells": cells,
        "depths": depths,
        "gains": gains,
        "exceptions": [cell["key"] for cell in cells if cell["expected"] != cell["learned"]],
        "beyond": [cell["key"] for cell in cells if cell["learned"] and not cell["expected"]],
        "short": [cell["key"] for cell in cells if cell["expected"] and not cell["learned"]],
        "boundary": [{"depth": depth, "gain": boundary(depth)} for depth in depths],
    }
    return quantities, _separates(cells, agreeing), facts


def boundary(depth: int) -> float:
    """The initial gain at which `depth` layers keep `STARVED` of the gradient; one layer keeps all of it."""
    return float(STARVED ** (1 / (depth - 1)) / SLOPE) if depth > 1 else 0.0


def _separates(cells: list[dict[str, Any]], agreeing: int) -> Claim:
    """Supported: nine cells in ten as predicted, beyond chance. Refuted: surely fewer than nine in ten."""
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
        surely_fewer = wilson_ends(agreeing, len(cells))[1] < AGREEMENT
        verdict = Verdict.REFUTED if surely_fewer else Verdict.INCONCLUSIVE
    return Claim(
        "map",
        "a network learns exactly where slope and initial weights leave the first layer its gradient",
        f"Fisher's exact test of predicted against observed, and {AGREEMENT:.0%} of the cells as predicted; "
        "refuted by Wilson's interval of their share",
        verdict,
        AGREEMENT,
        p_value,
        ("map.agreeing", "map.cells"),
    )

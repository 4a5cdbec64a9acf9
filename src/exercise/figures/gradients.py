"""How much of the gradient reaches each layer: as usual, and with the suspected cause taken away."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction

from exercise.answers.predictions import SLOPE
from exercise.figures.reading import change, shape
from exercise.groups import DEEP, GAIN
from exercise.networks import Network
from labreport.charts import (
    SERIES,
    Drawing,
    Margins,
    Mark,
    Panel,
    column_figure,
    curve,
    label_line_ends,
    level,
    named_curves,
    panel_title,
    plain_numbers,
    powers_of_ten,
    reference_slope,
    seed_lines,
    y_title,
)
from labreport.claims import Answer
from labreport.results import Results, Runs

TWO_LINES = 19.0
"""Points above a panel at which its title clears the axis title below it."""
SMALLEST = 1e-30
"""Norms below this, underflow among them, are drawn here: the axis is logarithmic."""


def gradients_by_layer(results: Results, answers: Mapping[str, Answer]) -> Drawing:
    """Gradient norm by layer: before the first update above, the mean over training below."""
    figure, panels = column_figure(
        86, columns=3, rows=2, margins=Margins(left=9, right=17, top=12, between=4, rows_between=13)
    )
    rows: list[list[str | int | float | None]] = []
    for panel in panels:
        panel.set_yscale("log")
    for moment, norms_of, row in (
        ("before the first update", _first, panels[:3]),
        ("mean over training", _mean, panels[3:]),
    ):
        for panel, usual, changed in zip(row, DEEP, GAIN, strict=True):
            labels = ("as usual", change(results[usual].experiment, results[changed].experiment))
            for name, label, style in zip((usual, changed), labels, SERIES, strict=False):
                means = _draw(panel, norms_of(results[name]), Mark(label, style))
                rows += [[name, moment, layer, float(f"{norm:.3g}")] for layer, norm in enumerate(means, 1)]
            _bound(panel, _geometric(norms_of(results[usual])))
        _finish(row, f"Gradient norm, {moment}", layers=max(int(str(cells[2])) for cells in rows))
    for panel in panels[3:]:
        panel.set_xlabel("layer")
    for panel, name in zip(panels, DEEP, strict=False):
        network: Network = results[name].experiment.specification
        panel_title(panel, shape(network), lift=TWO_LINES)
    return Drawing(
        figure,
        "line charts on logarithmic axes, norm of the gradient by layer for each deep network",
        ["network", "moment", "layer", "gradient norm"],
        rows,
    )


def _first(runs: Runs) -> list[list[float]]:
    return [list(run.records[0]["first_gradient_norms"]) for run in runs]


def _mean(runs: Runs) -> list[list[float]]:
    """Norm by layer, averaged over epochs; shape (seeds, layers)."""
    return [
        [sum(norms) / len(norms) for norms in zip(*epochs, strict=True)]
        for epochs in runs.curve("gradient_norms")
    ]


def _geometric(norms: Sequence[Sequence[float]]) -> list[float]:
    """Geometric mean over seeds, by layer."""
    return [
        math.exp(sum(math.log(max(norm, SMALLEST)) for norm in layer) / len(layer))
        for layer in zip(*norms, strict=True)
    ]


def _draw(panel: Panel, norms: Sequence[Sequence[float]], mark: Mark) -> list[float]:
    means = _geometric(norms)
    layers = range(1, len(means) + 1)
    seed_lines(panel, layers, [[max(norm, SMALLEST) for norm in seed] for seed in norms], mark)
    curve(panel, layers, means, mark, markers=True)
    return means


def _bound(panel: Panel, usual: Sequence[float]) -> None:
    """From the last hidden layer back, what a slope of `SLOPE` a layer leaves at most of its norm."""
    last = len(usual) - 1
    name = f"× {Fraction(SLOPE)} a layer"
    reference_slope(panel, (last, usual[last - 1]), (1, usual[last - 1] * SLOPE ** (last - 1)), name)


def _finish(row: Sequence[Panel], title: str, layers: int) -> None:
    for panel in row:
        plain_numbers(panel.xaxis, (1, (1 + layers) // 2, layers))
    level(row)
    for panel in row:
        powers_of_ten(panel.yaxis)
    y_title(row[0], title)
    label_line_ends(row[-1], named_curves(row[-1]))

"""How much of the gradient reaches each layer, as usual and with the suspected cause taken away."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

from exercise.catalogue import DEEP, GAIN
from exercise.measuring.measures import network_of
from exercise.measuring.reading import change, shape
from exercise.part_two.causes import SLOPE
from labreport import charts
from labreport.outline import figure
from labreport.results import Results, Runs
from labreport.stats import Measure, Quantity, Sample, mean

KEPT = Measure("gradient of the first hidden layer over that of the last", unit="", better="", scale="ratio")
LEAST = 1e-45
"""Smallest positive single-precision number: a gradient that underflowed counts as this."""


def first_norms(runs: Runs) -> list[list[float]]:
    """Norm of the gradient of each layer's kernel before the first update; (seeds, layers)."""
    return [[float(norm) for norm in run.records[0]["first_gradient_norms"]] for run in runs]


def kept(runs: Runs) -> Quantity:
    """Share of the gradient's norm that is left from the last hidden layer back to the first, at the start.

    It is a geometric mean over seeds. A norm that underflowed counts as the least number there is; where no
    gradient arrives at all, or none that is finite, there is no share.
    """
    last = len(network_of(runs).hidden_layers) - 1
    values: dict[int | str, tuple[float, ...]] = {
        run.seed: (_ratio(norms, last),) for run, norms in zip(runs, first_norms(runs), strict=True)
    }
    return mean(Sample(runs.experiment.name, values), KEPT)


def _ratio(norms: Sequence[float], last: int) -> float:
    if not (math.isfinite(norms[0]) and math.isfinite(norms[last])) or norms[last] == 0:
        return math.nan
    return max(norms[0], LEAST) / max(norms[last], LEAST)


TWO_LINES = 19.0
"""Points above a panel at which its title clears the axis title below it."""
SMALLEST = 1e-30
"""Norms below this, underflow among them, are drawn here: the axis is logarithmic."""


@figure(reads=(*DEEP, *GAIN), slug="gradients")
def gradients_by_layer(results: Results) -> charts.Drawing:
    """Gradient norm by layer before the first update, as usual and with larger initial weights."""
    figure, panels = charts.column_figure(
        50, columns=3, margins=charts.Margins(left=9, right=17, top=12, between=4)
    )
    rows: list[list[str | int | float | None]] = []
    for panel, usual, changed in zip(panels, DEEP, GAIN, strict=True):
        panel.set_yscale("log")
        labels = ("as usual", change(usual, changed))
        for network, label, style in zip((usual, changed), labels, charts.SERIES, strict=False):
            means = _draw(panel, first_norms(results[network]), charts.Mark(label, style))
            rows += [[network.name, layer, float(f"{norm:.3g}")] for layer, norm in enumerate(means, 1)]
        _bound(panel, _geometric(first_norms(results[usual])))
        panel.set_xlabel("layer")
        charts.panel_title(panel, shape(network_of(results[usual])), lift=TWO_LINES)
    _finish(panels, "Length of the gradient (logarithmic)", layers=max(int(str(cells[1])) for cells in rows))
    return charts.Drawing(
        figure,
        "line charts on logarithmic axes, length of the gradient by layer for each deep network",
        ["network", "layer", "length of the gradient"],
        rows,
    )


def _geometric(norms: Sequence[Sequence[float]]) -> list[float]:
    """Geometric mean over seeds, by layer."""
    return [
        math.exp(sum(math.log(max(norm, SMALLEST)) for norm in layer) / len(layer))
        for layer in zip(*norms, strict=True)
    ]


def _draw(panel: charts.Panel, norms: Sequence[Sequence[float]], mark: charts.Mark) -> list[float]:
    means = _geometric(norms)
    layers = range(1, len(means) + 1)
    charts.seed_lines(panel, layers, [[max(norm, SMALLEST) for norm in seed] for seed in norms], mark)
    charts.curve(panel, layers, means, mark, markers=True)
    return means


def _bound(panel: charts.Panel, usual: Sequence[float]) -> None:
    """From the last hidden layer back, what a slope of `SLOPE` a layer leaves at most of its norm."""
    last = len(usual) - 1
    name = f"× {Fraction(SLOPE)} a layer"
    charts.reference_slope(panel, (last, usual[last - 1]), (1, usual[last - 1] * SLOPE ** (last - 1)), name)


def _finish(row: Sequence[charts.Panel], title: str, layers: int) -> None:
    for panel in row:
        charts.plain_numbers(panel.xaxis, (1, (1 + layers) // 2, layers))
    charts.level(row)
    for panel in row:
        charts.powers_of_ten(panel.yaxis)
    charts.y_title(row[0], title)
    charts.label_line_ends(row[-1], charts.named_curves(row[-1]))

"""How much of the gradient reaches each layer, as usual and with the suspected cause taken away."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

from exercise.catalogue import DEEP, GAIN
from exercise.measuring.measures import network_of, source
from exercise.measuring.reading import change, shape
from exercise.part_two.predictions import SLOPE
from labreport import charts
from labreport.claims import Quantity
from labreport.claims.statistics import geometric
from labreport.outline import figure
from labreport.results import Results, Runs

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
    """One layer's norm over another's; not a number where no gradient at all arrives, or no finite one."""
    if not (math.isfinite(norms[first]) and math.isfinite(norms[last])) or norms[last] == 0:
        return math.nan
    return max(norms[first], LEAST) / max(norms[last], LEAST)


TWO_LINES = 19.0
"""Points above a panel at which its title clears the axis title below it."""
SMALLEST = 1e-30
"""Norms below this, underflow among them, are drawn here: the axis is logarithmic."""


@figure(reads=(*DEEP, *GAIN), slug="gradients")
def gradients_by_layer(results: Results) -> charts.Drawing:
    """Gradient norm by layer: before the first update above, the mean over training below."""
    figure, panels = charts.column_figure(
        86, columns=3, rows=2, margins=charts.Margins(left=9, right=17, top=12, between=4, rows_between=13)
    )
    rows: list[list[str | int | float | None]] = []
    for panel in panels:
        panel.set_yscale("log")
    for moment, norms_of, row in (
        ("before the first update", first_norms, panels[:3]),
        ("mean over training", _mean, panels[3:]),
    ):
        for panel, usual, changed in zip(row, DEEP, GAIN, strict=True):
            labels = ("as usual", change(usual, changed))
            for network, label, style in zip((usual, changed), labels, charts.SERIES, strict=False):
                means = _draw(panel, norms_of(results[network]), charts.Mark(label, style))
                rows += [
                    [network.name, moment, layer, float(f"{norm:.3g}")] for layer, norm in enumerate(means, 1)
                ]
            _bound(panel, _geometric(norms_of(results[usual])))
        _finish(row, f"Gradient norm, {moment}", layers=max(int(str(cells[2])) for cells in rows))
    for panel in panels[3:]:
        panel.set_xlabel("layer")
    for panel, usual in zip(panels, DEEP, strict=False):
        charts.panel_title(panel, shape(network_of(results[usual])), lift=TWO_LINES)
    return charts.Drawing(
        figure,
        "line charts on logarithmic axes, norm of the gradient by layer for each deep network",
        ["network", "moment", "layer", "gradient norm"],
        rows,
    )


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

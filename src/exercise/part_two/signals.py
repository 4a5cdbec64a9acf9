"""What reaches each layer before training: the gradient on its way back, the image on its way forward."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

from exercise.catalogue import BACKWARD, DEEP_32, GAIN
from exercise.measuring.measures import network_of
from exercise.measuring.reading import change
from exercise.part_two.causes import SLOPE
from labreport import charts
from labreport.outline import figure
from labreport.results import Results, Runs
from labreport.stats import Measure, Quantity, Sample, mean

GRADIENT, DIFFERENCE = "first_gradient_norms", "image_differences"
"""What a record holds by layer: length of the gradient of its weights, difference between two images."""
BACK = Measure("gradient of the first hidden layer over that of the last", unit="", better="", scale="ratio")
FORTH = Measure(
    "difference of images in the last hidden layer over that in the first", unit="", better="", scale="ratio"
)
LEAST = 1e-45
"""Smallest positive single-precision number: a signal that underflowed counts as this."""


def at_start(runs: Runs, what: str) -> list[list[float]]:
    """A signal by layer before the first update; (seeds, layers)."""
    return [[float(value) for value in run.records[0][what]] for run in runs]


def gradient_left(runs: Runs) -> Quantity:
    """Share of the gradient's length that is left from the last hidden layer back to the first, at the start.

    It is a geometric mean over seeds. A length that underflowed counts as the least number there is; where
    no gradient arrives at all, or none that is finite, there is no share.
    """
    last = len(network_of(runs).hidden_layers) - 1
    return _share(runs, GRADIENT, BACK, 0, last)


def difference_left(runs: Runs) -> Quantity:
    """The same of the difference between images, from the first hidden layer to the last."""
    last = len(network_of(runs).hidden_layers) - 1
    return _share(runs, DIFFERENCE, FORTH, last, 0)


def _share(runs: Runs, what: str, measure: Measure, end: int, start: int) -> Quantity:
    values: dict[int | str, tuple[float, ...]] = {
        run.seed: (_ratio(layers[end], layers[start]),)
        for run, layers in zip(runs, at_start(runs, what), strict=True)
    }
    return mean(Sample(runs.experiment.name, values), measure)


def _ratio(end: float, start: float) -> float:
    if not (math.isfinite(end) and math.isfinite(start)) or start == 0:
        return math.nan
    return max(end, LEAST) / max(start, LEAST)


SMALLEST = 1e-30
"""Signals below this, underflow among them, are drawn here: the axis is logarithmic."""


@figure(reads=(DEEP_32, GAIN[1], BACKWARD), slug="signals")
def signals_by_layer(results: Results) -> charts.Drawing:
    """Gradient and difference between images by layer before the first update, as usual and changed."""
    shown = [runs.experiment for runs in results.values()]
    usual_one, *others = shown
    figure, panels = charts.column_figure(
        50, columns=2, margins=charts.Margins(left=9, right=19, top=8, between=31)
    )
    means: dict[tuple[str, str], list[float]] = {}
    labels = ["as usual", *(change(usual_one, changed) for changed in others)]
    for panel, what, title in (
        (panels[0], GRADIENT, "Length of the gradient"),
        (panels[1], DIFFERENCE, "Difference between images"),
    ):
        panel.set_yscale("log")
        for network, label, style in zip(shown, labels, charts.SERIES[: len(shown)], strict=True):
            seeds = at_start(results[network], what)
            means[network.name, what] = _draw(panel, seeds, charts.Mark(label, style))
        usual = means[usual_one.name, what]
        _bound(panel, usual if what == DIFFERENCE else usual[-2::-1], back=what == GRADIENT)
        panel.set_xlabel("layer")
        charts.plain_numbers(panel.xaxis, (1, (1 + len(usual)) // 2, len(usual)))
        charts.powers_of_ten(panel.yaxis)
        charts.y_title(panel, title)
        charts.label_line_ends(panel, charts.named_curves(panel))
    rows: list[list[str | int | float | None]] = [
        [network.name, layer, float(f"{norm:.3g}"), None if apart is None else float(f"{apart:.3g}")]
        for network in shown
        for layer, (norm, apart) in enumerate(
            zip(means[network.name, GRADIENT], [*means[network.name, DIFFERENCE], None], strict=True), start=1
        )
    ]
    return charts.Drawing(
        figure,
        "line charts on logarithmic axes, gradient and difference between images by layer before training",
        ["network", "layer", "length of the gradient", "difference between two images"],
        rows,
    )


def _draw(panel: charts.Panel, seeds: Sequence[Sequence[float]], mark: charts.Mark) -> list[float]:
    """Each seed and the geometric mean, which is returned."""
    drawn = [[max(value, SMALLEST) for value in seed] for seed in seeds]
    means = [
        math.exp(sum(math.log(value) for value in layer) / len(layer)) for layer in zip(*drawn, strict=True)
    ]
    layers = range(1, len(means) + 1)
    charts.seed_lines(panel, layers, drawn, mark)
    charts.curve(panel, layers, means, mark, markers=True)
    return means


def _bound(panel: charts.Panel, usual: Sequence[float], *, back: bool) -> None:
    """What a slope of `SLOPE` a layer leaves at most of a signal: `usual` holds it on its way."""
    ends = (len(usual), 1) if back else (1, len(usual))
    left = usual[0] * SLOPE ** (len(usual) - 1)
    charts.reference_slope(panel, (ends[0], usual[0]), (ends[1], left), f"× {Fraction(SLOPE)} a layer")

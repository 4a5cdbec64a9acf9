"""What a second of training buys: accuracy against time, simple and complex network."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import TYPE_CHECKING

from exercise.catalogue import COMPLEX, SMALL
from exercise.measuring.reading import PERCENT, mean_by_epoch, percent
from labreport import charts
from labreport.later import later
from labreport.outline import figure
from labreport.results import Results

if TYPE_CHECKING:
    import numpy as np
else:
    np = later("numpy")

STEP = 2.0
"""The accuracy axis starts at a multiple of this, in per cent."""


@figure(reads=(SMALL, COMPLEX), slug="accuracy-seconds")
def accuracy_against_seconds(results: Results) -> charts.Drawing:
    """Mean validation accuracy against mean seconds of training so far; seeds faint; epochs marked."""
    styles = dict(zip(results, charts.SERIES[1::-1], strict=True))
    figure, (panel,) = charts.column_figure(56, margins=charts.Margins(left=9, right=19, top=9))
    means: dict[str, tuple[list[float], list[float]]] = {}
    for name, style in styles.items():
        mark = charts.Mark(name, style)
        seconds = [list(accumulate(seed)) for seed in results[name].curve("seconds")]
        accuracy = percent(results[name].curve("validation_accuracy"))
        if len(results[name]) > 1:
            for x, y in zip(seconds, accuracy, strict=True):
                charts.seed_line(panel, x, y, mark)
        means[name] = mean_by_epoch(seconds), mean_by_epoch(accuracy)
        charts.curve(panel, *means[name], mark)
    panel.set_xscale("log")
    panel.set_ylim(bottom=min(min(accuracy) for _, accuracy in means.values()))  # every curve is whole
    charts.round_limits(panel, STEP, highest=PERCENT)
    charts.plain_numbers(panel.xaxis, (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500))
    charts.plain_numbers(panel.yaxis)
    panel.set_xlabel("seconds of training so far (logarithmic)")
    charts.y_title(panel, "Validation accuracy, % (rings are named by their epoch)")
    charts.note_truncated(panel)
    rings = [
        ring
        for name, other in (list(results), list(results)[::-1])
        for ring in _epochs(
            panel, results[name].experiment.snapshots, means[name], means[other], styles[name].colour
        )
    ]
    charts.give_way(figure, rings[::-1], charts.label_line_ends(panel, charts.named_curves(panel)))
    return charts.Drawing(
        figure,
        "line chart, validation accuracy of the simple and the complex network against seconds of training",
        ["network", "epoch", "seconds", "mean validation accuracy, %"],
        [
            [name, epoch, round(second, 2), round(accuracy, 2)]
            for name, columns in means.items()
            for epoch, (second, accuracy) in enumerate(zip(*columns, strict=True), 1)
        ],
    )


def _epochs(
    panel: charts.Panel,
    kept: Sequence[int],
    mean: tuple[Sequence[float], Sequence[float]],
    other: tuple[Sequence[float], Sequence[float]],
    colour: charts.Colour,
) -> list[charts.Note]:
    """Rings at the epochs `kept`, each named on the side away from the other curve."""
    places = [(epoch, mean[0][epoch - 1], mean[1][epoch - 1]) for epoch in kept]
    return [
        note
        for epoch, x, y in places
        for note in charts.milestones(
            panel, [charts.Label(str(epoch), x, y, colour)], above=bool(y >= np.interp(x, *other))
        )
    ]

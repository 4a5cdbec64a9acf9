"""What a second of training buys: accuracy against time, simple and complex network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate

import numpy as np

from exercise.figures.reading import PERCENT, mean_by_epoch, percent
from labreport.charts import (
    SERIES,
    Colour,
    Drawing,
    Label,
    Margins,
    Mark,
    Note,
    Panel,
    column_figure,
    curve,
    give_way,
    label_line_ends,
    milestones,
    named_curves,
    note_truncated,
    plain_numbers,
    round_limits,
    seed_line,
    y_title,
)
from labreport.claims import Answer
from labreport.results import Results

NAMES = ("small", "complex")
STYLES = dict(zip(NAMES, SERIES[1::-1], strict=True))
STEP = 2.0
"""The accuracy axis starts at a multiple of this, in per cent."""


def accuracy_against_seconds(results: Results, answers: Mapping[str, Answer]) -> Drawing:
    """Mean validation accuracy against mean seconds of training so far; seeds faint; epochs marked."""
    figure, (panel,) = column_figure(56, margins=Margins(left=9, right=19, top=9))
    means: dict[str, tuple[list[float], list[float]]] = {}
    for name, style in STYLES.items():
        mark = Mark(name, style)
        seconds = [list(accumulate(seed)) for seed in results[name].curve("seconds")]
        accuracy = percent(results[name].curve("validation_accuracy"))
        if len(results[name]) > 1:
            for x, y in zip(seconds, accuracy, strict=True):
                seed_line(panel, x, y, mark)
        means[name] = mean_by_epoch(seconds), mean_by_epoch(accuracy)
        curve(panel, *means[name], mark)
    panel.set_xscale("log")
    panel.set_ylim(bottom=min(min(accuracy) for _, accuracy in means.values()))  # every curve is whole
    round_limits(panel, STEP, highest=PERCENT)
    plain_numbers(panel.xaxis, (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500))
    plain_numbers(panel.yaxis)
    panel.set_xlabel("seconds of training so far (logarithmic)")
    y_title(panel, "Validation accuracy, % (rings are named by their epoch)")
    note_truncated(panel)
    rings = [
        ring
        for name, other in (NAMES, NAMES[::-1])
        for ring in _epochs(
            panel, results[name].experiment.snapshots, means[name], means[other], STYLES[name].colour
        )
    ]
    give_way(figure, rings[::-1], label_line_ends(panel, named_curves(panel)))
    return Drawing(
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
    panel: Panel,
    kept: Sequence[int],
    mean: tuple[Sequence[float], Sequence[float]],
    other: tuple[Sequence[float], Sequence[float]],
    colour: Colour,
) -> list[Note]:
    """Rings at the epochs `kept`, each named on the side away from the other curve."""
    places = [(epoch, mean[0][epoch - 1], mean[1][epoch - 1]) for epoch in kept]
    return [
        note
        for epoch, x, y in places
        for note in milestones(
            panel, [Label(str(epoch), x, y, colour)], above=bool(y >= np.interp(x, *other))
        )
    ]

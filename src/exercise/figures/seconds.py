"""What a second of training buys: accuracy against time, simple and complex network."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import accumulate

from exercise.figures.reading import PERCENT, mean_by_epoch, percent
from labreport.charts import (
    SERIES,
    Drawing,
    Label,
    Margins,
    Mark,
    column_figure,
    curve,
    label_line_ends,
    milestones,
    named_curves,
    note_truncated,
    plain_numbers,
    seed_line,
    y_title,
)
from labreport.claims import Answer
from labreport.results import Results

NETWORKS = ("small", "complex")
STYLES = (SERIES[1], SERIES[0])
STEP = 2.0
"""The accuracy axis starts at a multiple of this, in per cent."""


def accuracy_against_seconds(results: Results, answers: Mapping[str, Answer]) -> Drawing:
    """Mean validation accuracy against mean seconds of training so far; seeds faint; epochs marked."""
    figure, (panel,) = column_figure(66, margins=Margins(left=9, right=19, top=9))
    rows: list[list[str | int | float | None]] = []
    notes: list[Label] = []
    lowest = PERCENT
    for name, style in zip(NETWORKS, STYLES, strict=True):
        runs, mark = results[name], Mark(name, style)
        seconds = [list(accumulate(seed)) for seed in runs.curve("seconds")]
        accuracy = percent(runs.curve("validation_accuracy"))
        if len(runs) > 1:
            for x, y in zip(seconds, accuracy, strict=True):
                seed_line(panel, x, y, mark)
        x, y = mean_by_epoch(seconds), mean_by_epoch(accuracy)
        curve(panel, x, y, mark)
        notes += [
            Label(f"epoch {epoch}", x[epoch - 1], y[epoch - 1], mark.colour)
            for epoch in runs.experiment.snapshots
        ]
        lowest = min(lowest, *y)
        rows += [
            [name, epoch, round(second, 2), round(value, 2)]
            for epoch, (second, value) in enumerate(zip(x, y, strict=True), 1)
        ]
    panel.set_ylim(STEP * math.floor(lowest / STEP), PERCENT)
    panel.set_xlim(0, None)
    plain_numbers(panel.xaxis)
    plain_numbers(panel.yaxis)
    panel.set_xlabel("seconds of training")
    y_title(panel, "Validation accuracy, %")
    note_truncated(panel)
    milestones(panel, notes)
    label_line_ends(panel, named_curves(panel))
    return Drawing(
        figure,
        "line chart, validation accuracy of the simple and the complex network against seconds of training",
        ["network", "epoch", "seconds", "mean validation accuracy, %"],
        rows,
    )

"""The one figure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from statistics import mean

from answers import METRIC

from labreport.charts import (
    SERIES,
    Drawing,
    Margins,
    Mark,
    column_figure,
    curve,
    label_line_ends,
    named_curves,
    note_truncated,
    panel_title,
    whole_numbers,
)
from labreport.claims import Answer
from labreport.recorded import curves
from labreport.results import Results


def learning_curves(results: Results, answers: Mapping[str, Answer]) -> Drawing:
    """Accuracy by epoch, the mean over the seeds that got so far."""
    figure, (panel,) = column_figure(50.0, columns=1, margins=Margins(left=9, right=17, top=7))
    rows: list[list[str | int | float]] = []
    lowest = 100.0
    for position, (name, runs) in enumerate(results.items()):
        by_epoch: dict[int, list[float]] = {}
        for points in curves(runs, METRIC).values():
            for epoch, value in points:
                by_epoch.setdefault(epoch, []).append(100 * value)
        means = [mean(by_epoch[epoch]) for epoch in sorted(by_epoch)]
        lowest = min(lowest, *means)
        curve(panel, sorted(by_epoch), means, Mark(name, SERIES[position]))
        rows += [[name, epoch, round(value, 2)] for epoch, value in zip(sorted(by_epoch), means, strict=True)]
    panel.set_ylim(10 * math.floor(lowest / 10), 100)
    panel.set_xlabel("Epoch")
    panel_title(panel, "Test accuracy, %")
    whole_numbers(panel.xaxis)
    label_line_ends(panel, named_curves(panel))
    note_truncated(panel)
    return Drawing(figure, "line chart of test accuracy by epoch", ["setting", "epoch", "accuracy, %"], rows)

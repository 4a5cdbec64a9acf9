"""Loss and accuracy by epoch, on training and validation data."""

from __future__ import annotations

import math
from collections.abc import Sequence

from exercise.catalogue import NETWORKS
from exercise.measuring.reading import PERCENT, mean_by_epoch, percent
from exercise.networks import CLASSES
from labreport import charts
from labreport.outline import figure
from labreport.results import Results

SPLITS = (("", "training"), ("validation_", "validation"))
"""How names of records begin, and what they are called."""
TRUNCATE_ABOVE = 60.0
"""The accuracy axis starts at zero unless every value is above this, in per cent."""

HEIGHT = 46.0
FLAT_HEIGHT = 38.0
"""Millimetres; a level line needs less of them."""
LEARNED_ABOVE = 20.0
"""Validation accuracy, in per cent, that shows a network to have left guessing."""


def training_curves(results: Results) -> charts.Drawing:
    """Two panels, loss and accuracy; the mean over seeds, and each seed as a faint line."""
    (name,) = results
    runs = results[name]
    learned = max(map(max, percent(runs.curve("validation_accuracy")))) > LEARNED_ABOVE
    figure, (losses, accuracies) = charts.column_figure(
        HEIGHT if learned else FLAT_HEIGHT,
        columns=2,
        margins=charts.Margins(left=8, right=17, top=7, between=26),
    )
    marks = [charts.Mark(name, style) for (_, name), style in zip(SPLITS, charts.SERIES, strict=False)]
    loss = [
        _drawn(losses, runs.curve(f"{prefix}loss"), mark)
        for (prefix, _), mark in zip(SPLITS, marks, strict=True)
    ]
    accuracy = [
        _drawn(accuracies, percent(runs.curve(f"{prefix}accuracy")), mark)
        for (prefix, _), mark in zip(SPLITS, marks, strict=True)
    ]
    finite = (value for values in loss for value in values if math.isfinite(value))  # a network may diverge
    highest = max(finite, default=math.log(CLASSES))
    _finish(losses, "Loss, nat", (0.0, 1.06 * highest), math.log(CLASSES))
    lowest = min(map(min, accuracy))
    bottom = 5.0 * math.floor((lowest - 1) / 5.0) if lowest > TRUNCATE_ABOVE else 0.0
    _finish(accuracies, "Accuracy, %", (bottom, PERCENT), PERCENT / CLASSES)
    return charts.Drawing(
        figure,
        "line charts side by side, loss and accuracy by epoch on training and validation data",
        ["epoch", "training loss", "validation loss", "training accuracy, %", "validation accuracy, %"],
        [
            [epoch, *(round(value, 4) for value in values[:2]), *(round(value, 2) for value in values[2:])]
            for epoch, *values in zip(range(1, len(loss[0]) + 1), *loss, *accuracy, strict=True)
        ],
    )


def _drawn(panel: charts.Panel, by_seed: Sequence[Sequence[float]], mark: charts.Mark) -> list[float]:
    """Draw one split; its mean over seeds by epoch."""
    means = mean_by_epoch(by_seed)
    epochs = range(1, len(means) + 1)
    charts.seed_lines(panel, epochs, by_seed, mark)
    charts.curve(panel, epochs, means, mark)
    return means


def _finish(panel: charts.Panel, title: str, limits: tuple[float, float], guessing: float) -> None:
    """Axes, titles and labels, and the level of guessing where it is in view."""
    panel.set_ylim(*limits)
    charts.panel_title(panel, title)
    panel.set_xlabel("epoch")
    charts.whole_numbers(panel.xaxis)
    charts.plain_numbers(panel.yaxis)
    charts.label_line_ends(panel, charts.named_curves(panel))
    charts.note_truncated(panel)
    if limits[0] < guessing < limits[1]:
        charts.reference_line(panel, guessing, "guessing")


CURVES = {
    network.name: figure(reads=network, slug=f"curves-{network.name}")(training_curves)
    for network in NETWORKS
}
"""A figure for each network, by its name."""

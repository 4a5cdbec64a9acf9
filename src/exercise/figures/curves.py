"""Loss and accuracy by epoch, on training and validation data."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from exercise.figures.reading import PERCENT, mean_by_epoch, percent
from exercise.networks import CLASSES
from labreport.charts import (
    SERIES,
    Drawing,
    Margins,
    Mark,
    Panel,
    column_figure,
    curve,
    label_line_ends,
    named_curves,
    note_truncated,
    panel_title,
    plain_numbers,
    reference_line,
    seed_lines,
    whole_numbers,
)
from labreport.claims import Answer
from labreport.results import Results

SPLITS = (("", Mark("training", SERIES[0])), ("validation_", Mark("validation", SERIES[1])))
"""How names of records begin, and the series that shows them."""
TRUNCATE_ABOVE = 60.0
"""The accuracy axis starts at zero unless every value is above this, in per cent."""

HEIGHT = 46.0
FLAT_HEIGHT = 38.0
"""Millimetres; a level line needs less of them."""
LEARNED_ABOVE = 20.0
"""Validation accuracy, in per cent, that shows a network to have left guessing."""


def training_curves(results: Results, answers: Mapping[str, Answer]) -> Drawing:
    """Two panels, loss and accuracy; the mean over seeds, and each seed as a faint line."""
    (name,) = results
    runs = results[name]
    learned = max(map(max, percent(runs.curve("validation_accuracy")))) > LEARNED_ABOVE
    figure, (losses, accuracies) = column_figure(
        HEIGHT if learned else FLAT_HEIGHT,
        columns=2,
        margins=Margins(left=8, right=17, top=7, between=26),
    )
    loss = [_drawn(losses, runs.curve(f"{prefix}loss"), mark) for prefix, mark in SPLITS]
    accuracy = [_drawn(accuracies, percent(runs.curve(f"{prefix}accuracy")), mark) for prefix, mark in SPLITS]
    finite = (value for values in loss for value in values if math.isfinite(value))  # a network may diverge
    highest = max(finite, default=math.log(CLASSES))
    _finish(losses, "Loss, nat", (0.0, 1.06 * highest), math.log(CLASSES))
    lowest = min(map(min, accuracy))
    bottom = 5.0 * math.floor((lowest - 1) / 5.0) if lowest > TRUNCATE_ABOVE else 0.0
    _finish(accuracies, "Accuracy, %", (bottom, PERCENT), PERCENT / CLASSES)
    return Drawing(
        figure,
        "line charts side by side, loss and accuracy by epoch on training and validation data",
        ["epoch", "training loss", "validation loss", "training accuracy, %", "validation accuracy, %"],
        [
            [epoch, *(round(value, 4) for value in values[:2]), *(round(value, 2) for value in values[2:])]
            for epoch, *values in zip(range(1, len(loss[0]) + 1), *loss, *accuracy, strict=True)
        ],
    )


def _drawn(panel: Panel, by_seed: Sequence[Sequence[float]], mark: Mark) -> list[float]:
    """Draw one split; its mean over seeds by epoch."""
    means = mean_by_epoch(by_seed)
    epochs = range(1, len(means) + 1)
    seed_lines(panel, epochs, by_seed, mark)
    curve(panel, epochs, means, mark)
    return means


def _finish(panel: Panel, title: str, limits: tuple[float, float], guessing: float) -> None:
    """Axes, titles and labels, and the level of guessing where it is in view."""
    panel.set_ylim(*limits)
    panel_title(panel, title)
    panel.set_xlabel("epoch")
    whole_numbers(panel.xaxis)
    plain_numbers(panel.yaxis)
    label_line_ends(panel, named_curves(panel))
    note_truncated(panel)
    if limits[0] < guessing < limits[1]:
        reference_line(panel, guessing, "guessing")

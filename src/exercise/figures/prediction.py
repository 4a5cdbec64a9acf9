"""What the first epochs predicted of the later ones, and what was then measured."""

from __future__ import annotations

from collections.abc import Mapping

from exercise.figures.reading import PERCENT, mean_by_epoch, percent
from labreport.charts import (
    SERIES,
    Drawing,
    Margins,
    Mark,
    band,
    column_figure,
    curve,
    label_line_ends,
    named_curves,
    note_truncated,
    plain_numbers,
    reference_line,
    seed_lines,
    whole_numbers,
    y_title,
)
from labreport.claims import Answer
from labreport.results import Results

MEASURED = Mark("measured", SERIES[1])
PREDICTED = Mark("predicted", SERIES[0])
SKIPPED = 0.1
"""Share of the epochs, the steep first ones, left out of view."""


def predicted_and_measured(results: Results, answers: Mapping[str, Answer]) -> Drawing:
    """Validation accuracy by epoch, seeds faint; over it the prediction with its interval."""
    (name,) = results
    runs = results[name]
    answer = answers["bonus.more-time"]
    by_seed = percent(runs.curve("validation_accuracy"))
    measured = mean_by_epoch(by_seed)
    epochs = list(range(1, len(measured) + 1))
    fit = _fit(answer, len(epochs))
    figure, (panel,) = column_figure(64, margins=Margins(left=10, right=19, top=13))
    first = max(1, round(SKIPPED * len(epochs)))
    seed_lines(panel, epochs[first:], [seed[first:] for seed in by_seed], MEASURED)
    curve(panel, epochs[first:], measured[first:], MEASURED)
    if fit is not None:
        predicted, low, high = [value[first:] for value in fit]
        band(panel, epochs[first:], low, high, PREDICTED)
        curve(panel, epochs[first:], predicted, PREDICTED)
        seen = answer.quantities["seen_epochs"].value or 0
        reference_line(panel, seen, f"fitted up to epoch {seen}", vertical=True)
    whole_numbers(panel.xaxis)
    plain_numbers(panel.yaxis)
    panel.set_xlabel("epoch")
    y_title(panel, "Validation accuracy, %")
    note_truncated(panel)
    label_line_ends(panel, named_curves(panel))
    shown = list(zip(*fit, strict=True)) if fit is not None else [(None, None, None)] * len(epochs)
    return Drawing(
        figure,
        "line chart, validation accuracy by epoch as predicted with its interval and as measured",
        ["epoch", "measured, %", "predicted, %", "low, %", "high, %"],
        [
            [epoch, *(None if number is None else round(number, 2) for number in (value, *columns))]
            for epoch, value, columns in zip(epochs, measured, shown, strict=True)
        ],
    )


def _fit(answer: Answer, epochs: int) -> tuple[list[float], ...] | None:
    """Predicted accuracy, low and high, in per cent, from epoch 1 on; None where nothing could be fitted."""
    fit = answer.facts["fit"]
    if fit is None or list(fit["epochs"]) != list(range(1, epochs + 1)):
        return None
    return tuple([PERCENT * float(value) for value in fit[key]] for key in ("predicted", "low", "high"))

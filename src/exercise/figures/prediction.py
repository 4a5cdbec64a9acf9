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
    round_limits,
    seed_lines,
    whole_numbers,
    y_title,
)
from labreport.claims import Answer
from labreport.results import Results

ABOVE_LABEL = 14.0
"""Points above the panel at which its title clears the label of the last epoch fitted to."""
MEASURED = Mark("measured", SERIES[1])
PREDICTED = Mark("predicted", SERIES[0])
NONE = (None, None, None)
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
    fit = _fit(answer)
    figure, (panel,) = column_figure(55, margins=Margins(left=10, right=19, top=13))
    first = max(1, round(SKIPPED * len(epochs)))
    seed_lines(panel, epochs[first:], [seed[first:] for seed in by_seed], MEASURED)
    curve(panel, epochs[first:], measured[first:], MEASURED)
    shown = [epoch for epoch in epochs[first:] if epoch in fit]
    if shown:
        predicted, low, high = zip(*(fit[epoch] for epoch in shown), strict=True)
        band(panel, shown, low, high, PREDICTED)
        curve(panel, shown, predicted, PREDICTED)
    whole_numbers(panel.xaxis)
    plain_numbers(panel.yaxis)
    panel.set_xlabel("epoch")
    y_title(panel, "Validation accuracy, %", lift=ABOVE_LABEL)
    round_limits(panel, 0.5, highest=PERCENT)
    note_truncated(panel)
    label_line_ends(panel, named_curves(panel))
    if shown:
        seen = answer.quantities["seen_epochs"].value or 0
        reference_line(panel, seen, f"fitted up to epoch {seen}", vertical=True)
    return Drawing(
        figure,
        "line chart, validation accuracy by epoch as predicted with its interval and as measured",
        ["epoch", "measured, %", "predicted, %", "low, %", "high, %"],
        [
            [
                epoch,
                *(None if number is None else round(number, 2) for number in (value, *fit.get(epoch, NONE))),
            ]
            for epoch, value in zip(epochs, measured, strict=True)
        ],
    )


def _fit(answer: Answer) -> dict[int, tuple[float, float, float]]:
    """Epoch to accuracy predicted, low and high, in per cent; empty where no curve could be fitted."""
    fit = answer.facts["fit"]
    if fit is None:
        return {}
    columns = ([PERCENT * float(value) for value in fit[key]] for key in ("predicted", "low", "high"))
    return dict(zip(map(int, fit["epochs"]), zip(*columns, strict=True), strict=True))

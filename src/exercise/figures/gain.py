"""What more epochs gain, against the gain that matters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from exercise.figures.reading import PERCENT
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
    reference_line,
    symmetric_log,
    whole_numbers,
    y_title,
)
from labreport.claims import Answer
from labreport.results import Results

LINEAR = 0.1
"""Percentage points within which the axis is linear, so that losses and nothing gained have a place."""
ABOVE_LABEL = 14.0
"""Points above the panel at which its title clears the label of the turning point."""


def gain_per_epoch(results: Results, answers: Mapping[str, Answer]) -> Drawing:
    """Gain in validation accuracy over a window of epochs with its interval, and the gain that matters."""
    answer = answers["bonus.diminishing"]
    window, first = answer.quantities["window"].value, answer.quantities["first_diminished"].value
    shown = answer.facts["gain"]
    epochs = list(shown["epochs"])
    gain, low, high = (_points(shown[name]) for name in ("mean", "low", "high"))
    matters = PERCENT * float(answer.quantities["threshold.matters"].value or 0)
    figure, (panel,) = column_figure(52, margins=Margins(left=11, right=33, top=12))
    gained = Mark(f"gain over {window} epochs", SERIES[1])
    if None not in low:
        band(panel, epochs, [value or 0.0 for value in low], [value or 0.0 for value in high], gained)
    curve(panel, epochs, [value or 0.0 for value in gain], gained)
    values = [value for value in (*gain, *low, *high, matters) if value is not None]
    symmetric_log(panel, LINEAR, min(-LINEAR, *values), 1.3 * max(values))
    whole_numbers(panel.xaxis)
    panel.set_xlabel("epoch")
    y_title(panel, "Validation accuracy, percentage points", lift=ABOVE_LABEL)
    if first is not None:
        reference_line(panel, float(first), f"epoch {first}", vertical=True)
    reference_line(panel, matters, "what matters")
    label_line_ends(panel, named_curves(panel))
    return Drawing(
        figure,
        "line chart, gain in validation accuracy by epoch against the gain that matters",
        ["epoch", f"gain over {window} epochs, points", "low", "high"],
        [
            [epoch, *(None if value is None else round(value, 3) for value in values)]
            for epoch, *values in zip(epochs, gain, low, high, strict=True)
        ],
    )


def _points(values: Sequence[float | None]) -> list[float | None]:
    return [None if value is None else PERCENT * value for value in values]

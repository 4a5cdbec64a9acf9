"""The heat map of any study of the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from exercise.answers.studies import unique, validation
from exercise.figures.reading import PERCENT
from labreport.charts import Drawing, Margins, column_figure, heat_map, y_title
from labreport.claims import Answer
from labreport.results import Results

ROW_MM = 4.6
EDGES_MM = 19.0


def study(results: Results, answers: Mapping[str, Answer]) -> Drawing:
    """Mean validation accuracy by the first axis (rows) and all the others (columns)."""
    (name,) = results.studies
    cells = results.study(name)
    axes = list(cells[0][0])
    rows = [point[axes[0]] for point in unique([{axes[0]: point[axes[0]]} for point, _ in cells])]
    columns = unique([{axis: point[axis] for axis in axes[1:]} for point, _ in cells])
    values = [[0.0] * len(columns) for _ in rows]
    for point, runs in cells:
        column = columns.index({axis: point[axis] for axis in axes[1:]})
        values[rows.index(point[axes[0]])][column] = PERCENT * validation(runs)
    figure, (panel,) = column_figure(
        EDGES_MM + ROW_MM * len(rows), margins=Margins(left=16, right=4, top=8, bottom=11)
    )
    labels = [", ".join(_text(value) for value in column.values()) for column in columns]
    heat_map(
        panel,
        values,
        [[f"{value:.1f}" for value in row] for row in values],
        rows=[_text(value) for value in rows],
        columns=labels,
        low=0.0,
        high=PERCENT,
    )
    y_title(panel, axes[0].replace("_", " ").capitalize())
    panel.set_xlabel(", ".join(axis.replace("_", " ") for axis in axes[1:]))
    return Drawing(
        figure,
        f"heat map, mean validation accuracy by {' and '.join(axis.replace('_', ' ') for axis in axes)}",
        [axes[0].replace("_", " "), *(f"{label}, %" for label in labels)],
        [[_text(row), *(round(value, 2) for value in line)] for row, line in zip(rows, values, strict=True)],
    )


def _text(value: Any) -> str:
    """A value of an axis in a few characters; layers of equal width as their number times the width."""
    if isinstance(value, (list, tuple)):
        if len(set(value)) == 1:
            return f"{len(value)} × {value[0]}"
        return "-".join(str(item) for item in value)
    return f"{value:g}" if isinstance(value, float) else str(value)

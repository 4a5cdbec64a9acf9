"""One column of a table against another."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from labreport.charts import labels, marks
from labreport.charts.builders.parts import (
    axis_title,
    drawing,
    figure_of_panels,
    legend_above,
    marked,
    panels_of,
    scale_axis,
)
from labreport.charts.drawing import Drawing
from labreport.charts.labels import Label
from labreport.project import Data, Measure, table
from labreport.stats.sample import as_measure

if TYPE_CHECKING:
    import pandas

_POINT = 5.0
"""Diameter of a point, in points of type."""


def scatter(
    source: Data | pandas.DataFrame,
    x: Measure | str,
    y: Measure | str,
    by: str | None = None,
    label: str | None = None,
) -> Drawing:
    """Draw one column of a table against another: a point for each row.

    `by` is a column that gives colour and marker, or, of more than five values, a small chart for each;
    `label` one that names the points.
    """
    data = source if isinstance(source, Data) else table(source)
    across, up = as_measure(x, data), as_measure(y, data)
    name_columns = [column for column in (by, label) if column]
    for column in (across.name, up.name, *name_columns):
        data.check_column(column)
    frame = data.frame.dropna(subset=[across.name, up.name])
    printed_x = _printed_values(data, frame, across)
    printed_y = _printed_values(data, frame, up)
    frame = frame.assign(x=printed_x, y=printed_y)
    series = {up.label: frame}
    if by is not None:
        by_value = frame.groupby(by, sort=False, observed=True)
        series = {str(value): part for value, part in by_value}
    panels = panels_of(series)
    figure, all_axes = figure_of_panels(panels, 70.0, axis_title(up))
    for axes, parts in zip(all_axes, panels.values(), strict=True):
        for mark, part in marked(parts):
            marks.points(axes, part.x, part.y, mark, size=_POINT)
        scale_axis(axes.xaxis, frame.x)
        scale_axis(axes.yaxis, frame.y)
        axes.grid(True)
        axes.set_xlabel(axis_title(across))
    if by is not None and len(panels) == 1:
        legend_above(all_axes[0])
    if label is not None:
        for axes, parts in zip(all_axes, panels.values(), strict=True):
            labels.direct_labels(axes, _point_labels(parts, label))
    heads = [*name_columns, axis_title(across), axis_title(up)]
    shown = frame[[*name_columns, "x", "y"]].set_axis(heads, axis=1)
    return drawing(figure, "scatter plot", shown, f"{up.label} against {across.label}", "")


def _printed_values(data: Data, frame: Any, measure: Measure) -> Any:
    """A column in the printed unit; raises `UsageError` for a share that is none."""
    check = partial(measure.checked, owner=data.name)
    values = frame[measure.name].map(check)
    return values * (1.0 if measure.percent else measure.factor)


def _point_labels(parts: dict[str, Any], label: str) -> Iterator[Label]:
    for mark, part in marked(parts):
        for name, x, y in zip(part[label], part.x, part.y, strict=True):
            yield Label(str(name), x, y, mark.colour)

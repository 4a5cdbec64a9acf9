"""One column of a table against another."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from labreport.charts import labels, marks
from labreport.charts.builders.parts import (
    Panel,
    axis_title,
    drawing,
    figure_of_panels,
    legend_above,
    name_panels,
    panels_of,
    rounded,
    scale_axis,
)
from labreport.charts.labels import Label
from labreport.charts.svg import Drawing
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
    for column in (across.name, up.name, by, label):
        if column:
            data.check_column(column)
    frame = data.frame.dropna(subset=[across.name, up.name])
    printed_x = _printed_values(data, frame, across)
    printed_y = _printed_values(data, frame, up)
    frame = frame.assign(x=printed_x, y=printed_y)
    series = {up.label: frame}
    if by is not None:
        series = {str(value): part for value, part in frame.groupby(by, sort=False, observed=True)}
    panels = panels_of(series)
    names = [str(name) for name in frame[label]] if label else []
    figure, all_axes = figure_of_panels(panels, 70.0, names)
    for axes, panel in zip(all_axes, panels, strict=True):
        for mark, part in panel.series:
            marks.points(axes, part.x, part.y, mark, size=_POINT)
        scale_axis(axes.xaxis, frame.x)
        scale_axis(axes.yaxis, frame.y)
        axes.grid(True)
        axes.set_xlabel(axis_title(across))
    name_panels(panels, all_axes, axis_title(up))
    if by is not None and len(panels) == 1:
        legend_above(all_axes[0])
    if label is not None:
        for axes, panel in zip(all_axes, panels, strict=True):
            labels.direct_labels(axes, _point_labels(panel, label))
    heads = [column for column in (by, label) if column]
    rows = []
    for *names, x_value, y_value in frame[[*heads, "x", "y"]].values.tolist():
        rows.append([*names, rounded(x_value), rounded(y_value)])
    columns = [*heads, axis_title(across), axis_title(up)]
    title = f"{up.label} against {across.label}"
    return drawing(figure, "scatter plot", columns, rows, title, "")


def _printed_values(data: Data, frame: Any, measure: Measure) -> Any:
    """A column in the printed unit; raises `UsageError` for a share that is none."""
    check = partial(measure.checked, owner=data.name)
    values = frame[measure.name].map(check)
    return values * (1.0 if measure.percent else measure.stored)


def _point_labels(panel: Panel, label: str) -> Iterator[Label]:
    for mark, part in panel.series:
        for name, x, y in zip(part[label], part.x, part.y, strict=True):
            yield Label(str(name), x, y, mark.colour)

"""Scatter plots: one column of a table against another."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from matplotlib.figure import Figure

from labreport.charts import labels, marks
from labreport.charts.builders.parts import (
    Panel,
    axis_title,
    figure_of_panels,
    legend_above,
    make_drawing,
    panels_of,
    scale_axis,
)
from labreport.charts.drawing import Drawing
from labreport.charts.labels import TextLabel
from labreport.project import Data, Measure
from labreport.stats.samples import as_measure, as_table

if TYPE_CHECKING:
    import pandas

_POINT = 5.0
"""The diameter of a marker, in points of type."""


def scatter(
    source: Data | pandas.DataFrame,
    x: Measure | str,
    y: Measure | str,
    by: str | None = None,
    label: str | None = None,
) -> Drawing:
    """Draw one column of a table against another, with a point for each row.

    The column `by` gives colours and markers or, if it has more than five values, a small chart for each. The
    column `label` gives names, which are written beside the points.
    """
    data = as_table(source)
    across, up = as_measure(x, data), as_measure(y, data)
    points = _points(data, across, up, by, label)
    figure = _draw(points, axis_title(across), axis_title(up), up.label)
    heads = [by, label, axis_title(across), axis_title(up)]
    shown = points.set_axis([head for head in heads if head], axis=1)
    return make_drawing(figure, "scatter plot", shown, f"{up.label} against {across.label}", "")


def _points(data: Data, across: Measure, up: Measure, by: str | None, label: str | None) -> pandas.DataFrame:
    """A frame with a row for each point: `x`, `y`, and the columns `group` and `name` if asked for."""
    roles = {"group": by, "name": label}
    name_columns = {role: column for role, column in roles.items() if column}
    for column in (across.name, up.name, *name_columns.values()):
        data.check_column(column)
    frame = data.frame.dropna(subset=[across.name, up.name])
    names = frame[list(name_columns.values())].set_axis(list(name_columns), axis=1)
    return names.assign(x=_printed_values(data, frame, across), y=_printed_values(data, frame, up))


def _draw(points: pandas.DataFrame, x_title: str, y_title: str, series_name: str) -> Figure:
    """Draw the points in the colour of their group; without groups, as a single series."""
    series = {series_name: points}
    has_groups, has_names = "group" in points, "name" in points
    if has_groups:
        by_value = points.groupby("group", sort=False, observed=True)
        series = {str(value): part for value, part in by_value}
    panels = panels_of(series)
    figure, placed_panels = figure_of_panels(panels, 70.0, y_title)
    for axes, panel in placed_panels:
        for mark, part in panel.marked_series():
            marks.points(axes, part.x, part.y, mark, size=_POINT)
        scale_axis(axes.xaxis, points.x)
        scale_axis(axes.yaxis, points.y)
        axes.grid(True)
        axes.set_xlabel(x_title)
    if has_groups and len(panels) == 1:
        legend_above(figure.axes[0])
    if has_names:
        for axes, panel in placed_panels:
            labels.direct_labels(axes, _point_labels(panel))
    return figure


def _printed_values(data: Data, frame: pandas.DataFrame, measure: Measure) -> pandas.Series:
    """A column in the printed unit. Raises `UsageError` for values that the measure does not allow."""
    check = partial(measure.check_value, owner=data.name)
    values = frame[measure.name].map(check)
    return values * (measure.factor / measure.input_factor)


def _point_labels(panel: Panel[pandas.DataFrame]) -> Iterator[TextLabel]:
    for mark, part in panel.marked_series():
        for name, x, y in zip(part["name"], part.x, part.y, strict=True):
            yield TextLabel(str(name), x, y, mark.colour)

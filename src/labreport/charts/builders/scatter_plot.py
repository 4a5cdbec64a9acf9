"""One column of a table against another."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from labreport.charts import labels, layout, marks
from labreport.charts.builders.parts import (
    MOST_SERIES,
    axis_title,
    drawing,
    label_room,
    legend_above,
    rounded,
    scale_axis,
    small_multiples,
)
from labreport.charts.labels import Label
from labreport.charts.marks import Mark
from labreport.charts.styles import SERIES
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
    panels = _panels(frame, up, by)
    room = label_room(map(str, frame[label])) if label else 0.0
    figure, all_axes = _figure_for(panels, room)
    for axes, panel in zip(all_axes, panels, strict=True):
        for mark, part in panel:
            marks.points(axes, part.x, part.y, mark, size=_POINT)
        scale_axis(axes.xaxis, frame.x)
        scale_axis(axes.yaxis, frame.y)
        axes.grid(True)
        axes.set_xlabel(axis_title(across))
    if len(panels) > 1:
        titles = [panel[0][0].label for panel in panels]
        layout.name_small_multiples(all_axes, titles, axis_title(up))
    else:
        layout.y_title(all_axes[0], axis_title(up))
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


Panel = list[tuple[Mark, Any]]
"""The series of a chart: how each is drawn, and its rows."""


def _panels(frame: Any, up: Measure, by: str | None) -> list[Panel]:
    """All series in one chart, or of more than there are colours each in its own."""
    if by is None:
        return [[(Mark(up.label), frame)]]
    by_value = frame.groupby(by, sort=False, observed=True)
    if by_value.ngroups > MOST_SERIES:
        return [[(Mark(str(name)), part)] for name, part in by_value]
    panel = []
    for (name, part), series_style in zip(by_value, SERIES, strict=False):
        panel.append((Mark(str(name), series_style), part))
    return [panel]


def _figure_for(panels: list[Panel], room: float) -> tuple[Any, list[Any]]:
    """A chart, or small ones, with so many millimetres for names beside each."""
    if len(panels) > 1:
        return small_multiples(len(panels), left=11.0, beside=room)
    return layout.column_figure(70.0, margins=layout.Margins(left=11.0, right=room or 4.0))


def _point_labels(panel: Panel, label: str) -> Iterator[Label]:
    for mark, part in panel:
        for name, x, y in zip(part[label], part.x, part.y, strict=True):
            yield Label(str(name), x, y, mark.colour)

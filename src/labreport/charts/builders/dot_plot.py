"""A dot for every run, one row for each group."""

from __future__ import annotations

import math
from typing import Any

from labreport.charts import layout, marks
from labreport.charts.builders.groups import Group, Groups, Observations, groups_of_values
from labreport.charts.builders.parts import (
    average_name,
    axis_title,
    drawing,
    label_room,
    name_rows,
    rounded,
    scale_axis,
)
from labreport.charts.marks import Mark
from labreport.charts.styles import INCH_MM, WIDTH_MM, Colour
from labreport.charts.svg import Drawing
from labreport.project import Measure, Study

_ROW_MM = 9.0
_DOT_MM = 4.6 * INCH_MM / 72
_HALF_ROW = 0.43
"""How far the band and the line of a mean reach to either side of a row, in rows."""


def dots(
    source: Observations, measure: Measure | str, by: Study | str | None = None, epoch: int | None = None
) -> Drawing:
    """Draw every run as a dot, one row for each experiment or value of `by`, with mean and interval."""
    groups = groups_of_values(source, measure, by, None, epoch)
    rows = list(groups.grid.values())
    labels = [group.label for group in rows]
    margins = layout.Margins(left=label_room(labels), top=3.0)
    height = 13.5 + _ROW_MM * len(rows)
    figure, (axes,) = layout.column_figure(height, margins=margins)
    numbers = groups.numbers() or [0.0]
    scale_axis(axes.xaxis, numbers)
    scale = math.log10 if axes.get_xscale() == "log" else float
    scaled = [scale(number) for number in numbers]
    reach = max(scaled) - min(scaled) or 1.0
    width_mm = WIDTH_MM - margins.left - margins.right
    dot_width = 1.08 * reach / width_mm * _DOT_MM
    for place, group in enumerate(rows):
        _draw_row(axes, place, group, dot_width, scale)
    axes.margins(x=0.04)
    name_rows(axes, labels, axis_title(groups.measure))
    title = f"{groups.measure.label} of each {groups.unit}"
    average = average_name(groups.measure)
    note = f"Upright lines are {average}s, bands their 95 % intervals." if groups.any_interval else ""
    columns = [groups.heads[1], groups.unit, axis_title(groups.measure)]
    return drawing(figure, "dot plot", columns, _table_rows(groups), title, note)


def _draw_row(axes: Any, place: int, group: Group, dot_width: float, scale: Any) -> None:
    values = [value for value in group.runs.values() if math.isfinite(value)]
    scaled = [scale(value) for value in values]
    offsets = marks.spread(scaled, dot_width, step=_DOT_MM / _ROW_MM)
    places = [place + offset for offset in offsets]
    across = [place - _HALF_ROW, place + _HALF_ROW]
    lows, highs = [group.low, group.low], [group.high, group.high]
    marks.band(axes, across, lows, highs, Mark("_"), level=True)
    if len(values) > 1:
        means = [group.mean, group.mean]
        axes.plot(means, across, color=Colour.VERMILLION.value, label="_")
    marks.points(axes, values, places, Mark(group.label))


def _table_rows(groups: Groups) -> list[list[Any]]:
    """A row for each run, then one for each mean of several."""
    average = average_name(groups.measure)
    rows: list[list[Any]] = []
    for group in groups.grid.values():
        for run, value in group.runs.items():
            rows.append([group.label, str(run), rounded(value)])
    for group in groups.grid.values():
        if len(group.runs) > 1:
            rows.append([group.label, average, rounded(group.mean)])
    return rows

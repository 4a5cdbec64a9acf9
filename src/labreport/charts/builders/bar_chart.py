"""Means as bars."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from labreport.charts import layout, ticks
from labreport.charts.builders.groups import Group, Groups, Observations, groups_of_values
from labreport.charts.builders.parts import (
    MOST_SERIES,
    axis_title,
    drawing,
    label_room,
    legend_above,
    name_rows,
    printed_value,
    table_of_groups,
)
from labreport.charts.marks import Mark
from labreport.charts.styles import SERIES, Colour
from labreport.charts.svg import Drawing
from labreport.project import Measure, Study


def bars(
    source: Observations,
    measure: Measure | str,
    by: Study | str | None = None,
    within: str | None = None,
    epoch: int | None = None,
) -> Drawing:
    """Draw the mean of each experiment or value of `by` as a bar, with its interval.

    Over a table, `within` is the column of groups of bars, one bar of each colour in each group; of more than
    five values of `by`, each bar has a row and its own name.
    """
    groups = groups_of_values(source, measure, by, within, epoch)
    if within is None:
        by_label = {(group.label, ""): group for group in groups.grid.values()}
        groups = Groups(by_label, groups.measure, (groups.heads[1], ""))
    columns, rows = table_of_groups(groups)
    heads = [head for head in groups.heads if head]
    title = f"{groups.measure.label} by {' and '.join(heads)}"
    note = "Dark lines are 95 % intervals." if groups.any_interval else ""
    if len(groups.names(1)) > MOST_SERIES:
        groups = groups.renamed(lambda outer, name: (f"{outer}, {name}", ""), groups.heads)
    figure = _draw(groups)
    return drawing(figure, "bar chart", columns, rows, title, note)


def _draw(groups: Groups) -> Any:
    """Draw a row for each first name, with a bar for each second."""
    labels, series = groups.names(0), groups.names(1)
    has_colours = series != [""]
    margins = layout.Margins(left=label_room(labels), right=10.0, top=8.0 if has_colours else 3.0)
    row_height = 2.5 + 4.5 * len(series)
    height = 14.5 + row_height * len(labels)
    figure, (axes,) = layout.column_figure(height, margins=margins)
    ends = _ends(groups)
    low, high = min(ends), max(ends)
    reach = high - low or 1.0
    text_room = _TEXT_ROOM * reach if low < 0 else 0.0
    axes.set_xlim(low - text_room, high + 0.05 * reach)
    name_rows(axes, labels, axis_title(groups.measure))
    width = 0.8 / len(series)
    for number, (name, series_style) in enumerate(zip(series, SERIES, strict=False)):
        offset = width * (number + 0.5) - 0.4
        bars_of_series = {}
        for row, label in enumerate(labels):
            if (label, name) in groups.grid:
                bars_of_series[row + offset] = groups.grid[label, name]
        mark = Mark(name or groups.measure.label, series_style)
        _draw_bars(axes, bars_of_series, mark, 0.9 * width, ends)
    ticks.plain_numbers(axes.xaxis)
    if has_colours:
        legend_above(axes)
    return figure


_TEXT_ROOM = 0.14
"""For texts of bars below zero, of the reach of the axis; those of others stand in the margin."""
_GAP = 3.0
"""From the end of a bar or its interval to its text, in points."""


def _draw_bars(
    axes: Any, by_place: Mapping[float, Group], mark: Mark, width: float, ends: list[float]
) -> None:
    """Draw bars of one colour, each with its interval, and its text beyond both.

    `ends` are those of all bars, which decide with how many decimals their texts are written.
    """
    means = [group.mean for group in by_place.values()]
    axes.barh(list(by_place), means, width, color=mark.colour.value, label=mark.label)
    ink: Any = {"va": "center", "color": Colour.INK.value}
    for place, group in by_place.items():
        if group.has_interval:
            axes.hlines(place, group.low, group.high, colors=Colour.INK.value, linewidth=0.9, zorder=2.5)
        text = printed_value(group.mean, ends)
        if group.mean < 0:
            end = min(group.low, 0.0)
            layout.note(axes, text, (end, place), (-_GAP, 0.0), ha="right", **ink)
        else:
            end = max(group.high, 0.0)
            layout.note(axes, text, (end, place), (_GAP, 0.0), **ink)


def _ends(groups: Groups) -> list[float]:
    """Zero, and the ends of all intervals."""
    ends = [0.0]
    for group in groups.grid.values():
        ends += (group.low, group.high)
    return [end for end in ends if math.isfinite(end)]

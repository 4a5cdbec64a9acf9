"""Means as bars."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from labreport.charts import layout, marks, ticks
from labreport.charts.builders.groups import Groups, groups_of_values
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
from labreport.charts.styles import SERIES
from labreport.charts.svg import Drawing
from labreport.project import Measure


def bars(
    source: Any, measure: Measure | str, by: Any = None, within: str | None = None, epoch: int | None = None
) -> Drawing:
    """Draw the mean of each experiment or value of `by` as a bar, with its interval.

    Over a table, `within` is the column of groups of bars, one bar of each colour in each group; of more than
    five values of `by`, each bar has a row and its own name.
    """
    groups = groups_of_values(source, measure, by, within, epoch)
    if within is None:
        grid = {(group.label, ""): group for group in groups.grid.values()}
        groups = Groups(grid, groups.measure, (groups.heads[1], ""))
    columns, rows = table_of_groups(groups)
    heads = [head for head in groups.heads if head]
    title = f"{groups.measure.label} by {' and '.join(heads)}"
    note = "Dark lines are 95 % intervals." if groups.any_interval else ""
    figure = _draw(groups if len(groups.names(1)) <= MOST_SERIES else _one_bar_a_row(groups))
    return drawing(figure, "bar chart", columns, rows, title, note)


def _one_bar_a_row(groups: Groups) -> Groups:
    """The same in one colour, each group by both of its names."""
    grid = {(f"{outer}, {name}", ""): group for (outer, name), group in groups.grid.items()}
    return replace(groups, grid=grid)


def _draw(groups: Groups) -> Any:
    """Draw a row for each first name, with a bar for each second."""
    labels, series = groups.names(0), groups.names(1)
    has_colours = series != [""]
    margins = layout.Margins(left=label_room(labels), top=8.0 if has_colours else 3.0)
    height = 14.5 + len(labels) * (2.5 + 4.5 * len(series))
    figure, (axes,) = layout.column_figure(height, margins=margins)
    ends = _ends(groups)
    axes.set_xlim(min(ends) * 1.1, max(ends) * 1.1 or 1.0)
    name_rows(axes, labels, axis_title(groups.measure))
    width = 0.8 / len(series)
    for number, (name, series_style) in enumerate(zip(series, SERIES, strict=False)):
        offset = width * (number + 0.5) - 0.4
        mark = Mark(name or groups.measure.label, series_style)
        _draw_series(axes, groups, name, mark, offset=offset, width=0.9 * width, ends=ends)
    ticks.plain_numbers(axes.xaxis)
    if has_colours:
        legend_above(axes)
    return figure


def _draw_series(
    axes: Any, groups: Groups, name: str, mark: Mark, *, offset: float, width: float, ends: list[float]
) -> None:
    """Draw the bars of one colour, each `offset` rows beside the middle of its row."""
    places, means, texts, intervals = [], [], [], []
    for row, label in enumerate(groups.names(0)):
        group = groups.grid.get((label, name))
        if group is not None:
            places.append(row + offset)
            means.append(group.mean)
            texts.append(printed_value(group.mean, ends))
            intervals.append((group.low, group.high))
    any_interval = any(low < high for low, high in intervals)
    shown = intervals if any_interval else None
    marks.bars(axes, places, means, mark, width=width, level=True, intervals=shown, texts=texts)


def _ends(groups: Groups) -> list[float]:
    """Zero, and the ends of all intervals."""
    ends = [0.0]
    for group in groups.grid.values():
        ends += [end for end in (group.low, group.high) if math.isfinite(end)]
    return ends

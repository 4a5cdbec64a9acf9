"""Means as bars."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from labreport.charts import layout, marks, ticks
from labreport.charts.builders.groups import Groups, Observations, groups_of_values
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
        labels = {key: group.label for key, group in groups.grid.items()}
        groups = groups.renamed(lambda *key: (labels[key], ""), (groups.heads[1], ""))
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
    margins = layout.Margins(left=label_room(labels), top=8.0 if has_colours else 3.0)
    row_height = 2.5 + 4.5 * len(series)
    height = 14.5 + row_height * len(labels)
    figure, (axes,) = layout.column_figure(height, margins=margins)
    ends = _ends(groups)
    axes.set_xlim(min(ends) * 1.1, max(ends) * 1.1 or 1.0)
    name_rows(axes, labels, axis_title(groups.measure))
    width = 0.8 / len(series)
    for number, (name, series_style) in enumerate(zip(series, SERIES, strict=False)):
        row = BarRow(name, offset=width * (number + 0.5) - 0.4, width=0.9 * width)
        mark = Mark(name or groups.measure.label, series_style)
        _draw_series(axes, groups, row, mark, ends)
    ticks.plain_numbers(axes.xaxis)
    if has_colours:
        legend_above(axes)
    return figure


@dataclass(frozen=True)
class BarRow:
    """The bars of one colour: their second name, and their width and place in a row, all in rows."""

    name: str
    offset: float
    width: float


def _draw_series(axes: Any, groups: Groups, bar_row: BarRow, mark: Mark, ends: list[float]) -> None:
    """Draw the bars of one colour; `ends` decide with how many decimals their texts are written."""
    places, means, texts, intervals = [], [], [], []
    for row, label in enumerate(groups.names(0)):
        group = groups.grid.get((label, bar_row.name))
        if group is not None:
            places.append(row + bar_row.offset)
            means.append(group.mean)
            texts.append(printed_value(group.mean, ends))
            intervals.append((group.low, group.high))
    any_interval = any(low < high for low, high in intervals)
    details: Any = {"texts": texts, "intervals": intervals if any_interval else None}
    marks.bars(axes, places, means, mark, width=bar_row.width, level=True, **details)


def _ends(groups: Groups) -> list[float]:
    """Zero, and the ends of all intervals."""
    ends = [0.0]
    for group in groups.grid.values():
        ends += (group.low, group.high)
    return [end for end in ends if math.isfinite(end)]

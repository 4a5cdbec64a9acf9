"""Means as bars."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from labreport.charts import layout, ticks
from labreport.charts.builders.means import Means, Observations, means_of_values
from labreport.charts.builders.parts import (
    MOST_SERIES,
    axis_title,
    drawing,
    legend_above,
    name_rows,
    printed_values,
    table_of_means,
)
from labreport.charts.drawing import Drawing
from labreport.charts.styles import SERIES, Colour
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
    means = means_of_values(source, measure, by, within, epoch)
    if within is None:
        by_label = means.frame.assign(outer=means.frame.label, inner="")
        means = replace(means, frame=by_label, heads=(means.heads[1], ""))
    caption = "Dark lines are 95 % intervals." if means.any_interval else ""
    return drawing(_draw(means), "bar chart", table_of_means(means), means.title, caption)


def _draw(means: Means) -> Any:
    """Draw a row for each outer name, in it a bar for each inner one, with its interval and its value."""
    frame = means.frame
    if frame.inner.nunique() > MOST_SERIES:
        frame = frame.assign(outer=frame.outer + ", " + frame.inner, inner="")
    rows = frame.outer.unique().tolist()
    series = frame.groupby("inner", sort=False)
    has_colours = any(frame.inner)
    row_height = 2.5 + 4.5 * len(series)
    height_beside_rows = 20.0 if has_colours else 15.0
    figure, (axes,) = layout.column_figure(height_beside_rows + row_height * len(rows))
    name_rows(axes, rows, axis_title(means.measure))
    ends = [*frame.low, *frame.high]
    width = 0.8 / len(series)
    for number, ((name, part), style) in enumerate(zip(series, SERIES, strict=False)):
        offset = width * (number + 0.5) - 0.4
        places = [rows.index(row) + offset for row in part.outer]
        lengths = part["mean"]
        bars_of_series = axes.barh(
            places,
            lengths,
            0.9 * width,
            color=style.colour,
            label=name or means.measure.label,
            xerr=[lengths - part.low, part.high - lengths],
            error_kw={"ecolor": Colour.INK, "elinewidth": 0.9},
        )
        axes.bar_label(bars_of_series, printed_values(lengths, ends), padding=3.0)
    axes.margins(x=0.12)  # room for the values
    ticks.plain_numbers(axes.xaxis)
    if has_colours:
        legend_above(axes)
    return figure

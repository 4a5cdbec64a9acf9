"""Bar charts of means."""

from __future__ import annotations

from matplotlib.figure import Figure

from labreport.charts import layout, ticks
from labreport.charts.builders.means import Means, means_of_values
from labreport.charts.builders.parts import (
    MOST_SERIES,
    axis_title,
    legend_above,
    make_drawing,
    name_rows,
    printed_values,
    table_of_means,
)
from labreport.charts.drawing import Drawing
from labreport.charts.styles import SERIES, Colour
from labreport.project import Measure, Study
from labreport.stats.samples import Observations

_INTERVAL = {"ecolor": Colour.INK, "elinewidth": 0.9}
"""The style of interval lines."""


def bars(
    source: Observations,
    measure: Measure | str,
    by: Study | str | None = None,
    within: str | None = None,
    epoch: int | None = None,
) -> Drawing:
    """Draw the mean of each experiment, or value of `by`, as a bar with its interval.

    For a table, the values of the column `within` are groups of bars, with a colour for each value of `by`.
    If `by` has more than five values, each bar has its own row and name instead.
    """
    means = means_of_values(source, measure, by, within, epoch)
    if within is None:
        means = means.swap_names()  # one bar in each row
    caption = "Dark lines are 95 % intervals." if means.any_interval else ""
    return make_drawing(_draw(means), "bar chart", table_of_means(means), means.title, caption)


def _draw(means: Means) -> Figure:
    """Draw a row for each outer name, with a bar for each inner name, its interval and its value."""
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
        reach = [lengths - part.low, part.high - lengths]
        bars_of_series = axes.barh(
            places, lengths, 0.9 * width, color=style.colour, xerr=reach, error_kw=_INTERVAL
        )
        bars_of_series.set_label(name or means.measure.label)
        axes.bar_label(bars_of_series, printed_values(lengths, ends), padding=3.0)
    axes.margins(x=0.12)  # for the values at the ends of bars
    ticks.plain_numbers(axes.xaxis)
    if has_colours:
        legend_above(axes)
    return figure

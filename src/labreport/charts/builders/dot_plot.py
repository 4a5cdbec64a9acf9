"""Dot plots: a dot for each run, in a row for each group."""

from __future__ import annotations

from typing import TYPE_CHECKING

from labreport.charts import layout
from labreport.charts.builders.means import Means, means_of_values
from labreport.charts.builders.parts import average_name, axis_title, make_drawing, name_rows, scale_axis
from labreport.charts.drawing import Drawing
from labreport.charts.marks import BAND
from labreport.charts.styles import Colour
from labreport.project import Measure, Study
from labreport.stats.samples import Observations

if TYPE_CHECKING:
    import pandas

_HALF_ROW = 0.43
"""The half height of the band and line of a mean; rows have the height 1."""


def dots(
    source: Observations, measure: Measure | str, by: Study | str | None = None, epoch: int | None = None
) -> Drawing:
    """Draw each run as a dot, with mean and interval, in a row for each experiment or value of `by`."""
    import seaborn

    means = means_of_values(source, measure, by, None, epoch)
    names = means.frame.inner.tolist()
    figure, (axes,) = layout.column_figure(13.5 + 9.0 * len(names))
    scale_axis(axes.xaxis, means.numbers())
    run_counts = means.runs.groupby("inner").size()
    for place, row in enumerate(means.frame.itertuples()):
        across = [place - _HALF_ROW, place + _HALF_ROW]
        axes.fill_betweenx(across, row.low, row.high, color=Colour.BLUE, label=row.inner, **BAND)
        if run_counts.get(row.inner, 0) > 1:
            axes.plot([row.mean, row.mean], across, color=Colour.VERMILLION, label="_")
    seaborn.swarmplot(
        means.runs,
        x="value",
        y="inner",
        order=names,
        ax=axes,
        size=4.0,
        color=Colour.BLUE,
        edgecolor=Colour.PAPER,
        linewidth=0.5,
        legend=False,
        warn_thresh=1.0,  # dots without enough room overlap, without a warning
    )
    axes.margins(x=0.04)
    name_rows(axes, names, axis_title(means.measure))
    average = average_name(means.measure)
    caption = f"Upright lines are {average}s, bands their 95 % intervals." if means.any_interval else ""
    title = f"{means.measure.label} of each {means.unit_name}"
    return make_drawing(figure, "dot plot", _table(means), title, caption)


def _table(means: Means) -> pandas.DataFrame:
    """A table with a row for each run and, unless each mean is of a single run, one for each mean."""
    import pandas

    parts = [means.runs.astype({"run": str})]
    if len(means.runs) > len(means.frame):
        parts.append(means.frame.assign(run=average_name(means.measure), value=means.frame["mean"]))
    table = pandas.concat(parts)[["inner", "run", "value"]]
    return table.set_axis([means.heads[1], means.unit_name, axis_title(means.measure)], axis=1)

"""What charts have in common: titles, tables of their numbers, axes, rows, legends, panels."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure

from labreport.charts import layout, ticks
from labreport.charts.builders.means import Means
from labreport.charts.drawing import Drawing
from labreport.charts.marks import Mark
from labreport.charts.styles import SERIES
from labreport.project import Measure
from labreport.stats.formats import number_text
from labreport.stats.rounding import significant_decimals
from labreport.stats.wording import capitalise

if TYPE_CHECKING:
    import pandas

Content = TypeVar("Content")
"""The numbers of one series: `Means`, or a frame of points."""
MOST_SERIES = len(SERIES)
_MOST_LETTERS = 40
"""So many letters of a label have room in a line beside a panel."""
_MOST_COLUMNS = 3
"""So many small charts are side by side."""
_SMALL_MM = 54.0
"""Height of a row of small charts."""
_LOGARITHMIC_FROM = 50.0
"""Positive numbers whose largest is as many times the smallest have a logarithmic axis."""


def make_drawing(figure: Figure, kind: str, data: pandas.DataFrame, title: str, caption: str) -> Drawing:
    """The drawing; its title begins with a capital, but what has capitals already keeps them, as pH.

    The numbers of `data` are rounded to six significant digits.
    """
    if title.split(" ")[0].islower():
        title = capitalise(title)
    sentence = f"{title.replace('_', ' ')}."
    return Drawing(figure, kind, data=data.map(_round_number), title=sentence, caption=caption)


def _round_number(value: object) -> object:
    return float(f"{value:.6g}") if isinstance(value, float) else value


def table_of_means(means: Means) -> pandas.DataFrame:
    """The names of means where there are several, the means, and their intervals if one is known."""
    import pandas

    outer_head, inner_head = means.heads
    columns = {}
    has_inner = any(means.frame.inner)
    if means.frame.outer.nunique() > 1 or not has_inner:
        columns["outer"] = outer_head
    if has_inner:
        columns["inner"] = inner_head
    columns["mean"] = axis_title(means.measure)
    if means.any_interval:
        columns |= {"low": "low", "high": "high"}
    by_outer = pandas.concat(part for _, part in means.frame.groupby("outer", sort=False))
    return by_outer[list(columns)].set_axis(list(columns.values()), axis=1)


def axis_title(measure: Measure) -> str:
    """What an axis shows and in which unit: `loss`, `latency, ms`."""
    return with_unit(measure.label, measure.unit)


def with_unit(name: str, unit: str) -> str:
    """A name and its unit, which is not repeated in a name that has it, as `elapsed ms` has."""
    name = name.replace("_", " ")
    unit = "percentage points" if unit == "points" else unit
    if not unit or unit in name.split():
        return name
    return f"{name}, {unit}" if name else unit


def average_name(measure: Measure) -> str:
    """What the average of a measure is called."""
    return "geometric mean" if measure.scale == "ratio" else "mean"


def printed_values(values: Iterable[float], among: Iterable[float]) -> list[str]:
    """Numbers as texts, with the decimals that give the largest of `among` three digits; NaN is empty."""
    finite = [abs(number) for number in among if math.isfinite(number)]
    largest = max(finite, default=0.0) or 1.0
    decimals = min(9, significant_decimals(largest, 3))
    return [number_text(value, decimals) if math.isfinite(value) else "" for value in values]


def scale_axis(axis: Axis, values: Sequence[float]) -> None:
    """Make an axis of positive numbers that reach far logarithmic, and label another with plain numbers."""
    if len(values) > 0 and 0 < _LOGARITHMIC_FROM * min(values) <= max(values):
        set_scale = axis.axes.set_xscale if axis is axis.axes.xaxis else axis.axes.set_yscale
        set_scale("log")
    else:
        ticks.plain_numbers(axis)


def name_rows(axes: Axes, labels: Sequence[str], title: str) -> None:
    """Name the rows of a panel, from the top, in lines that fit beside it; let the grid help along them."""
    lines = [textwrap.fill(label, _MOST_LETTERS) for label in labels]
    axes.set_yticks(range(len(labels)), lines, parse_math=False)
    axes.set(ylim=(len(labels) - 0.45, -0.55), xlabel=title, ylabel="")
    axes.grid(True, axis="x")
    axes.grid(False, axis="y")


def legend_above(axes: Axes) -> None:
    """Set a legend above the panel, on the right."""
    legend = axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=MOST_SERIES, handlelength=0.9)
    for text in legend.get_texts():
        text.set_parse_math(False)


@dataclass(frozen=True)
class Panel(Generic[Content]):
    """What one panel of a figure shows: series by their names, and a title if there are several panels."""

    series: Mapping[str, Content]
    title: str = ""

    def marked_series(self) -> Iterator[tuple[Mark, Content]]:
        """The content of each series, with the mark that it is drawn with."""
        for (name, content), style in zip(self.series.items(), SERIES, strict=False):
            yield Mark(name, style), content


def panels_of(series: Mapping[str, Content]) -> list[Panel[Content]]:
    """One panel with all series, or, of more than there are colours, a panel for each."""
    if len(series) <= MOST_SERIES:
        return [Panel(series)]
    return [Panel({name: content}, name) for name, content in series.items()]


def figure_of_panels(
    panels: Sequence[Panel[Content]], height_mm: float, y_name: str
) -> tuple[Figure, list[tuple[Axes, Panel[Content]]]]:
    """A figure of one panel of this height, or of several small ones; each panel with its axes."""
    count = len(panels)
    rows = math.ceil(count / _MOST_COLUMNS)
    columns = math.ceil(count / rows)
    height = height_mm if count == 1 else _SMALL_MM * rows
    figure, all_axes = layout.column_figure(height, columns=columns, count=count, share_axes=True)
    placed_panels = list(zip(all_axes, panels, strict=True))
    for axes, panel in placed_panels:
        if panel.title:
            layout.panel_title(axes, panel.title, lift=16)
        axes.set_ylabel(y_name).set_visible(False)  # the alternative text reads it
    layout.y_title(all_axes[0], y_name)
    return figure, placed_panels

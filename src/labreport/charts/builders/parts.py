"""Common parts of charts: titles, tables of their numbers, axes, rows, legends, panels."""

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
"""The type of the numbers of one series: `Means`, or a frame of points."""
MOST_SERIES = len(SERIES)
_MOST_LETTERS = 40
"""The maximal number of letters in a line of a label beside a panel."""
_MOST_COLUMNS = 3
"""The maximal number of small charts side by side."""
_SMALL_MM = 54.0
"""The height of a row of small charts, in mm."""
_LOGARITHMIC_FROM = 50.0
"""An axis of positive numbers is logarithmic if the largest is at least this many times the smallest."""


def make_drawing(figure: Figure, kind: str, data: pandas.DataFrame, title: str, caption: str) -> Drawing:
    """A drawing with a title that begins with a capital letter and ends with a full stop.

    A first word with capitals, such as pH, stays as it is. The numbers of `data` are rounded to six
    significant digits.
    """
    if title.split(" ")[0].islower():
        title = capitalise(title)
    sentence = f"{title.replace('_', ' ')}."
    return Drawing(figure, kind, data=data.map(_round_number), title=sentence, caption=caption)


def _round_number(value: object) -> object:
    return float(f"{value:.6g}") if isinstance(value, float) else value


def table_of_means(means: Means) -> pandas.DataFrame:
    """A table of the means: their names, the means, and the ends of intervals if there are any.

    A column of names is left out if all its names are equal or empty.
    """
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
    """The title of an axis with its unit: `loss`, `latency, ms`."""
    return title_with_unit(measure.label, measure.unit)


def title_with_unit(name: str, unit: str) -> str:
    """A name followed by its unit; a name that contains the unit, such as `elapsed ms`, is unchanged."""
    name = name.replace("_", " ")
    unit = "percentage points" if unit == "points" else unit
    if not unit or unit in name.split():
        return name
    return f"{name}, {unit}" if name else unit


def average_name(measure: Measure) -> str:
    """The name of the average of a measure: mean or geometric mean."""
    return "geometric mean" if measure.scale == "ratio" else "mean"


def printed_values(values: Iterable[float], among: Iterable[float]) -> list[str]:
    """Numbers as texts, with decimals for three digits of the largest number in `among`; NaN is empty."""
    finite = [abs(number) for number in among if math.isfinite(number)]
    largest = max(finite, default=0.0) or 1.0
    decimals = min(9, significant_decimals(largest, 3))
    return [number_text(value, decimals) if math.isfinite(value) else "" for value in values]


def scale_axis(axis: Axis, values: Sequence[float]) -> None:
    """Make an axis of positive numbers with a wide range logarithmic; label other axes with plain numbers."""
    if len(values) > 0 and 0 < _LOGARITHMIC_FROM * min(values) <= max(values):
        set_scale = axis.axes.set_xscale if axis is axis.axes.xaxis else axis.axes.set_yscale
        set_scale("log")
    else:
        ticks.plain_numbers(axis)


def name_rows(axes: Axes, labels: Sequence[str], title: str) -> None:
    """Write the names of rows beside a panel, from top to bottom, with a grid along the rows."""
    lines = [textwrap.fill(label, _MOST_LETTERS) for label in labels]
    axes.set_yticks(range(len(labels)), lines, parse_math=False)
    axes.set(ylim=(len(labels) - 0.45, -0.55), xlabel=title, ylabel="")
    axes.grid(True, axis="x")
    axes.grid(False, axis="y")


def legend_above(axes: Axes) -> None:
    """Put a legend above the panel, at the right."""
    legend = axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=MOST_SERIES, handlelength=0.9)
    for text in legend.get_texts():
        text.set_parse_math(False)


@dataclass(frozen=True)
class Panel(Generic[Content]):
    """The content of one panel: its series by name, and its title if there are several panels."""

    series: Mapping[str, Content]
    title: str = ""

    def marked_series(self) -> Iterator[tuple[Mark, Content]]:
        """Pairs of a mark and the content of a series, for each series."""
        for (name, content), style in zip(self.series.items(), SERIES, strict=False):
            yield Mark(name, style), content


def panels_of(series: Mapping[str, Content]) -> list[Panel[Content]]:
    """One panel with all series, or a panel for each if there are more series than styles."""
    if len(series) <= MOST_SERIES:
        return [Panel(series)]
    return [Panel({name: content}, name) for name, content in series.items()]


def figure_of_panels(
    panels: Sequence[Panel[Content]], height_mm: float, y_name: str
) -> tuple[Figure, list[tuple[Axes, Panel[Content]]]]:
    """A figure with one panel of this height, or several small ones; and pairs of axes and panel."""
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

"""What charts have in common: titles, tables of their numbers, axes, rows, legends."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from labreport.charts import layout, ticks
from labreport.charts.builders.groups import Groups
from labreport.charts.marks import Mark
from labreport.charts.styles import SERIES
from labreport.charts.svg import Drawing
from labreport.project import Measure
from labreport.stats.rounding import significant_decimals

MOST_SERIES = len(SERIES)
_LETTER_MM = 1.35
_MOST_LABEL_MM = 60.0
_MOST_LETTERS = 40
"""So many letters of a label have room in a line of that length."""
_SMALL_MM = 34.0
"""Height of a small chart."""
_LOGARITHMIC_FROM = 50.0
"""Positive numbers whose largest is as many times the smallest have a logarithmic axis."""


def drawing(figure: Any, kind: str, columns: list[str], rows: Any, title: str, note: str) -> Drawing:
    """The drawing; its title begins with a capital, but what has capitals already keeps them, as pH."""
    if title.split(" ")[0].islower():
        title = title[:1].upper() + title[1:]
    sentence = f"{title.replace('_', ' ')}."
    return Drawing(figure, kind, columns, rows, title=sentence, caption=note)


def table_of_groups(groups: Groups) -> tuple[list[str], list[list[Any]]]:
    """Columns and rows: the names of groups where there are several, the mean, and the interval if known."""
    has_second = any(groups.names(1))
    sides = [1] if has_second else []
    if len(groups.names(0)) > 1 or not has_second:
        sides.insert(0, 0)
    columns = [groups.heads[side] for side in sides]
    columns.append(axis_title(groups.measure))
    if groups.any_interval:
        columns += ["low", "high"]
    rows = []
    for key in sorted(groups.grid, key=lambda key: groups.names(0).index(key[0])):
        group = groups.grid[key]
        row: list[Any] = [key[side] for side in sides]
        row.append(rounded(group.mean))
        if groups.any_interval:
            row += [rounded(group.low), rounded(group.high)]
        rows.append(row)
    return columns, rows


def axis_title(measure: Measure) -> str:
    """What an axis shows and in which unit, which is not repeated where the measure is named after it."""
    unit = "percentage points" if measure.unit == "points" else measure.unit
    label = measure.label.replace("_", " ")
    if not unit or unit in label.split():
        return label
    return f"{label}, {unit}"


def average_name(measure: Measure) -> str:
    """What the average of a measure is called."""
    return "geometric mean" if measure.scale == "ratio" else "mean"


def printed_value(value: float, among: Iterable[float]) -> str:
    """A number in as few decimals as tell the largest of `among` to three digits; empty for none."""
    if not math.isfinite(value):
        return ""
    largest = max(map(abs, among), default=0.0) or 1.0
    decimals = min(9, significant_decimals(largest, 3))
    return ticks.number(value, f".{decimals}f")


def rounded(value: float) -> float | None:
    """A number of a chart's table, to six significant digits; None where there is none."""
    return float(f"{value:.6g}") if math.isfinite(value) else None


def scale_axis(axis: Any, values: Sequence[float]) -> None:
    """Make an axis of positive numbers that reach far logarithmic, and label another with plain numbers."""
    if len(values) > 0 and 0 < _LOGARITHMIC_FROM * min(values) <= max(values):
        axis.axes.set(**{f"{axis.axis_name}scale": "log"})
    else:
        ticks.plain_numbers(axis)


def name_rows(axes: Any, labels: Sequence[str], title: str) -> None:
    """Name the rows of a panel, from the top, in lines that fit beside it; let the grid help along them."""
    lines = [textwrap.fill(label, _MOST_LETTERS) for label in labels]
    axes.set_yticks(range(len(labels)), lines, parse_math=False)
    axes.set(ylim=(len(labels) - 0.45, -0.55), xlabel=title)
    axes.grid(True, axis="x")
    axes.grid(False, axis="y")


def label_room(labels: Iterable[str]) -> float:
    """Millimetres for labels beside a panel."""
    longest = max((len(label) for label in labels), default=0)
    return min(5.0 + _LETTER_MM * longest, _MOST_LABEL_MM) if longest else 4.0


def legend_above(axes: Any) -> None:
    """Set a legend above the panel, on the right."""
    spacing: Any = {"handlelength": 0.9, "handleheight": 0.8, "columnspacing": 1.2, "handletextpad": 0.4}
    legend = axes.legend(
        ncols=MOST_SERIES, loc="lower right", bbox_to_anchor=(1.0, 1.0), borderaxespad=0.3, **spacing
    )
    for text in legend.get_texts():
        text.set_parse_math(False)


@dataclass(frozen=True)
class Panel:
    """A chart: its title where there are several, and its series, each with how it is drawn."""

    title: str
    series: Sequence[tuple[Mark, Any]]


def panel_of(title: str, series: Mapping[str, Any]) -> Panel:
    """A chart of at most five series by their names."""
    pairs = []
    for (name, content), series_style in zip(series.items(), SERIES, strict=False):
        pairs.append((Mark(name, series_style), content))
    return Panel(title, pairs)


def panels_of(series: Mapping[str, Any]) -> list[Panel]:
    """All series in one chart, or of more than there are colours each in its own."""
    if len(series) <= MOST_SERIES:
        return [panel_of("", series)]
    return [panel_of(name, {name: content}) for name, content in series.items()]


def figure_of_panels(panels: Sequence[Panel], height: float, labels: Iterable[str]) -> tuple[Any, list[Any]]:
    """A figure of one chart of this height, or of small ones, with room for labels beside each."""
    beside = label_room(labels)
    if len(panels) == 1:
        return layout.column_figure(height, margins=layout.Margins(left=11.0, right=beside))
    columns = min(len(panels), 2 if beside > 12.0 else 3)
    rows = math.ceil(len(panels) / columns)
    margins = layout.Margins(left=11.0, right=beside, top=11.0, between=beside + 8.0, below=20.0)
    gaps = (rows - 1) * margins.below
    total = margins.top + rows * _SMALL_MM + gaps + margins.bottom
    return layout.panel_grid(len(panels), height_mm=total, columns=columns, margins=margins, share_axes=True)


def name_panels(panels: Sequence[Panel], all_axes: Sequence[Any], y_name: str) -> None:
    """Set the name of the y axis above the first chart, and the title of each where there are several."""
    for panel, axes in zip(panels, all_axes, strict=True):
        if panel.title:
            layout.panel_title(axes, panel.title, lift=16)
        axes.set_ylabel(y_name).set_visible(False)  # the alternative text reads it
    layout.y_title(all_axes[0], y_name)

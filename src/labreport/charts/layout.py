"""Figures as wide as the text, their panels placed in millimetres, and ticks that read well."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib import ticker
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.text import Annotation, Text

from labreport.charts.styles import INCH_MM, SIZE, WIDTH_MM, Colour


@dataclass(frozen=True)
class Margins:
    """Room around and between panels, in millimetres, for tick labels, titles and direct labels."""

    left: float = 10.0
    right: float = 4.0
    top: float = 8.0
    bottom: float = 10.5
    between: float = 12.0


def column_figure(
    height_mm: float, *, columns: int = 1, margins: Margins = Margins()
) -> tuple[Figure, list[Axes]]:
    """Make a figure as wide as the text, and its panels from left to right."""
    figure = Figure(figsize=(WIDTH_MM / INCH_MM, height_mm / INCH_MM))
    figure.set_layout_engine("none")
    width = (WIDTH_MM - margins.left - margins.right - (columns - 1) * margins.between) / columns
    height = height_mm - margins.top - margins.bottom
    lefts = (margins.left + column * (width + margins.between) for column in range(columns))
    size = width / WIDTH_MM, height / height_mm
    return figure, [figure.add_axes((left / WIDTH_MM, margins.bottom / height_mm, *size)) for left in lefts]


def canvas(height_mm: float) -> tuple[Figure, Axes]:
    """Make a figure with one panel and no axes, measured in mm from its upper left."""
    figure, (axes,) = column_figure(height_mm, margins=Margins(0, 0, 0, 0))
    axes.set_axis_off()
    axes.set(xlim=(0.0, WIDTH_MM), ylim=(height_mm, 0.0), autoscale_on=False)
    return figure, axes


def panel_title(axes: Axes, text: str, *, lift: float = 5.0) -> Text:
    """Set the panel's title off to the left, `lift` points above it."""
    return axes.set_title(text, color=Colour.INK.value, pad=lift)


def y_title(axes: Axes, text: str) -> Text:
    """Set the name of the y axis level above it, where it is read without turning the head."""
    axes.set_ylabel(text).set_visible(False)  # the alternative text reads it
    return note(axes, text, (0.0, 1.0), (0.0, 5.0), xycoords="axes fraction")


def note(
    axes: Axes, text: str, at: tuple[float, float], offset: tuple[float, float], **more: Any
) -> Annotation:
    """Set text off from a point by so many points, also outside the panel."""
    place = {"xy": at, "xytext": offset, "textcoords": "offset points", "annotation_clip": False}
    kind = {"ha": "left", "va": "baseline", "fontsize": SIZE, "color": Colour.QUIET.value}
    return axes.annotate(text, **{**place, **kind, **more})


def level(panels: Sequence[Axes]) -> None:
    """Give panels side by side the same y axis; only the first labels its ticks."""
    low, high = zip(*(panel.get_ylim() for panel in panels), strict=True)
    for panel in panels:
        panel.set_ylim(min(low), max(high))
        panel.tick_params(axis="y", labelleft=panel is panels[0])


def number(value: float, form: str = ".10g") -> str:
    """Write a number with a minus sign, and with the narrow space between thousands that the text has."""
    return f"{value:,{form}}".replace(",", "\u202f").replace("-", "−")


def plain_numbers(axis: Axis) -> None:
    """Label ticks as 0.5, 12, 1 000."""
    axis.set_major_formatter(lambda value, _: number(value))
    axis.set_minor_formatter(ticker.NullFormatter())


def whole_numbers(axis: Axis) -> None:
    """Put a few ticks at whole numbers."""
    axis.set_major_locator(ticker.MaxNLocator(nbins=5, integer=True, steps=[1, 2, 5, 10]))
    plain_numbers(axis)


def thousands(axis: Axis, subs: Sequence[float] = (1.0, 3.0)) -> None:
    """Put ticks of a logarithmic axis at 1, 3 and 10 in each decade, written out: 3 000, 10 000."""
    axis.set_major_locator(ticker.LogLocator(base=10.0, subs=subs, numticks=50))
    axis.set_minor_locator(ticker.NullLocator())
    plain_numbers(axis)


def powers_of_ten(axis: Axis) -> None:
    """Put at most six ticks of a logarithmic axis at powers of ten. Set the limits first."""
    low, high = sorted(math.log10(limit) for limit in axis.get_view_interval())
    every = next(step for step in (1, 2, 3, 5, 10, 20, 50, 100) if (high - low) / step < 6)
    axis.set_major_locator(ticker.LogLocator(base=10.0**every, numticks=8))
    axis.set_minor_locator(ticker.NullLocator())
    raised = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
    axis.set_major_formatter(lambda value, _: "10" + str(round(math.log10(value))).translate(raised))


def readable_ticks(axes: Axes) -> None:
    """Label logarithmic axes that have matplotlib's own labels: powers of ten, or 1, 2 and 5 of a few."""
    for axis in (axes.xaxis, axes.yaxis):
        if axis.get_scale() == "log" and isinstance(axis.get_major_formatter(), ticker.LogFormatter):
            low, high = sorted(axis.get_view_interval())
            if high >= 1000 * low:
                powers_of_ten(axis)
            else:
                thousands(axis, (1.0, 2.0, 5.0))

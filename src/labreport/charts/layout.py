"""Figures of the width of the text, and titles and notes of their panels."""

from __future__ import annotations

import math
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Annotation, Text

from labreport.charts.styles import INCH_MM, SIZE, WIDTH_MM, Colour


def column_figure(
    height_mm: float, *, columns: int = 1, count: int | None = None, share_axes: bool = False
) -> tuple[Figure, list[Axes]]:
    """A figure as wide as the text, and its panels: from left to right, then row by row.

    `count` is the number of panels; by default, there is one row. If `share_axes`, all panels have the same
    limits. When the figure is drawn, the layout makes room for titles, tick labels and notes.
    """
    count = count or columns
    rows = math.ceil(count / columns)
    figure = Figure(figsize=(WIDTH_MM / INCH_MM, height_mm / INCH_MM), layout="constrained")
    grid = figure.subplots(rows, columns, squeeze=False, sharex=share_axes, sharey=share_axes)
    panels = list(grid.flat)
    for unused in panels[count:]:
        unused.remove()
    for panel in panels[:count]:
        panel.tick_params(labelbottom=True)  # a shared axis has them in the last row only
    return figure, panels[:count]


def panel_title(axes: Axes, text: str, *, lift: float = 5.0) -> Text:
    """Set the title of a panel at its left, `lift` points above it."""
    return axes.set_title(text, pad=lift, parse_math=False)


def y_title(axes: Axes, text: str) -> Text:
    """Set the title of the y axis above the axis, in horizontal text."""
    axes.set_ylabel(text).set_visible(False)  # for the alternative text
    return note(axes, text, (0.0, 1.0), (0.0, 5.0), xycoords="axes fraction")


_NOTE: dict[str, Any] = {"ha": "left", "va": "baseline", "fontsize": SIZE, "color": Colour.QUIET}


def note(
    axes: Axes, text: str, at: tuple[float, float], offset: tuple[float, float], **options: Any
) -> Annotation:
    """Set a text at an offset (in points) from a point; it may be outside the panel.

    `options` are matplotlib's.
    """
    settings = _NOTE | options
    return axes.annotate(text, at, offset, textcoords="offset points", annotation_clip=False, **settings)

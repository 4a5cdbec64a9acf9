"""Figures as wide as the text, panels in millimetres, and the titles and notes beside panels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
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
    """From the right edge of a panel to the left edge of the next."""
    below: float = 16.0
    """From the lower edge of a row of panels to the upper edge of the next."""


def column_figure(
    height_mm: float, *, columns: int = 1, margins: Margins = Margins()
) -> tuple[Figure, list[Axes]]:
    """Make a figure as wide as the text, and its panels from left to right."""
    return panel_grid(columns, height_mm=height_mm, columns=columns, margins=margins)


def panel_grid(
    count: int, *, height_mm: float, columns: int, margins: Margins = Margins(), share_axes: bool = False
) -> tuple[Figure, list[Axes]]:
    """Make a figure as wide as the text, and so many panels: from left to right, row after row.

    Panels that share their axes have the same limits, with room for what is drawn in any of them.
    """
    figure = Figure(figsize=(WIDTH_MM / INCH_MM, height_mm / INCH_MM))
    figure.set_layout_engine("none")
    rows = math.ceil(count / columns)
    width = _share(WIDTH_MM - margins.left - margins.right, columns, margins.between)
    height = _share(height_mm - margins.top - margins.bottom, rows, margins.below)
    panels: list[Axes] = []
    for number in range(count):
        row, column = divmod(number, columns)
        rows_below = rows - 1 - row
        left = margins.left + column * (width + margins.between)
        bottom = margins.bottom + rows_below * (height + margins.below)
        size = (width / WIDTH_MM, height / height_mm)
        axes = figure.add_axes((left / WIDTH_MM, bottom / height_mm, *size))
        if share_axes and panels:
            axes.sharex(panels[0])
            axes.sharey(panels[0])
        panels.append(axes)
    return figure, panels


def _share(room: float, count: int, gap: float) -> float:
    """The size of each of so many panels in a row, or a column, with gaps between them."""
    return (room - (count - 1) * gap) / count


def panel_title(axes: Axes, text: str, *, lift: float = 5.0) -> Text:
    """Set the panel's title off to the left, `lift` points above it."""
    return axes.set_title(text, color=Colour.INK.value, pad=lift, parse_math=False)


def y_title(axes: Axes, text: str) -> Text:
    """Set the name of the y axis level above it, where it is read without turning the head."""
    axes.set_ylabel(text).set_visible(False)  # the alternative text reads it
    return note(axes, text, (0.0, 1.0), (0.0, 5.0), xycoords="axes fraction")


_NOTE: dict[str, Any] = {"ha": "left", "va": "baseline", "fontsize": SIZE, "color": Colour.QUIET.value}


def note(
    axes: Axes, text: str, at: tuple[float, float], offset: tuple[float, float], **options: Any
) -> Annotation:
    """Set text off from a point by so many points, also outside the panel; `options` are matplotlib's."""
    settings = _NOTE | options
    return axes.annotate(text, at, offset, textcoords="offset points", annotation_clip=False, **settings)


def level(panels: Sequence[Axes]) -> None:
    """Give panels side by side the same y axis; only the first labels its ticks."""
    limits = [panel.get_ylim() for panel in panels]
    lows, highs = zip(*limits, strict=True)
    for panel in panels:
        panel.set_ylim(min(lows), max(highs))
        panel.tick_params(axis="y", labelleft=panel is panels[0])


def settle_limits(axes: Axes) -> None:
    """Let matplotlib work out the limits of a panel, on which `transData` depends."""
    axes.get_xlim()
    axes.get_ylim()

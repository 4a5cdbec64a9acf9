"""Figures at the exact widths of the page, their panels placed in millimetres."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text

from labreport.charts import style
from labreport.charts.palette import Colour

COLUMN_MM = 122.0
"""Width of the text column; the page's style sheet sets the same, so type in a figure is not scaled."""
WIDE_MM = 160.0
"""Width of the text column and the margin for notes together."""
MM = 1 / 25.4
"""Inches in a millimetre."""


Panel = Axes
"""One pair of axes in a figure, as matplotlib has it."""


@dataclass(frozen=True)
class Margins:
    """Room around and between panels, in millimetres, for tick labels, titles and direct labels."""

    left: float = 10.0
    right: float = 4.0
    top: float = 8.0
    bottom: float = 10.0
    between: float = 12.0
    rows_between: float = 14.0


def column_figure(
    height_mm: float, *, columns: int = 1, rows: int = 1, margins: Margins = Margins()
) -> tuple[Figure, list[Axes]]:
    """A figure as wide as the text column, and its panels in reading order."""
    return _figure(COLUMN_MM, height_mm, columns, rows, margins)


def wide_figure(
    height_mm: float, *, columns: int = 1, rows: int = 1, margins: Margins = Margins()
) -> tuple[Figure, list[Axes]]:
    """A figure as wide as text column and margin, and its panels in reading order."""
    return _figure(WIDE_MM, height_mm, columns, rows, margins)


def _figure(
    width: float, height: float, columns: int, rows: int, margins: Margins
) -> tuple[Figure, list[Axes]]:
    figure = Figure(figsize=(width * MM, height * MM))
    panel_width = (width - margins.left - margins.right - (columns - 1) * margins.between) / columns
    panel_height = (height - margins.top - margins.bottom - (rows - 1) * margins.rows_between) / rows
    panels = [
        figure.add_axes(
            (
                (margins.left + column * (panel_width + margins.between)) / width,
                (margins.bottom + (rows - 1 - row) * (panel_height + margins.rows_between)) / height,
                panel_width / width,
                panel_height / height,
            )
        )
        for row in range(rows)
        for column in range(columns)
    ]
    return figure, panels


def canvas(height_mm: float) -> tuple[Figure, Axes]:
    """A figure of column width with one panel and no axes, measured in mm from its upper left."""
    figure = Figure(figsize=(COLUMN_MM * MM, height_mm * MM))
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set_axis_off()
    axes.set_xlim(0.0, COLUMN_MM)
    axes.set_ylim(height_mm, 0.0)
    axes.set_autoscale_on(False)
    return figure, axes


def panel_title(axes: Axes, text: str, *, lift: float = style.TITLE_GAP) -> Text:
    """The panel's title, set off to the left and `lift` points above it."""
    return axes.set_title(text, loc="left", color=Colour.INK.value, pad=lift)


def y_title(axes: Axes, text: str, *, lift: float = style.TITLE_GAP) -> Text:
    """The name of the y axis, level, `lift` points above it, where it is read without turning the head."""
    return axes.annotate(
        text,
        xy=(0.0, 1.0),
        xycoords="axes fraction",
        xytext=(0.0, lift),
        textcoords="offset points",
        ha="left",
        va="baseline",
        color=Colour.QUIET.value,
        fontsize=style.LABEL,
        annotation_clip=False,
    )


def level(panels: Sequence[Axes]) -> None:
    """Give panels side by side the same y axis; only the first labels its ticks."""
    limits = [panel.get_ylim() for panel in panels]
    for panel in panels:
        panel.set_ylim(min(low for low, _ in limits), max(high for _, high in limits))
    for panel in panels[1:]:
        panel.tick_params(axis="y", labelleft=False)

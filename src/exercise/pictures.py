"""Small pictures on a panel measured in millimetres, and frames around cells."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from labreport import charts


def canvas(height_mm: float) -> tuple[Any, Any]:
    """A figure with one panel without axes, whose coordinates are mm from its upper left corner."""
    figure, (panel,) = charts.column_figure(height_mm)
    figure.set_layout_engine("none")
    panel.set_position((0.0, 0.0, 1.0, 1.0))
    panel.set_axis_off()
    panel.set(xlim=(0.0, charts.WIDTH_MM), ylim=(height_mm, 0.0), autoscale_on=False)
    return figure, panel


def show_image(panel: Any, image: Any, left: float, top: float, size: float) -> None:
    """Draw a small square image (bytes, black to white) on a canvas; `left`, `top` and `size` in mm."""
    extent = (left, left + size, top + size, top)
    panel.imshow(image, cmap="gray", vmin=0, vmax=255, extent=extent, aspect="auto", interpolation="none")


def caption(panel: Any, text: str, middle: float, top: float) -> None:
    """Write small text on a canvas, below `top` and centred at `middle`, both in mm."""
    look: Any = {"ha": "center", "va": "top", "linespacing": 1.1, "color": charts.Colour.INK.value}
    charts.note(panel, text, (middle, top), (0.0, 0.0), **look)


def frame_cells(panel: Any, cells: Iterable[tuple[int, int]]) -> None:
    """Draw a frame around each of the cells (row, column) of a heat map."""
    from matplotlib.patches import Rectangle

    line: Any = {"edgecolor": charts.Colour.VERMILLION.value, "linewidth": 1.6, "zorder": 4}
    for row, column in cells:
        corner = (column + 0.06, row + 0.06)
        panel.add_patch(Rectangle(corner, 0.88, 0.88, fill=False, **line))

"""Maps of coloured cells with their values in them, and small pictures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Rectangle

from labreport.charts.layout import note
from labreport.charts.styles import SIZE, Colour

# Light to dark in even steps of lightness, so that order survives greyscale. These colours and the
# two text colours are the same in every theme: cell and text belong together.
SHADES = LinearSegmentedColormap.from_list(
    "labreport", ("#f3f7fb", "#b7d3ea", "#5f9fcf", "#1f6aa5", "#0a3a66")
)
ON_LIGHT, ON_DARK = "#101418", "#fdfdfd"
FRAME: Any = {"color": Colour.VERMILLION.value, "solid_capstyle": "round", "clip_on": False, "zorder": 4}


def heat_map(
    axes: Axes,
    values: Any,
    texts: Sequence[Sequence[str]] | None = None,
    *,
    rows: Sequence[str],
    columns: Sequence[str],
    low: float | None = None,
    high: float | None = None,
    blank: Any = None,
) -> None:
    """Draw `values` (rows × columns) as shades from `low` to `high`, `texts` in the cells.

    Cells that are not finite, or where `blank` is true, are left empty. `low` and `high` are by default the
    lowest and highest value.
    """
    shown = np.ma.masked_invalid(np.array(values, dtype=float))
    if blank is not None:
        shown = np.ma.masked_where(np.array(blank, dtype=bool), shown)
    least, most = (float(end) if shown.count() else 0.0 for end in (shown.min(), shown.max()))
    low, high = least if low is None else low, most if high is None else high
    span = (high - low) or 1.0
    axes.pcolormesh(
        shown, cmap=SHADES, vmin=low, vmax=low + span, edgecolors=Colour.PAPER.value, linewidth=0.8
    )
    height, width = shown.shape
    for row, column in np.ndindex(height, width) if texts is not None else ():
        if not np.ma.getmaskarray(shown)[row, column]:
            colour = _text_on(SHADES((float(shown[row, column]) - low) / span))
            centre: Any = {"ha": "center", "va": "center"}
            axes.text(column + 0.5, row + 0.5, texts[row][column], color=colour, fontsize=SIZE, **centre)
    axes.grid(False)
    axes.spines[:].set_visible(False)
    axes.set(xlim=(0, width), ylim=(height, 0))
    axes.set_xticks([place + 0.5 for place in range(width)], list(columns))
    axes.set_yticks([place + 0.5 for place in range(height)], list(rows))
    axes.tick_params(axis="both", length=0, labelrotation=0)


def _text_on(shade: Sequence[float]) -> str:
    """Light or dark text, whichever stands out more: relative luminance as in WCAG 2.2."""
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in shade[:3]]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return ON_DARK if 1.05 / (luminance + 0.05) > (luminance + 0.05) / 0.05 else ON_LIGHT


def frame_cells(axes: Axes, cells: Iterable[tuple[int, int]]) -> None:
    """Draw a frame around each of the cells (row, column) of a map."""
    for row, column in cells:
        at = (column + 0.06, row + 0.06)
        axes.add_patch(
            Rectangle(at, 0.88, 0.88, fill=False, edgecolor=Colour.VERMILLION.value, linewidth=1.6, zorder=4)
        )


def separate(axes: Axes, apart: Sequence[Sequence[bool]], text: str) -> None:
    """Draw a line along the cells' edges between those where `apart` is true and the others.

    `text`, beside the map under a piece of the line, says what the line is.
    """
    rows, columns = len(apart), len(apart[0])
    lines = [((column + 1, column + 1), (row, row + 1))
        for row in range(rows) for column in range(columns - 1) if apart[row][column] != apart[row][column + 1]
    ]  # fmt: skip
    lines += [((column, column + 1), (row + 1, row + 1))
        for row in range(rows - 1) for column in range(columns) if apart[row][column] != apart[row + 1][column]
    ]  # fmt: skip
    beside = columns + 0.04 * columns
    for x, y in (*lines, ((beside, beside + 0.6), (rows / 3, rows / 3))):
        axes.plot(x, y, linewidth=2.2, **FRAME)
    note(axes, text, (beside, rows / 3), (0.0, -5.0), va="top", colour=Colour.VERMILLION_TEXT)
    axes.set(xlim=(0, columns), ylim=(rows, 0))


def picture(axes: Axes, image: Any, left: float, top: float, size: float) -> None:
    """Show a small square grey image, bytes, pixel by pixel, on a `canvas`; `left`, `top`, `size` in mm."""
    place: Any = {"extent": (left, left + size, top + size, top), "aspect": "auto", "interpolation": "none"}
    axes.imshow(image, cmap="gray", vmin=0, vmax=255, **place)


def caption(axes: Axes, text: str, middle: float, top: float) -> None:
    """Set small centred lines of text on a `canvas`, below `top` and about `middle`, both in mm."""
    note(axes, text, (middle, top), (0.0, 0.0), ha="center", va="top", colour=Colour.INK, linespacing=1.1)

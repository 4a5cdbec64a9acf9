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
ON_LIGHT, ON_DARK = "#101418", "#fdfdfe"  # no pure grey, which would turn over on a dark page
DARK_FROM = 172 / 256
"""From this shade on, a text stands out more in light: relative luminance below 0.18, as in WCAG 2.2."""


def heat_map(
    axes: Axes,
    values: Any,
    texts: Sequence[Sequence[str]],
    *,
    rows: Sequence[str],
    columns: Sequence[str],
    low: float | None = None,
    high: float | None = None,
    blank: Any = None,
) -> None:
    """Draw `values` (rows × columns) as shades from `low` to `high`, `texts` in the cells.

    Cells that are not finite, or where `blank` is true, are left empty. `low` and `high` are by default the
    lowest and highest value shown.
    """
    shown = np.array(values, dtype=float)
    if blank is not None:
        shown[np.array(blank, dtype=bool)] = np.nan
    known = shown[np.isfinite(shown)]
    low = float(known.min(initial=np.inf)) if low is None else low
    high = float(known.max(initial=low)) if high is None else high
    span = high - low if high > low else 1.0
    lines: Any = {"edgecolors": Colour.PAPER.value, "linewidth": 0.8}
    axes.pcolormesh(np.ma.masked_invalid(shown), cmap=SHADES, vmin=low, vmax=low + span, **lines)
    for row, column in np.argwhere(np.isfinite(shown)) if texts else ():
        colour = ON_DARK if (shown[row, column] - low) / span >= DARK_FROM else ON_LIGHT
        kind: Any = {"ha": "center", "va": "center", "fontsize": SIZE, "color": colour}
        axes.text(column + 0.5, row + 0.5, texts[row][column], **kind)
    height, width = shown.shape
    axes.grid(False)
    axes.spines[:].set_visible(False)
    axes.set(xlim=(0, width), ylim=(height, 0))
    axes.set_xticks([place + 0.5 for place in range(width)], list(columns), parse_math=False)
    axes.set_yticks([place + 0.5 for place in range(height)], list(rows), parse_math=False)
    axes.tick_params(axis="both", length=0, labelrotation=0)


def frame_cells(axes: Axes, cells: Iterable[tuple[int, int]]) -> None:
    """Draw a frame around each of the cells (row, column) of a map."""
    line: Any = {"edgecolor": Colour.VERMILLION.value, "linewidth": 1.6, "zorder": 4}
    for row, column in cells:
        axes.add_patch(Rectangle((column + 0.06, row + 0.06), 0.88, 0.88, fill=False, **line))


def picture(axes: Axes, image: Any, left: float, top: float, size: float) -> None:
    """Show a small square grey image, bytes, pixel by pixel, on a `canvas`; `left`, `top`, `size` in mm."""
    place: Any = {"extent": (left, left + size, top + size, top), "aspect": "auto", "interpolation": "none"}
    axes.imshow(image, cmap="gray", vmin=0, vmax=255, **place)


def caption(axes: Axes, text: str, middle: float, top: float) -> None:
    """Set small centred lines of text on a `canvas`, below `top` and about `middle`, both in mm."""
    kind: Any = {"ha": "center", "va": "top", "linespacing": 1.1, "color": Colour.INK.value}
    note(axes, text, (middle, top), (0.0, 0.0), **kind)

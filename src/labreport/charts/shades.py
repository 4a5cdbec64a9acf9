"""Maps of cells in shades from light to dark."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from numpy.typing import ArrayLike

from labreport.charts.styles import SIZE, Colour

# Light to dark in even steps of lightness, so that order survives greyscale. These colours and the
# two text colours are the same in every theme: cell and text belong together.
_STEPS = ("#f3f7fb", "#b7d3ea", "#5f9fcf", "#1f6aa5", "#0a3a66")
SHADES = LinearSegmentedColormap.from_list("labreport", _STEPS)
ON_LIGHT, ON_DARK = "#101418", "#fdfdfe"  # no pure grey, which would turn over on a dark page
_DARK_FROM = 172 / 256  # light text stands out more from here: relative luminance below 0.18, as in WCAG 2.2


def draw_cells(
    axes: Axes,
    values: ArrayLike,
    texts: Sequence[Sequence[str]],
    *,
    rows: Sequence[str],
    columns: Sequence[str],
    low: float | None = None,
    high: float | None = None,
) -> None:
    """Draw `values` (rows × columns) as shades from `low` to `high`, else their own, `texts` in the cells.

    Cells that are not finite are left empty.
    """
    cells = np.ma.masked_invalid(values)
    shades = axes.pcolormesh(cells, cmap=SHADES, vmin=low, vmax=high, edgecolors=Colour.PAPER, linewidth=0.8)
    darkness = np.asarray(shades.norm(cells))
    for row, column in np.argwhere(~np.ma.getmaskarray(cells)):
        colour = ON_DARK if darkness[row, column] >= _DARK_FROM else ON_LIGHT
        text = axes.text(column + 0.5, row + 0.5, texts[row][column], color=colour, fontsize=SIZE)
        text.set(ha="center", va="center")
    height, width = cells.shape
    axes.grid(False)
    axes.spines[:].set_visible(False)
    axes.set(xlim=(0, width), ylim=(height, 0))
    axes.set_xticks(np.arange(width) + 0.5, list(columns), parse_math=False)
    axes.set_yticks(np.arange(height) + 0.5, list(rows), parse_math=False)
    axes.tick_params(axis="both", length=0, labelrotation=0)

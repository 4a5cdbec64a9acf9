"""Maps of cells that are shaded from light to dark."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from numpy.typing import ArrayLike

from labreport.charts.styles import SIZE, Colour

# From light to dark in even steps of lightness, so that the order is visible in greyscale. These and the
# two text colours are the same in both themes, so that texts stay readable on their cells.
_STEPS = ("#f3f7fb", "#b7d3ea", "#5f9fcf", "#1f6aa5", "#0a3a66")
SHADES = LinearSegmentedColormap.from_list("labreport", _STEPS)
ON_LIGHT, ON_DARK = "#101418", "#fdfdfe"  # not pure greys, since those are inverted on a dark page
_DARK_FROM = 172 / 256  # from here, light text has more contrast: relative luminance below 0.18, see WCAG 2.2


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
    """Draw `values`, shape (rows, columns), as shaded cells with `texts` in them.

    The shades range from `low` to `high`, by default the least and the greatest value. Cells that are not
    finite are left empty.
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

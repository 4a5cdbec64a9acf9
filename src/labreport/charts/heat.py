"""Heat maps with their values in the cells."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

from labreport.charts import style
from labreport.charts.palette import Colour

# Light to dark in even steps of lightness, so that order survives greyscale. These colours and the
# two text colours are the same in every theme: cell and text belong together.
SHADES = ("#f3f7fb", "#b7d3ea", "#5f9fcf", "#1f6aa5", "#0a3a66")
KEY_GAP = 0.04
"""Room between a map and its key, as a share of the map's width."""
KEY_WIDTH = 0.6
"""Length of the key's piece of line, in cells."""
ON_LIGHT = "#101418"
ON_DARK = "#fdfdfd"


def shades() -> LinearSegmentedColormap:
    """The sequential colour map of the house."""
    return LinearSegmentedColormap.from_list("labreport", SHADES)


def heat_map(
    axes: Axes,
    values: Sequence[Sequence[float]],
    texts: Sequence[Sequence[str]],
    *,
    rows: Sequence[str],
    columns: Sequence[str],
    low: float,
    high: float,
    blank: Sequence[Sequence[bool]] | None = None,
    size: float = style.LABEL,
) -> None:
    """Draw `values` (rows × columns) as shades from `low` to `high`, `texts` in the cells.

    Cells where `blank` is true are left empty. Row and column labels are level.
    """
    import seaborn  # pandas behind it is slow to load, and only heat maps need it

    options: dict[str, Any] = {"mask": np.array(blank, dtype=bool)} if blank is not None else {}
    seaborn.heatmap(
        [list(row) for row in values],
        annot=[list(row) for row in texts],
        fmt="",
        vmin=low,
        vmax=high,
        cmap=shades(),
        cbar=False,
        linewidths=0.8,
        linecolor=Colour.PAPER.value,
        xticklabels=list(columns),
        yticklabels=list(rows),
        annot_kws={"fontsize": size},
        ax=axes,
        **options,
    )
    axes.grid(False)
    axes.tick_params(axis="both", length=0, labelrotation=0)
    for text in axes.texts:
        column, row = (math.floor(place) for place in text.get_position())
        share = (values[row][column] - low) / (high - low) if high > low else 0.0
        text.set_color(_text_on(shades()(share)))


def _text_on(shade: Sequence[float]) -> str:
    """Light or dark text, whichever stands out more: relative luminance as in WCAG 2.2."""
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in shade[:3]]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return ON_DARK if 1.05 / (luminance + 0.05) > (luminance + 0.05) / 0.05 else ON_LIGHT


def separate(axes: Axes, apart: Sequence[Sequence[bool]], text: str) -> None:
    """Draw a line along the cells' edges between those where `apart` is true and the others.

    `text`, beside the map under a piece of the line, says what the line is.
    """
    rows, columns = len(apart), len(apart[0])
    upright = [
        ((column + 1, column + 1), (row, row + 1))
        for row in range(rows)
        for column in range(columns - 1)
        if apart[row][column] != apart[row][column + 1]
    ]
    level = [
        ((column, column + 1), (row + 1, row + 1))
        for row in range(rows - 1)
        for column in range(columns)
        if apart[row][column] != apart[row + 1][column]
    ]
    beside = columns * KEY_GAP
    key = ((columns + beside, columns + beside + KEY_WIDTH), (rows / 3, rows / 3))
    for x, y in (*upright, *level, key):
        axes.plot(
            x,
            y,
            color=Colour.VERMILLION.value,
            linewidth=2.2,
            solid_capstyle="round",
            clip_on=False,
            zorder=4,
        )
    axes.annotate(
        text,
        xy=(columns + beside, rows / 3),
        xytext=(0.0, -5.0),
        textcoords="offset points",
        ha="left",
        va="top",
        fontsize=style.LABEL,
        color=Colour.VERMILLION_TEXT.value,
        annotation_clip=False,
    )
    axes.set_xlim(0, columns)
    axes.set_ylim(rows, 0)

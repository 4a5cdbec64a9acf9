"""What series are read against: reference lines, intervals, bands."""

from __future__ import annotations

import math
from collections.abc import Sequence

from matplotlib.axes import Axes

from labreport.charts import style
from labreport.charts.marks import Mark, tag
from labreport.charts.palette import Colour

BAND_OPACITY = 0.16
REFERENCE_DASH = (2.0, 2.0)
REFERENCE_WIDTH = 0.8


def reference_line(axes: Axes, value: float, text: str, *, vertical: bool = False) -> None:
    """A quiet line at `value` to read the series against.

    Its name is at the right end of a level line, on the side where the panel has more room, and
    above an upright one. Set the limits of `axes` first.
    """
    line = axes.axvline if vertical else axes.axhline
    line(
        value,
        color=Colour.QUIET.value,
        linewidth=REFERENCE_WIDTH,
        linestyle=(0.0, REFERENCE_DASH),
        zorder=1.5,
    )
    low, high = axes.get_ylim()
    above = vertical or value - low < high - value
    axes.annotate(
        text,
        xy=(value, 1.0) if vertical else (1.0, value),
        xycoords=axes.get_xaxis_transform() if vertical else axes.get_yaxis_transform(),
        xytext=(0.0, 2.0 if above else -2.0),
        textcoords="offset points",
        ha="center" if vertical else "right",
        va="bottom" if above else "top",
        fontsize=style.SMALL,
        color=Colour.QUIET.value,
        annotation_clip=False,
    )


def interval_bars(
    axes: Axes, x: Sequence[float], low: Sequence[float], high: Sequence[float], mark: Mark
) -> None:
    """A thin upright bar from `low` to `high` at each `x`."""
    bars = axes.vlines(x, low, high, colors=mark.colour.value, linewidth=0.9, zorder=2.5)
    tag(bars, mark.label, "interval")


def band(axes: Axes, x: Sequence[float], low: Sequence[float], high: Sequence[float], mark: Mark) -> None:
    """A pale band from `low` to `high` behind a curve."""
    area = axes.fill_between(
        x, low, high, color=mark.colour.value, alpha=BAND_OPACITY, linewidth=0.0, zorder=1.8
    )
    tag(area, mark.label, "band")


def reference_slope(axes: Axes, start: tuple[float, float], end: tuple[float, float], text: str) -> None:
    """A quiet straight line from `start` to `end`, its name below its middle.

    On a logarithmic y axis the middle is that of the exponents.
    """
    axes.plot(
        [start[0], end[0]],
        [start[1], end[1]],
        color=Colour.QUIET.value,
        linewidth=REFERENCE_WIDTH,
        linestyle=(0.0, REFERENCE_DASH),
        zorder=1.5,
    )
    logarithmic = axes.get_yscale() == "log"
    middle = math.sqrt(start[1] * end[1]) if logarithmic else (start[1] + end[1]) / 2
    axes.annotate(
        text,
        xy=((start[0] + end[0]) / 2, middle),
        xytext=(6.0, -4.0),
        textcoords="offset points",
        ha="left",
        va="top",
        fontsize=style.SMALL,
        color=Colour.QUIET.value,
    )

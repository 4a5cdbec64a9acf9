"""Marks in a panel: lines, points, bands, reference lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from labreport.charts.layout import note
from labreport.charts.styles import SERIES, Colour, SeriesStyle

Numbers = Sequence[float]
REFERENCE: dict[str, Any] = {
    "color": Colour.QUIET,
    "linestyle": (0.0, (2.0, 2.0)),
    "linewidth": 0.8,
    "zorder": 1.5,
    "label": "_",
}
"""The style of a reference line, with which values are compared."""


@dataclass(frozen=True)
class Mark:
    """The name of a series as readers see it, and its style."""

    label: str
    style: SeriesStyle = SERIES[0]

    @property
    def colour(self) -> Colour:
        """The colour of the series."""
        return self.style.colour


def curve(axes: Axes, x: Numbers, y: Numbers, mark: Mark, *, markers: bool = False) -> Line2D:
    """Draw the line of a series; with `markers`, a marker at each point."""
    style = mark.style
    line: Line2D = axes.plot(x, y, color=style.colour, label=mark.label, zorder=3)[0]
    if style.dash:
        line.set_linestyle((0.0, style.dash))
    if markers:
        line.set_marker(style.marker)
    return line


def seed_lines(axes: Axes, x: Numbers, curves: Sequence[Numbers], mark: Mark) -> None:
    """Draw a faint line for each run, behind the line of the series; none if there is a single run."""
    if len(curves) < 2:
        return
    for y in curves:
        axes.plot(x, y, color=mark.colour, label="_", linewidth=0.6, alpha=0.35, zorder=2)


def points(axes: Axes, x: Numbers, y: Numbers, mark: Mark, *, size: float = 4.0) -> Line2D:
    """Draw the markers of a series without a line; `size` is in points."""
    line: Line2D = axes.plot(x, y, color=mark.colour, label=mark.label, markersize=size, zorder=3)[0]
    line.set(linestyle="none", marker=mark.style.marker)
    line.set(clip_on=False, in_layout=False)  # markers at the limits are drawn whole
    return line


def band(axes: Axes, x: Numbers, low: Numbers, high: Numbers, mark: Mark) -> None:
    """Draw a pale band from `low` to `high`, behind the curve."""
    axes.fill_between(x, low, high, color=mark.colour, **BAND)


BAND: dict[str, Any] = {"alpha": 0.16, "linewidth": 0.0, "zorder": 1.8}
"""The style of a band, except for its colour."""


def reference_line(axes: Axes, value: float, text: str) -> None:
    """Draw a thin horizontal line, with its name at the right end, on the side that has more room.

    The limits of the axes must be set before.
    """
    axes.axhline(value, **REFERENCE)
    low, high = axes.get_ylim()
    has_room_above = value - low < high - value
    side, lift = ("bottom", 2.0) if has_room_above else ("top", -2.0)
    along = axes.get_yaxis_transform()
    note(axes, text, (1.0, value), (0.0, lift), xycoords=along, ha="right", va=side)

"""What is drawn in a panel: lines, points, bands, reference lines."""

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
"""How a quiet line is drawn with which values are compared."""


@dataclass(frozen=True)
class Mark:
    """One series: its name as the reader sees it, and how it is drawn."""

    label: str
    style: SeriesStyle = SERIES[0]

    @property
    def colour(self) -> Colour:
        """The colour of its lines and markers."""
        return self.style.colour


def curve(axes: Axes, x: Numbers, y: Numbers, mark: Mark, *, markers: bool = False) -> Line2D:
    """Draw the line of a series, with a marker at each point where there are few of them."""
    style = mark.style
    line: Line2D = axes.plot(x, y, color=style.colour, label=mark.label, zorder=3)[0]
    if style.dash:
        line.set_linestyle((0.0, style.dash))
    if markers:
        line.set_marker(style.marker)
    return line


def seed_lines(axes: Axes, x: Numbers, curves: Sequence[Numbers], mark: Mark) -> None:
    """Draw one faint line for each run behind the series; none for a single run, which is the series."""
    if len(curves) < 2:
        return
    for y in curves:
        axes.plot(x, y, color=mark.colour, label="_", linewidth=0.6, alpha=0.35, zorder=2)


def points(axes: Axes, x: Numbers, y: Numbers, mark: Mark, *, size: float = 4.0) -> Line2D:
    """Draw markers without a line; `size` in points."""
    line: Line2D = axes.plot(x, y, color=mark.colour, label=mark.label, markersize=size, zorder=3)[0]
    line.set(linestyle="none", marker=mark.style.marker)
    line.set(clip_on=False, in_layout=False)  # half of a marker may stand beyond the limits
    return line


def band(axes: Axes, x: Numbers, low: Numbers, high: Numbers, mark: Mark) -> None:
    """Draw a pale band from `low` to `high` behind a curve."""
    axes.fill_between(x, low, high, color=mark.colour, **BAND)


BAND: dict[str, Any] = {"alpha": 0.16, "linewidth": 0.0, "zorder": 1.8}
"""How a band is drawn, but for its colour."""


def reference_line(axes: Axes, value: float, text: str) -> None:
    """Draw a quiet level line, its name at the right end where there is more room. Set the limits first."""
    axes.axhline(value, **REFERENCE)
    low, high = axes.get_ylim()
    has_room_above = value - low < high - value
    side, lift = ("bottom", 2.0) if has_room_above else ("top", -2.0)
    along = axes.get_yaxis_transform()
    note(axes, text, (1.0, value), (0.0, lift), xycoords=along, ha="right", va=side)

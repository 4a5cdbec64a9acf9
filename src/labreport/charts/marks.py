"""What is drawn in a panel: lines, points, bars, bands, reference lines, pictures."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from labreport.charts.layout import note
from labreport.charts.styles import SERIES, Colour, SeriesStyle

Numbers = Sequence[float]
_POINT: Any = {
    "linestyle": "none",
    "markeredgecolor": Colour.PAPER.value,
    "markeredgewidth": 0.5,
    "clip_on": False,
}


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
    look = _look(mark)
    look["linestyle"] = (0.0, mark.style.dash) if mark.style.dash else "-"
    if markers:
        look["marker"] = mark.style.marker
    return axes.plot(x, y, zorder=3, **look)[0]


def _look(mark: Mark) -> dict[str, Any]:
    """Name and colour of a series, as matplotlib takes them."""
    return {"label": mark.label, "color": mark.colour.value}


def seed_lines(axes: Axes, x: Numbers, curves: Sequence[Numbers], mark: Mark) -> None:
    """Draw one faint line for each run behind the series; none for a single run, which is the series."""
    if len(curves) < 2:
        return
    look: Any = {"label": "_", "color": mark.colour.value, "linewidth": 0.6, "alpha": 0.35}
    for y in curves:
        axes.plot(x, y, zorder=2, **look)


def points(axes: Axes, x: Numbers, y: Numbers, mark: Mark, *, size: float = 4.0) -> Line2D:
    """Draw markers without a line; `size` in points."""
    look = _look(mark) | _POINT
    return axes.plot(x, y, marker=mark.style.marker, markersize=size, zorder=3, **look)[0]


def spread(values: Numbers, apart: float, *, step: float = 0.16, room: float = 0.4) -> list[float]:
    """Find how far to set each dot beside its row, so that all can be counted.

    Dots whose `values` differ by less than `apart` get lanes, to both sides in turn, `step` from one to the
    next, or less where they would reach further than `room`. Lonely dots stay on their row: 0.
    """
    lanes = [0] * len(values)
    last_in_lane: list[float] = []
    for index in sorted(range(len(values)), key=lambda index: values[index]):
        free = [lane for lane, last in enumerate(last_in_lane) if values[index] - last >= apart]
        if not free:
            free = [len(last_in_lane)]
            last_in_lane.append(values[index])
        lanes[index] = free[0]
        last_in_lane[free[0]] = values[index]
    farthest = math.ceil((len(last_in_lane) - 1) / 2)
    step = min(step, room / max(1, farthest))
    return [step * _side_of(lane) for lane in lanes]


def _side_of(lane: int) -> int:
    """Lanes in turn above and below the row: 0, 1, -1, 2, -2."""
    distance = math.ceil(lane / 2)
    return distance if lane % 2 else -distance


def band(axes: Axes, x: Numbers, low: Numbers, high: Numbers, mark: Mark, *, level: bool = False) -> None:
    """Draw a pale band from `low` to `high` behind a curve; a `level` one along y."""
    fill: Any = axes.fill_betweenx if level else axes.fill_between
    look = {"color": mark.colour.value, "alpha": 0.16, "linewidth": 0.0}
    fill(x, low, high, zorder=1.8, **look)


_REFERENCE: Any = {"color": Colour.QUIET.value, "linestyle": (0.0, (2.0, 2.0)), "linewidth": 0.8}


def reference_line(axes: Axes, value: float, text: str) -> None:
    """Draw a quiet level line, its name at the right end where there is more room. Set the limits first."""
    axes.axhline(value, label="_", zorder=1.5, **_REFERENCE)
    low, high = axes.get_ylim()
    has_room_above = value - low < high - value
    side, lift = ("bottom", 2.0) if has_room_above else ("top", -2.0)
    along = axes.get_yaxis_transform()
    note(axes, text, (1.0, value), (0.0, lift), xycoords=along, ha="right", va=side)


def upright_reference_line(axes: Axes, value: float) -> None:
    """Draw a quiet upright line, such as that of no difference."""
    axes.axvline(value, label="_", zorder=1.5, **_REFERENCE)

"""What is drawn in a panel: lines, points, bars, bands, reference lines, pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from labreport.charts.labels import LINE_HEIGHT, text_width
from labreport.charts.layout import note, settle_limits
from labreport.charts.styles import SERIES, Colour, SeriesStyle

Numbers = Sequence[float]
_POINT: Any = {
    "linestyle": "none",
    "markeredgecolor": Colour.PAPER.value,
    "markeredgewidth": 0.5,
    "clip_on": False,
}
_GAP = 3.0
"""Between a bar's text and its end, in points."""


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

    Dots whose `values` differ by less than `apart` get lanes, `step` from one to the next, or less where they
    would reach further than `room` to either side. Lonely dots stay where they are: 0.
    """
    lanes = [0] * len(values)
    last_in_lane: list[float] = []
    clusters = [last_in_lane] * len(values)  # of each dot, the lanes of those among which it stands
    for index in sorted(range(len(values)), key=lambda index: values[index]):
        value = values[index]
        free = [lane for lane, last in enumerate(last_in_lane) if value - last >= apart]
        if len(free) == len(last_in_lane):  # far from all dots before: a cluster begins
            last_in_lane = []
            free = []
        lane = free[0] if free else len(last_in_lane)
        if lane == len(last_in_lane):
            last_in_lane.append(value)
        else:
            last_in_lane[lane] = value
        lanes[index] = lane
        clusters[index] = last_in_lane
    gaps = max(1, max(lanes, default=0))
    step = min(step, 2 * room / gaps)
    offsets = []
    for lane, cluster in zip(lanes, clusters, strict=True):
        middle = (len(cluster) - 1) / 2
        offsets.append(step * (lane - middle))
    return offsets


def bars(
    axes: Axes,
    x: Numbers,
    heights: Numbers,
    mark: Mark,
    *,
    width: float = 0.72,
    level: bool = False,
    intervals: Sequence[tuple[float, float]] | None = None,
    texts: Sequence[str] = (),
) -> None:
    """Draw upright bars from zero, or `level` ones, each with its interval and its text.

    A text is within its bar, at the end, clear of the interval; where it does not fit, beyond both. Set the
    limits of `axes` first.
    """
    draw = axes.barh if level else axes.bar
    draw(x, heights, width, color=mark.colour.value, label=mark.label)
    if intervals:
        lows, highs = zip(*intervals, strict=True)
        draw_lines = axes.hlines if level else axes.vlines
        draw_lines(x, lows, highs, colors=Colour.INK.value, linewidth=0.9, zorder=2.5)
    settle_limits(axes)
    for index, (place, text) in enumerate(zip(x, texts, strict=False)):
        ends = [heights[index]]
        if intervals:
            ends.extend(intervals[index])
        _bar_text(axes, place, text, ends, width, level=level)


_TEXT_ON_BAR: Any = {"color": Colour.PAPER.value, "fontweight": 600}
_TEXT_BESIDE_BAR: Any = {"color": Colour.INK.value, "fontweight": 400}


def _bar_text(
    axes: Axes, place: float, text: str, ends: Sequence[float], width: float, *, level: bool
) -> None:
    """Set the text of a bar that reaches from zero to the first of `ends`; the others are its interval's."""
    sign = -1.0 if ends[0] < 0 else 1.0
    distances = [sign * end for end in ends]
    near = sign * max(0.0, min(distances))
    far = sign * max(0.0, max(distances))
    inside = _fits_in_bar(axes, text, place, near, width, level=level)
    along = near if inside else far
    offset = -_GAP * sign if inside else _GAP * sign
    ends_there = inside == (sign > 0)  # the text ends at the point, and does not begin there
    if level:
        at, shift = (along, place), (offset, 0.0)
        alignment = {"va": "center", "ha": "right" if ends_there else "left"}
    else:
        at, shift = (place, along), (0.0, offset)
        alignment = {"va": "top" if ends_there else "bottom", "ha": "center"}
    look = _TEXT_ON_BAR if inside else _TEXT_BESIDE_BAR
    note(axes, text, at, shift, **look, **alignment)


def _fits_in_bar(axes: Axes, text: str, place: float, end: float, width: float, *, level: bool) -> bool:
    near, far = (0.0, place - width / 2), (end, place + width / 2)
    if not level:
        near, far = near[::-1], far[::-1]
    size = axes.transData.transform(far) - axes.transData.transform(near)
    across, up = np.abs(size)
    return bool(across > text_width(text) and up > LINE_HEIGHT)


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


def picture(axes: Axes, image: Any, left: float, top: float, size: float) -> None:
    """Show a small square grey image, bytes, pixel by pixel, on a `canvas`; `left`, `top`, `size` in mm."""
    extent = (left, left + size, top + size, top)
    axes.imshow(image, cmap="gray", vmin=0, vmax=255, extent=extent, aspect="auto", interpolation="none")


def caption(axes: Axes, text: str, middle: float, top: float) -> None:
    """Set small centred lines of text on a `canvas`, below `top` and about `middle`, both in mm."""
    look: Any = {"ha": "center", "va": "top", "linespacing": 1.1, "color": Colour.INK.value}
    note(axes, text, (middle, top), (0.0, 0.0), **look)

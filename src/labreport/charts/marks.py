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
    dash: Any = (0.0, mark.style.dash) if mark.style.dash else "-"
    marker = mark.style.marker if markers else None
    lines = axes.plot(
        x, y, label=mark.label, color=mark.colour.value, marker=marker, linestyle=dash, zorder=3
    )
    return lines[0]


def seed_lines(axes: Axes, x: Numbers, curves: Sequence[Numbers], mark: Mark) -> None:
    """Draw one faint line for each run behind the series; none for a single run, which is the series."""
    if len(curves) < 2:
        return
    for y in curves:
        axes.plot(x, y, label="_", color=mark.colour.value, linewidth=0.6, alpha=0.35, zorder=2)


def points(axes: Axes, x: Numbers, y: Numbers, mark: Mark, *, size: float = 4.0) -> Line2D:
    """Draw markers without a line; `size` in points."""
    edge: Any = {"markeredgecolor": Colour.PAPER.value, "markeredgewidth": 0.5}
    marker: Any = {"linestyle": "none", "marker": mark.style.marker, "markersize": size}
    lines = axes.plot(
        x, y, label=mark.label, color=mark.colour.value, clip_on=False, zorder=3, **marker, **edge
    )
    return lines[0]


def spread(values: Numbers, apart: float, *, step: float = 0.16, room: float = 0.4) -> list[float]:
    """Find how far to set each dot beside its row, so that all can be counted.

    Dots whose `values` differ by less than `apart` get lanes, `step` from one to the next, or less where they
    would reach further than `room` to either side. Lonely dots stay where they are: 0.
    """
    lanes = [0] * len(values)
    last_in_lane: list[float] = []
    clusters = [last_in_lane] * len(values)  # of each dot, the lanes of those among which it stands
    for index in sorted(range(len(values)), key=lambda index: values[index]):
        free = [lane for lane, last in enumerate(last_in_lane) if values[index] - last >= apart]
        if len(free) == len(last_in_lane):  # far from all dots before: a cluster begins
            last_in_lane = []
            free = []
        lane = free[0] if free else len(last_in_lane)
        if lane == len(last_in_lane):
            last_in_lane.append(values[index])
        else:
            last_in_lane[lane] = values[index]
        lanes[index] = lane
        clusters[index] = last_in_lane
    step = min(step, 2 * room / max([1, *lanes]))
    offsets = []
    for lane, cluster in zip(lanes, clusters, strict=True):
        offsets.append(step * (lane - (len(cluster) - 1) / 2))
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


def _bar_text(
    axes: Axes, place: float, text: str, ends: Sequence[float], width: float, *, level: bool
) -> None:
    """Set the text of a bar that reaches from zero to the first of `ends`; the others are its interval's."""
    sign = -1.0 if ends[0] < 0 else 1.0
    near = sign * max(0.0, min(sign * end for end in ends))
    far = sign * max(0.0, max(sign * end for end in ends))
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
    colour = Colour.PAPER if inside else Colour.INK
    note(axes, text, at, shift, color=colour.value, fontweight=600 if inside else 400, **alignment)


def _fits_in_bar(axes: Axes, text: str, place: float, end: float, width: float, *, level: bool) -> bool:
    corners = np.array([(0.0, place - width / 2), (end, place + width / 2)])
    if not level:
        corners = corners[:, ::-1]
    first, second = axes.transData.transform(corners)
    across, up = np.abs(second - first)
    return bool(across > text_width(text) and up > LINE_HEIGHT)


def band(axes: Axes, x: Numbers, low: Numbers, high: Numbers, mark: Mark, *, level: bool = False) -> None:
    """Draw a pale band from `low` to `high` behind a curve; a `level` one along y."""
    fill: Any = axes.fill_betweenx if level else axes.fill_between
    fill(x, low, high, color=mark.colour.value, alpha=0.16, linewidth=0.0, zorder=1.8)


_REFERENCE: Any = {"color": Colour.QUIET.value, "linestyle": (0.0, (2.0, 2.0)), "linewidth": 0.8}


def reference_line(axes: Axes, value: float, text: str) -> None:
    """Draw a quiet level line, its name at the right end where there is more room. Set the limits first."""
    axes.axhline(value, label="_", zorder=1.5, **_REFERENCE)
    low, high = axes.get_ylim()
    is_low = value - low < high - value
    alignment: Any = {"ha": "right", "va": "bottom" if is_low else "top"}
    offset = (0.0, 2.0 if is_low else -2.0)
    note(axes, text, (1.0, value), offset, xycoords=axes.get_yaxis_transform(), **alignment)


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

"""What is drawn in a panel, what it is read against, and labels that stand where they are needed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from statistics import fmean
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.text import Annotation

from labreport.charts.layout import note, number
from labreport.charts.styles import HAIRLINE, SEMIBOLD, SERIES, SIZE, TITLE_GAP, Colour, SeriesStyle
from labreport.errors import UsageError

Numbers = Sequence[float]


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
    (line,) = axes.plot(
        x, y, label=mark.label, color=mark.colour.value, linestyle=dash, marker=marker, zorder=3
    )
    return line


def seed_lines(axes: Axes, x: Numbers, curves: Sequence[Numbers], mark: Mark, *, alone: bool = False) -> None:
    """Draw one faint line for each run behind the series; none for a single one unless `alone`."""
    if len(curves) > 1 or alone:
        for y in curves:
            axes.plot(x, y, label="_", color=mark.colour.value, linewidth=0.6, alpha=0.35, zorder=2)


def points(
    axes: Axes, x: Numbers, y: Numbers, mark: Mark, *, hollow: bool = False, size: float = 4.0
) -> Line2D:
    """Draw markers without a line; `size` in points."""
    (line,) = axes.plot(
        x,
        y,
        label=mark.label,
        linestyle="none",
        marker=mark.style.marker,
        markersize=size,
        markerfacecolor=Colour.PAPER.value if hollow else mark.colour.value,
        markeredgecolor=mark.colour.value if hollow else Colour.PAPER.value,
        markeredgewidth=0.9 if hollow else 0.5,
        clip_on=False,
        zorder=3,
    )
    return line


def spread(values: Numbers, apart: float, *, step: float = 0.16, room: float = 0.4) -> list[float]:
    """Find how far to set each dot beside its row, so that all can be counted.

    Dots whose `values` differ by less than `apart` get lanes of their own, `step` from one to the next, or
    less where they would reach further than `room` to either side. Lonely dots stay where they are.
    """
    lanes = [0] * len(values)
    together: list[list[int]] = []
    ends: list[float] = []
    for index in sorted(range(len(values)), key=lambda index: values[index]):
        if not any(values[index] - end < apart for end in ends):
            together.append([])
            ends = []
        free = (lane for lane, end in enumerate(ends) if values[index] - end >= apart)
        lanes[index] = next(free, len(ends))
        ends[lanes[index] : lanes[index] + 1] = [values[index]]
        together[-1].append(index)
    offsets = [0.0] * len(values)
    widest = max((max(lanes[index] for index in group) for group in together), default=0)
    step = min(step, 2 * room / widest) if widest else step
    for group in together:
        middle = max(lanes[index] for index in group) / 2
        for index in group:
            offsets[index] = step * (lanes[index] - middle)
    return offsets


def bars(
    axes: Axes,
    x: Numbers,
    heights: Numbers,
    mark: Mark,
    *,
    base: float = 0.0,
    width: float = 0.72,
    level: bool = False,
    intervals: Sequence[tuple[float, float]] | None = None,
    texts: Sequence[str] | None = None,
) -> None:
    """Draw upright bars from `base`, or `level` ones, each with its text and its interval.

    A text is within its bar, at the end, clear of the interval; where the bar is too short for that, beyond
    it. Set the limits of `axes` first.
    """
    draw: Any = axes.barh if level else axes.bar
    start: Any = {"left": base, "height": width} if level else {"bottom": base, "width": width}
    draw(x, [height - base for height in heights], color=mark.colour.value, label=mark.label, **start)
    ends = intervals or [(height, height) for height in heights]
    if intervals is not None:
        ink = Mark("interval", SeriesStyle(Colour.INK, (), ""))
        interval_bars(axes, x, [low for low, _ in ends], [high for _, high in ends], ink, level=level)
    axes.get_xlim(), axes.get_ylim()  # limits that matplotlib still has to work out
    for place, height, (low, high), text in zip(x, heights, ends, texts or (), strict=True):
        long = _width(text) if level else SIZE * LINE_SPACING
        corners = [(at, place) if level else (place, at) for at in (base, min(low, height))]
        room = [axes.transData.transform(corner)[0 if level else 1] for corner in corners]
        inside = room[1] - room[0] > long
        at = (min(low, height) if inside else max(high, height), place)
        side = -3.0 if inside else 3.0
        note(
            axes,
            text,
            at if level else at[::-1],
            (side, 0.0) if level else (0.0, side),
            ha=("right" if inside else "left") if level else "center",
            va="center_baseline" if level else "top" if inside else "bottom",
            colour=Colour.PAPER if inside else Colour.INK,
        )


def interval_bars(
    axes: Axes, x: Numbers, low: Numbers, high: Numbers, mark: Mark, *, level: bool = False
) -> None:
    """Draw a thin upright bar from `low` to `high` at each `x`; a `level` one at each `y`."""
    draw = axes.hlines if level else axes.vlines
    draw(x, low, high, colors=mark.colour.value, linewidth=0.9, zorder=2.5)


def band(axes: Axes, x: Numbers, low: Numbers, high: Numbers, mark: Mark) -> None:
    """Draw a pale band from `low` to `high` behind a curve."""
    axes.fill_between(x, low, high, color=mark.colour.value, alpha=0.16, linewidth=0.0, zorder=1.8)


def stems(axes: Axes, start: float, ends: Numbers) -> None:
    """Draw a quiet level line to each of `ends`, one a row, that leads the eye from its name to its mark."""
    axes.grid(False)
    axes.hlines(range(len(ends)), start, ends, colors=Colour.GRID.value, linewidth=0.8, zorder=1)


REFERENCE: Any = {
    "color": Colour.QUIET.value,
    "linewidth": 0.8,
    "linestyle": (0.0, (2.0, 2.0)),
    "label": "_",
    "zorder": 1.5,
}
"""How a line is drawn that series are read against."""


def reference_line(axes: Axes, value: float, text: str, *, vertical: bool = False) -> None:
    """Draw a quiet line at `value` to read the series against.

    Its name is at the right end of a level line, on the side where the panel has more room, and
    above an upright one. Set the limits of `axes` first.
    """
    (axes.axvline if vertical else axes.axhline)(value, **REFERENCE)
    low, high = axes.get_ylim()
    above = vertical or value - low < high - value
    note(
        axes,
        text,
        (value, 1.0) if vertical else (1.0, value),
        (0.0, 2.0 if above else -2.0),
        xycoords=axes.get_xaxis_transform() if vertical else axes.get_yaxis_transform(),
        ha="center" if vertical else "right",
        va="bottom" if above else "top",
    )


def reference_slope(axes: Axes, start: tuple[float, float], end: tuple[float, float], text: str) -> None:
    """Draw a quiet straight line, its name below its middle, on the side away from the line."""
    axes.plot([start[0], end[0]], [start[1], end[1]], **REFERENCE)
    logarithmic = axes.get_yscale() == "log"
    middle = math.sqrt(start[1] * end[1]) if logarithmic else (start[1] + end[1]) / 2
    rises = (end[1] - start[1]) * (end[0] - start[0]) > 0
    at, offset = ((start[0] + end[0]) / 2, middle), (6.0 if rises else -6.0, -4.0)
    note(axes, text, at, offset, ha="left" if rises else "right", va="top")


def note_truncated(axes: Axes, unit: str = "") -> Annotation | None:
    """Say above the panel, on the right, where a linear y axis starts, unless it starts at zero."""
    low = axes.get_ylim()[0]
    if axes.get_yscale() != "linear" or low <= 0:
        return None
    at: Any = {"xycoords": "axes fraction", "ha": "right", "fontstyle": "italic"}
    return note(axes, f"axis starts at {number(low)}{unit}", (1.0, 1.0), (0.0, TITLE_GAP), **at)


LINE_SPACING = 1.3
"""Distance of two labels' baselines, in type sizes."""
LEADER_FROM = 3.0
"""When a label is moved further than this, in points, leaders lead from the points to the labels."""
LEADER = 5.0
"""Width of a leader, in points."""


@dataclass(frozen=True)
class Label:
    """Text for the point (`x`, `y`) in data coordinates, in the text shade of `colour`."""

    text: str
    x: float
    y: float
    colour: Colour = Colour.INK


def label_line_ends(axes: Axes, lines: Sequence[Line2D] | None = None) -> list[Annotation]:
    """Name each line at its right end, by default all that have a label. Set the limits of `axes` first.

    Raises `UsageError` above five lines: then small multiples are wanted.
    """
    shown = [line for line in axes.lines if str(line.get_label())[:1] != "_"] if lines is None else lines
    if len(shown) > len(SERIES):
        text = f"label_line_ends: {len(shown)} lines; allowed are up to {len(SERIES)}; use small multiples"
        raise UsageError(text)
    labels = []
    for line in shown:
        ends = [(float(x), float(y)) for x, y in np.asarray(line.get_xydata()) if np.isfinite([x, y]).all()]
        if ends:
            colour = str(line.get_color())
            shade = Colour(colour) if colour in list(Colour) else Colour.INK
            labels.append(Label(str(line.get_label()), *ends[-1], shade))
    return direct_labels(axes, labels)


def direct_labels(axes: Axes, labels: Sequence[Label], *, gap: float = 5.0) -> list[Annotation]:
    """Set each label to the right of its point, moved up or down only as far as clearness needs."""
    axes.get_xlim(), axes.get_ylim()  # limits that matplotlib still has to work out
    places = [axes.transData.transform((label.x, label.y)) for label in labels]
    heights = [(label.text.count("\n") + 1) * SIZE * LINE_SPACING for label in labels]
    notes: dict[int, Annotation] = {}
    for group in _side_by_side([float(x) for x, _ in places], [_width(label.text) for label in labels]):
        wanted = [float(places[index][1]) for index in group]
        centres = dodge(wanted, [heights[index] for index in group], axes.bbox.y0, axes.bbox.y1)
        moves = [centre - want for centre, want in zip(centres, wanted, strict=True)]
        leaders = any(abs(move) > LEADER_FROM for move in moves)  # all or none, so that labels are in line
        for index, move in zip(group, moves, strict=True):
            notes[index] = _label(axes, labels[index], move, gap, leaders)
    return [notes[index] for index in range(len(labels))]


def _width(text: str) -> float:
    """About how wide `text` is set, in points; letters of the house's face are half as wide as high."""
    return 0.56 * max(map(len, text.split("\n"))) * SIZE + 2 * LEADER


def _side_by_side(starts: Numbers, widths: Numbers) -> list[list[int]]:
    """Indices of boxes, grouped so that no two of different groups meet, whatever their heights."""
    groups: list[list[int]] = []
    reach = -math.inf
    for index in sorted(range(len(starts)), key=lambda index: starts[index]):
        if starts[index] > reach:
            groups.append([])
        groups[-1].append(index)
        reach = max(reach, starts[index] + widths[index])
    return groups


def _label(axes: Axes, label: Label, moved: float, gap: float, leader: bool) -> Annotation:
    arrow = {
        "arrowstyle": "-",
        "color": Colour.RULE.value,
        "linewidth": HAIRLINE,
        "shrinkA": 0.5,
        "shrinkB": 2.0,
        "relpos": (0.0, 0.5),
    }
    return note(
        axes,
        label.text,
        (label.x, label.y),
        (gap + (LEADER if leader else 0.0), moved),
        va="center",
        colour=label.colour.text,
        fontweight=SEMIBOLD,
        arrowprops=arrow if leader else None,
    )


def milestones(axes: Axes, labels: Sequence[Label], *, above: bool = False) -> None:
    """Mark points along a curve with a ring, and say above or below each what it is."""
    for label in labels:
        points(axes, [label.x], [label.y], Mark("_", SeriesStyle(label.colour, (), "o")), hollow=True)
        # above and to the left, or below and to the right: clear of a curve that rises
        offset, sides = ((3.0, 4.0), ("right", "bottom")) if above else ((-2.0, -4.0), ("left", "top"))
        at, (ha, va) = (label.x, label.y), sides
        note(axes, label.text, at, offset, ha=ha, va=va, colour=label.colour.text)


def dodge(wanted: Numbers, heights: Numbers, bottom: float, top: float) -> list[float]:
    """Find centres near `wanted` such that boxes of `heights` do not overlap; order is kept.

    The sum of squared moves is least (isotonic regression: the greatest least mean of what neighbours want).
    They are kept between `bottom` and `top` as far as they fit; half a line may stand out, because a label
    that is level with the end of an axis belongs there.
    """
    order = sorted(range(len(wanted)), key=lambda index: wanted[index])
    below = [0.0, *accumulate(heights[index] for index in order)]
    starts = [wanted[i] - heights[i] / 2 - below[place] for place, i in enumerate(order)]
    slack, centres = max(heights, default=0.0) / 2, list(wanted)
    for place, index in enumerate(order):
        ends, begins = range(place + 1, len(order) + 1), range(place + 1)
        start = max(min(fmean(starts[begin:end]) for end in ends) for begin in begins)
        start = max(bottom - slack, min(start, top + slack - below[-1]))
        centres[index] = start + below[place] + heights[index] / 2
    return centres

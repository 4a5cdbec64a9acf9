"""What is drawn in a panel, what it is read against, and labels that stand where they are needed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.text import Annotation

from labreport.charts.layout import note
from labreport.charts.styles import SERIES, SIZE, Colour, SeriesStyle

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
    line: Any = {"linestyle": (0.0, mark.style.dash) if mark.style.dash else "-", "zorder": 3}
    marker = mark.style.marker if markers else None
    return axes.plot(x, y, label=mark.label, color=mark.colour.value, marker=marker, **line)[0]


def seed_lines(axes: Axes, x: Numbers, curves: Sequence[Numbers], mark: Mark) -> None:
    """Draw one faint line for each run behind the series; none for a single run, which is the series."""
    for y in curves if len(curves) > 1 else ():
        axes.plot(x, y, label="_", color=mark.colour.value, linewidth=0.6, alpha=0.35, zorder=2)


def points(axes: Axes, x: Numbers, y: Numbers, mark: Mark, *, size: float = 4.0) -> Line2D:
    """Draw markers without a line; `size` in points."""
    edge: Any = {"markeredgecolor": Colour.PAPER.value, "markeredgewidth": 0.5, "clip_on": False, "zorder": 3}
    kind: Any = {"linestyle": "none", "marker": mark.style.marker, "markersize": size, **edge}
    return axes.plot(x, y, label=mark.label, color=mark.colour.value, **kind)[0]


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
    step = min(step, 2 * room / max(1, *lanes, 0))
    middles = {index: max(lanes[one] for one in group) / 2 for group in together for index in group}
    return [step * (lane - middles[index]) for index, lane in enumerate(lanes)]


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
    (axes.barh if level else axes.bar)(x, heights, width, color=mark.colour.value, label=mark.label)
    ends = intervals or [(height, height) for height in heights]
    if intervals is not None:
        low, high = zip(*ends, strict=True)
        line: Any = {"colors": Colour.INK.value, "linewidth": 0.9, "zorder": 2.5}
        (axes.hlines if level else axes.vlines)(x, low, high, **line)
    axes.get_xlim(), axes.get_ylim()  # limits that matplotlib still has to work out
    for place, height, interval, text in zip(x, heights, ends, texts, strict=False):
        near, far = min(*interval, height), max(*interval, height)
        corners = [(0.0, place - width / 2), (near, place + width / 2)]
        box = axes.transData.transform(corners if level else [corner[::-1] for corner in corners])
        room = np.abs(box[1] - box[0]) - (_width(text), SIZE * LINE_SPACING)
        inside = bool((room > 0).all())
        at, offset = ((near, place), (-3.0, 0.0)) if inside else ((far, place), (3.0, 0.0))
        note(
            axes,
            text,
            at if level else at[::-1],
            offset if level else offset[::-1],
            ha=("right" if inside else "left") if level else "center",
            va="center" if level else "top" if inside else "bottom",
            color=(Colour.PAPER if inside else Colour.INK).value,
            fontweight=600 if inside else 400,
        )


def band(axes: Axes, x: Numbers, low: Numbers, high: Numbers, mark: Mark, *, level: bool = False) -> None:
    """Draw a pale band from `low` to `high` behind a curve; a `level` one along y."""
    fill: Any = axes.fill_betweenx if level else axes.fill_between
    fill(x, low, high, color=mark.colour.value, alpha=0.16, linewidth=0.0, zorder=1.8)


def reference_line(axes: Axes, value: float, text: str) -> None:
    """Draw a quiet level line to read the series against.

    Its name is at the right end, on the side where the panel has more room. Set the limits of `axes` first.
    """
    dash: Any = {"linestyle": (0.0, (2.0, 2.0)), "linewidth": 0.8, "label": "_", "zorder": 1.5}
    axes.axhline(value, color=Colour.QUIET.value, **dash)
    low, high = axes.get_ylim()
    above = value - low < high - value
    place: Any = {"xycoords": axes.get_yaxis_transform(), "ha": "right", "va": "bottom" if above else "top"}
    note(axes, text, (1.0, value), (0.0, 2.0 if above else -2.0), **place)


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


def label_line_ends(axes: Axes) -> list[Annotation]:
    """Name each line that has a label at its right end. Set the limits of `axes` first."""
    labels = []
    for line in (line for line in axes.lines if str(line.get_label())[:1] != "_"):
        ends = [(float(x), float(y)) for x, y in np.asarray(line.get_xydata()) if np.isfinite([x, y]).all()]
        shade = next((colour for colour in Colour if colour == line.get_color()), Colour.INK)
        labels += [Label(str(line.get_label()), *end, shade) for end in ends[-1:]]
    return direct_labels(axes, labels)


def direct_labels(axes: Axes, labels: Sequence[Label]) -> list[Annotation]:
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
            notes[index] = _label(axes, labels[index], (5.0 + LEADER * leaders, move), leaders)
    return [notes[index] for index in range(len(labels))]


def _label(axes: Axes, label: Label, offset: tuple[float, float], leader: bool) -> Annotation:
    ends = {"shrinkA": 0.5, "shrinkB": 2.0, "relpos": (0.0, 0.5)}
    arrow = {"arrowstyle": "-", "color": Colour.RULE.value, "linewidth": 0.5, **ends} if leader else None
    kind: Any = {"va": "center", "color": label.colour.text.value, "fontweight": 600, "parse_math": False}
    return note(axes, label.text, (label.x, label.y), offset, arrowprops=arrow, **kind)


def _width(text: str) -> float:
    """About how wide `text` is set, in points; letters of the house's face are half as wide as high."""
    return 0.56 * max(map(len, text.split("\n"))) * SIZE + 2.0


def _side_by_side(starts: Numbers, widths: Numbers) -> list[list[int]]:
    """Indices of boxes, grouped so that no two of different groups meet, whatever their heights."""
    groups: list[list[int]] = []
    reach = -math.inf
    for index in sorted(range(len(starts)), key=lambda index: starts[index]):
        if starts[index] > reach:
            groups.append([])
        groups[-1].append(index)
        reach = max(reach, starts[index] + widths[index] + 2 * LEADER)
    return groups


def dodge(wanted: Numbers, heights: Numbers, bottom: float, top: float) -> list[float]:
    """Find centres near `wanted` such that boxes of `heights` do not overlap; order is kept.

    The sum of squared moves is least. They are kept between `bottom` and `top` as far as they fit; half a
    line may stand out, because a label that is level with the end of an axis belongs there.
    """
    from scipy.optimize import isotonic_regression

    order = np.argsort(wanted, kind="stable")
    tall = np.asarray(heights)[order]
    middles = np.cumsum(tall) - tall / 2
    slack = max(heights) / 2
    starts = isotonic_regression(np.asarray(wanted)[order] - middles).x
    starts = np.maximum(bottom - slack, np.minimum(starts, top + slack - sum(heights)))
    return [float(centre) for centre in (starts + middles)[np.argsort(order)]]

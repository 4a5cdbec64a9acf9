"""Names beside the points and line ends that they belong to, apart from each other and from curves."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from labreport.charts.layout import note, settle_limits
from labreport.charts.styles import SIZE, Colour

LINE_SPACING = 1.3
"""Distance of two labels' baselines, in type sizes."""
LINE_HEIGHT = SIZE * LINE_SPACING
LEADER = 5.0
"""Width of a leader, which leads from a point to its label, in points."""
GAP = 5.0
"""From a point to its label, in points."""
_VISIBLE_MOVE = 3.0
"""A label that is moved by more points than this gets a leader."""
_SEARCH_STEP = 2.0
"""By how many points a label is moved on while a place clear of curves is looked for."""
_LEADER_LINE = {"arrowstyle": "-", "color": Colour.RULE.value, "linewidth": 0.5}
_LEADER_LINE |= {"shrinkA": 0.5, "shrinkB": 2.0, "relpos": (0.0, 0.5)}
_LETTER_WIDTH = 0.56
"""Mean width of a letter of the house's face, in type sizes."""


@dataclass(frozen=True)
class Label:
    """Text for the point (`x`, `y`) in data coordinates, in the text shade of `colour`."""

    text: str
    x: float
    y: float
    colour: Colour = Colour.INK


@dataclass(frozen=True)
class Box:
    """A rectangle in points, from the lower left of the figure."""

    left: float
    bottom: float
    right: float
    top: float

    def overlaps(self, other: Box) -> bool:
        """Whether the two have a point in common."""
        if self.right < other.left or other.right < self.left:
            return False
        return self.top >= other.bottom and other.top >= self.bottom


def text_width(text: str) -> float:
    """About how wide a text is set, in points."""
    longest = max(len(line) for line in text.split("\n"))
    return _LETTER_WIDTH * longest * SIZE + 2.0


def text_height(text: str) -> float:
    """How high the lines of a text are, in points."""
    return (text.count("\n") + 1) * LINE_HEIGHT


def label_line_ends(axes: Axes) -> None:
    """Name each line that has a label at its right end. Set the limits of `axes` first.

    A label that another curve would cross, as beside a line that ends early, is moved up or down until it is
    clear of all curves.
    """
    settle_limits(axes)
    curves = list(_polylines(axes))
    clear, crossed = [], []
    for label in _line_end_labels(axes):
        if _crosses_any(_box_of(axes, label, 0.0), curves):
            crossed.append(label)
        else:
            clear.append(label)
    direct_labels(axes, clear)
    taken = [_box_of(axes, label, 0.0) for label in clear]
    for label in crossed:
        move = _clear_move(axes, label, curves, taken)
        taken.append(_box_of(axes, label, move))
        _set_label(axes, label, move, with_leader=abs(move) > _VISIBLE_MOVE)


def _line_end_labels(axes: Axes) -> Iterator[Label]:
    for line in axes.lines:
        name = str(line.get_label())
        points = np.asarray(line.get_xydata(), dtype=float)
        finite = points[np.isfinite(points).all(axis=1)]
        if name.startswith("_") or not len(finite):
            continue
        shades = [colour for colour in Colour if colour == line.get_color()]
        x, y = finite[-1].tolist()
        yield Label(name, x, y, shades[0] if shades else Colour.INK)


def _polylines(axes: Axes) -> Iterator[Any]:
    """The lines of a panel in points, each of shape (points, 2)."""
    for line in axes.lines:
        points = np.asarray(line.get_xydata(), dtype=float)
        if len(points) > 1:
            shown = line.get_transform().transform(points)
            yield shown[np.isfinite(shown).all(axis=1)]


def _box_of(axes: Axes, label: Label, move: float) -> Box:
    """Where a label stands that is moved up by so many points."""
    x, y = _place_of(axes, label)
    left = x + GAP
    if abs(move) > _VISIBLE_MOVE:
        left += LEADER
    bottom = y + move - text_height(label.text) / 2
    right = left + text_width(label.text)
    return Box(left, bottom, right, bottom + text_height(label.text))


def _place_of(axes: Axes, label: Label) -> tuple[float, float]:
    """The point of a label, in points from the lower left of the figure."""
    x, y = axes.transData.transform((label.x, label.y))
    return float(x), float(y)


def _crosses_any(box: Box, curves: Sequence[Any]) -> bool:
    return any(_crosses(box, curve) for curve in curves)


def _crosses(box: Box, curve: Any) -> bool:
    """Whether a curve, whose x values rise, runs through a box."""
    x, y = curve.T
    if not len(x) or (np.diff(x) <= 0).any():
        return False
    left = max(box.left, x[0])
    right = min(box.right, x[-1])
    if left > right:
        return False
    steps = 1 + math.ceil((right - left) / _SEARCH_STEP)
    heights = np.interp(np.linspace(left, right, steps + 1), x, y)
    before, after = heights[:-1], heights[1:]
    reaches_up = np.maximum(before, after) >= box.bottom
    reaches_down = np.minimum(before, after) <= box.top
    return bool((reaches_up & reaches_down).any())


def _clear_move(axes: Axes, label: Label, curves: Sequence[Any], taken: Sequence[Box]) -> float:
    """By how many points a label is moved up, or down, until nothing crosses it; 0 where nothing helps."""
    farthest = math.ceil(axes.bbox.height / _SEARCH_STEP)
    for step in range(farthest):
        for move in (step * _SEARCH_STEP, -step * _SEARCH_STEP):
            box = _box_of(axes, label, move)
            if box.bottom < axes.bbox.y0 or box.top > axes.bbox.y1 + LINE_HEIGHT:
                continue
            if not _crosses_any(box, curves) and not any(box.overlaps(other) for other in taken):
                return move
    return 0.0


def direct_labels(axes: Axes, labels: Iterable[Label]) -> None:
    """Set each label to the right of its point, moved up or down only as far as clearness needs."""
    settle_limits(axes)
    for group in _groups_side_by_side(axes, labels):
        heights = [text_height(label.text) for label, _ in group]
        wanted = [y for _, y in group]
        clear = dodge(wanted, heights, axes.bbox.y0, axes.bbox.y1)
        moves = clear - np.array(wanted)
        with_leaders = bool((abs(moves) > _VISIBLE_MOVE).any())  # all or none, so that labels are in line
        for (label, _), move in zip(group, moves.tolist(), strict=True):
            _set_label(axes, label, move, with_leader=with_leaders)


def _groups_side_by_side(axes: Axes, labels: Iterable[Label]) -> list[list[tuple[Label, float]]]:
    """Labels with the heights of their points, such that no two of different groups meet at any height."""
    places = []
    for label in labels:
        x, y = _place_of(axes, label)
        places.append((x, y, label))
    groups: list[list[tuple[Label, float]]] = []
    reach = -math.inf
    for x, y, label in sorted(places, key=lambda place: place[0]):
        if x > reach:
            groups.append([])
        groups[-1].append((label, y))
        right = x + text_width(label.text) + 2 * LEADER
        reach = max(reach, right)
    return groups


def _set_label(axes: Axes, label: Label, move: float, *, with_leader: bool) -> None:
    """Set a label beside its point, moved up by so many points."""
    offset = (GAP + LEADER if with_leader else GAP, move)
    look: dict[str, Any] = {"va": "center", "color": label.colour.text.value, "fontweight": 600}
    if with_leader:
        look["arrowprops"] = _LEADER_LINE
    note(axes, label.text, (label.x, label.y), offset, parse_math=False, **look)


def dodge(wanted: Sequence[float], heights: Sequence[float], bottom: float, top: float) -> Any:
    """Find centres near `wanted`, an array, such that boxes of `heights` do not overlap, in the same order.

    The sum of squared moves is least. They are between `bottom` and `top` as far as they fit; half a line may
    stand out, because a label that is level with the end of an axis belongs there.
    """
    from scipy.optimize import isotonic_regression

    order = np.argsort(wanted, kind="stable")
    sorted_heights = np.asarray(heights)[order]
    middles = np.cumsum(sorted_heights) - sorted_heights / 2
    slack = max(heights) / 2
    starts = isotonic_regression(np.asarray(wanted)[order] - middles).x
    highest = top + slack - sum(heights)
    starts = np.maximum(bottom - slack, np.minimum(starts, highest))
    return (starts + middles)[np.argsort(order)]

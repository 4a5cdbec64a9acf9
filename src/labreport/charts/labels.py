"""Names beside the points and line ends that they belong to, apart from each other and from curves."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.path import Path
from matplotlib.transforms import Bbox

from labreport.charts.layout import note, settle_limits
from labreport.charts.styles import SIZE, Colour

LINE_HEIGHT = 1.3 * SIZE
GAP = 5.0
"""From a point to its label, in points."""
LEADER = 5.0
"""Width of a leader, which leads from a point to a label that is moved, in points."""
_VISIBLE_MOVE = 3.0
"""A label that is moved by more points than this gets a leader."""
_STEP = 1.0
"""By how many points a label is moved on while a clear place is looked for."""
_LETTER_WIDTH = 0.56
"""Mean width of a letter of the house's face, in type sizes."""
_LEADER_LINE = {"arrowstyle": "-", "color": Colour.RULE.value, "linewidth": 0.5}
_LEADER_LINE |= {"shrinkA": 0.5, "shrinkB": 2.0, "relpos": (0.0, 0.5)}


@dataclass(frozen=True)
class Label:
    """Text for the point (`x`, `y`) in data coordinates, in the text shade of `colour`."""

    text: str
    x: float
    y: float
    colour: Colour = Colour.INK


def text_width(text: str) -> float:
    """About how wide a text is set, in points."""
    longest = max(len(line) for line in text.split("\n"))
    return _LETTER_WIDTH * longest * SIZE + 2.0


def label_line_ends(axes: Axes) -> None:
    """Name each line that has a label at its right end. Set the limits of `axes` first."""
    labels = []
    for line in axes.lines:
        name = str(line.get_label())
        points = np.asarray(line.get_xydata(), dtype=float)
        finite = points[np.isfinite(points).all(axis=1)]
        if not name.startswith("_") and len(finite):
            x, y = finite[-1].tolist()
            labels.append(Label(name, x, y, _house_colour(line.get_color())))
    direct_labels(axes, labels)


def _house_colour(colour: Any) -> Colour:
    """The colour of the house that is drawn; ink for any other."""
    return next((house for house in Colour if house == colour), Colour.INK)


def direct_labels(axes: Axes, labels: Iterable[Label]) -> None:
    """Set each label to the right of its point, moved up or down until it is clear of labels and curves.

    Those in the middle are set first, so that the others move away from them and keep their order. Where one
    finds no clear place so, all are stacked as near to their points as their heights allow.
    """
    settle_limits(axes)
    labels = list(labels)
    curves = _curves_of(axes)
    taken: dict[Label, Bbox] = {}
    moves: dict[Label, float] = {}
    for label in _from_the_middle(labels):
        move = _clear_move(axes, label, curves, taken)
        if move is None:
            moves = _stacked_moves(axes, labels)
            break
        moves[label] = move
        taken[label] = _box_of(axes, label, move)
    any_moved = any(abs(move) > _VISIBLE_MOVE for move in moves.values())
    for label, move in moves.items():
        look: dict[str, Any] = {"va": "center", "color": label.colour.text.value, "fontweight": 600}
        if abs(move) > _VISIBLE_MOVE:
            look["arrowprops"] = _LEADER_LINE
        offset = (GAP + LEADER if any_moved else GAP, move)
        note(axes, label.text, (label.x, label.y), offset, parse_math=False, **look)


def _curves_of(axes: Axes) -> list[Path]:
    """The lines of a panel, in points."""
    lines = [line for line in axes.lines if line.get_linestyle() != "None"]
    return [line.get_transform().transform_path(line.get_path()) for line in lines]


def _from_the_middle(labels: Iterable[Label]) -> list[Label]:
    """Labels by height, those in the middle first."""
    ordered = sorted(labels, key=lambda label: label.y)
    middle = (len(ordered) - 1) / 2
    return sorted(ordered, key=lambda label: abs(ordered.index(label) - middle))


def _box_of(axes: Axes, label: Label, move: float) -> Bbox:
    """Where a label stands that is moved up by so many points."""
    x, y = axes.transData.transform((label.x, label.y)).tolist()
    height = LINE_HEIGHT * (label.text.count("\n") + 1)
    width = LEADER + text_width(label.text)
    bottom = y + move - height / 2
    return Bbox.from_bounds(x + GAP, bottom, width, height)


def _stacked_moves(axes: Axes, labels: Iterable[Label]) -> dict[Label, float]:
    """By how many points each label is moved up, so that none overlap: the sum of squared moves is least."""
    from scipy.optimize import isotonic_regression

    ordered = sorted(labels, key=lambda label: label.y)
    points = np.array([axes.transData.transform((label.x, label.y))[1] for label in ordered])
    steps = LINE_HEIGHT * np.arange(len(ordered))
    starts = isotonic_regression(points - steps).x
    highest = axes.bbox.y1 + LINE_HEIGHT / 2 - steps[-1]
    lowest = axes.bbox.y0 - LINE_HEIGHT / 2
    places = np.maximum(lowest, np.minimum(starts, highest)) + steps
    return dict(zip(ordered, (places - points).tolist(), strict=True))


def _clear_move(
    axes: Axes, label: Label, curves: Sequence[Path], taken: Mapping[Label, Bbox]
) -> float | None:
    """By how many points a label is moved up, so that nothing crosses it; None where no place is clear."""
    lowest = axes.bbox.y0 - LINE_HEIGHT / 2
    highest = axes.bbox.y1 + LINE_HEIGHT
    for step in range(math.ceil(axes.bbox.height / _STEP)):
        for move in (step * _STEP, -step * _STEP):
            box = _box_of(axes, label, move)
            is_inside = lowest <= box.y0 and box.y1 <= highest
            if not is_inside or any(curve.intersects_bbox(box, filled=False) for curve in curves):
                continue
            if all(_stand_in_order(label, box, *other) for other in taken.items()):
                return move
    return None


def _stand_in_order(label: Label, box: Bbox, other: Label, other_box: Bbox) -> bool:
    """Whether two labels stand side by side, or above each other as their points do."""
    if box.x1 < other_box.x0 or other_box.x1 < box.x0:
        return True
    if label.y > other.y:
        return bool(box.y0 >= other_box.y1)
    return bool(box.y1 <= other_box.y0)

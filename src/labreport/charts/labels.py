"""Labels beside points and at the ends of lines, moved so that they do not overlap."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.text import Annotation

from labreport.charts.layout import note
from labreport.charts.styles import COLOURS, Colour

_GAP = 6.0
"""The distance from a point to its label, in points of type."""
_VISIBLE_MOVE = 3.0
"""A label that is moved by more than this many points gets a line to its point."""
_ROUNDS = 500
"""The maximal number of rounds in which overlapping labels are moved."""
_LABEL: dict[str, Any] = {"va": "center", "fontweight": 600, "parse_math": False}
_THIN: dict[str, Any] = {"color": Colour.RULE, "linewidth": 0.5}
_LEADER = {"arrowstyle": "-", "shrinkA": 0.0, "shrinkB": 2.0} | _THIN


@dataclass(frozen=True)
class TextLabel:
    """A text for the point (`x`, `y`) in data coordinates, in the text shade of `colour`."""

    text: str
    x: float
    y: float
    colour: Colour = Colour.INK


def label_line_ends(axes: Axes) -> None:
    """Write the label of each line beside its end; all labels are in one column at the right.

    A thin horizontal line leads from a line that ends earlier to this column. The limits of the axes must be
    set before.
    """
    labels = []
    for line in axes.lines:
        name = str(line.get_label())
        points = np.asarray(line.get_xydata(), dtype=float)
        finite = points[np.isfinite(points).all(axis=1)]
        if not name.startswith("_") and len(finite):
            x, y = finite[-1].tolist()
            colour = COLOURS.get(str(line.get_color()), Colour.INK)
            labels.append(TextLabel(name, x, y, colour))
    if not labels:
        return
    column = max(label.x for label in labels)
    in_column = []
    for label in labels:
        if label.x < column:
            axes.hlines(label.y, label.x, column, **_THIN)
        in_column.append(replace(label, x=column))
    direct_labels(axes, in_column)


def direct_labels(axes: Axes, labels: Iterable[TextLabel]) -> None:
    """Write each label to the right of its point, moved up or down so that none overlap.

    Labels one above the other keep the order of their points. A label that was moved far gets a line to its
    point.
    """
    axes.figure.get_figure(root=True).draw_without_rendering()  # makes limits and layout final
    notes = []
    for label in labels:
        look = _LABEL | {"color": label.colour.text}
        notes.append(note(axes, label.text, (label.x, label.y), (_GAP, 0.0), **look))
    for annotation, move in zip(notes, _moves_apart(axes, notes), strict=True):
        annotation.xyann = (_GAP, move)
        if abs(move) > _VISIBLE_MOVE:
            leader = note(axes, "", annotation.xy, (_GAP - 1.0, move), arrowprops=_LEADER)
            leader.set_in_layout(False)  # the line may leave the panel


def _moves_apart(axes: Axes, notes: Sequence[Annotation]) -> list[float]:
    """For each note, how many points it is moved up so that none overlap and all are within the panel.

    In each round, both of two overlapping notes are moved by half of the overlap.
    """
    boxes = [annotation.get_window_extent().extents for annotation in notes]
    left, starts, right, tops = np.reshape(boxes, (-1, 4)).T
    heights = tops - starts
    pairs = []
    for lower, upper in combinations(np.argsort(starts, kind="stable"), 2):
        if left[lower] < right[upper] and left[upper] < right[lower]:  # one is above the other
            pairs.append((lower, upper))
    bottoms = starts
    for _ in range(_ROUNDS):
        bottoms = np.clip(bottoms, axes.bbox.y0 - heights / 2, axes.bbox.y1 - heights / 2)
        for lower, upper in pairs:
            overlap = bottoms[lower] + heights[lower] - bottoms[upper]
            if overlap > 0:
                bottoms[lower] -= overlap / 2
                bottoms[upper] += overlap / 2
    return list(bottoms - starts)

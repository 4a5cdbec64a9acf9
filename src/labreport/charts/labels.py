"""Labels beside what they name, kept clear of each other, so that no legend is needed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.text import Annotation

from labreport.charts import style
from labreport.charts.marks import data_of, tag
from labreport.charts.palette import Colour, text_shade
from labreport.errors import UsageError

LINE_SPACING = 1.3
"""Distance of two labels' baselines, in type sizes."""
LEADER_FROM = 3.0
"""When a label is moved further than this, in points, leaders lead from the points to the labels."""
LEADER = 5.0
"""Width of a leader, in points."""
MOST_LABELS = 5


@dataclass(frozen=True)
class Label:
    """Text for the point (`x`, `y`) in data coordinates, in the text shade of `colour`."""

    text: str
    x: float
    y: float
    colour: Colour


def label_line_ends(axes: Axes, lines: Sequence[Line2D], *, size: float = style.LABEL) -> list[Annotation]:
    """Name each line at its right end. Set the limits of `axes` first.

    Raises `UsageError` above five lines: then small multiples are wanted.
    """
    if len(lines) > MOST_LABELS:
        raise UsageError(
            f"label_line_ends: {len(lines)} lines; allowed are up to {MOST_LABELS}; use small multiples"
        )
    labels = []
    for line in lines:
        ends = [(x, y) for x, y in data_of(line) if math.isfinite(x) and math.isfinite(y)]
        if ends:
            labels.append(Label(str(line.get_label()), *ends[-1], Colour(str(line.get_color()))))
    return direct_labels(axes, labels, size=size)


def direct_labels(
    axes: Axes, labels: Sequence[Label], *, size: float = style.LABEL, gap: float = 5.0
) -> list[Annotation]:
    """Set each label to the right of its point, moved up or down only as far as clearness needs."""
    axes.get_xlim(), axes.get_ylim()  # limits that matplotlib still has to work out
    places = [axes.transData.transform((label.x, label.y)) for label in labels]
    lines = [label.text.count("\n") + 1 for label in labels]
    notes: dict[int, Annotation] = {}
    for group in _side_by_side([float(x) for x, _ in places], [_width(label.text, size) for label in labels]):
        heights = dodge(
            [float(places[index][1]) for index in group],
            [lines[index] * size * LINE_SPACING for index in group],
            float(axes.bbox.y0),
            float(axes.bbox.y1),
        )
        moves = [height - float(places[index][1]) for index, height in zip(group, heights, strict=True)]
        leaders = any(abs(move) > LEADER_FROM for move in moves)  # all or none, so that labels are in line
        for index, move in zip(group, moves, strict=True):
            notes[index] = _label(axes, labels[index], move, size, gap, leaders)
    return [notes[index] for index in range(len(labels))]


def _width(text: str, size: float) -> float:
    """About how wide `text` is set, in points; letters of the house's face are half as wide as high."""
    return (0.56 * max(len(line) for line in text.split("\n"))) * size + 2 * LEADER


def _side_by_side(starts: Sequence[float], widths: Sequence[float]) -> list[list[int]]:
    """Indices of boxes, grouped so that no two of different groups meet, whatever their heights."""
    groups: list[list[int]] = []
    reach = -math.inf
    for index in sorted(range(len(starts)), key=lambda index: starts[index]):
        if starts[index] > reach:
            groups.append([])
        groups[-1].append(index)
        reach = max(reach, starts[index] + widths[index])
    return groups


def _label(axes: Axes, label: Label, moved: float, size: float, gap: float, leader: bool) -> Annotation:
    note = axes.annotate(
        label.text,
        xy=(label.x, label.y),
        xytext=(gap + (LEADER if leader else 0.0), moved),
        textcoords="offset points",
        ha="left",
        va="center",
        fontsize=size,
        fontweight=style.SEMIBOLD,
        color=text_shade(label.colour).value,
        annotation_clip=False,
        arrowprops={
            "arrowstyle": "-",
            "color": Colour.RULE.value,
            "linewidth": style.HAIRLINE,
            "shrinkA": 0.5,
            "shrinkB": 2.0,
            "relpos": (0.0, 0.5),
        }
        if leader
        else None,
    )
    tag(note, label.text, "label")
    return note


def milestones(
    axes: Axes, labels: Sequence[Label], *, above: bool = False, size: float = style.SMALL
) -> list[Annotation]:
    """Mark points along a curve with a ring, and say above or below each what it is."""
    notes = []
    for label in labels:
        axes.plot(
            [label.x],
            [label.y],
            marker="o",
            markersize=4.2,
            markerfacecolor=Colour.PAPER.value,
            markeredgecolor=label.colour.value,
            markeredgewidth=1.0,
            linestyle="none",
            label=f"_{label.text}",
            zorder=4,
        )
        note = axes.annotate(
            label.text,
            xy=(label.x, label.y),
            # above and to the left, or below and to the right: clear of a curve that rises
            xytext=(3.0, 4.0) if above else (-2.0, -4.0),
            textcoords="offset points",
            ha="right" if above else "left",
            va="bottom" if above else "top",
            fontsize=size,
            color=text_shade(label.colour).value,
            annotation_clip=False,
        )
        notes.append(note)
    return notes


def dodge(wanted: Sequence[float], heights: Sequence[float], bottom: float, top: float) -> list[float]:
    """Centres near `wanted` such that boxes of `heights` do not overlap; order is kept.

    Boxes that would overlap are merged into one block, centred on the mean of what its members
    want (pool adjacent violators), so that the sum of squared moves is least. Blocks are kept
    between `bottom` and `top` as far as they fit.
    """
    order = sorted(range(len(wanted)), key=lambda index: wanted[index])
    blocks: list[list[int]] = []
    starts: list[float] = []
    for index in order:
        blocks.append([index])
        starts.append(_start(blocks[-1], wanted, heights, bottom, top))
        while len(blocks) > 1 and starts[-2] + sum(heights[i] for i in blocks[-2]) > starts[-1]:
            merged = blocks[-2] + blocks[-1]
            blocks[-2:] = [merged]
            starts[-2:] = [_start(merged, wanted, heights, bottom, top)]
    centres = list(wanted)
    for block, start in zip(blocks, starts, strict=True):
        for index in block:
            centres[index] = start + heights[index] / 2
            start += heights[index]
    return centres


def _start(
    block: Sequence[int], wanted: Sequence[float], heights: Sequence[float], bottom: float, top: float
) -> float:
    below, wishes = 0.0, []
    for index in block:
        wishes.append(wanted[index] - heights[index] / 2 - below)
        below += heights[index]
    # Half a line may stand out above and below the panel: a label level with an axis end is at home there.
    slack = max(heights) / 2
    return max(bottom - slack, min(sum(wishes) / len(wishes), top + slack - below))


def note_truncated(axes: Axes, unit: str = "") -> Annotation | None:
    """Say above the panel, on the right, where a linear y axis starts, unless it starts at zero."""
    low = axes.get_ylim()[0]
    if axes.get_yscale() != "linear" or low <= 0:
        return None
    return axes.annotate(
        f"axis starts at {low:.10g}{unit}",
        xy=(1.0, 1.0),
        xycoords="axes fraction",
        xytext=(0.0, style.TITLE_GAP),
        textcoords="offset points",
        ha="right",
        va="baseline",
        fontsize=style.SMALL,
        fontstyle="italic",
        color=Colour.QUIET.value,
        annotation_clip=False,
    )

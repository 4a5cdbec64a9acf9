"""What is drawn in a panel, and what it is read against; each mark is tagged with its series."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from statistics import fmean
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import Collection, QuadMesh
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.container import BarContainer
from matplotlib.lines import Line2D
from matplotlib.text import Annotation
from numpy.typing import NDArray

from labreport.charts import style
from labreport.charts.layout import note
from labreport.charts.style import SERIES, Colour, SeriesStyle, text_shade
from labreport.errors import UsageError

SEED_OPACITY = 0.35
SEED_WIDTH = 0.6
GID_MARK = "series"


@dataclass(frozen=True)
class Mark:
    """One series: its name as the reader sees it, and how it is drawn."""

    label: str
    style: SeriesStyle

    @property
    def colour(self) -> Colour:
        """The colour of its lines and markers."""
        return self.style.colour

    @property
    def linestyle(self) -> str | tuple[float, tuple[float, ...]]:
        """Its dash as matplotlib takes it."""
        return (0.0, self.style.dash) if self.style.dash else "-"


def tag(artist: Artist, series: str, part: str = "") -> None:
    """Mark `artist` as belonging to `series`, so that the page's script can find it.

    The part `"curve"` is what a reader reads values off; only lines can be that.
    """
    artist.set_gid("/".join((GID_MARK, part, series)))


def tag_rest(axes: Axes) -> None:
    """Tag what was drawn without the functions of this file.

    Bars, upright (`"bar"`) or level (`"barh"`), and lines with a label (`"line"`) are then compared with the
    table as well; maps of cells and all others in data coordinates (`"cells"`, `"other"`) can be named.
    """
    for container in axes.containers:
        if isinstance(container, BarContainer):
            part = "barh" if container.orientation == "horizontal" else "bar"
            for patch in container.patches:
                if patch.get_gid() is None:
                    tag(patch, str(container.get_label()), part)
    for artist in (*axes.lines, *axes.patches, *axes.collections, *axes.images):
        places = artist.get_offset_transform() if isinstance(artist, Collection) else artist.get_transform()
        transforms = (places, artist.get_transform())
        in_data = any(all(one.contains_branch_seperately(axes.transData)) for one in transforms)
        if artist.get_gid() is None and artist.get_visible() and in_data:
            label = str(artist.get_label())
            if isinstance(artist, Line2D) and not label.startswith("_"):
                tag(artist, label, "line")
            else:
                tag(artist, "", "cells" if isinstance(artist, QuadMesh) else "other")


def data_of(line: Line2D) -> list[tuple[float, float]]:
    """The points of a line, in data coordinates."""
    return [(float(x), float(y)) for x, y in np.asarray(line.get_xydata())]


def named_curves(axes: Axes) -> list[Line2D]:
    """The lines of `axes` that are a series' curve, in order of drawing."""
    return [line for line in axes.lines if str(line.get_gid()).startswith(f"{GID_MARK}/curve/")]


def _line(axes: Axes, x: Sequence[float], y: Sequence[float], mark: Mark, part: str, **drawn: Any) -> Line2D:
    """A line of a series; one of a single seed has its name behind `_`, so that no label is made of it."""
    label = f"_{mark.label}" if part == "seed" else mark.label
    (line,) = axes.plot(x, y, label=label, **{"zorder": 3, **drawn})
    tag(line, mark.label, part)
    return line


def curve(axes: Axes, x: Sequence[float], y: Sequence[float], mark: Mark, *, markers: bool = False) -> Line2D:
    """The line of a series, with a marker at each point where there are few of them."""
    drawn = {"color": mark.colour.value, "linestyle": mark.linestyle}
    return _line(axes, x, y, mark, "curve", marker=mark.style.marker if markers else None, **drawn)


def seed_lines(axes: Axes, x: Sequence[float], curves: Sequence[Sequence[float]], mark: Mark) -> None:
    """One faint line for each seed behind the series; none for a single seed, which is the curve itself."""
    if len(curves) > 1:
        for y in curves:
            seed_line(axes, x, y, mark)


def seed_line(axes: Axes, x: Sequence[float], y: Sequence[float], mark: Mark) -> None:
    """The faint line of one seed."""
    faint = {"linewidth": SEED_WIDTH, "alpha": SEED_OPACITY, "solid_joinstyle": "round"}
    _line(axes, x, y, mark, "seed", color=mark.colour.value, zorder=2, **faint)


def points(
    axes: Axes, x: Sequence[float], y: Sequence[float], mark: Mark, *, hollow: bool = False, size: float = 4.0
) -> Line2D:
    """Markers without a line."""
    ring = _ring(mark.colour, size, 0.9, filled=not hollow)
    return _line(axes, x, y, mark, "curve", **ring, marker=mark.style.marker, clip_on=False)


def _ring(colour: Colour, size: float, edge: float, *, filled: bool = False) -> dict[str, Any]:
    """How markers without a line are drawn, empty unless `filled`; edges in points."""
    return {
        "linestyle": "none",
        "markersize": size,
        "markerfacecolor": colour.value if filled else Colour.PAPER.value,
        "markeredgecolor": colour.value,
        "markeredgewidth": edge,
    }


def bars(
    axes: Axes,
    x: Sequence[float],
    heights: Sequence[float],
    mark: Mark,
    *,
    standing_out: Mark,
    at: int | None,
    base: float = 0.0,
    width: float = 0.72,
) -> None:
    """Bars from `base`; the one at index `at`, if any, in the style of `standing_out`."""
    marks = [standing_out if index == at else mark for index in range(len(heights))]
    lengths = [height - base for height in heights]
    shown = axes.bar(x, lengths, width=width, bottom=base, color=[one.colour.value for one in marks])
    for bar, one in zip(shown, marks, strict=True):
        tag(bar, one.label, "bar")


def bar_groups(
    axes: Axes, groups: Sequence[str], heights: Mapping[str, Sequence[float]], *, width: float = 0.8
) -> None:
    """Upright bars in groups: for each of `groups`, a bar of each series of `heights`, and a legend above.

    `heights` has for each series its heights, one for each group; NaN leaves a bar out. `width` is that of a
    group, as a share of the distance between two. Raises `UsageError` above five series, which need more
    colours than people can tell apart, and where a series has more or fewer heights than there are groups.
    """
    if len(heights) > len(SERIES):
        told = f"bar_groups: {len(heights)} series; allowed are up to {len(SERIES)}; use small multiples"
        raise UsageError(told)
    one = width / max(len(heights), 1)
    for number, (series, values) in enumerate(heights.items()):
        if len(values) != len(groups):
            told = (
                f"bar_groups: {series!r} has {len(values)} heights; give it {len(groups)}, one for each group"
            )
            raise UsageError(told)
        at = [place + (number + 0.5) * one - width / 2 for place in range(len(groups))]
        colour = SERIES[number].colour.value
        for bar in axes.bar(at, values, width=0.92 * one, color=colour, label=series):
            tag(bar, series, "bar")
    axes.set_xticks(range(len(groups)), groups)
    corner: Any = {"loc": "lower right", "bbox_to_anchor": (1.0, 1.0), "borderaxespad": 0.3}
    key: Any = {"handlelength": 0.8, "handleheight": 0.8, "columnspacing": 1.2, "handletextpad": 0.4}
    axes.legend(ncols=len(heights), frameon=False, fontsize=style.LABEL, **corner, **key)


def stems(axes: Axes, start: float, ends: Sequence[float]) -> None:
    """A quiet level line to each of `ends`, one a row, that leads the eye from its name to its mark."""
    axes.grid(False)
    lines = axes.hlines(range(len(ends)), start, ends, colors=Colour.GRID.value, linewidth=0.8, zorder=1)
    tag(lines, "", "guide")


def picture(axes: Axes, image: NDArray[np.uint8], left: float, top: float, size: float, series: str) -> None:
    """A small square grey image, bytes, pixel by pixel, on a `canvas`; `left`, `top`, `size` in mm."""
    shown = axes.imshow(
        image,
        cmap="gray",
        vmin=0,
        vmax=255,
        interpolation="none",
        extent=(left, left + size, top + size, top),
        aspect="auto",
    )
    tag(shown, series, "picture")


def caption(axes: Axes, text: str, middle: float, top: float, series: str) -> None:
    """Small centred lines of text on a `canvas`, below `top` and about `middle`, both in mm."""
    note = axes.text(middle, top, text, ha="center", va="top", fontsize=style.SMALL, linespacing=1.1)
    tag(note, series, "caption")


BAND_OPACITY = 0.16
REFERENCE: Any = {
    "color": Colour.QUIET.value,
    "linewidth": 0.8,
    "linestyle": (0.0, (2.0, 2.0)),
    "zorder": 1.5,
}
"""How a line is drawn that series are read against."""


def reference_line(axes: Axes, value: float, text: str, *, vertical: bool = False) -> None:
    """A quiet line at `value` to read the series against.

    Its name is at the right end of a level line, on the side where the panel has more room, and
    above an upright one. Set the limits of `axes` first.
    """
    line = axes.axvline if vertical else axes.axhline
    line(value, **REFERENCE)
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


def interval_bars(
    axes: Axes,
    x: Sequence[float],
    low: Sequence[float],
    high: Sequence[float],
    mark: Mark,
    *,
    level: bool = False,
) -> None:
    """A thin upright bar from `low` to `high` at each `x`; a `level` one at each `y`."""
    draw = axes.hlines if level else axes.vlines
    bars = draw(x, low, high, colors=mark.colour.value, linewidth=0.9, zorder=2.5)
    tag(bars, mark.label, "interval")


def band(axes: Axes, x: Sequence[float], low: Sequence[float], high: Sequence[float], mark: Mark) -> None:
    """A pale band from `low` to `high` behind a curve."""
    area = axes.fill_between(
        x, low, high, color=mark.colour.value, alpha=BAND_OPACITY, linewidth=0.0, zorder=1.8
    )
    tag(area, mark.label, "band")


def reference_slope(axes: Axes, start: tuple[float, float], end: tuple[float, float], text: str) -> None:
    """A quiet straight line from `start` to `end`, its name below its middle, on the side away from the line.

    On a logarithmic y axis the middle is that of the exponents.
    """
    axes.plot([start[0], end[0]], [start[1], end[1]], **REFERENCE)
    logarithmic = axes.get_yscale() == "log"
    middle = math.sqrt(start[1] * end[1]) if logarithmic else (start[1] + end[1]) / 2
    rises = (end[1] - start[1]) * (end[0] - start[0]) > 0
    at, offset = ((start[0] + end[0]) / 2, middle), (6.0 if rises else -6.0, -4.0)
    note(axes, text, at, offset, ha="left" if rises else "right", va="top")


# Light to dark in even steps of lightness, so that order survives greyscale. These colours and the
# two text colours are the same in every theme: cell and text belong together.
SHADES = ("#f3f7fb", "#b7d3ea", "#5f9fcf", "#1f6aa5", "#0a3a66")
KEY_GAP = 0.04
"""Room between a map and its key, as a share of the map's width."""
KEY_WIDTH = 0.6
"""Length of the key's piece of line, in cells."""
ON_LIGHT = "#101418"
ON_DARK = "#fdfdfd"


def shades() -> LinearSegmentedColormap:
    """The sequential colour map of the house."""
    return LinearSegmentedColormap.from_list("labreport", SHADES)


def heat_map(
    axes: Axes,
    values: Sequence[Sequence[float]],
    texts: Sequence[Sequence[str]],
    *,
    rows: Sequence[str],
    columns: Sequence[str],
    low: float,
    high: float,
    blank: Sequence[Sequence[bool]] | None = None,
    size: float = style.LABEL,
) -> None:
    """Draw `values` (rows × columns) as shades from `low` to `high`, `texts` in the cells.

    Cells where `blank` is true are left empty. Row and column labels are level.
    """
    import seaborn  # pandas behind it is slow to load, and only heat maps need it

    options: dict[str, Any] = {"mask": np.array(blank, dtype=bool)} if blank is not None else {}
    seaborn.heatmap(
        [list(row) for row in values],
        annot=[list(row) for row in texts],
        fmt="",
        vmin=low,
        vmax=high,
        cmap=shades(),
        cbar=False,
        linewidths=0.8,
        linecolor=Colour.PAPER.value,
        xticklabels=list(columns),
        yticklabels=list(rows),
        annot_kws={"fontsize": size},
        ax=axes,
        **options,
    )
    axes.grid(False)
    axes.tick_params(axis="both", length=0, labelrotation=0)
    for text in axes.texts:
        column, row = (math.floor(place) for place in text.get_position())
        share = (values[row][column] - low) / (high - low) if high > low else 0.0
        text.set_color(_text_on(shades()(share)))


def _text_on(shade: Sequence[float]) -> str:
    """Light or dark text, whichever stands out more: relative luminance as in WCAG 2.2."""
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in shade[:3]]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return ON_DARK if 1.05 / (luminance + 0.05) > (luminance + 0.05) / 0.05 else ON_LIGHT


def separate(axes: Axes, apart: Sequence[Sequence[bool]], text: str) -> None:
    """Draw a line along the cells' edges between those where `apart` is true and the others.

    `text`, beside the map under a piece of the line, says what the line is.
    """
    rows, columns = len(apart), len(apart[0])
    upright = [
        ((column + 1, column + 1), (row, row + 1))
        for row in range(rows)
        for column in range(columns - 1)
        if apart[row][column] != apart[row][column + 1]
    ]
    level = [
        ((column, column + 1), (row + 1, row + 1))
        for row in range(rows - 1)
        for column in range(columns)
        if apart[row][column] != apart[row + 1][column]
    ]
    beside = columns * KEY_GAP
    key = ((columns + beside, columns + beside + KEY_WIDTH), (rows / 3, rows / 3))
    red: Any = {"color": Colour.VERMILLION.value, "linewidth": 2.2, "solid_capstyle": "round"}
    for x, y in (*upright, *level, key):
        axes.plot(x, y, clip_on=False, zorder=4, **red)
    colour = Colour.VERMILLION_TEXT
    note(axes, text, (columns + beside, rows / 3), (0.0, -5.0), va="top", size=style.LABEL, colour=colour)
    axes.set_xlim(0, columns)
    axes.set_ylim(rows, 0)


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
    arrow = {
        "arrowstyle": "-",
        "color": Colour.RULE.value,
        "linewidth": style.HAIRLINE,
        "shrinkA": 0.5,
        "shrinkB": 2.0,
        "relpos": (0.0, 0.5),
    }
    shown = note(
        axes,
        label.text,
        (label.x, label.y),
        (gap + (LEADER if leader else 0.0), moved),
        va="center",
        size=size,
        colour=text_shade(label.colour),
        fontweight=style.SEMIBOLD,
        arrowprops=arrow if leader else None,
    )
    tag(shown, label.text, "label")
    return shown


def milestones(
    axes: Axes, labels: Sequence[Label], *, above: bool = False, size: float = style.SMALL
) -> list[Annotation]:
    """Mark points along a curve with a ring, and say above or below each what it is."""
    notes = []
    for label in labels:
        ring = _ring(label.colour, 4.2, 1.0)
        axes.plot([label.x], [label.y], marker="o", label=f"_{label.text}", zorder=4, **ring)
        # above and to the left, or below and to the right: clear of a curve that rises
        offset, sides = ((3.0, 4.0), ("right", "bottom")) if above else ((-2.0, -4.0), ("left", "top"))
        (ha, va), colour = sides, text_shade(label.colour)
        notes.append(
            note(axes, label.text, (label.x, label.y), offset, ha=ha, va=va, size=size, colour=colour)
        )
    return notes


def dodge(wanted: Sequence[float], heights: Sequence[float], bottom: float, top: float) -> list[float]:
    """Centres near `wanted` such that boxes of `heights` do not overlap; order is kept.

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


def note_truncated(axes: Axes, unit: str = "") -> Annotation | None:
    """Say above the panel, on the right, where a linear y axis starts, unless it starts at zero."""
    low = axes.get_ylim()[0]
    if axes.get_yscale() != "linear" or low <= 0:
        return None
    return note(
        axes,
        f"axis starts at {low:.10g}{unit}",
        (1.0, 1.0),
        (0.0, style.TITLE_GAP),
        xycoords="axes fraction",
        ha="right",
        fontstyle="italic",
    )

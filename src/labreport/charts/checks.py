"""What was drawn, read back: each mark is where a row of the figure's table says, and no text is covered.

Texts are measured on their boxes, as they are drawn.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backend_bases import RendererBase
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.collections import PathCollection, QuadMesh
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from matplotlib.transforms import Bbox, BboxBase, Transform
from numpy.typing import NDArray

from labreport.charts.layout import Drawing
from labreport.charts.marks import GID_MARK

READ = tuple(f"{GID_MARK}/{part}/" for part in ("curve", "line", "bar", "barh"))
"""Marks that a reader reads values off; faint lines of single seeds are in no table."""
NEAR = 1e-6
"""How far apart, relative to what is shown, two equal numbers may lie after transforming."""
EDGE = 1e-3
"""By how much of an axis a mark may lie outside it: half a line's width."""

PLACES = 8
"""A column of numbers with more decimal places was not rounded to places."""
LETTER = re.compile(r"[^\W\d_]")
MATHEMATICS = re.compile(r"\$.*?\$")
"""How matplotlib writes powers of ten."""
DODGE = 0.5
"""How far beside a whole number in the table a mark may be, so that marks of one place do not cover."""

Cell = str | int | float | None


def misplaced(drawing: Drawing) -> list[str]:
    """A line for each mark that no row of the table accounts for, or that lies outside its axes.

    Read are the curves, points and bars that are tagged with a series, at the place where they are really
    drawn. A row accounts for a mark if one of its cells is the mark's height, to the digits that the
    column shows, and another its position along the axis; where an axis has names for its places, it is the
    name, if any row has it, and the other coordinate. Of a heat map, each row of shades is in a row of the
    table, and the number in a cell is that of its shade. Empty for a drawing whose table is true.
    """
    table = _Table(drawing.rows)
    found = []
    for axes in drawing.figure.axes:
        if axes.get_visible():
            names = _names(axes.xaxis), _names(axes.yaxis)
            for artist, x, y in _marks(axes):
                where = f"{_series(artist)} at ({x:.6g}, {y:.6g})"
                if not table.has(x, y, (_nearest(names[0], x), _nearest(names[1], y))):
                    found.append(f"{where} is in no row of its table; nearest is {table.nearest(x, y)}")
                elif not (
                    _in_view(x, axes.get_xlim(), axes.get_xscale())
                    and _in_view(y, axes.get_ylim(), axes.get_yscale())
                ):
                    found.append(f"{where} lies outside its axes and is not seen")
            found += misshaded(axes, table.has_all)
    return found


class _Table:
    """The numbers of a table, and how far each may be from the value that was rounded to it."""

    def __init__(self, rows: Sequence[Sequence[Cell]]) -> None:
        self._rows = rows
        width = max((len(row) for row in rows), default=0)
        cells = [[*row, *[None] * (width - len(row))] for row in rows]
        self._numbers = np.array([[_number(cell) for cell in row] for row in cells], dtype=float)
        whole = np.array([[isinstance(cell, int) for cell in row] for row in cells], dtype=bool)
        self._whole = np.where(whole, self._numbers, math.nan)
        self._slack = np.array([_slack(column) for column in zip(*cells, strict=True)], dtype=float).T

    def has(self, x: float, y: float, names: tuple[str | None, str | None]) -> bool:
        """Whether a row has both in different cells; of an axis with names, the mark's."""
        if not self._rows:
            return False
        at_x, at_y = self._is(x) | (np.abs(self._whole - x) < DODGE), self._is(y)
        some_x, some_y = at_x.any(axis=1), at_y.any(axis=1)
        both = some_x & some_y & ((at_x | at_y).sum(axis=1) > 1)
        return bool((both | (some_y & self._called(names[0])) | (some_x & self._called(names[1]))).any())

    def _called(self, name: str | None) -> NDArray[np.bool_]:
        """The rows that have the name of a place: every row if none has it, and no row without a name."""
        found = np.array([name is not None and name in map(str, row) for row in self._rows], dtype=bool)
        return found if name is None or found.any() else ~found

    def has_all(self, values: Sequence[float]) -> bool:
        """Whether one row has all of `values`."""
        return not values or bool(np.all([self._is(value).any(axis=1) for value in values], axis=0).any())

    def _is(self, value: float) -> NDArray[np.bool_]:
        near = self._slack + NEAR * max(abs(value), 1e-12)
        equal: NDArray[np.bool_] = np.abs(self._numbers - value) <= near
        return equal

    def nearest(self, x: float, y: float) -> str:
        """The row whose numbers come closest, for the message."""
        if not self._rows:
            return "none: the table is empty"
        far = [np.nan_to_num(np.abs(self._numbers - value), nan=math.inf).min(axis=1) for value in (x, y)]
        row = int(np.argmin(far[0] + far[1]))
        return f"row {row + 1}, {list(self._rows[row])}"


def _number(cell: Cell) -> float:
    return float(cell) if isinstance(cell, (int, float)) and not isinstance(cell, bool) else math.nan


def _slack(cells: Sequence[Cell]) -> list[float]:
    """How far each number of a column may be from what it was rounded from.

    Half of the last place that the column shows; where magnitudes differ, half of a third digit if that is
    more: such a column may have been rounded to places or to digits.
    """
    numbers = [abs(_number(cell)) for cell in cells]
    sizes = [number for number in numbers if number > 0 and math.isfinite(number)]
    shown = max((_places(cell) for cell in cells if isinstance(cell, float)), default=PLACES + 1)
    last = 0.5 * 10.0**-shown if shown <= PLACES else 0.0
    wide = bool(sizes) and max(sizes) > 1e4 * min(sizes)
    return [max(last, 0.005 * number) if wide and math.isfinite(number) else last for number in numbers]


def _places(number: float) -> int:
    """Decimal places of a number as it is written; 0 of one that is not finite."""
    exponent = Decimal(repr(float(number))).as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _names(axis: Axis) -> list[tuple[float, str]] | None:
    """The names of its places, as those of a dot plot; empty without labels, None where they are numbers."""
    ticks = zip(axis.get_ticklocs(), axis.get_ticklabels(), strict=False)
    names = [(float(place), label.get_text()) for place, label in ticks if label.get_text()]
    if names and not any(LETTER.search(MATHEMATICS.sub("", text)) for _, text in names):
        return None
    return names


def _nearest(names: list[tuple[float, str]] | None, place: float) -> str | None:
    """The name at a place; an empty one where there are no labels at all."""
    if names is None:
        return None
    return min(names, key=lambda each: abs(each[0] - place), default=(0.0, ""))[1]


def _marks(axes: Axes) -> Iterator[tuple[Artist, float, float]]:
    for line in filter(_read, axes.lines):
        yield from _drawn(axes, line, line.get_transform(), line.get_xydata())
    for patch in filter(_read, axes.patches):
        if isinstance(patch, Rectangle):
            level = str(patch.get_gid()).startswith(f"{GID_MARK}/barh/")
            across, along = (1.0, 0.5) if level else (0.5, 1.0)
            x, y = patch.get_x() + across * patch.get_width(), patch.get_y() + along * patch.get_height()
            yield from _drawn(axes, patch, patch.get_data_transform(), [[x, y]])
    for collection in filter(_read, axes.collections):
        if isinstance(collection, PathCollection):
            yield from _drawn(axes, collection, collection.get_offset_transform(), collection.get_offsets())


def _drawn(axes: Axes, artist: Artist, there: Transform, given: Any) -> Iterator[tuple[Artist, float, float]]:
    """Where the points of an artist are, in data coordinates, whatever transform it has."""
    points = np.asarray(given)
    points = points[np.isfinite(points).all(axis=1)]
    if len(points):
        for x, y in axes.transData.inverted().transform(there.transform(points)):
            if math.isfinite(x) and math.isfinite(y):
                yield artist, float(x), float(y)


def _read(artist: Artist) -> bool:
    """Tagged as a series' own mark; or a labelled line that was drawn without the house's helpers."""
    gid = artist.get_gid()
    plain = gid is None and isinstance(artist, Line2D) and not str(artist.get_label()).startswith("_")
    return artist.get_visible() and (plain or str(gid).startswith(READ))


def _series(artist: Artist) -> str:
    return str(artist.get_gid() or artist.get_label()).rpartition("/")[2]


def _in_view(value: float, limits: tuple[float, float], scale: str) -> bool:
    low, high = sorted(limits)
    if scale == "log":
        if value <= 0:
            return False
        low, value, high = math.log(low), math.log(value), math.log(high)
    slack = EDGE * (high - low)
    return low - slack <= value <= high + slack


NUMBER = re.compile(r"[-\u2212]?[0-9]+(?:\.([0-9]+))?")


def misshaded(axes: Axes, in_one_row: Callable[[list[float]], bool]) -> Iterator[str]:
    """Rows of shades whose values are in no row of the table, and cells whose text is not their value."""
    for mesh in axes.collections:
        if not isinstance(mesh, QuadMesh) or mesh.get_array() is None:
            continue
        values: np.ma.MaskedArray[Any, Any] = np.ma.masked_invalid(np.ma.asarray(mesh.get_array()))
        for number, row in enumerate(values, 1):
            shown = [float(value) for value in row.compressed()]
            if not in_one_row(shown):
                values_shown = [round(value, 4) for value in shown]
                yield f"row {number} of the map, {values_shown}, is in no row of its table"
        for text in axes.texts:
            column, line = (math.floor(float(place)) for place in text.get_position())
            found = NUMBER.fullmatch(text.get_text().strip())
            inside = 0 <= line < values.shape[0] and 0 <= column < values.shape[1]
            if found and inside and values[line, column] is not np.ma.masked:
                value, said = float(values[line, column]), float(found[0].replace("\u2212", "-"))
                if abs(said - value) > 0.5001 * 10.0 ** -len(found[1] or ""):
                    yield f"a cell says {found[0]}, but its shade is that of {value:.6g}"


TOUCH = 0.5
"""Boxes that overlap by less than this, in points, do not count: a box is larger than its ink."""

Drawn = dict[Text, tuple[str, float, Bbox]]
"""Texts that were drawn: words, size in points, box in points."""


@contextmanager
def texts_drawn() -> Iterator[Drawn]:
    """Collect each text that a figure shows while it is drawn: only drawing knows which ticks are in view.

    The box of an annotation would take its leader in; the box of its text is meant.
    """
    drawn: Drawn = {}
    draw = Text.draw

    def listen(text: Text, renderer: RendererBase) -> None:
        draw(text, renderer)
        if text.get_visible() and text.get_text().strip():
            box = Text.get_window_extent(text, renderer)
            drawn[text] = text.get_text(), float(text.get_fontsize()), box

    Text.draw = listen  # type: ignore[method-assign, assignment]
    try:
        yield drawn
    finally:
        Text.draw = draw  # type: ignore[method-assign]


def drawn_texts(figure: Figure) -> list[tuple[str, float, Bbox]]:
    """Draw `figure`, a pixel a point: every text that it shows."""
    width, height = figure.get_size_inches() * figure.dpi
    with texts_drawn() as drawn:
        figure.draw(RendererAgg(width, height, figure.dpi))  # type: ignore[no-untyped-call]
    return list(drawn.values())


@dataclass(frozen=True)
class Type:
    """What is wrong with the texts of a figure.

    `overlapping` are pairs of texts whose boxes overlap, `clipped` those that reach beyond the edge;
    `smallest` is the size in points of the smallest one, infinite if there is none.
    """

    overlapping: list[tuple[str, str]]
    clipped: list[str]
    smallest: float

    def said(self) -> str:
        """What is wrong, in words; empty where nothing is."""
        found = [f"{one!r} and {other!r} overlap" for one, other in self.overlapping]
        found += [f"{words!r} is cut off by the edge" for words in self.clipped]
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        return f"{found[0]}{more}; give it more room, or shorter or fewer texts" if found else ""


def measured(figure: Figure) -> Type:
    """Draw `figure`, and measure every text that it shows."""
    return judged(drawn_texts(figure), figure.bbox)


def judged(texts: list[tuple[str, float, Bbox]], edge: BboxBase) -> Type:
    """What is wrong with texts that were drawn in a figure with this edge."""
    overlapping = [
        (words, others)
        for index, (words, _, box) in enumerate(texts)
        for others, _, other in texts[index + 1 :]
        if min(box.x1, other.x1) - max(box.x0, other.x0) > TOUCH
        and min(box.y1, other.y1) - max(box.y0, other.y0) > TOUCH
    ]
    clipped = [
        words
        for words, _, box in texts
        if box.x0 < edge.x0 - TOUCH
        or box.y0 < edge.y0 - TOUCH
        or box.x1 > edge.x1 + TOUCH
        or box.y1 > edge.y1 + TOUCH
    ]
    return Type(overlapping, clipped, min((size for _, size, _ in texts), default=float("inf")))

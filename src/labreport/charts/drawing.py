"""What a figure function returns: a drawing, the data that it shows as a plain table, and its description."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from labreport.errors import UsageError

Cell = str | int | float | bool | None


@dataclass(frozen=True, eq=False)
class Drawing:
    """A figure with what the report says and shows of it.

    `figure` is a matplotlib Figure or Axes, or what seaborn returns. `data` is a DataFrame, a table or a list
    of mappings; `columns` and `rows` are the same said plainly. `kind` says in words what chart it is.
    `title`, one sentence, and `caption` stand below the figure where no template says otherwise; `alt`, for
    those who cannot see it, is made from kind, axes and data if it is empty.
    """

    figure: Any
    kind: str = ""
    columns: Sequence[Any] = ()
    rows: Sequence[Sequence[Any]] = ()
    data: Any = None
    title: str = ""
    caption: str = ""
    alt: str = ""

    def table(self) -> tuple[tuple[str, ...], tuple[tuple[Cell, ...], ...]]:
        """Give the names of the columns, and the rows as plain values; raise `UsageError` for no table."""
        columns, rows = self.columns, self.rows
        if self.data is not None:
            columns, rows = _columns_and_rows(self.data)
        return tuple(map(str, columns)), tuple(tuple(map(plain, row)) for row in rows)


def plain(value: Any) -> Cell:
    """Turn a cell into what JSON has: NumPy scalars become Python's, what is not finite becomes None."""
    if value is None or isinstance(value, (str, bool, int)):
        return value
    found = value.item() if hasattr(value, "item") else getattr(value, "value", value)
    if isinstance(found, float):
        return found if math.isfinite(found) else None
    return found if isinstance(found, (str, bool, int)) else str(found) if found == found else None


def _columns_and_rows(data: Any) -> tuple[Sequence[Any], Sequence[Sequence[Any]]]:
    frame = getattr(data, "frame", data)  # of a declared table
    if hasattr(frame, "itertuples"):
        if any(name is not None for name in frame.index.names):
            frame = frame.reset_index()
        return list(frame.columns), list(frame.itertuples(index=False, name=None))
    if hasattr(data, "columns") and hasattr(data, "rows"):
        return [getattr(column, "title", column) for column in data.columns], list(data.rows)
    if isinstance(data, Sequence) and data and all(isinstance(row, Mapping) for row in data):
        columns = list(dict.fromkeys(name for row in data for name in row))
        return columns, [[row.get(name) for name in columns] for row in data]
    kind = type(data).__name__
    raise UsageError(f"Drawing: data is {kind}; a DataFrame, a table or a list of dicts is needed")


MOST_NAMED = 8
"""Above so many series, an alternative text does not name them."""


def described(drawing: Drawing, figure: Any) -> str:
    """Say what a figure shows: kind of chart, what its axes are, and its series or groups."""
    panels = [axes for axes in figure.axes if axes.get_visible()]
    kind = drawing.kind or _kind(panels)
    labels = [{f"get_{side}label": getattr(axes, f"get_{side}label")() for side in "yx"} for axes in panels]
    pairs = [" against ".join(filter(None, label.values())) for label in labels]
    axes = " and ".join(dict.fromkeys(filter(None, pairs)))
    names = _names(drawing, panels)
    text = ": ".join(filter(None, (kind, axes)))
    return (text[:1].upper() + text[1:] + (f"; {', '.join(names)}" if names else "")) + "."


def _kind(panels: Sequence[Any]) -> str:
    """Name a chart by what was drawn in it."""
    for kind, drawn in (
        ("heat map", lambda axes: axes.images or any("Mesh" in type(c).__name__ for c in axes.collections)),
        ("bar chart", lambda axes: any(hasattr(one, "get_height") and one.get_height() for one in axes.patches)),
        ("box plot", lambda axes: any(type(one).__name__ == "PathPatch" for one in axes.patches)),
        ("line chart", lambda axes: any(len(line.get_xydata()) > 2 for line in axes.lines)),
        ("scatter plot", lambda axes: axes.collections or axes.lines),
    ):
        if any(drawn(axes) for axes in panels):
            return kind
    return "chart"


def _names(drawing: Drawing, panels: Sequence[Any]) -> list[str]:
    """The series in a legend or with a label, else what the first column of words in the data has."""
    legends = [one.get_text() for axes in panels if axes.get_legend() for one in axes.get_legend().get_texts()]
    lines = [str(line.get_label()) for axes in panels for line in axes.lines]
    found = list(dict.fromkeys(filter(None, legends or [one for one in lines if one[:1] != "_"])))
    if not found:
        _, rows = drawing.table()
        words = [list(dict.fromkeys(column)) for column in zip(*rows, strict=False)]
        found = next(([str(w) for w in column] for column in words if isinstance(column[0], str)), [])
    return found if len(found) <= MOST_NAMED else []

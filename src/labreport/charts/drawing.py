"""What a figure function returns: a drawing, the data that it shows as a plain table, and its description."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from labreport.errors import UsageError
from labreport.stats import Quantity

Cell = str | int | float | bool | None
MOST_NAMED = 8
"""An alternative text names up to so many series."""


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
        columns, rows, data = self.columns, self.rows, getattr(self.data, "frame", self.data)
        if hasattr(data, "itertuples"):
            frame = data.reset_index() if any(name is not None for name in data.index.names) else data
            columns, rows = list(frame.columns), list(frame.itertuples(index=False, name=None))
        elif hasattr(data, "columns"):
            columns, rows = [getattr(one, "title", one) for one in data.columns], data.rows
        elif isinstance(data, Sequence) and all(isinstance(row, Mapping) for row in data):
            columns = list(dict.fromkeys(name for row in data for name in row))
            rows = [[row.get(name) for name in columns] for row in data]
        elif data is not None:
            text = (
                f"Drawing: data is {type(data).__name__}; a DataFrame, a table or a list of dicts is needed"
            )
            raise UsageError(text)
        return tuple(map(str, columns)), tuple(tuple(map(plain, row)) for row in rows)

    def described(self, panels: Sequence[Any]) -> str:
        """Say what is shown: kind of chart, what its axes are, and its series."""
        labels = [(axes.get_ylabel(), axes.get_xlabel()) for axes in panels]
        axes = " and ".join(
            dict.fromkeys(" against ".join(filter(None, each)) for each in labels if any(each))
        )
        text = ": ".join(filter(None, (self.kind or "chart", axes)))
        legends = filter(None, (axes.get_legend() for axes in panels))
        found = [text.get_text() for legend in legends for text in legend.get_texts()]
        found = found or [str(line.get_label()) for axes in panels for line in axes.lines]
        names = [name for name in dict.fromkeys(found) if name and name[0] != "_"]
        return f"{text[:1].upper()}{text[1:]}{'; ' if names else ''}{', '.join(names[:MOST_NAMED])}."


def plain(value: Any) -> Cell:
    """Turn a cell into what JSON has: NumPy scalars become Python's, what is not finite becomes None."""
    found = value.value if isinstance(value, Quantity) else value.item() if hasattr(value, "item") else value
    if isinstance(found, float) or found is None:
        return found if found is not None and math.isfinite(found) else None
    return (
        found
        if isinstance(found, (str, bool, int))
        else str(found)
        if str(found) not in ("<NA>", "NaT")
        else None
    )

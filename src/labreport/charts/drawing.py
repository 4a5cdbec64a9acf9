"""What a figure function returns: a drawing, the data that it shows as a plain table, and its description."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Cell = str | int | float | bool | None


@dataclass(frozen=True, eq=False)
class Drawing:
    """A figure with what the report says and shows of it.

    `figure` is a matplotlib Figure or Axes, or what seaborn returns. `data` is a `table`, a DataFrame or what
    makes one; `columns` and `rows` are the same said plainly. `kind` says in words what chart it is.
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
        """Give the names of the columns, and the rows as plain values."""
        columns, rows = self.columns, self.rows
        if self.data is not None:
            import pandas

            frame = pandas.DataFrame(getattr(self.data, "frame", self.data))
            frame = frame.reset_index() if any(name is not None for name in frame.index.names) else frame
            columns, rows = list(frame.columns), list(frame.itertuples(index=False, name=None))
        return tuple(map(str, columns)), tuple(tuple(map(plain, row)) for row in rows)

    def described(self, panels: Sequence[Any]) -> str:
        """Say what is shown: kind of chart, what its axes are, and its series."""
        labels = [(axes.get_ylabel(), axes.get_xlabel()) for axes in panels]
        axes = dict.fromkeys(" against ".join(filter(None, each)) for each in labels if any(each))
        text = ": ".join(filter(None, (self.kind or "chart", " and ".join(axes))))
        legends = filter(None, (axes.get_legend() for axes in panels))
        found = [text.get_text() for legend in legends for text in legend.get_texts()]
        found = found or [str(line.get_label()) for axes in panels for line in axes.lines]
        names = [name for name in dict.fromkeys(found) if name and name[0] != "_"]
        return f"{text[:1].upper()}{text[1:]}{'; ' if names else ''}{', '.join(names[:8])}."


def plain(value: Any) -> Cell:
    """Turn a cell into what JSON has: NumPy scalars become Python's, what is not finite becomes None."""
    found: Any = value.item() if hasattr(value, "item") else value
    if isinstance(found, float):
        return found if math.isfinite(found) else None
    if found is None or isinstance(found, (str, bool, int)):
        return found
    return None if str(found) in ("<NA>", "NaT") else str(found)

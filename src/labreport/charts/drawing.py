"""`Drawing`, which a figure function returns, and `Exported`, which the report stores."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeAlias

from labreport.project import Data
from labreport.stats.scalars import scalar
from labreport.stats.wording import capitalise

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PlainValue: TypeAlias = str | int | float | None
"""A cell of a table in JSON."""
_MOST_NAMES = 8
"""An alternative text names at most this many series."""


@dataclass(frozen=True, eq=False)
class Drawing:
    """A figure with its table and texts, as a figure function returns it.

    `figure` is a matplotlib Figure or Axes, or what seaborn returns. The table is given by `data` (a `table`,
    a DataFrame, or what makes one), or by `columns` and `rows`. `kind` is the kind of chart, in words.
    `title`, one sentence, and `caption` are printed below the figure unless a template gives others. `alt`
    describes the figure for people who cannot see it; if empty, it is made from kind, axes and series.
    """

    figure: Any
    kind: str = ""
    columns: Sequence[object] = ()
    rows: Sequence[Sequence[object]] = ()
    data: object = None
    title: str = ""
    caption: str = ""
    alt: str = ""

    def table(self) -> tuple[tuple[str, ...], tuple[tuple[PlainValue, ...], ...]]:
        """The names of the columns, and the rows as plain values."""
        columns, rows = self.columns, self.rows
        if self.data is not None:
            import pandas

            content = self.data.frame if isinstance(self.data, Data) else self.data
            frame = pandas.DataFrame(content)
            if any(name is not None for name in frame.index.names):
                frame = frame.reset_index()
            columns = list(frame.columns)
            rows = list(frame.itertuples(index=False, name=None))
        plain_rows = []
        for row in rows:
            plain_rows.append(tuple(_plain_value(cell) for cell in row))
        return tuple(map(str, columns)), tuple(plain_rows)


@dataclass(frozen=True)
class Exported:
    """A figure as the report stores it: SVG, table and texts as plain JSON values.

    `svg_screen` has CSS variables in place of the colours of the house in `svg_print`; else they are equal.
    `note` is a message to the author.
    """

    svg_screen: str
    svg_print: str
    width_mm: float
    kind: str
    title: str
    caption: str
    alt: str
    columns: tuple[str, ...]
    rows: tuple[tuple[PlainValue, ...], ...]
    note: str = ""


def _plain_value(value: object) -> PlainValue:
    """A value for JSON: NumPy's scalars as Python's, None if missing or not finite, others as text."""
    value = scalar(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, str | int | None):
        return value
    return None if str(value) in ("<NA>", "NaT") else str(value)


def describe_panels(kind: str, panels: Iterable[Axes]) -> str:
    """An alternative text: the kind of chart, the titles of the axes, and the names of the series.

    `Line chart: loss against epoch; small, wide.`
    """
    axes_texts = []
    series = []
    for axes in panels:
        titles = filter(None, (axes.get_ylabel(), axes.get_xlabel()))
        axes_texts.append(" against ".join(titles))
        series += _series_of(axes)
    text = kind or "chart"
    if any(axes_texts):
        text += f": {' and '.join(dict.fromkeys(filter(None, axes_texts)))}"
    if series:
        names = list(dict.fromkeys(series))
        text += f"; {', '.join(names[:_MOST_NAMES])}"
    return f"{capitalise(text)}."


def _series_of(axes: Axes) -> list[str]:
    """The names in the legend of a panel; without a legend, the labels of its lines and areas."""
    legend = axes.get_legend()
    if legend is not None:
        names = [text.get_text() for text in legend.get_texts()]
    else:
        names = [str(artist.get_label()) for artist in chain(axes.lines, axes.collections)]
    return [name for name in names if name and not name.startswith("_")]

"""What a figure function returns, a `Drawing`, and what the report stores of it, an `Exported`."""

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
"""A cell of a table as JSON has it."""
_MOST_NAMES = 8
"""So many series are named in an alternative text."""


@dataclass(frozen=True, eq=False)
class Drawing:
    """A figure, its table and its texts, as a figure function returns them.

    `figure` is a matplotlib Figure or Axes, or what seaborn returns. `data` is a `table`, a DataFrame or what
    makes one; `columns` and `rows` are the same said plainly. `kind` says in words what chart it is.
    `title`, one sentence, and `caption` stand below the figure where no template says otherwise; `alt`, for
    those who cannot see it, is made from kind, axes and data if it is empty.
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
        """Give the names of the columns, and the rows as plain values."""
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

    `svg_screen` names a CSS variable where `svg_print` has a colour of the house, else they are equal; `note`
    is what its author is told.
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
    """A cell as JSON has it: Python's for NumPy's scalars, None for what is not finite or missing."""
    value = scalar(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, str | int | None):
        return value
    return None if str(value) in ("<NA>", "NaT") else str(value)


def describe_panels(kind: str, panels: Iterable[Axes]) -> str:
    """The alternative text of some panels: kind of chart, what its axes are, and its series.

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
    """What the legend of a panel names, else the labels of its lines and areas."""
    legend = axes.get_legend()
    if legend is not None:
        names = [text.get_text() for text in legend.get_texts()]
    else:
        names = [str(artist.get_label()) for artist in chain(axes.lines, axes.collections)]
    return [name for name in names if name and not name.startswith("_")]

"""A finished drawing: the figure, what kind of chart it is, and the data that it shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure


@dataclass(frozen=True)
class Drawing:
    """What a figure's `draw` function returns.

    `kind` says in words what chart it is, for the alternative text, which continues with the finding.
    `columns` and `rows` are the data shown, as a table for reading and for CSV. `caption` says what is
    drawn and how, without any finding: default prose prints it below the figure, its first sentence bold.
    """

    figure: Figure
    kind: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str | int | float | None]]
    caption: str = ""

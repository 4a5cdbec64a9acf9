"""What a notebook shows of a value: a heading, and the first rows of a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from itertools import islice
from typing import Any

ROWS = 10
"""Rows that are shown before the rest is counted."""


class Displayed:
    """A value that says in `_parts` what is shown of it: a heading, the names of columns, and rows."""

    def _parts(self) -> tuple[str, Sequence[str], Sequence[Sequence[Any]]]:
        raise NotImplementedError

    def _repr_html_(self) -> str:
        heading, columns, rows = self._parts()
        head = "".join(f"<th>{escape(one)}</th>" for one in columns)
        lines = ("".join(f"<td>{escape(cell)}</td>" for cell in row) for row in _cells(rows))
        table = "".join(f"<tr>{line}</tr>" for line in (head, *lines) if line)
        return f"<p>{escape(heading)}{_more(rows)}</p><table>{table}</table>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """What Jupyter asks for; in a terminal, the same without its markup."""
        heading, columns, rows = self._parts()
        lines = [[*columns], *_cells(rows)] if columns else [*_cells(rows)]
        widths = [max(map(len, column)) for column in zip(*lines, strict=False)]
        texts = ("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)
        plain = "\n".join(filter(None, (f"{heading}{_more(rows)}", *texts)))
        return {"text/plain": plain, "text/html": self._repr_html_()}


def _cells(rows: Sequence[Sequence[Any]]) -> Iterator[list[str]]:
    for row in islice(rows, ROWS):
        yield [
            "" if cell is None else f"{cell:.6g}" if isinstance(cell, float) else str(cell) for cell in row
        ]


def _more(rows: Sequence[Sequence[Any]]) -> str:
    return f" ({ROWS} of {len(rows):,} rows)" if len(rows) > ROWS else ""

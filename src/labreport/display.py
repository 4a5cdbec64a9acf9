"""What is shown: texts that HTML, SVG, PDF, JSON and terminals can show, and values in a notebook."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from functools import cache
from html import escape
from itertools import islice
from typing import Any

_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What XML 1.0 forbids (its production `Char`): control characters, surrogates, U+FFFE, U+FFFF."""
_NUMBERS = frozenset({int, float, bool, type(None)})


def unprintable(value: Any) -> str:
    """One line about the first character in `value` that cannot be shown, or the empty text.

    Looks into dataclasses, mappings, tuples and lists.
    """
    found = _first(value)
    if found is None:
        return ""
    place, (number, character) = found
    where = f"{place.removeprefix('.')}: " if place else ""
    what = f"character {number} is U+{ord(character):04X}"
    return f"{where}{what}, which cannot be shown in a report; remove it"


def enumeration(words: Sequence[str], last: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`; the empty text of none."""
    return f" {last} ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def capitalized(text: str) -> str:
    """`text` with a capital letter at its beginning, and all others as they are."""
    return text[:1].upper() + text[1:]


def _first(value: Any) -> tuple[str, tuple[int, str]] | None:
    """Where the first such character is: the place in `value`, its number in the text there, and itself.

    Called for every value that a project declares: names of places are made only where one is needed.
    """
    if isinstance(value, str):
        found = _UNPRINTABLE.search(value)
        return ("", (found.start() + 1, found[0])) if found else None
    if (kind := type(value)) in _NUMBERS:
        return None
    if is_dataclass(kind):
        for name in _names(kind):
            if inner := _first(getattr(value, name)):
                return f".{name}{inner[0]}", inner[1]
    elif isinstance(value, (tuple, list)):
        for number, item in enumerate(value):
            if inner := _first(item):
                return f"[{number}]{inner[0]}", inner[1]
    elif isinstance(value, Mapping):
        for name, item in value.items():
            if inner := _first(str(name)):
                return f" (a name){inner[0]}", inner[1]
            if inner := _first(item):
                return f".{name}{inner[0]}", inner[1]
    return None


@cache
def _names(kind: type) -> tuple[str, ...]:
    """Fields that are shown; where something is declared is for messages only."""
    return tuple(field.name for field in fields(kind) if field.metadata.get("plain", True))


ROWS = 10
"""Rows that are shown before the rest is counted."""


class Displayed:
    """A value that says in `_parts` what a notebook shows of it: a heading, names of columns, and rows."""

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

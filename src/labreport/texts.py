"""Texts that can be shown everywhere: in HTML, in SVG and the PDF, in JSON, on a terminal."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What XML 1.0 forbids (its production `Char`): control characters, surrogates, U+FFFE, U+FFFF."""


def unprintable(value: Any) -> str:
    """One line about the first character in `value` that cannot be shown, or the empty text.

    Looks into dataclasses, mappings, tuples and lists.
    """
    for place, text in _texts(value, ""):
        found = _UNPRINTABLE.search(text)
        if found:
            where = f"{place.removeprefix('.')}: " if place else ""
            return (
                f"{where}character {found.start() + 1} is U+{ord(found[0]):04X}, "
                "which cannot be shown in a report; remove it"
            )
    return ""


def _texts(value: Any, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield place, value
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from _texts(getattr(value, field.name), f"{place}.{field.name}")
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield f"{place} (a name)", str(name)
            yield from _texts(item, f"{place}.{name}")
    elif isinstance(value, (tuple, list)):
        for number, item in enumerate(value):
            yield from _texts(item, f"{place}[{number}]")

"""Dataclasses as JSON values: `dataclasses.asdict` on the way to another process, `from_plain` back."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import is_dataclass
from typing import Any, get_args, get_origin, get_type_hints


@functools.cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)


def from_plain(kind: Any, plain: Any) -> Any:
    """The value of type `kind` of which `dataclasses.asdict`, and then JSON, made `plain`.

    `kind` is a dataclass, a tuple of any length, or a mapping from texts, of values of such types or of plain
    ones. Raises `TypeError` where `plain` lacks a field or has one that `kind` does not know.
    """
    if is_dataclass(kind):
        hints = _hints(kind)  # type: ignore[arg-type]  # a class can be hashed
        return kind(**{name: from_plain(hints.get(name), value) for name, value in plain.items()})  # type: ignore[operator]
    if get_origin(kind) is tuple:
        return tuple(from_plain(get_args(kind)[0], value) for value in plain)
    if get_origin(kind) is Mapping:
        return {name: from_plain(get_args(kind)[1], value) for name, value in plain.items()}
    return plain

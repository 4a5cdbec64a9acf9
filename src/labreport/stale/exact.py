"""One text for a value, which no other value has: `1`, `"1"`, `1.0` and `True` all differ."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from functools import cached_property
from inspect import getattr_static
from typing import Any

from labreport.errors import UsageError

_BUILT_IN = frozenset({"builtins", "collections", "array", "enum"})
"""Modules whose classes hold what is in no field of a dataclass that is derived from them."""


def exact(
    value: Any,
    where: str = "value",
    classes: set[type] | None = None,
    functions: list[Callable[..., Any]] | None = None,
) -> str:
    """Write `value`, called `where` in messages, as `labs.models.Ridge(alpha=1.0)`.

    The dataclasses are added to `classes`. Functions and classes are allowed, by their names, where there is
    a list of `functions` to which they are added. Raises `UsageError` for what cannot be told by such a text:
    other types, numbers that are not finite, dictionaries with other keys than texts, a dataclass that keeps
    something outside of its fields or cannot be found by its name.
    """
    kind = type(value)
    if kind in (bool, int, str) or value is None or (kind is float and math.isfinite(value)):
        return json.dumps(value, ensure_ascii=False) if kind is str else repr(value)
    if kind in (list, tuple):
        inside = ",".join(
            exact(each, f"{where}[{place}]", classes, functions) for place, each in enumerate(value)
        )
        return f"[{inside}]" if kind is list else f"({inside})"
    if kind is dict and all(type(name) is str for name in value):
        pairs = (
            f"{json.dumps(name)}:{exact(each, f'{where}.{name}', classes, functions)}"
            for name, each in value.items()
        )
        return f"{{{','.join(pairs)}}}"
    if functions is not None and callable(value) and hasattr(value, "__qualname__"):
        functions.append(value)
        return f"{value.__module__}:{value.__qualname__}"
    if not is_dataclass(kind):
        shown = " ".join(repr(value).split())
        raise UsageError(
            f"{where} is {kind.__name__} {shown[:60]}{'…' * (len(shown) > 60)}; allowed are texts, finite "
            "numbers, booleans, None, and lists, tuples, dicts and dataclasses of these"
        )
    _check(value, where)
    if classes is not None:
        classes.add(kind)
    inside = ",".join(
        f"{one.name}={exact(getattr(value, one.name), f'{where}.{one.name}', classes, functions)}"
        for one in fields(kind)
        if one.name != "place" or kind.__module__.partition(".")[0] != "labreport"
    )
    return f"{kind.__module__}.{kind.__qualname__}({inside})"


def _check(value: Any, where: str) -> None:
    """Raise `UsageError` for an object that its class's name and the values of its fields do not tell."""
    kind: type = type(value)
    found: Any = sys.modules.get(kind.__module__)
    for part in kind.__qualname__.split("."):
        found = getattr_static(found, part, None)
    if found is not kind:
        text = f"its class {kind.__qualname__} is not found by this name in {kind.__module__}"
        raise UsageError(f"{where}: {text}; define the dataclass at the top of a module, once")
    for base in kind.__mro__[:-1]:
        if base.__module__ in _BUILT_IN:
            text = (
                f"{kind.__qualname__} is derived from {base.__qualname__}, which holds more than its fields"
            )
            raise UsageError(f"{where}: {text}; make what it holds a field")
    names = {one.name for one in fields(value)}
    for name in _held(value):
        if name not in names and not isinstance(getattr_static(kind, name, None), cached_property):
            text = f"{kind.__qualname__} keeps {name!r}, which is none of its fields"
            raise UsageError(f"{where}: {text}; make it a field, or compute it where it is used")


def _held(value: Any) -> Iterator[str]:
    """The names of all that an object keeps, in its dictionary and in its slots."""
    yield from getattr(value, "__dict__", ())
    for base in type(value).__mro__:
        slots = base.__dict__.get("__slots__", ())
        for slot in (slots,) if isinstance(slots, str) else slots:
            name = f"_{base.__name__.lstrip('_')}{slot}" if slot.startswith("__") else slot
            if not slot.endswith("__") and hasattr(value, name):
                yield name

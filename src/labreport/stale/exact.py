"""One text for a value, which no other value has: `1`, `"1"`, `1.0` and `True` all differ."""

from __future__ import annotations

import json
import math
import reprlib
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from typing import Any

from labreport.errors import UsageError


def exact(
    value: Any,
    where: str = "value",
    classes: set[type] | None = None,
    functions: list[Callable[..., Any]] | None = None,
) -> str:
    """Write `value`, called `where` in messages, as `labs.models.Ridge(alpha=1.0)`.

    The dataclasses are added to `classes`. Functions and classes are allowed, by their names, where there is
    a list of `functions`, to which they are added. Raises `UsageError` for other types, for numbers that are
    not finite and for dictionaries with other keys than texts.
    """
    kind = type(value)
    if kind is str:
        return json.dumps(value, ensure_ascii=False)
    if kind in (bool, int) or value is None or (kind is float and math.isfinite(value)):
        return repr(value)

    def inner(each: Any, name: Any) -> str:
        return exact(each, f"{where}{name}", classes, functions)

    if kind in (list, tuple):
        inside = ",".join(inner(each, f"[{place}]") for place, each in enumerate(value))
        return f"[{inside}]" if kind is list else f"({inside})"
    if kind is dict and all(type(name) is str for name in value):
        inside = ",".join(f"{json.dumps(name)}:{inner(value[name], f'.{name}')}" for name in value)
        return f"{{{inside}}}"
    if functions is not None and callable(value) and hasattr(value, "__qualname__"):
        functions.append(value)
        return f"{value.__module__}:{value.__qualname__}"
    if not is_dataclass(kind):
        allowed = "texts, finite numbers, booleans, None, and lists, tuples, dicts and dataclasses of these"
        raise UsageError(f"{where} is {kind.__name__} {reprlib.repr(value)}; allowed are {allowed}")
    if classes is not None:
        classes.add(kind)
    own = [one.name for one in fields(kind) if one.compare]
    inside = ",".join(f"{name}={inner(getattr(value, name), f'.{name}')}" for name in own)
    return f"{kind.__module__}.{kind.__qualname__}({inside})"

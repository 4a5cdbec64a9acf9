"""One canonical text for a value, and its SHA-256: `1`, `"1"`, `1.0` and `True` all differ."""

from __future__ import annotations

import hashlib
import json
import math
import sys
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import cache, cached_property
from inspect import getattr_static
from typing import Any, NoReturn

from labreport.errors import UsageError

ENGINE = __name__.partition(".")[0]
BUILT_IN = frozenset({"builtins", "collections", "array", "enum"})
"""Modules whose classes hold what is in no field of a dataclass that is derived from them."""
SHOWN = 60
"""Characters of a value that a message shows."""


def canonical(value: Any, where: str = "value") -> str:
    """`value`, called `where` in messages, as JSON with sorted keys and no spaces; tuples count as lists.

    Raises `UsageError` for what JSON cannot tell apart or hold: other types, keys that are not
    strings, NaN and infinities.
    """
    _check(value, where)
    try:
        return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
    except ValueError as error:
        raise UsageError(f"cannot fingerprint: {error}; finite numbers are allowed") from None


def digest(value: Any) -> str:
    """SHA-256 of the canonical text, 64 hexadecimal digits."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def digest_members(members: Mapping[str, str]) -> str:
    """What `digest` gives of a dict, from the canonical text of each of its values."""
    inside = ",".join([f"{_quoted(name)}:{members[name]}" for name in sorted(members)])
    return hashlib.sha256(f"{{{inside}}}".encode()).hexdigest()


_quoted = cache(json.dumps)


def digest_text(text: str) -> str:
    """SHA-256 of a text, the first 16 hexadecimal digits: enough to tell versions of code apart."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def exact(value: Any, where: str = "value", classes: set[type] | None = None) -> str:
    """`value`, called `where` in messages, as a text that no other value has: `labs.models.Ridge(alpha=1.0)`.

    Beyond what `canonical` tells apart, it has the class of every dataclass, by module and qualified name,
    and the order of dictionaries; a list and a tuple differ. Fields of the engine's classes whose metadata
    are `labreport.authoring.HIDDEN` are left out. The dataclasses are added to `classes`.

    Raises `UsageError` for what such a text cannot say: other types, numbers that are not finite,
    dictionaries with other keys than strings, a dataclass that keeps something outside of its fields, and
    one that cannot be found by its name.
    """
    kind = type(value)
    if kind is str:
        return _quoted(value) if len(value) < 100 else json.dumps(value)
    if kind in (bool, int) or value is None:
        return repr(value)
    if kind is float and math.isfinite(value):
        return repr(value)
    if kind in (list, tuple):
        inside = ",".join([exact(item, f"{where}[{index}]", classes) for index, item in enumerate(value)])
        return f"[{inside}]" if kind is list else f"({inside})"
    if kind is dict:
        for key in value:
            if type(key) is not str:
                raise UsageError(f"cannot fingerprint {where}: key {key!r} is not a string")
        members = [f"{_quoted(key)}:{exact(item, f'{where}.{key}', classes)}" for key, item in value.items()]
        return f"{{{','.join(members)}}}"
    if not is_dataclass(kind):
        _refuse(value, where, "lists, tuples, dicts and dataclasses of these")
    return _exact_object(value, where, classes)


def _exact_object(value: Any, where: str, classes: set[type] | None) -> str:
    """The same of a dataclass."""
    kind = type(value)
    names: Mapping[str, bool] = _fields(kind)  # type: ignore[arg-type]  # a class can be hashed
    for name in _held(value):
        if name not in names and not isinstance(getattr_static(kind, name, None), cached_property):
            raise UsageError(
                f"cannot fingerprint {where}: {kind.__qualname__} keeps {name!r}, which is none of its "
                "fields, so that no key would have it; make it a field, or compute it where it is used"
            )
    if classes is not None:
        classes.add(kind)
    found = []
    for name in filter(names.get, names):
        if not hasattr(value, name):
            raise UsageError(f"cannot fingerprint {where}: its field {name!r} has no value; give it one")
        found.append(f"{name}={exact(getattr(value, name), f'{where}.{name}', classes)}")
    return f"{kind.__module__}.{kind.__qualname__}({','.join(found)})"


@cache
def _fields(kind: type) -> Mapping[str, bool]:
    """The fields of a dataclass, each with whether it counts. Raises `UsageError` for a class that cannot be
    told by its name and the values of its fields."""
    found: Any = sys.modules.get(kind.__module__)
    for part in kind.__qualname__.split("."):
        found = getattr_static(found, part, None)
    if found is not kind:
        raise UsageError(
            f"cannot fingerprint a {kind.__qualname__}: {kind.__module__} has another value by this name, or "
            "none; define the dataclass at the top of a module, once, under its own name"
        )
    for base in kind.__mro__[:-1]:
        if base.__module__ in BUILT_IN:
            raise UsageError(
                f"cannot fingerprint a {kind.__qualname__}: it is derived from {base.__qualname__}, which "
                "holds values outside of its fields; make them a field"
            )
    engine = kind.__module__.partition(".")[0] == ENGINE
    return {one.name: not engine or one.metadata.get("plain", True) for one in fields(kind)}


def _held(value: Any) -> Iterator[str]:
    """The names of all that an object keeps, in its dictionary and in its slots."""
    yield from getattr(value, "__dict__", ())
    for base in type(value).__mro__:
        slots = base.__dict__.get("__slots__", ())
        for slot in (slots,) if isinstance(slots, str) else slots:
            name = f"_{base.__name__.lstrip('_')}{slot}" if slot.startswith("__") else slot
            if not slot.endswith("__") and hasattr(value, name):
                yield name


def _refuse(value: Any, where: str, more: str) -> NoReturn:
    shown = " ".join(repr(value).split())
    shown = shown if len(shown) <= SHOWN else f"{shown[:SHOWN]}…"
    raise UsageError(
        f"cannot fingerprint {where}: {type(value).__name__} {shown}; "
        f"allowed are strings, finite numbers, booleans, None, {more}"
    )


def _check(value: Any, where: str) -> None:
    kind = type(value)
    if kind in (str, int, float, bool) or value is None:
        return
    if kind is dict:
        for key, item in value.items():
            if type(key) is not str:
                raise UsageError(f"cannot fingerprint {where}: key {key!r} is not a string")
            _check(item, f"{where}.{key}")
    elif kind in (list, tuple):
        for index, item in enumerate(value):
            _check(item, f"{where}[{index}]")
    else:
        _refuse(value, where, "lists, tuples and dicts of these")

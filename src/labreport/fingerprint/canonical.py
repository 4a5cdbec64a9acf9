"""One canonical text for a plain value, and its SHA-256: `1`, `"1"`, `1.0` and `True` all differ."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from labreport.errors import UsageError


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
        raise UsageError(
            f"cannot fingerprint {where}: {kind.__name__} {value!r}; "
            "allowed are strings, numbers, booleans, None, lists, tuples and dicts of these"
        )

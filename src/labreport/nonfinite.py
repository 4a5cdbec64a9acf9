"""Numbers that are not finite, spelled in JSON, which has none: a training that diverges is a result."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

SPELLED = "non-finite"
"""The only member of the object that stands for such a number: `{"non-finite": "nan"}`."""
VALUES = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


def spelled(value: Any) -> Any:
    """`value` with an object for each number that is not finite. Raises `ValueError` for such an object."""
    if isinstance(value, float) and not math.isfinite(value):
        return {SPELLED: str(float(value))}
    if isinstance(value, Mapping):
        if SPELLED in value:
            raise ValueError(f"the name {SPELLED!r} is taken by numbers that are not finite")
        return {name: spelled(item) for name, item in value.items()}
    return [spelled(item) for item in value] if isinstance(value, (list, tuple)) else value


def read(value: Any) -> Any:
    """What `spelled` was given. Raises `ValueError` for another spelling."""
    if isinstance(value, dict):
        if SPELLED not in value:
            return {name: read(item) for name, item in value.items()}
        if len(value) != 1 or value[SPELLED] not in VALUES:
            raise ValueError(f"has the number {value}; allowed are {', '.join(VALUES)}")
        return VALUES[value[SPELLED]]
    return [read(item) for item in value] if isinstance(value, list) else value


def all_finite(value: Any) -> bool:
    """Whether every number in plain values is finite."""
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, Mapping):
        return all(map(all_finite, value.values()))
    return all(map(all_finite, value)) if isinstance(value, (list, tuple)) else True

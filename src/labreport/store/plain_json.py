"""JSON as the store allows it: finite numbers of a bounded size, in a bounded depth, nothing else."""

from __future__ import annotations

import json
import math
from typing import Any

DEPTH = 32
DIGITS = 20
"""Of a whole number; more would cost time that grows with their square."""


def parse(text: bytes) -> Any:
    """The value of a JSON text in UTF-8. Raises `ValueError` for anything that `dump` does not write."""
    try:
        value = json.loads(text.decode("utf-8"), parse_constant=_no_constant, parse_int=_integer)
    except RecursionError:
        raise ValueError("is nested too deeply") from None
    check(value)
    return value


def dump(value: Any) -> str:
    """`value` as sorted JSON, readable and in ASCII. Raises `ValueError` naming the wrong place."""
    check(value)
    return json.dumps(value, indent=1, sort_keys=True, allow_nan=False)


def check(value: Any, where: str = "", depth: int = 0) -> None:
    """Raise `ValueError` unless `value` is made of finite plain values; tuples count as lists."""
    if value is None or isinstance(value, (str, bool)):
        return
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"{where or 'the value'} is {value}; finite numbers are allowed")
    elif isinstance(value, int):
        if abs(value) >= 10**DIGITS:
            raise ValueError(f"{where or 'the value'} is a number of more than {DIGITS} digits")
    elif depth >= DEPTH:
        raise ValueError(f"{where} is nested more than {DEPTH} deep")
    elif isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str):
                raise ValueError(f"{where or 'the value'} has the key {key!r}; strings are allowed")
            check(item, f"{where}.{key}" if where else key, depth + 1)
    elif isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            check(item, f"{where}[{index}]", depth + 1)
    else:
        raise ValueError(f"{where or 'the value'} is a {type(value).__name__}; plain JSON values are allowed")


def _no_constant(name: str) -> None:
    raise ValueError(f"holds {name}")


def _integer(text: str) -> int:
    digits = len(text.lstrip("-"))
    if digits > DIGITS:
        raise ValueError(f"holds a number of {digits} digits")
    return int(text)

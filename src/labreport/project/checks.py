"""Whether the values of a dataclass are what its annotations allow, and what to write instead."""

from __future__ import annotations

import operator
import types
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from labreport.errors import UsageError, did_you_mean, told

_LONGEST = 90
_BOUNDS: Mapping[str, tuple[Callable[[Any, Any], bool], str]] = {
    "ge": (operator.ge, "of at least {}"),
    "gt": (operator.gt, "above {}"),
    "le": (operator.le, "up to {}"),
    "lt": (operator.lt, "below {}"),
    "min_length": (lambda value, limit: len(value) >= limit, "at least {} long"),
    "max_length": (lambda value, limit: len(value) <= limit, "at most {} long"),
}


def check_values(item: Any, place: str, owner: str = "") -> None:
    """Raise `UsageError` for the first field that is not as its dataclass annotates it.

    A whole number may stand for a number, a NumPy scalar for Python's, and nothing else for anything else.
    Bounds are those of a `msgspec.Meta` or `annotated_types` in an `Annotated`. An annotation that cannot be
    read allows everything.
    """
    kind: type = type(item)
    hints = _hints(kind)
    for member in fields(item):
        value, hint = getattr(item, member.name), hints.get(member.name, Any)
        if not fits(value, hint):
            told_of = f"{owner}: " if owner else ""
            text = f"{told_of}{member.name} is {brief(value)}; {_advice(value, hint)}"
            raise UsageError(told(place, text))


def brief(value: Any) -> str:
    """Write a value as Python does, its middle left out where it is long."""
    text = value.__name__ if isinstance(value, type) else repr(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 10]} … {text[-7:]}"


@cache
def _hints(kind: type) -> Mapping[str, Any]:
    try:
        return get_type_hints(kind, include_extras=True)
    except (NameError, TypeError, AttributeError):  # of a name that only a type checker imports
        return {}


def fits(value: Any, hint: Any) -> bool:
    """Whether an annotation allows a value."""
    origin, parts = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return fits(value, parts[0]) and all(_within(value, bounds) for bounds in parts[1:])
    if origin in (Union, types.UnionType):
        return any(fits(value, part) for part in parts)
    if origin is Literal:
        return any(value == part and type(value) is type(part) for part in parts)
    if hint is None:
        return value is None
    if hint in (float, int):
        if isinstance(value, (bool, str)):
            return False
        return hasattr(value, "__index__") or (hint is float and hasattr(value, "__float__"))
    kind = origin or hint
    if kind is Any or not isinstance(kind, type):
        return True
    try:
        if not isinstance(value, kind):
            return False
    except TypeError:  # of a protocol that is for type checkers only
        return True
    if isinstance(value, tuple) and kind is tuple and parts:
        every = parts[:1] * len(value) if parts[1:] == (...,) else parts
        return len(value) == len(every) and all(map(fits, value, every))
    if isinstance(value, Mapping) and len(parts) == 2:
        return all(fits(key, parts[0]) and fits(each, parts[1]) for key, each in value.items())
    return True


def _set(bounds: Any) -> dict[str, Any]:
    return {name: limit for name in _BOUNDS if (limit := getattr(bounds, name, None)) is not None}


def _within(value: Any, bounds: Any) -> bool:
    return all(_BOUNDS[name][0](value, limit) for name, limit in _set(bounds).items())


def _advice(value: Any, hint: Any) -> str:
    """What to write where that is known, and else what is allowed."""
    meant, how = _meant(value, hint)
    if how and fits(meant, hint):
        return f"write {brief(meant)}, {how}"
    choices = [each for each in get_args(hint) if isinstance(each, str)]
    near = did_you_mean(value, choices) if isinstance(value, str) else ""
    return f"allowed is {allowed(hint)}{near}"


def _meant(value: Any, hint: Any) -> tuple[Any, str]:
    origin, parts = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _meant(value, parts[0])
    if origin in (Union, types.UnionType):
        return next((found for part in parts if (found := _meant(value, part))[1]), (value, ""))
    if origin is tuple and parts[1:] == (...,):
        if isinstance(value, (list, set, frozenset, range)):
            return tuple(value), "as a tuple in round brackets"
        return (value,), "with the comma"
    if isinstance(value, str) and hint in (int, float):
        with suppress(ValueError):
            return hint(value), "without quotes"
    if isinstance(value, float) and hint is int and value.is_integer():
        return int(value), "without the point"
    if hint is str and isinstance(value, (int, float)):
        return str(value), "in quotes"
    return value, ""


def allowed(hint: Any) -> str:
    """Say in words what an annotation allows: `a whole number of at least 1`."""
    origin, parts = get_origin(hint), get_args(hint)
    if origin is Annotated:
        limits = [_BOUNDS[name][1].format(limit) for each in parts[1:] for name, limit in _set(each).items()]
        return " ".join([allowed(parts[0]), " and ".join(limits)]).strip()
    if origin in (Union, types.UnionType):
        return " or ".join(allowed(part) for part in parts)
    if origin is Literal:
        return " or ".join(repr(part) for part in parts)
    if origin is tuple and parts[1:] == (...,):
        return f"a tuple, in which each is {allowed(parts[0])}"
    known: dict[Any, str] = {int: "a whole number", float: "a number", str: "a text", bool: "True or False"}
    if hint in (None, types.NoneType):
        return "None"
    kind = origin or hint
    if is_dataclass(kind) and isinstance(kind, type):
        return f"a value of {kind.__name__}"
    return known.get(kind, f"a value of {getattr(kind, '__name__', kind)}")

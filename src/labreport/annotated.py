"""The values of a dataclass against its annotations: what is allowed, in words, and what to write instead."""

from __future__ import annotations

import operator
import re
import types
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from msgspec import Meta as Meta

from labreport.suggest import did_you_mean

_ENGINE = f"{__name__.partition('.')[0]}."
_ADDRESS = re.compile(r" at 0x[0-9a-f]+(?=>)")
_LONGEST = 90
"""Characters of a value that a message shows."""


@dataclass(frozen=True)
class Wrong:
    """The first field of `owner` whose `value` is not what its annotation allows, and what to do about it."""

    owner: type
    field: str
    value: Any
    advice: str

    part: str = ""
    """What is wrong of a value that is too long to be shown: `[3] is None`."""

    def __str__(self) -> str:
        return f"{self.field}{self.part or f' is {brief(self.value)}'}; {self.advice}"


def wrong(item: Any, leave_out: tuple[str, ...] = ()) -> Wrong | None:
    """What is wrong with the first wrong field of a dataclass's instance; None where all are as annotated.

    A whole number may stand for a number, and nothing else for anything else. Bounds are those of
    a `Meta` in an `Annotated`. An annotation that cannot be read here allows everything.
    """
    kind: type = type(item)
    hints = _hints(kind)
    for member in fields(item):
        value, hint = getattr(item, member.name), hints.get(member.name, Any)
        if value is member.default or member.name in leave_out or fits(value, hint):
            continue
        inner = next((found for each in _inside(value) if (found := wrong(each)) is not None), None)
        if (
            inner is None
            and len(repr(value)) > _LONGEST
            and isinstance(value, tuple)
            and get_args(hint)[1:] == (...,)
        ):
            each = get_args(hint)[0]
            place, part = next((place, part) for place, part in enumerate(value) if not fits(part, each))
            return Wrong(kind, member.name, value, _advice(part, each), f"[{place}] is {brief(part)}")
        return inner or Wrong(kind, member.name, value, _advice(value, hint))
    return None


def brief(value: Any) -> str:
    """The value as Python writes it, its middle left out where it is long."""
    text = value.__name__ if isinstance(value, type) else _ADDRESS.sub("", repr(value))
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 10]} … {text[-7:]}"


@cache
def _hints(kind: type) -> Mapping[str, Any]:
    try:
        return get_type_hints(kind, include_extras=True)
    except (NameError, TypeError, AttributeError):  # of a name that only a type checker imports
        return {}


def _inside(value: Any) -> Iterator[Any]:
    """The dataclasses that a value is, or holds."""
    if is_dataclass(value) and not isinstance(value, type):
        yield value
    elif isinstance(value, (tuple, list)):
        for each in value:
            yield from _inside(each)


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
    if hint is float:
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    if hint is int:
        return isinstance(value, int) and not isinstance(value, bool)
    kind = origin or hint
    if kind is Any or not isinstance(kind, type):
        return True
    try:
        if not isinstance(value, kind):
            return False
    except TypeError:  # of a protocol that is for type checkers only
        return True
    if is_dataclass(kind) and not kind.__module__.startswith(_ENGINE):  # whose values are checked when made
        return wrong(value) is None
    if isinstance(value, tuple) and kind is tuple and parts:
        every = parts[:1] * len(value) if parts[1:] == (...,) else parts
        return len(value) == len(every) and all(map(fits, value, every))
    if isinstance(value, Mapping) and len(parts) == 2:
        return all(fits(key, parts[0]) and fits(each, parts[1]) for key, each in value.items())
    if isinstance(value, (list, set, frozenset, tuple)) and len(parts) == 1:
        return all(fits(each, parts[0]) for each in value)
    return True


_BOUNDS: Mapping[str, Callable[[Any, Any], bool]] = {
    "ge": operator.ge,
    "gt": operator.gt,
    "le": operator.le,
    "lt": operator.lt,
}


def _within(value: Any, bounds: Any) -> bool:
    sizes = (("min_length", operator.ge), ("max_length", operator.le))
    return all(
        compare(value, limit)
        for name, compare in _BOUNDS.items()
        if (limit := getattr(bounds, name, None)) is not None
    ) and all(
        compare(len(value), limit)
        for name, compare in sizes
        if (limit := getattr(bounds, name, None)) is not None
    )


def _advice(value: Any, hint: Any) -> str:
    """What to write where that is known, and else what is allowed."""
    meant, how = _meant(value, hint)
    if how and fits(meant, hint):
        return f"write {brief(meant)}, {' and '.join(dict.fromkeys(how))}"
    choices = [each for each in get_args(hint) if isinstance(each, str)]
    near = did_you_mean(value, choices) if isinstance(value, str) and choices else "."
    return f"allowed is {allowed(hint)}{near.removesuffix('.')}"


def _meant(value: Any, hint: Any) -> tuple[Any, list[str]]:
    """The value that was most likely meant, and how it is written differently."""
    origin, parts = get_origin(hint), get_args(hint)
    if fits(value, hint):
        return value, []
    if origin is Annotated:
        return _meant(value, parts[0])
    if origin in (Union, types.UnionType):
        return next((found for part in parts if (found := _meant(value, part))[1]), (value, []))
    if origin is tuple and parts[1:] == (...,):
        how = []
        if isinstance(value, (list, set, frozenset, range)):
            how = ["as a tuple in round brackets"]
        elif not isinstance(value, tuple):
            value, how = (value,), ["with the comma"]
        each = [_meant(part, parts[0]) for part in value]
        return tuple(part for part, _ in each), [*(word for _, words in each for word in words), *how]
    if isinstance(value, str) and hint in (int, float):
        with suppress(ValueError):
            return hint(value), ["without quotes"]
    if isinstance(value, float) and hint is int and value.is_integer():
        return int(value), ["without the point"]
    if hint is int and not isinstance(value, bool):
        with suppress(TypeError):  # a number of NumPy's
            return operator.index(value), ["as a whole number of Python's"]
    if hint is str and isinstance(value, (int, float)):
        return str(value), ["in quotes"]
    return value, []


def allowed(hint: Any) -> str:
    """What an annotation allows, in words: `a whole number of at least 1`."""
    origin, parts = get_origin(hint), get_args(hint)
    if origin is Annotated:
        kind, comma, each = allowed(parts[0]).partition(",")
        return f"{kind}{''.join(map(_limits, parts[1:]))}{comma}{each}"
    if origin in (Union, types.UnionType):
        return " or ".join(allowed(part) for part in parts)
    if origin is Literal:
        return _either([repr(part) for part in parts])
    if origin is tuple and parts[1:] == (...,):
        return f"a tuple, in which each is {allowed(parts[0])}"
    if origin is tuple and parts:
        return f"a tuple of {_either([allowed(part) for part in parts], 'and')}"
    known = {int: "a whole number", float: "a number", str: "a text", bool: "True or False"}
    if hint in (None, types.NoneType):
        return "None"
    kind = origin or hint
    return known.get(kind, f"a value of {getattr(kind, '__name__', kind)}")


def _limits(bounds: Any) -> str:
    low, above, high, below = (getattr(bounds, name, None) for name in ("ge", "gt", "le", "lt"))
    least, most = getattr(bounds, "min_length", None), getattr(bounds, "max_length", None)
    if None not in (low, high):
        return f" from {low:,} to {high:,}"
    said = [
        f"{words} {limit:,}"
        for words, limit in (("of at least", low), ("above", above), ("up to", high), ("below", below))
        if limit is not None
    ]
    said += [
        f"{words} {limit:,} long"
        for words, limit in (("at least", least), ("at most", most))
        if limit is not None
    ]
    return f" {' and '.join(said)}" if said else ""


def _either(words: list[str], last: str = "or") -> str:
    return f"{', '.join(words[:-1])} {last} {words[-1]}" if len(words) > 1 else "".join(words)

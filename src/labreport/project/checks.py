"""What an author declares, at a line, with values that its annotations allow; and what to write instead."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, fields
from functools import cache
from typing import Any, Literal, NoReturn, get_args, get_origin, get_type_hints

import msgspec

from labreport.errors import UsageError, author_location, did_you_mean

_WORDS = {"int": "a whole number", "float": "a number", "str": "a text", "bool": "True or False"}
_WORDS |= {"null": "None", "|": "or", ">=": "of at least", "array": "a tuple"}
_WORDS["object"] = "a value of its class"
"""How msgspec says a type, to how a person does."""


@dataclass(frozen=True, kw_only=True)
class Declared:
    """What an author declares, and the line on which: `project.py:12`."""

    location: str = field(default="", compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "location", self.location or author_location())
        self.check(self)

    def check(self, item: Any) -> None:
        """Raise `UsageError` for the first field of a dataclass that is not as it is annotated.

        A whole number may stand for a number, and a NumPy scalar for Python's. Bounds are those of a
        `msgspec.Meta`. What msgspec cannot read allows everything.
        """
        kind: type = type(item)
        for member in fields(item):
            value = getattr(item, member.name)
            if wrong := _wrong(value, _hints(kind).get(member.name, Any)):
                self.refuse(f"{member.name} is {short_repr(value)}; {wrong}")

    def refuse(self, text: str) -> NoReturn:
        """Raise `UsageError` at the line on which it is declared."""
        kind, name = type(self).__name__.lower(), getattr(self, "name", None)
        owner = kind if name is None else f"{kind} {name!r}"
        raise UsageError(f"{owner}: {text}", location=self.location)


def as_tuple_of(given: Any, kinds: Any, what: str, allowed: str) -> tuple[Any, ...]:
    """One of some kinds, or many of them, as a tuple. Raises `UsageError` for others."""
    each = (given,) if isinstance(given, kinds) else tuple(given)
    if wrong := [one for one in each if not isinstance(one, kinds)]:
        text = f"{what} has {short_repr(wrong[0])}; allowed are {allowed}"
        raise UsageError(text, location=author_location())
    return each


def short_repr(value: Any) -> str:
    """Write a value as Python does, its middle left out where it is long."""
    text = value.__name__ if isinstance(value, type) else repr(value)
    return text if len(text) <= 90 else f"{text[:80]} … {text[-7:]}"


@cache
def _hints(kind: type) -> dict[str, Any]:
    try:
        return get_type_hints(kind, include_extras=True)
    except (NameError, TypeError, AttributeError):  # of a name that only a type checker imports
        return {}


def _wrong(given: Any, hint: Any) -> str:
    """What to write in place of a value, or what is allowed; empty where it is right."""
    value = given.item() if getattr(given, "shape", None) == () else given
    try:
        meant = msgspec.convert(value, hint)
    except TypeError:  # an annotation that msgspec does not know
        return ""
    except msgspec.ValidationError as error:
        if get_origin(hint) is Literal:
            allowed = get_args(hint)
            return (
                f"allowed is {' or '.join(map(repr, allowed))}{did_you_mean(str(value), map(str, allowed))}"
            )
        if isinstance(value, (str, float)):
            with suppress(msgspec.ValidationError):
                how = "quotes" if isinstance(value, str) else "point"
                return f"write {short_repr(msgspec.convert(value, hint, strict=False))}, without the {how}"
        expected = str(error).partition(", got ")[0].replace("`", "").split()[1:]
        return f"allowed is {' '.join(_WORDS.get(word, word) for word in expected)}"
    right = meant == value and (type(meant) is type(value) or isinstance(value, int))
    return "" if right else f"write {short_repr(meant)}"

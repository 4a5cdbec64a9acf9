"""Whether the values of a dataclass are what its annotations allow, and what to write instead."""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from typing import Any, Literal, get_args, get_origin, get_type_hints

from labreport.errors import UsageError, did_you_mean, told

_LONGEST = 90
_WORDS = {"int": "a whole number", "float": "a number", "str": "a text", "bool": "True or False"}
_WORDS |= {"null": "None", "|": "or", "array": "a tuple"}
_WORDS |= {"object": "a value of its class", ">=": "of at least"}
"""How msgspec says a type, to how a person does."""


def check_values(item: Any, place: str, owner: str = "") -> None:
    """Raise `UsageError` for the first field that is not as its dataclass annotates it.

    A whole number may stand for a number, a NumPy scalar for Python's, and nothing else for anything else.
    Bounds are those of a `msgspec.Meta` in an `Annotated`. What msgspec cannot read allows everything.
    """
    kind: type = type(item)
    for member in fields(item):
        wrong = _wrong(getattr(item, member.name), _hints(kind).get(member.name, Any))
        if wrong:
            value = brief(getattr(item, member.name))
            text = f"{member.name} is {value}; {wrong}"
            raise UsageError(told(place, f"{owner}: {text}" if owner else text))


def brief(value: Any) -> str:
    """Write a value as Python does, its middle left out where it is long."""
    text = value.__name__ if isinstance(value, type) else repr(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 10]} … {text[-7:]}"


@cache
def _hints(kind: type) -> dict[str, Any]:
    try:
        return get_type_hints(kind, include_extras=True)
    except (NameError, TypeError, AttributeError):  # of a name that only a type checker imports
        return {}


def _wrong(given: Any, hint: Any) -> str:
    """What to write in place of a value, or what is allowed; empty where it is right."""
    import msgspec

    value = given.item() if type(given).__module__ == "numpy" and not getattr(given, "shape", 1) else given
    try:
        meant = msgspec.convert(value, hint)
    except TypeError:  # an annotation that msgspec does not know
        return ""
    except msgspec.ValidationError as error:
        if get_origin(hint) is Literal:
            words = [word for word in get_args(hint) if isinstance(word, str)]
            near = did_you_mean(value, words) if isinstance(value, str) else ""
            return f"allowed is {' or '.join(map(repr, get_args(hint)))}{near}"
        try:
            if isinstance(value, (str, float)):
                how = "quotes" if isinstance(value, str) else "point"
                return f"write {brief(msgspec.convert(value, hint, strict=False))}, without the {how}"
        except msgspec.ValidationError:
            pass
        expected = str(error).partition(", got ")[0].replace("`", "").split()[1:]
        return f"allowed is {' '.join(_WORDS.get(word, word) for word in expected)}"
    if meant == value and (type(meant) is type(value) or isinstance(value, int)):
        return ""
    return f"write {brief(meant)}"

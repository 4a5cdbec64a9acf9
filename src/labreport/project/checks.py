"""What an author declares, at a line, with values that its annotations allow; and what to write instead."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields
from functools import cache, cached_property
from pkgutil import resolve_name
from typing import Any, Literal, NoReturn, cast, get_args, get_origin, get_type_hints

import msgspec

from labreport.errors import Call, UsageError, author_calls, did_you_mean, location_of, refuse

_WORDS = {
    "int": "a whole number",
    "float": "a number",
    "str": "a text",
    "bool": "True or False",
    "null": "None",
    "|": "or",
    ">=": "of at least",
    "array": "a tuple",
    "object": "a value of its class",
}
"""How msgspec says a type, to how a person does."""

STORED_AS = "stored as"
"""In the metadata of a field: its key in a stored answer, by default its name; None: it is not stored."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Declared:
    """What an author declares, and where."""

    calls: tuple[Call, ...] = field(
        default_factory=author_calls, compare=False, repr=False, metadata={STORED_AS: None}
    )
    """The line of the declaration, then of each call of a helper that led to it."""

    def __post_init__(self) -> None:
        self.check(self)

    @cached_property
    def location(self) -> str:
        """The line on which it is declared: `project.py:12`; the empty text at a prompt."""
        return location_of(*self.calls[0]) if self.calls else ""

    @property
    def owner(self) -> str:
        """What a message is about: `experiment 'wide'`; of a kind without names, the kind."""
        kind = type(self).__name__.lower()
        name = getattr(self, "name", None)
        return kind if name is None else f"{kind} {name!r}"

    def check(self, item: Any) -> None:
        """Raise `UsageError` for the first field of a dataclass that is not as it is annotated.

        A whole number may stand for a number, and a NumPy scalar for Python's. Bounds are those of a
        `msgspec.Meta`. What msgspec cannot read allows everything.
        """
        kind: type = type(item)
        hints = _hints(kind)
        for member in fields(item):
            value = getattr(item, member.name)
            advice = _advice(value, hints.get(member.name, Any))
            if advice:
                self.refuse_declaration(f"{member.name} is {short_repr(value)}; {advice}")

    def refuse_declaration(self, text: str) -> NoReturn:
        """Raise `UsageError` at the line on which it is declared."""
        raise UsageError(f"{self.owner}: {text}", location=self.location)

    def resolve(self, argument: str) -> Callable[..., Any]:
        """The function that an argument is, or that it names as `"module:function"`, which is imported now.

        Raises `UsageError` where there is none.
        """
        function = getattr(self, argument)
        if isinstance(function, str) and ":" in function:
            try:
                function = resolve_name(function)
            except (ModuleNotFoundError, AttributeError, ValueError) as error:
                self.refuse_declaration(f"{argument} is {short_repr(function)}, which is not there ({error})")
        if not callable(function):
            self.refuse_declaration(f"{argument} is {short_repr(function)}, which is no function")
        return cast(Callable[..., Any], function)


def as_tuple_of(value: Any, kinds: Any, what: str, allowed: str) -> tuple[Any, ...]:
    """A value of some kinds, or many of them, as a tuple. Raises `UsageError` about `what` for others."""
    if isinstance(value, kinds):
        return (value,)
    if isinstance(value, str) or not isinstance(value, Iterable):
        refuse(f"{what} is {short_repr(value)}; allowed are {allowed}")
    members = tuple(value)
    for member in members:
        if not isinstance(member, kinds):
            refuse(f"{what} has {short_repr(member)}; allowed are {allowed}")
    return members


def short_repr(value: Any) -> str:
    """Write a value as Python does, its middle left out where it is long."""
    text = value.__name__ if isinstance(value, type) else repr(value)
    return text if len(text) <= 90 else f"{text[:80]} … {text[-7:]}"


@cache
def _hints(kind: Any) -> dict[str, Any]:
    try:
        return get_type_hints(kind, include_extras=True)
    except (NameError, TypeError, AttributeError):  # of a name that only a type checker imports
        return {}


def _advice(value: Any, hint: Any) -> str:
    """What to write in place of a value, or what is allowed; empty where it is right.

    >>> _advice("8", int)
    'allowed is a whole number'
    >>> _advice([8, 4], tuple[int, ...])
    'write (8, 4)'
    """
    is_numpy_scalar = getattr(value, "shape", None) == ()
    plain = value.item() if is_numpy_scalar else value
    try:
        converted = msgspec.convert(plain, hint)
    except TypeError:  # an annotation that msgspec does not know
        return ""
    except msgspec.ValidationError as error:
        return _advice_for_literal(plain, hint) or _allowed(error)
    if converted is plain:
        return ""
    is_same_kind = type(converted) is type(plain) or isinstance(plain, int)
    return "" if converted == plain and is_same_kind else f"write {short_repr(converted)}"


def _advice_for_literal(value: Any, hint: Any) -> str:
    """The words that are allowed, and which is near; empty where the hint does not list them."""
    if get_origin(hint) is not Literal:
        return ""
    allowed = get_args(hint)
    near = did_you_mean(str(value), [str(word) for word in allowed])
    words = " or ".join(repr(word) for word in allowed)
    return f"allowed is {words}{near}"


def _allowed(error: msgspec.ValidationError) -> str:
    """What msgspec expected, in words of a person: `allowed is a whole number of at least 1`."""
    expected = str(error).partition(", got ")[0].replace("`", "")
    words = expected.split()[1:]  # the first is `Expected`
    plain_words = [_WORDS.get(word, word) for word in words]
    return f"allowed is {' '.join(plain_words)}"

"""What authors declare: its line, and the check of its values against annotations, with advice."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields
from functools import cache, cached_property
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any, Literal, NoReturn, TypeAlias, get_args, get_origin, get_type_hints

import msgspec

from labreport.errors import Call, UsageError, author_calls, did_you_mean, location_of, refuse

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

AuthorFunction: TypeAlias = Callable[..., Any]
"""A function of the author's, whatever it takes and returns."""

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
    "Callable": "a function",
}
"""How msgspec says a type, to how a person does."""

STORED_AS = "stored as"
"""In the metadata of a field: its key in a stored answer, by default its name."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Declared:
    """What an author declares, and where."""

    calls: tuple[Call, ...] = field(default_factory=author_calls, compare=False, repr=False)
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

    def check(self, item: DataclassInstance) -> None:
        """Raise `UsageError` for the first field of a dataclass that is not as it is annotated.

        A whole number may stand for a number, and a NumPy scalar for Python's. Bounds are those of a
        `msgspec.Meta`. What msgspec cannot read allows everything.
        """
        hints = _hints(type(item))
        for member in fields(item):
            value = getattr(item, member.name)
            advice = _advice(value, hints.get(member.name, object))
            if advice:
                self.refuse_declaration(f"{member.name} is {short_repr(value)}; {advice}")

    def refuse_declaration(self, text: str) -> NoReturn:
        """Raise `UsageError` at the line on which it is declared."""
        raise UsageError(f"{self.owner}: {text}", location=self.location)

    def resolve(self, argument: str) -> AuthorFunction:
        """The function that an argument is, or that it names as `"module:function"`, which is imported now.

        Raises `UsageError` where there is none.
        """
        function: AuthorFunction | str | None = getattr(self, argument)
        if isinstance(function, str) and ":" in function:
            try:
                function = resolve_name(function)
            except (ModuleNotFoundError, AttributeError, ValueError) as error:
                self.refuse_declaration(f"{argument} is {short_repr(function)}, which is not there ({error})")
        if not callable(function):
            self.refuse_declaration(f"{argument} is {short_repr(function)}, which is no function")
        return function


def as_tuple_of(value: object, kinds: type | tuple[type, ...], what: str, allowed: str) -> tuple[Any, ...]:
    """One value of these kinds, or a list or tuple of them, as a tuple.

    Raises `UsageError` at the author's line for another, with `what` it was given for and what is `allowed`.

    >>> as_tuple_of("a.csv", str, "data", "paths")
    ('a.csv',)
    >>> as_tuple_of(["a.csv", 3], str, "data", "paths")  # raises: data has 3; allowed are paths
    """
    if isinstance(value, kinds):
        return (value,)
    if isinstance(value, str) or not isinstance(value, Iterable):
        refuse(f"{what} is {short_repr(value)}; allowed are {allowed}")
    members = tuple(value)
    for member in members:
        if not isinstance(member, kinds):
            refuse(f"{what} has {short_repr(member)}; allowed are {allowed}")
    return members


def name_of(value: object) -> str:
    """The name of a value: of an experiment its own, of a number its digits.

    >>> name_of(10.0)
    '10'
    """
    if isinstance(value, str):
        return value
    name = getattr(value, "name", None)
    return name if isinstance(name, str) else str(value).removesuffix(".0")


def short_repr(value: object) -> str:
    """Write a value as Python does, its middle left out where it is long; a declaration by its name."""
    if isinstance(value, Declared):
        return value.owner
    text = value.__name__ if isinstance(value, type) else repr(value)
    return text if len(text) <= 90 else f"{text[:80]} … {text[-7:]}"


@cache
def _hints(kind: type) -> dict[str, object]:
    try:
        return get_type_hints(kind, include_extras=True)
    except (NameError, TypeError, AttributeError):  # of a name that only a type checker imports
        return {}


def _advice(value: object, hint: object) -> str:
    """What to write in place of a value, or what is allowed; empty where it is right.

    >>> _advice("8", int)
    'allowed is a whole number'
    >>> _advice([8, 4], tuple[int, ...])
    'write (8, 4)'
    """
    is_numpy_scalar = getattr(value, "shape", None) == ()
    plain = value.item() if is_numpy_scalar else value  # type: ignore[attr-defined]
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


def _advice_for_literal(value: object, hint: object) -> str:
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

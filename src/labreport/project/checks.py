"""`Declared`, the base of everything that authors declare: its line, and the check of its fields' types."""

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
"""A function of the author's with any signature."""

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
"""Words in msgspec's messages to words for people."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Declared:
    """Something that an author declares, with the line of the declaration. Its fields are checked."""

    calls: tuple[Call, ...] = field(default_factory=author_calls, compare=False, repr=False)
    """The author's line that declares it, then the line that called this, up to the top of a module."""

    def __post_init__(self) -> None:
        self.check(self)

    @cached_property
    def location(self) -> str:
        """The line that declares it: `project.py:12`; `""` if it was declared at a prompt."""
        return location_of(*self.calls[0]) if self.calls else ""

    @property
    def owner(self) -> str:
        """How messages name it: `experiment 'wide'`, or only `project` for a class without `name`."""
        kind = type(self).__name__.lower()
        name = getattr(self, "name", None)
        return kind if name is None else f"{kind} {name!r}"

    def check(self, item: DataclassInstance) -> None:
        """Raise `UsageError` for the first field of a dataclass whose value does not match its annotation.

        An int is allowed for a float, and a NumPy scalar for a Python number. `msgspec.Meta` gives bounds. Of
        annotations that msgspec does not know, a class allows its instances, and any other every value.
        """
        hints = _hints(type(item))
        for member in fields(item):
            value = getattr(item, member.name)
            advice = _advice(value, hints.get(member.name, object))
            if advice:
                self.refuse_declaration(f"{member.name} is {short_repr(value)}; {advice}")

    def refuse_declaration(self, text: str) -> NoReturn:
        """Raise `UsageError` about this declaration, at its line."""
        raise UsageError(f"{self.owner}: {text}", location=self.location)

    def resolve(self, argument: str) -> AuthorFunction:
        """The function in the field `argument`; one given as `"module:function"` is imported.

        Raises `UsageError` if the field holds no function, or the import fails.
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


def check_kind(value: object, kinds: type | tuple[type, ...], what: str, allowed: str) -> None:
    """Raise `UsageError` at the author's line where `what` is given a value of none of these `kinds`."""
    if not isinstance(value, kinds):
        refuse(f"{what} is {short_repr(value)}; allowed are {allowed}")


def as_tuple_of(value: object, kinds: type | tuple[type, ...], what: str, allowed: str) -> tuple[Any, ...]:
    """A tuple made of one value of these `kinds`, or of several in a list or tuple.

    Raises `UsageError` at the author's line for any other value. The message says `what` argument it was
    given for, and what is `allowed`.

    >>> as_tuple_of("a.csv", str, "data", "paths")
    ('a.csv',)
    >>> as_tuple_of(["a.csv", 3], str, "data", "paths")  # raises: data has 3; allowed are paths
    """
    if isinstance(value, (kinds, str)) or not isinstance(value, Iterable):
        check_kind(value, kinds, what, allowed)
        return (value,)
    members = tuple(value)
    for member in members:
        if not isinstance(member, kinds):
            refuse(f"{what} has {short_repr(member)}; allowed are {allowed}")
    return members


def name_of(value: object) -> str:
    """The name of a group that a value stands for: a text itself, an experiment's name, a number's digits.

    >>> name_of(10.0)
    '10'
    """
    if isinstance(value, str):
        return value
    name = getattr(value, "name", None)
    return name if isinstance(name, str) else str(value).removesuffix(".0")


def short_repr(value: object) -> str:
    """A value as `repr` writes it, shortened in the middle to 90 characters; a declaration by its name."""
    if isinstance(value, Declared):
        return value.owner
    text = value.__name__ if isinstance(value, type) else repr(value)
    return text if len(text) <= 90 else f"{text[:80]} … {text[-7:]}"


@cache
def _hints(kind: type) -> dict[str, object]:
    try:
        return get_type_hints(kind, include_extras=True)
    except (NameError, TypeError, AttributeError):  # an annotation uses a name that only type checkers import
        return {}


def _advice(value: object, hint: object) -> str:
    """What to write instead of a value, or what is allowed; empty if the value matches the annotation.

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
        if isinstance(hint, type) and not isinstance(plain, hint):
            return f"allowed is {hint.__name__}"
        return ""
    except msgspec.ValidationError as error:
        return _advice_for_literal(plain, hint) or _allowed(error)
    if converted is plain:
        return ""
    is_same_kind = type(converted) is type(plain) or isinstance(plain, int)
    return "" if converted == plain and is_same_kind else f"write {short_repr(converted)}"


def _advice_for_literal(value: object, hint: object) -> str:
    """The allowed words of a `Literal`, and the nearest of them; empty for any other annotation."""
    if get_origin(hint) is not Literal:
        return ""
    allowed = get_args(hint)
    near = did_you_mean(str(value), [str(word) for word in allowed])
    words = " or ".join(repr(word) for word in allowed)
    return f"allowed is {words}{near}"


def _allowed(error: msgspec.ValidationError) -> str:
    """What msgspec expected, in plain words: `allowed is a whole number of at least 1`."""
    expected = str(error).partition(", got ")[0].replace("`", "")
    words = expected.split()[1:]  # the first is `Expected`
    plain_words = [_WORDS.get(word, word) for word in words]
    return f"allowed is {' '.join(plain_words)}"

"""The values of an answer by name, and their conversion to JSON.

An object is stored as its kind and its fields: `{"is": "quantity", "value": 98.1, …}`. The kind is the name
of the class in lower case, unless the class has `stored_as`; the key of a field is its name, unless its
metadata have `STORED_AS`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from typing import TYPE_CHECKING, Any

from labreport.errors import refuse
from labreport.project.checks import STORED_AS, name_of
from labreport.stats.conditions import Condition
from labreport.stats.names import HasParts, find
from labreport.stats.quantity import Quantity
from labreport.stats.scalars import plain_number, scalar

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def members_equal(first: object, second: object) -> bool:
    """Whether two values of an answer are stored as the same JSON."""
    return bool(_value_to_json(first) == _value_to_json(second))


class Namespace(HasParts):
    """Values by name; the attribute `members` has them as a dictionary."""

    def __init__(self, members: Mapping[Any, object]) -> None:
        self.members: dict[str, Any] = {}
        for name, value in members.items():
            self.members[name_of(name)] = _as_member(name, value)

    def __getitem__(self, name: object) -> Any:
        return self.members[find(name, self.members)]

    def __contains__(self, name: object) -> bool:
        return name_of(name) in self.members

    def __iter__(self) -> Iterator[str]:
        return iter(self.members)

    def __len__(self) -> int:
        return len(self.members)

    __eq__ = members_equal
    __hash__ = object.__hash__

    def __repr__(self) -> str:
        return "\n".join(f"{name}: {value!r}" for name, value in self.members.items())


def _as_member(name: object, value: Any) -> object:
    """Convert a value to one that an answer can hold. Raises `UsageError` for a value without a source."""
    if isinstance(value, (str, Quantity, Namespace)):
        return value
    if is_dataclass(value) and hasattr(value, "_repr_html_"):  # findings and tables
        return value
    if isinstance(value, Mapping):
        return Namespace(value)
    if isinstance(value, (list, tuple)):
        return [_as_member(name, item) for item in value]
    if hasattr(value, "itertuples"):
        from labreport.stats.tables import Table  # here, since tables imports this module

        return Table.of(value)
    if isinstance(scalar(value), (bool, Condition)):
        refuse(f"{name} is a truth; write fact({value!r}, 'the sentence that it makes')")
    if hasattr(value, "__float__"):
        refuse(f"{name} is {value!r}; write number({plain_number(value)!r}), with its unit and method")
    kind = type(value).__name__
    return refuse(f"{name} is a {kind}; allowed are quantities, findings, tables, texts and lists")


def to_json(answer: Namespace) -> dict[str, Any]:
    """The JSON values of an answer, from which `from_json` restores an equal answer, to the last bit."""
    return {name: _value_to_json(value) for name, value in answer.members.items()}


def _value_to_json(value: object) -> object:
    if isinstance(value, Namespace):
        return {"is": "names", "members": to_json(value)}
    if isinstance(value, (list, tuple)):
        return [_value_to_json(item) for item in value]
    if not is_dataclass(value):
        return value
    written: dict[str, object] = {"is": _stored_kind(type(value))}
    for key, attribute in stored_fields(value).items():
        member = getattr(value, attribute.name)
        is_empty_default = member in ("", (), None) and member == attribute.default
        if not is_empty_default:
            written[key] = _value_to_json(member)
    return written


def _stored_kind(kind: type) -> str:
    """The name under which a class is stored, in the key `is`: `stored_as`, or its name in lower case."""
    return getattr(kind, "stored_as", kind.__name__.lower())


def stored_fields(kind: DataclassInstance | type[DataclassInstance]) -> dict[str, Field[Any]]:
    """The stored fields of a class by their keys in JSON; fields that are not compared are not stored."""
    by_key = {}
    for attribute in fields(kind):
        if attribute.compare:
            by_key[attribute.metadata.get(STORED_AS, attribute.name)] = attribute
    return by_key


def is_stored_form(written: Mapping[str, object], kind: type[DataclassInstance]) -> bool:
    """Whether JSON values are those of this class: they have its kind, and all fields without a default.

    Both `Difference` and `GroupedDifference` have the kind "difference"; only the latter has `groups`.
    """
    if written["is"] != _stored_kind(kind):
        return False
    required = []
    for key, attribute in stored_fields(kind).items():
        if attribute.default is MISSING:
            required.append(key)
    return written.keys() >= set(required)

"""Answers: the values that a question's function returns, and how they are restored from JSON."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING, Any

from labreport.errors import refuse
from labreport.project.measure import Measure
from labreport.stats.finding import Comparison, Count, Difference, Effect, Fact, GroupedDifference, Ranking
from labreport.stats.formats import FormattedQuantity
from labreport.stats.namespace import Namespace, is_stored_form, members_equal, stored_fields
from labreport.stats.quantity import Quantity, Source
from labreport.stats.tables import Column, Table

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


class Answer(Namespace):
    """The answer to a question, as its function returns it: values by name.

    The values are quantities, findings, tables, texts and lists.
    """

    def __init__(self, /, **names: object) -> None:
        super().__init__(names)

    def __or__(self, other: Namespace) -> Answer:
        """Join two answers. Raises `UsageError` if a name has different values in them."""
        return Answer(**_joined(self, other, ""))

    def _shown_members(self) -> list[Any]:
        """The findings and tables of the answer, which are all that a notebook shows."""
        return [value for value in self.members.values() if hasattr(type(value), "_repr_html_")]

    def __repr__(self) -> str:
        return "\n\n".join(map(repr, self._shown_members())) or super().__repr__()

    def _repr_html_(self) -> str:
        parts = [value._repr_html_() for value in self._shown_members()]
        return "".join(parts) or f"<pre>{escape(repr(self))}</pre>"


def _joined(first: Namespace, second: Namespace, prefix: str) -> dict[str, object]:
    """The members of both: namespaces with the same name are joined; other values must be equal."""
    members: dict[str, object] = dict(first.members)
    for name, value in second.members.items():
        ours = members.setdefault(name, value)
        if isinstance(ours, Namespace) and isinstance(value, Namespace):
            members[name] = Namespace(_joined(ours, value, f"{prefix}{name}."))
        elif not members_equal(ours, value):
            refuse(f"{prefix}{name} has two meanings in joined answers; give one of them a name=")
    return members


_CLASSES: tuple[type[DataclassInstance], ...] = (
    Quantity,
    FormattedQuantity,
    Source,
    Table,
    Column,
    Comparison,
    Measure,
    Ranking,
    Difference,
    GroupedDifference,
    Effect,
    Count,
    Fact,
)
"""The classes of the objects in an answer."""


def from_json(answer: Mapping[str, object]) -> Answer:
    """Restore an answer from the JSON values that `to_json` made."""
    return Answer(**{name: _value_of(value) for name, value in answer.items()})


def _value_of(value: object) -> object:
    if isinstance(value, (list, tuple)):
        return tuple(map(_value_of, value))
    if not isinstance(value, Mapping):
        return value
    if value["is"] == "names":
        return Namespace(from_json(value["members"]).members)
    (kind,) = [kind for kind in _CLASSES if is_stored_form(value, kind)]
    arguments = {}
    for key, attribute in stored_fields(kind).items():
        if key in value:
            arguments[attribute.name] = _value_of(value[key])
    return kind(**arguments)

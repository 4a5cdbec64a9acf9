"""Answers: the values that a question's function returns."""

from __future__ import annotations

from html import escape
from typing import Any

from labreport.errors import refuse
from labreport.stats.namespace import Namespace, members_equal


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

"""The values of an answer by name."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import is_dataclass
from typing import Any, TypeAlias

from labreport.errors import refuse
from labreport.project.checks import name_of
from labreport.stats.conditions import Condition
from labreport.stats.names import HasParts, find
from labreport.stats.quantity import Quantity
from labreport.stats.scalars import plain_number, scalar

NamedQuantity: TypeAlias = tuple[tuple[str, ...], Quantity]
"""A quantity with the names that lead to it: `(("mean", "wide"), quantity)`."""


def members_equal(first: object, second: object) -> bool:
    """Whether two values of an answer are stored as the same JSON."""
    from labreport.stats.stored import to_json  # here, since that module converts namespaces

    return to_json(Namespace({"value": first})) == to_json(Namespace({"value": second}))


class Numbered(HasParts):
    """A member of an answer that has quantities inside."""

    @abstractmethod
    def numbers(self, beside: Mapping[str, object]) -> Iterator[NamedQuantity]:
        """Its quantities with their names below it. `beside` are the members of the answer that it is in."""


class Namespace(HasParts):
    """Values by name; the attribute `members` has them as a dictionary."""

    def __init__(self, members: Mapping[Any, object]) -> None:
        self.members: dict[str, Any] = {}
        for name, value in members.items():
            self.members[name_of(name)] = _as_member(name, value)

    def numbers(self) -> Iterator[NamedQuantity]:
        """Each quantity with the names that lead to it, in order: `("mean", "wide")`, `("gain", "slow")`."""
        for name, member in self.members.items():
            if isinstance(member, Quantity):
                yield (name,), member
                continue
            inside: Iterable[NamedQuantity] = ()
            if isinstance(member, Namespace):
                inside = member.numbers()
            elif isinstance(member, Numbered):
                inside = member.numbers(self.members)
            for names, quantity in inside:
                yield (name, *names), quantity

    def __getitem__(self, name: object) -> Any:
        return self.members[find(name, self.members)]

    @property
    def _part_names(self) -> Iterable[str]:
        return self.members

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


def namespace_of(named: Iterable[NamedQuantity]) -> Namespace:
    """Quantities in namespaces below each other: `("A", "10")` is `namespace.A["10"]`."""
    members: dict[str, Any] = {}
    for names, quantity in named:
        inner = members
        for name in names[:-1]:
            inner = inner.setdefault(name, {})
        inner[names[-1]] = quantity
    return Namespace(members)


def have_same_numbers(view: Namespace, member: object) -> bool:
    """Whether a member of an answer is this view of a finding: it has the very same quantities."""
    if not isinstance(member, Namespace):
        return False
    ours, theirs = list(view.numbers()), list(member.numbers())
    if [names for names, _ in ours] != [names for names, _ in theirs]:
        return False
    return all(our is their for (_, our), (_, their) in zip(ours, theirs, strict=True))


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

"""What an answer is: numbers, findings and tables by name, printed by name, and written as JSON."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from html import escape
from typing import Any

from labreport.errors import did_you_mean
from labreport.project.measure import Measure
from labreport.stats.quantity import Condition, Quantity, Source, plain_number, refuse, scalar


def text_of(value: Any) -> str:
    """The name of a value: of an experiment its own, of a number its digits, `10` for 10.0."""
    if isinstance(value, str):
        return value
    name = getattr(value, "name", None)
    return name if isinstance(name, str) else re.sub(r"\.0$", "", str(value))


def find(name: Any, known: Iterable[str], what: str = "name") -> str:
    """Find a name, or the only one that differs in its signs: `deep_8` finds `deep-8`."""
    wanted, names = text_of(name), list(known)
    alike = [one for one in names if re.sub(r"\W", "_", one) == re.sub(r"\W", "_", wanted)]
    if wanted not in names and len(alike) != 1:
        refuse(f"no {what} {wanted!r}{did_you_mean(wanted, names, 'there are')}")
    return wanted if wanted in names else alike[0]


def equal(one: Any, other: Any) -> bool:
    """Whether two values of an answer are equal in all that is written of them."""
    return bool(_plain(one) == _plain(other))


class Names:
    """Values by name, as attributes and as items; `members` is the only name that is the class's own."""

    def __init__(self, members: Mapping[Any, Any]) -> None:
        self.members: dict[str, Any] = {text_of(name): _kept(name, value) for name, value in members.items()}
        if wrong := [name for name in self.members if name == "members" or name.startswith("__")]:
            refuse(f"an answer has no name {wrong[0]!r}; choose another")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name == "members":
            raise AttributeError(name)
        return self[name]

    def __getitem__(self, name: Any) -> Any:
        return self.members[find(name, self.members)]

    def __contains__(self, name: object) -> bool:
        return text_of(name) in self.members

    def __iter__(self) -> Iterator[str]:
        return iter(self.members)

    def __len__(self) -> int:
        return len(self.members)

    __eq__ = equal
    __hash__ = object.__hash__

    def __repr__(self) -> str:
        return "\n".join(f"{name}: {value!r}" for name, value in self.members.items())


class Answer(Names):
    """What a question's function returns: quantities, findings, tables, texts and lists by name."""

    def __init__(self, **names: Any) -> None:
        super().__init__(names)

    def __or__(self, other: Answer) -> Answer:
        """Join two answers. Raises `UsageError` where one name means two things."""
        return Answer(**_merged(self, other))

    def _told(self) -> list[Any]:
        return [one for one in self.members.values() if hasattr(type(one), "_repr_html_")]

    def __repr__(self) -> str:
        return "\n\n".join(map(repr, self._told())) or super().__repr__()

    def _repr_html_(self) -> str:
        return "".join(one._repr_html_() for one in self._told()) or f"<pre>{escape(repr(self))}</pre>"


def _merged(one: Names, other: Names, prefix: str = "") -> dict[str, Any]:
    found = dict(one.members)
    for name, value in other.members.items():
        mine = found.setdefault(name, value)
        if isinstance(mine, Names) and isinstance(value, Names):
            found[name] = Names(_merged(mine, value, f"{prefix}{name}."))
        elif not equal(mine, value):
            refuse(f"{prefix}{name} has two meanings in joined answers; give one of them a name=")
    return found


def _kept(name: Any, value: Any) -> Any:
    """A value as an answer holds it. Raises `UsageError` for what cannot be printed with its source."""
    kinds = _kinds()
    if isinstance(value, (str, Quantity, Names, kinds["table"], kinds["finding"])):
        return value
    if isinstance(value, Mapping):
        return Names(value)
    if isinstance(value, (list, tuple)):
        return [_kept(name, each) for each in value]
    if hasattr(value, "itertuples"):
        return kinds["table"].of(value)
    if isinstance(scalar(value), (bool, Condition)):
        refuse(f"{name} is a truth; write fact({value!r}, 'the sentence that it makes')")
    if hasattr(value, "__float__"):
        refuse(f"{name} is {value!r}; write number({plain_number(value)!r}), with its unit and method")
    kind = type(value).__name__
    return refuse(f"{name} is a {kind}; allowed are quantities, findings, tables, texts and lists")


def to_plain(answer: Names) -> dict[str, Any]:
    """Write an answer as JSON values, from which `from_plain` makes one that is equal in every bit."""
    return {name: _plain(value) for name, value in answer.members.items()}


def from_plain(plain: Mapping[str, Any]) -> Answer:
    """Read what `to_plain` wrote."""
    return Answer(**{name: _read(value, list) for name, value in plain.items()})


def _plain(value: Any) -> Any:
    if isinstance(value, Names):
        return {"is": "names", "members": to_plain(value)}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    if not is_dataclass(value):
        return value
    of = [(one, getattr(value, one.name)) for one in fields(value) if one.compare]
    return {"is": type(value).__name__.lower()} | {
        one.name: _plain(each)
        for one, each in of
        if each or not isinstance(each, (str, tuple, type(None))) or one.default != each
    }


def _read(value: Any, sequence: Callable[[Iterable[Any]], Any]) -> Any:
    if isinstance(value, Mapping):
        kind, of = value["is"], {name: each for name, each in value.items() if name != "is"}
        if kind == "names":
            return Names({name: _read(each, list) for name, each in of["members"].items()})
        known = _kinds()[kind]
        return known(**{one.name: _read(of[one.name], tuple) for one in fields(known) if one.name in of})
    if isinstance(value, (list, tuple)):
        return sequence([_read(each, sequence) for each in value])
    return value


def _kinds() -> dict[str, Any]:
    from labreport.stats.compare import Part
    from labreport.stats.finding import Finding
    from labreport.stats.tables import Column, Table

    return {one.__name__.lower(): one for one in (Quantity, Source, Table, Column, Finding, Part, Measure)}

"""What an answer holds, by names and in tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from functools import partial
from html import escape
from typing import Any
from unicodedata import normalize

from labreport.errors import did_you_mean
from labreport.stats import quantity
from labreport.stats.quantity import Condition, Quantity, Source, as_quantity, plain_number, refuse, scalar


def text_of(value: Any) -> str:
    """The name of a value: of an experiment its own, of a number its digits, `10` for 10.0."""
    if isinstance(value, str):
        return value
    name = getattr(value, "name", None)
    return name if isinstance(name, str) else re.sub(r"\.0$", "", str(value))


def find(name: Any, known: Iterable[str], what: str = "name") -> str:
    """Find a name, or the only one that differs in its signs: `deep_8` finds `deep-8`, and µ μ."""
    wanted, names = text_of(name), list(known)
    plain = [re.sub(r"\W", "_", normalize("NFKC", one)) for one in (wanted, *names)]  # of µ and μ the same
    alike = [one for one, key in zip(names, plain[1:], strict=True) if key == plain[0]]
    if wanted not in names and len(alike) != 1:
        refuse(f"no {what} {wanted!r}{did_you_mean(wanted, names, 'there are')}")
    return wanted if wanted in names else alike[0]


def members_equal(one: Any, other: Any) -> bool:
    """Whether two values of an answer are equal in all that is written of them."""
    return bool(_value_to_json(one) == _value_to_json(other))


class Namespace:
    """Values by name, as attributes and as items; `members` is the only name that is the class's own."""

    def __init__(self, members: Mapping[Any, Any]) -> None:
        self.members: dict[str, Any] = {text_of(name): _kept(name, value) for name, value in members.items()}

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

    __eq__ = members_equal
    __hash__ = object.__hash__

    def __repr__(self) -> str:
        return "\n".join(f"{name}: {value!r}" for name, value in self.members.items())


def to_json(answer: Namespace) -> dict[str, Any]:
    """Write an answer as JSON values, from which `from_plain` makes one that is equal in every bit."""
    return {name: _value_to_json(value) for name, value in answer.members.items()}


def _value_to_json(value: Any) -> Any:
    if isinstance(value, Namespace):
        return {"is": "names", "members": to_json(value)}
    if isinstance(value, (list, tuple)):
        return [_value_to_json(each) for each in value]
    if not is_dataclass(value):
        return value
    of = [(one, getattr(value, one.name)) for one in fields(value) if one.compare]
    return {"is": type(value).__name__.lower()} | {
        one.name: _value_to_json(each)
        for one, each in of
        if each or not isinstance(each, (str, tuple, type(None))) or one.default != each
    }


def _kept(name: Any, value: Any) -> Any:
    """A value as an answer holds it. Raises `UsageError` for what cannot be printed with its source."""
    if isinstance(value, (str, Quantity, Namespace)) or (
        is_dataclass(value) and hasattr(value, "_repr_html_")
    ):
        return value
    if isinstance(value, Mapping):
        return Namespace(value)
    if isinstance(value, (list, tuple)):
        return [_kept(name, each) for each in value]
    if hasattr(value, "itertuples"):
        return Table.of(value)
    if isinstance(scalar(value), (bool, Condition)):
        refuse(f"{name} is a truth; write fact({value!r}, 'the sentence that it makes')")
    if hasattr(value, "__float__"):
        refuse(f"{name} is {value!r}; write number({plain_number(value)!r}), with its unit and method")
    kind = type(value).__name__
    return refuse(f"{name} is a {kind}; allowed are quantities, findings, tables, texts and lists")


# Tables


@dataclass(frozen=True)
class Column:
    """A column of a table: its name, and the title of its head."""

    name: str
    title: str = ""


@dataclass(frozen=True, eq=False)
class Table:
    """Rows of texts and quantities, all of one length; numbers become quantities."""

    columns: Sequence[Any]
    rows: Sequence[Sequence[Any]]

    def __post_init__(self) -> None:
        columns = [one if isinstance(one, Column) else Column(str(one), str(one)) for one in self.columns]
        object.__setattr__(self, "columns", tuple(columns))
        object.__setattr__(self, "rows", tuple(tuple(map(_cell, row)) for row in self.rows))
        if wrong := [row for row in self.rows if len(row) != len(columns)]:
            refuse(f"a table of {len(columns)} columns has a row of {len(wrong[0])}: {wrong[0][0]!r}, …")

    @classmethod
    def of(cls, frame: Any) -> Table:
        """Make a table of a pandas DataFrame; an index that has a name is its first column."""
        frame = frame.reset_index() if any(name is not None for name in frame.index.names) else frame
        return cls(tuple(map(text_of, frame.columns)), tuple(frame.itertuples(index=False, name=None)))

    def _by_column(self) -> Iterator[tuple[list[str | Quantity], list[Quantity], list[str]]]:
        """The cells of each column, those that are quantities, and the units that these have."""
        for place in range(len(self.columns)):
            cells = [row[place] for row in self.rows]
            numbers = [cell for cell in cells if isinstance(cell, Quantity)]
            yield cells, numbers, list({quantity.unit_text(one.unit) for one in numbers})

    @property
    def heads(self) -> list[str]:
        """The titles, each with the unit that all quantities of its column have: `Test accuracy, %`."""
        found = []
        for column, (_, _, units) in zip(self.columns, self._by_column(), strict=True):
            title, unit = column.title, units[0] if len(units) == 1 else ""
            told = unit.lower() in title.lower().split()
            found.append(title if told else ", ".join(filter(None, (title, unit))))
        return found

    @property
    def numeric(self) -> list[bool]:
        """Which columns have numbers."""
        return [bool(numbers) for _, numbers, _ in self._by_column()]

    def cells(self, digits: int | None = None) -> list[list[str]]:
        """Print the cells: quantities with half widths, in one number of decimals a column, or `digits`."""
        printed = []
        for cells, numbers, units in self._by_column():
            places = quantity.digits_of_column(numbers) if digits is None else digits
            form = partial(quantity.as_table, digits=places, with_unit=len(units) > 1)
            printed.append([cell if isinstance(cell, str) else form(cell) for cell in cells])
        return [list(line) for line in zip(*printed, strict=True)]

    __eq__ = members_equal
    __hash__ = object.__hash__

    def __repr__(self) -> str:
        lines = [self.heads, *self.cells()]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{escape(one)}</th>" for one in self.heads)
        body = ("".join(f"<td>{escape(cell)}</td>" for cell in line) for line in self.cells())
        return f"<table><tr>{head}</tr>{''.join(f'<tr>{line}</tr>' for line in body)}</table>"


def _cell(value: Any) -> str | Quantity:
    if isinstance(value, Quantity) or hasattr(type(value), "quantity"):
        return as_quantity(value)
    if value is None or str(value) == "<NA>" or value != value:  # an empty cell of pandas
        return quantity.MISSING
    if isinstance(value, bool) or not hasattr(value, "__float__"):
        return text_of(value)
    number = plain_number(value)
    return Quantity(number, source=Source(kind="computed"), exact=isinstance(number, int))


def declared(experiment: Any) -> Namespace:
    """Read what is declared of an experiment: fields and properties of its specification, and its epochs."""
    of, source = experiment.specification, Source((experiment.name,), kind="declared")
    own = [name for name, one in vars(type(of)).items() if isinstance(one, property) and name[0] != "_"]
    values = {name: getattr(of, name) for name in (*(one.name for one in fields(of)), *own)}
    found: dict[str, Any] = {"name": experiment.name, "title": experiment.title or experiment.name}
    for name, value in {**values, "epochs": experiment.epochs}.items():
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            found[name] = Quantity(value, source=source, exact=True)
        else:
            several = value if isinstance(value, (list, tuple)) else [] if value is None else [value]
            found[name] = ", ".join(map(text_of, several))
    return Namespace(found)


def rows(subjects: Iterable[Any], answer: Namespace | None = None, **columns: str) -> Table:
    """Make a table of subjects: declared fields, and what the answer has by the names of the subjects.

    `subjects` are experiments, names, or `Names` of declared fields; a column is a name and its title:
    `rows(experiments, epochs="Epochs", mean="Test accuracy")`. `name=` is the title of the first column.
    Raises `UsageError` for a column that nothing has.
    """
    given = subjects.members if isinstance(subjects, Namespace) else {text_of(one): one for one in subjects}
    known = {} if answer is None else answer.members
    by_name = [(name, one.members) for name, one in known.items() if isinstance(one, Namespace)]
    head, lines = columns.pop("name", "Name"), []
    for name, one in given.items():
        own = {} if isinstance(one, str) else (one if isinstance(one, Namespace) else declared(one)).members
        found = {key: of.get(name, quantity.MISSING) for key, of in by_name if given.keys() & of} | own
        if wrong := [column for column in columns if column not in found]:
            refuse(f"rows(): {name!r} has no {wrong[0]!r}{did_you_mean(wrong[0], found, 'there are')}")
        lines.append([own.get("title", name), *(found[column] for column in columns)])
    return Table([Column(name, title) for name, title in {"name": head, **columns}.items()], lines)

"""Tables of quantities and texts, and what is declared of experiments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from html import escape
from typing import Any

from labreport.errors import did_you_mean
from labreport.stats.names import Names, equal, is_finding, text_of
from labreport.stats.quantity import Quantity, Source, as_quantity, plain_number, refuse
from labreport.stats.rounding import MISSING, as_table, digits_of_column, unit_text


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

    @property
    def heads(self) -> list[str]:
        """The titles, each with the unit that all quantities of its column have: `Test accuracy, %`."""
        found = []
        for place, column in enumerate(self.columns):
            units = self._units(place)
            unit = units.pop() if len(units) == 1 else ""
            apart = unit and unit.lower() not in column.title.lower().split()
            found.append(f"{column.title}, {unit}" if apart and column.title else column.title or unit)
        return found

    def cells(self, digits: int | None = None) -> list[list[str]]:
        """Print the cells: quantities with half widths, in one number of decimals a column."""
        printed: list[list[str]] = [[] for _ in self.rows]
        for place in range(len(self.columns)):
            shown = digits_of_column(self._quantities(place)) if digits is None else digits
            mixed = len(self._units(place)) > 1
            for row, line in zip(self.rows, printed, strict=True):
                cell = row[place]
                text = as_table(cell, shown) if isinstance(cell, Quantity) else cell
                unit = mixed and isinstance(cell, Quantity) and unit_text(cell.unit)
                line.append(f"{text}\u00a0{unit}" if unit else text)
        return printed

    def _quantities(self, place: int) -> list[Quantity]:
        return [row[place] for row in self.rows if isinstance(row[place], Quantity)]

    def _units(self, place: int) -> set[str]:
        return {unit_text(one.unit) for one in self._quantities(place)}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Table) and equal(self, other)

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
    if isinstance(value, (str, Quantity)):
        return value
    if is_finding(value):
        return as_quantity(value)
    if value is None or value != value:  # an empty cell of pandas
        return MISSING
    if isinstance(value, bool) or not hasattr(value, "__float__"):
        return text_of(value)
    number = plain_number(value)
    return Quantity(number, source=Source(kind="computed"), exact=isinstance(number, int))


def declared(experiment: Any) -> Names:
    """Read what is declared of an experiment: fields and properties of its specification, and its epochs."""
    of = experiment.specification
    own = [name for name, one in vars(type(of)).items() if isinstance(one, property) and name[0] != "_"]
    values = {name: getattr(of, name) for name in (*(one.name for one in fields(of)), *own)}
    source = Source((experiment.name,), kind="declared")
    found: dict[str, Any] = {"name": experiment.name, "title": experiment.title or experiment.name}
    for name, value in {**values, "epochs": experiment.epochs}.items():
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            found[name] = Quantity(value, source=source, exact=True)
        else:
            several = isinstance(value, (list, tuple))
            found[name] = (
                ", ".join(map(text_of, value)) if several else text_of("" if value is None else value)
            )
    return Names(found)


def rows(subjects: Iterable[Any], answer: Names | None = None, **columns: str) -> Table:
    """Make a table of subjects: declared fields, and what the answer has by the names of the subjects.

    `subjects` are experiments, names, or `Names` of declared fields; a column is a name and its title:
    `rows(experiments, epochs="Epochs", mean="Test accuracy")`. `name=` is the title of the first column.
    Raises `UsageError` for a column that nothing has.
    """
    given = subjects.members if isinstance(subjects, Names) else {text_of(one): one for one in subjects}
    of = {name: one if isinstance(one, (str, Names)) else declared(one) for name, one in given.items()}
    known = {} if answer is None else answer.members
    head, found = columns.pop("name", "Name"), []
    for name, own in of.items():
        fields_of = own.members if isinstance(own, Names) else {}
        cells = [_of_subject(column, name, fields_of, known, of) for column in columns]
        found.append((fields_of.get("title", name), *cells))
    heads = (Column(name, title) for name, title in {"name": head, **columns}.items())
    return Table(tuple(heads), tuple(found))


def _of_subject(
    column: str, name: str, own: Mapping[str, Any], known: Mapping[str, Any], of: Iterable[str]
) -> Any:
    by_name = known.get(column)
    if column in own:
        return own[column]
    if isinstance(by_name, Names) and any(other in by_name for other in of):
        return by_name.members.get(name, MISSING)
    names = [*own, *(each for each in known if isinstance(known[each], Names))]
    near = did_you_mean(column, names)
    return refuse(f"rows(): {name!r} has no {column!r}{near}; there are {', '.join(names)}")

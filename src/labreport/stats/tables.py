"""Tables of an answer: texts and quantities in rows, all of a column with one number of decimals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from html import escape
from typing import Any

from labreport.errors import did_you_mean, refuse
from labreport.stats.formats import FormattedQuantity, as_table, digits_of_column
from labreport.stats.names import Namespace, members_equal, text_of
from labreport.stats.quantity import Quantity, Source, as_quantity
from labreport.stats.scalars import plain_number
from labreport.stats.wording import MISSING, unit_text

Cell = str | Quantity | FormattedQuantity


@dataclass(frozen=True)
class Column:
    """A column of a table: its name, and the title of its head."""

    name: str
    title: str = ""


@dataclass(frozen=True, eq=False)
class Table:
    """Rows of texts and quantities, all of one length; numbers become quantities.

    A cell may also be what a filter returns, such as `ci(quantity, 1)`, and is printed as that says.
    """

    columns: Sequence[Any]
    rows: Sequence[Sequence[Any]]

    def __post_init__(self) -> None:
        columns = []
        for column in self.columns:
            named = column if isinstance(column, Column) else Column(str(column), str(column))
            columns.append(named)
        rows = []
        for row in self.rows:
            if len(row) != len(columns):
                refuse(f"a table of {len(columns)} columns has a row of {len(row)}: {row[0]!r}, …")
            rows.append(tuple(_cell(value) for value in row))
        object.__setattr__(self, "columns", tuple(columns))
        object.__setattr__(self, "rows", tuple(rows))

    @classmethod
    def of(cls, frame: Any) -> Table:
        """Make a table of a pandas DataFrame; an index that has a name is its first column."""
        if any(name is not None for name in frame.index.names):
            frame = frame.reset_index()
        columns = [text_of(name) for name in frame.columns]
        return cls(columns, tuple(frame.itertuples(index=False, name=None)))

    @property
    def heads(self) -> list[str]:
        """The titles, each with the unit that all quantities of its column have: `Test accuracy, %`."""
        heads = []
        for index, column in enumerate(self.columns):
            units = self._units(index)
            unit = units.pop() if len(units) == 1 else ""
            is_in_title = unit.lower() in column.title.lower().split()
            parts = [column.title] if is_in_title else [column.title, unit]
            heads.append(", ".join(part for part in parts if part))
        return heads

    @property
    def numeric(self) -> list[bool]:
        """Which columns have numbers."""
        numeric = []
        for index in range(len(self.columns)):
            cells = [row[index] for row in self.rows]
            numeric.append(not all(isinstance(cell, str) for cell in cells))
        return numeric

    def cells(self, digits: int | None = None) -> list[list[str]]:
        """Print the cells: quantities with half widths, in one number of decimals a column, or `digits`.

        A column of whole numbers, such as n, has no decimals.
        """
        lines: list[list[str]] = [[] for _ in self.rows]
        for index in range(len(self.columns)):
            quantities = self._quantities(index)
            are_whole = all(quantity.exact and isinstance(quantity.value, int) for quantity in quantities)
            decimals = digits_of_column(quantities) if digits is None or are_whole else digits
            with_unit = len(self._units(index)) > 1
            for line, row in zip(lines, self.rows, strict=True):
                cell = row[index]
                line.append(cell if isinstance(cell, str) else as_table(cell, decimals, with_unit))
        return lines

    def with_columns(self, *details: str) -> Table:
        """The same with columns behind: what else is known of the last column of quantities.

        `n` is how many units each is of, `sd` their standard deviation, `p` the p value of a comparison, and
        `judged` the interval by which it is judged together with others. Raises `UsageError` for another.
        """
        index = self._last_column_of_quantities()
        decimals = digits_of_column(self._quantities(index))
        units = self._units(index)
        columns = list(self.columns)
        rows: list[list[Any]] = [list(row) for row in self.rows]
        for detail in details:
            if detail not in _DETAILS:
                allowed = ", ".join(_DETAILS)
                refuse(f"with_columns({detail!r}): allowed are {allowed}{did_you_mean(detail, _DETAILS)}")
            title = _DETAILS[detail]
            if detail == "judged" and len(units) == 1:
                title = ", ".join([title, *units])
            columns.append(Column(detail, title))
            for row in rows:
                quantity = row[index]
                is_number = isinstance(quantity, Quantity)
                row.append(_detail_cell(detail, quantity, decimals) if is_number else MISSING)
        return Table(columns, rows)

    def _last_column_of_quantities(self) -> int:
        for index in reversed(range(len(self.columns))):
            if self._quantities(index):
                return index
        return refuse("with_columns() needs a column of quantities; this table has none")

    def _quantities(self, index: int) -> list[Quantity]:
        """The cells of a column that are quantities."""
        return [row[index] for row in self.rows if isinstance(row[index], Quantity)]

    def _units(self, index: int) -> set[str]:
        """The units, as they are printed, of the quantities of a column."""
        return {unit_text(quantity.unit) for quantity in self._quantities(index)}

    __eq__ = members_equal
    __hash__ = object.__hash__

    def __repr__(self) -> str:
        lines = [self.heads, *self.cells()]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)

    def _repr_html_(self) -> str:
        heads = "".join(f"<th>{escape(head)}</th>" for head in self.heads)
        lines = [heads]
        for line in self.cells():
            lines.append("".join(f"<td>{escape(cell)}</td>" for cell in line))
        rows = "".join(f"<tr>{line}</tr>" for line in lines)
        return f"<table>{rows}</table>"


def _cell(value: Any) -> Cell:
    if isinstance(value, FormattedQuantity):
        return value
    if isinstance(value, Quantity) or hasattr(type(value), "quantity"):
        return as_quantity(value)
    if value is None or str(value) == "<NA>" or value != value:  # an empty cell of pandas
        return MISSING
    if isinstance(value, bool) or not hasattr(value, "__float__"):
        return text_of(value)
    number = plain_number(value)
    return Quantity(number, source=Source(kind="computed"), exact=isinstance(number, int))


# What `with_columns` adds

_DETAILS = {"n": "n", "sd": "SD", "p": "p", "judged": "Simultaneous 95 % CI"}
"""The title of each column that can be added, by its name."""


def _detail_cell(detail: str, quantity: Quantity, decimals: int) -> Cell:
    """What is known of a quantity besides its value and interval."""
    if detail == "n":
        return _units_cell(quantity)
    if detail == "sd" and quantity.spread is not None:
        return FormattedQuantity(quantity.sd, "value", decimals, has_unit=False)
    if detail == "p" and quantity.p is not None:
        return FormattedQuantity(quantity, "p", has_unit=False)
    if detail == "judged" and quantity.judged is not None:
        return FormattedQuantity(quantity, "judged", decimals)
    return MISSING


def _units_cell(quantity: Quantity) -> Cell:
    """How many units a number is of; of a difference that is not paired, those of both sides."""
    sizes = [size for _, size in quantity.groups]
    if len(set(sizes)) > 1 or len(quantity.source.sizes) > 1:
        return " and ".join(f"{size:,}" for size in sizes)
    source = replace(quantity.source, kind="counted", method="")
    return Quantity(sizes[0] if sizes else quantity.n, source=source, exact=True)


# Tables of experiments


def declared(experiment: Any) -> Namespace:
    """Read what is declared of an experiment: fields and properties of its specification, and its epochs."""
    specification = experiment.specification
    names = [attribute.name for attribute in fields(specification)]
    for name, member in vars(type(specification)).items():
        if isinstance(member, property) and not name.startswith("_"):
            names.append(name)
    values = {name: getattr(specification, name) for name in names}
    values["epochs"] = experiment.epochs
    source = Source((experiment.name,), kind="declared")
    members: dict[str, Any] = {"name": experiment.name, "title": experiment.title or experiment.name}
    for name, value in values.items():
        members[name] = _declared_value(value, source)
    return Namespace(members)


def _declared_value(value: Any, source: Source) -> Quantity | str:
    """A number as an exact quantity; anything else as text, several with commas between."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return Quantity(value, source=source, exact=True)
    if value is None:
        return ""
    items = value if isinstance(value, (list, tuple)) else [value]
    return ", ".join(text_of(item) for item in items)


def rows(subjects: Iterable[Any], answer: Namespace | None = None, **columns: str) -> Table:
    """Make a table of subjects: declared fields, and what the answer has by the names of the subjects.

    `subjects` are experiments, names, or a `Namespace` of declared fields; a column is a name and its title:
    `rows(experiments, epochs="Epochs", mean="Test accuracy")`. `name=` is the title of the first column.
    Raises `UsageError` for a column that nothing has.
    """
    by_name = _subjects_by_name(subjects)
    first_title = columns.pop("name", "Name")
    lines = []
    for name, subject in by_name.items():
        members = _members_of_subject(subject)
        values = _values_from_answer(name, by_name, answer) | members
        for column in columns:
            if column not in values:
                near = did_you_mean(column, values, "there are")
                refuse(f"rows(): {name!r} has no {column!r}{near}")
        cells = [values[column] for column in columns]
        lines.append([members.get("title", name), *cells])
    heads = [Column("name", first_title)]
    heads += [Column(name, title) for name, title in columns.items()]
    return Table(heads, lines)


def _subjects_by_name(subjects: Iterable[Any]) -> dict[str, Any]:
    if isinstance(subjects, Namespace):
        return subjects.members
    return {text_of(subject): subject for subject in subjects}


def _members_of_subject(subject: Any) -> dict[str, Any]:
    """What is declared of a subject; nothing of one that is only named."""
    if isinstance(subject, str):
        return {}
    if isinstance(subject, Namespace):
        return subject.members
    return declared(subject).members


def _values_from_answer(name: str, subjects: dict[str, Any], answer: Namespace | None) -> dict[str, Any]:
    """What the answer has for a subject, by the name of what has it: `mean` for `answer.mean.wide`."""
    values: dict[str, Any] = {}
    members = {} if answer is None else answer.members
    for member_name, member in members.items():
        if isinstance(member, Namespace) and subjects.keys() & member.members.keys():
            values[member_name] = member.members.get(name, MISSING)
    return values

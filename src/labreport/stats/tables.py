"""Tables of an answer: rows of texts and quantities; a column has one number of decimals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

from labreport.errors import did_you_mean, refuse
from labreport.project import Experiment
from labreport.project.checks import as_tuple_of, name_of
from labreport.stats.formats import FormattedQuantity, column_texts
from labreport.stats.namespace import Namespace, members_equal
from labreport.stats.quantity import Quantity, Source, as_quantity, has_quantity, unpaired_sizes_text
from labreport.stats.rounding import decimals_of_column
from labreport.stats.scalars import plain_number
from labreport.stats.wording import MISSING, unit_text

if TYPE_CHECKING:
    import pandas

Entry = str | Quantity | FormattedQuantity
"""The content of one cell of a table."""


@dataclass(frozen=True)
class Column:
    """A column of a table: its name, and its title as shown in the head."""

    name: str
    title: str = ""


@dataclass(frozen=True, eq=False, init=False)
class Table:
    """Rows of texts and quantities, all of equal length; plain numbers are converted to quantities.

    An entry may also be the result of a filter, such as `ci(quantity, 1)`, and is then printed by it.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[Entry, ...], ...]

    def __init__(self, columns: Sequence[Column | str], rows: Sequence[Sequence[object]]) -> None:
        rows_of_entries = []
        for row in rows:
            if len(row) != len(columns):
                refuse(f"a table of {len(columns)} columns has a row of {len(row)}: {row[0]!r}, …")
            rows_of_entries.append(tuple(map(_as_entry, row)))
        object.__setattr__(self, "columns", tuple(map(_as_column, columns)))
        object.__setattr__(self, "rows", tuple(rows_of_entries))

    @classmethod
    def of(cls, frame: pandas.DataFrame) -> Table:
        """Make a table from a pandas DataFrame; an index with a name becomes the first column."""
        if any(name is not None for name in frame.index.names):
            frame = frame.reset_index()
        columns = [name_of(name) for name in frame.columns]
        return cls(columns, list(frame.itertuples(index=False, name=None)))

    @property
    def heads(self) -> list[str]:
        """The titles of the columns, each with the common unit of its quantities: `Test accuracy, %`."""
        heads = []
        for column, entries in zip(self.columns, self._by_column, strict=True):
            title = column.title
            unit = _common_unit(entries)
            if unit and unit.lower() not in title.lower().split():
                title = f"{title}, {unit}" if title else unit
            heads.append(title)
        return heads

    @property
    def numeric(self) -> list[bool]:
        """For each column, whether it contains numbers."""
        return [any(not isinstance(entry, str) for entry in entries) for entries in self._by_column]

    def texts(self, decimals: int | None = None) -> list[list[str]]:
        """The printed rows: quantities as value ± half width, with equal decimals in a column.

        `decimals` overrides their number, except in columns of whole numbers, such as n.
        """
        columns = [_texts_of_column(entries, decimals) for entries in self._by_column]
        return [list(row) for row in zip(*columns, strict=True)]

    def with_columns(self, *details: str) -> Table:
        """A copy with columns appended, which give details of the last column that has quantities.

        `n` is the number of replicates, `sd` the standard deviation, `p` the p value of a comparison, and
        `judged` the interval by which it is judged together with others. Raises `UsageError` for any other
        name.
        """
        with_quantities = [entries for entries in self._by_column if _quantities(entries)]
        if not with_quantities:
            refuse("with_columns() needs a column of quantities; this table has none")
        entries = with_quantities[-1]
        unit = _common_unit(entries)
        decimals = decimals_of_column(_quantities(entries))
        columns = list(self.columns)
        rows = [list(row) for row in self.rows]
        for detail in details:
            if detail not in _DETAILS:
                allowed = ", ".join(_DETAILS)
                refuse(f"with_columns({detail!r}): allowed are {allowed}{did_you_mean(detail, _DETAILS)}")
            title = _DETAILS[detail]
            if detail == "judged" and unit:
                title = f"{title}, {unit}"
            columns.append(Column(detail, title))
            for row, entry in zip(rows, entries, strict=True):
                row.append(_detail_of(entry, detail, decimals))
        return Table(columns, rows)

    @property
    def _by_column(self) -> list[tuple[Entry, ...]]:
        """The entries, column by column."""
        if not self.rows:
            return [()] * len(self.columns)
        return list(zip(*self.rows, strict=True))

    __eq__ = members_equal
    __hash__ = object.__hash__

    def __repr__(self) -> str:
        lines = [self.heads, *self.texts()]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        padded = ["  ".join(map(str.ljust, line, widths)) for line in lines]
        return "\n".join(map(str.rstrip, padded))

    def _repr_html_(self) -> str:
        import pandas

        return str(pandas.DataFrame(self.texts(), columns=self.heads).to_html(index=False))


def _as_column(column: Column | str) -> Column:
    """A column unchanged; a text becomes both name and title."""
    return column if isinstance(column, Column) else Column(str(column), str(column))


def _as_entry(value: object) -> Entry:
    """Convert a value to an entry: a text, a quantity, or the result of a filter."""
    if isinstance(value, FormattedQuantity):
        return value
    if isinstance(value, Quantity) or has_quantity(value):
        return as_quantity(value)
    if value is None or str(value) == "<NA>" or value != value:  # missing values of pandas
        return MISSING
    if isinstance(value, bool) or not hasattr(value, "__float__"):
        return name_of(value)
    number = plain_number(value)
    return Quantity(number, source=Source(kind="computed"), exact=isinstance(number, int))


def _quantities(entries: Iterable[Entry]) -> list[Quantity]:
    return [entry for entry in entries if isinstance(entry, Quantity)]


def _units(entries: Iterable[Entry]) -> set[str]:
    """The printed units of the quantities among these entries."""
    return {unit_text(quantity.unit) for quantity in _quantities(entries)}


def _common_unit(entries: Iterable[Entry]) -> str:
    """The unit that all quantities of a column share; empty if their units differ or there are none."""
    units = _units(entries)
    return units.pop() if len(units) == 1 else ""


def _texts_of_column(entries: Sequence[Entry], decimals: int | None) -> list[str]:
    quantities = _quantities(entries)
    if all(quantity.exact and isinstance(quantity.value, int) for quantity in quantities):
        decimals = None
    has_unit = len(_units(entries)) > 1  # else it is in the head
    printed = iter(column_texts(quantities, "plus-minus", decimals, has_unit=has_unit))
    return [next(printed) if isinstance(entry, Quantity) else str(entry) for entry in entries]


# What `with_columns` adds

_DETAILS = {"n": "n", "sd": "SD", "p": "p", "judged": "Simultaneous 95 % CI"}
"""The columns that `with_columns` can append, each with its title."""


def _detail_of(entry: Entry, detail: str, decimals: int) -> Entry:
    """The entry of an appended column; `–` if the quantity has no such detail."""
    if not isinstance(entry, Quantity):
        return MISSING
    if detail == "n":
        source = replace(entry.source, kind="counted", method="")
        return unpaired_sizes_text(entry) or Quantity(entry.n, source=source, exact=True)
    if detail == "sd" and entry.spread is not None:
        return FormattedQuantity(entry.sd, "value", decimals, has_unit=False)
    if detail == "p" and entry.p is not None:
        return FormattedQuantity(entry, "p", has_unit=False)
    if detail == "judged" and entry.judged is not None:
        return FormattedQuantity(entry, "judged", decimals)
    return MISSING


# Tables of experiments


def read_declaration(experiment: Experiment) -> Namespace:
    """The declared values of an experiment: fields and properties of its specification, and its epochs."""
    specification = experiment.specification
    names = [attribute.name for attribute in fields(specification)]
    for name, member in vars(type(specification)).items():
        if isinstance(member, property) and not name.startswith("_"):
            names.append(name)
    source = Source((experiment.name,), kind="declared")
    members: dict[str, Entry] = {"name": experiment.name, "title": experiment.title or experiment.name}
    for name in names:
        members[name] = _declared_value(getattr(specification, name), source)
    members["epochs"] = _declared_value(experiment.epochs, source)
    for name, member in members.items():
        if isinstance(member, Quantity):
            members[name] = replace(member, place=("experiments", experiment.name, name))
    return Namespace(members)


def _declared_value(value: object, source: Source) -> Quantity | str:
    """A number as an exact quantity; anything else as text, the items of a sequence joined by commas."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return Quantity(value, source=source, exact=True)
    if value is None:
        return ""
    items = value if isinstance(value, (list, tuple)) else [value]
    return ", ".join(map(name_of, items))


def rows(
    subjects: Iterable[Experiment | Namespace | str], answer: Namespace | None = None, **columns: str
) -> Table:
    """Make a table with a row for each subject, from declared fields and from values in the answer.

    `subjects` are experiments, names, or a `Namespace` of declared fields. Each keyword is a column and its
    title: `rows(experiments, answer, epochs="Epochs", mean="Test accuracy")` prints the declared `epochs` and
    `answer.mean`. `name=` is the title of the first column. Raises `UsageError` for a column that a subject
    does not have.
    """
    if isinstance(subjects, Namespace):
        subjects = subjects.members.values()
    subjects = as_tuple_of(subjects, (Experiment, Namespace, str), "rows()", "experiments and names")
    heads = [Column("name", columns.pop("name", "Name"))]
    heads += [Column(name, title) for name, title in columns.items()]
    names = set(map(name_of, subjects))
    answered = {} if answer is None else answer.members
    lines = []
    for subject in subjects:
        declaration = read_declaration(subject) if isinstance(subject, Experiment) else subject
        declared = declaration.members if isinstance(declaration, Namespace) else {}
        name = name_of(subject)
        values: dict[str, object] = {}
        for column, members in answered.items():
            if isinstance(members, Namespace) and names & members.members.keys():
                values[column] = members.members.get(name, MISSING)
        values |= declared
        line = [declared.get("title", name)]
        for column in columns:
            if column not in values:
                refuse(f"rows(): {name!r} has no {column!r}{did_you_mean(column, values, 'there are')}")
            line.append(values[column])
        lines.append(line)
    return Table(heads, lines)

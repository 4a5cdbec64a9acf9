"""Answers as JSON: each row once, in a list, and names that refer to rows by their number.

    {"rows": [{"value": -0.55, "unit": "points", "compared": {"null": 0.0, …}, …}, …],
     "names": {"difference": {"is": "difference", "measure": {…}, "rows": [0, 1]},
               "mean": {"is": "names", "members": {"wide": {"is": "row", "row": 0}}}}}

A comparison in the other direction is `{"is": "row", "row": 1, "turned": true}`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

from labreport.errors import UsageError
from labreport.project.measure import Measure
from labreport.stats.answers import Answer
from labreport.stats.finding import Fact, MeasuredFinding
from labreport.stats.formats import FormattedQuantity
from labreport.stats.namespace import NamedQuantity, Namespace
from labreport.stats.quantity import Quantity
from labreport.stats.tables import Column, Entry, Table
from labreport.stats.words import Count, Difference, Effect, Ranking

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

FORMAT = 2
"""The number of this form of answers in `answers.json`; 1 had no number."""
OLDER_FORMAT = "built by an older version of labreport; build it again"
Json: TypeAlias = Any
"""A value that JSON can hold."""
_FINDINGS: dict[str, type[MeasuredFinding]] = {
    kind.kind: kind for kind in (Ranking, Difference, Effect, Count)
}


# To JSON


def to_json(answer: Namespace) -> dict[str, Json]:
    """The JSON values of an answer, from which `from_json` restores an equal answer, to the last bit."""
    numbers: dict[int, int] = {}
    rows: list[dict[str, Json]] = []
    for row in [*_rows_of_findings(answer), *_rows_in(answer)]:
        if id(row) not in numbers and id(vars(row).get("turned")) not in numbers:
            numbers[id(row)] = len(rows)
            rows.append(_fields_to_json(row))
    return {"rows": rows, "names": _Writer(numbers).members(answer)}


def _rows_of_findings(names: Namespace) -> Iterator[Quantity]:
    """The rows of all findings: comparisons in the direction in which they were made."""
    for member in names.members.values():
        if isinstance(member, Namespace):
            yield from _rows_of_findings(member)
        elif isinstance(member, MeasuredFinding):
            yield from member.rows


def _rows_in(value: object) -> Iterator[Quantity]:
    """All quantities of a value, in order; one that is in several places comes several times."""
    if isinstance(value, Quantity):
        yield value
    elif isinstance(value, FormattedQuantity):
        yield value.quantity
        yield from _rows_in(value.original)
    elif isinstance(value, MeasuredFinding):
        yield from value.rows
    elif isinstance(value, Table):
        yield from _rows_in(value.rows)
    elif isinstance(value, Namespace):
        yield from _rows_in(list(value.members.values()))
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _rows_in(item)


@dataclass(frozen=True)
class _Writer:
    """Converts the members of an answer; `numbers` are those of its rows, by the identity of the row."""

    numbers: Mapping[int, int]

    def members(self, names: Namespace) -> dict[str, Json]:
        """The members of a namespace by name."""
        return {name: self.value(member) for name, member in names.members.items()}

    def value(self, value: object) -> Json:
        """One value: a text is itself, a list is a list, anything else has its kind in `is`."""
        if isinstance(value, Quantity):
            return {"is": "row", **self.reference(value)}
        if isinstance(value, Namespace):
            return {"is": "names", "members": self.members(value)}
        if isinstance(value, MeasuredFinding):
            return self.finding(value)
        if isinstance(value, Fact):
            return {"is": "fact", **_fields_to_json(value)}
        if isinstance(value, Table):
            columns = [_fields_to_json(column) for column in value.columns]
            rows = [[self.entry(entry) for entry in row] for row in value.rows]
            return {"is": "table", "columns": columns, "rows": rows}
        return [self.value(item) for item in value] if isinstance(value, (list, tuple)) else value

    def reference(self, row: Quantity) -> dict[str, Json]:
        """The number of a row, and whether it is turned."""
        if id(row) in self.numbers:
            return {"row": self.numbers[id(row)]}
        return {"row": self.numbers[id(row.turned)], "turned": True}

    def finding(self, finding: MeasuredFinding) -> dict[str, Json]:
        """A finding: its fields, with the numbers of its rows."""
        rows = [self.reference(row) for row in finding.rows]
        written = _fields_to_json(replace(finding, rows=()))
        return {"is": finding.kind, **written, "rows": rows}

    def entry(self, entry: Entry) -> Json:
        """A cell of a table: a text, or a row with the way to print it."""
        if isinstance(entry, str):
            return entry
        if isinstance(entry, Quantity):
            return self.reference(entry)
        original = {} if entry.original is None else {"original": self.reference(entry.original)}
        layout = _fields_to_json(replace(entry, quantity=_NO_QUANTITY, original=None))
        return {**layout, "quantity": self.reference(entry.quantity), **original}


_NO_QUANTITY = Quantity(None)


def _fields_to_json(value: DataclassInstance) -> dict[str, Json]:
    """The fields of a dataclass, without those that have their default, and those that are not compared."""
    written = {}
    for attribute in fields(value):
        member = getattr(value, attribute.name)
        if attribute.compare and not _is_default(member, attribute.default):
            written[attribute.name] = _plain(member)
    return written


def _is_default(member: object, default: object) -> bool:
    """Whether a field need not be stored. (Quantities have no truth when they are compared.)"""
    return type(member) is type(default) and not isinstance(member, Quantity) and member == default


def _plain(member: object) -> Json:
    """A member of a field as JSON value."""
    if isinstance(member, (list, tuple)):
        return [_plain(item) for item in member]
    if isinstance(member, Mapping):
        return dict(member)
    return _fields_to_json(member) if is_dataclass(member) and not isinstance(member, type) else member


# From JSON


def from_json(written: Mapping[str, Json], question: str = "") -> Answer:
    """Restore an answer from the JSON values that `to_json` made, and give each quantity its place.

    The place of a quantity is its shortest name, of equally short ones the first; it begins with the name of
    the question, if this is given. Raises `UsageError` for the JSON values of an older version.
    """
    if written.keys() != {"rows", "names"}:
        raise UsageError(f"an answer was {OLDER_FORMAT}")
    rows = [msgspec.convert(row, Quantity) for row in written["rows"]]
    answer = Answer(**_Reader(rows).members(written["names"]))
    _give_places(answer, (question,) if question else ())
    return answer


def _give_places(answer: Answer, first: tuple[str, ...]) -> None:
    """Set the place of each quantity; no one else has these quantities yet."""
    named = sorted(answer.numbers(), key=lambda pair: len(pair[0]))
    for names, quantity in [*named, *_cells(answer)]:
        if not quantity.place:
            vars(quantity)["place"] = (*first, *names)


def _cells(names: Namespace) -> Iterator[NamedQuantity]:
    """The quantities in tables, named by table, number of the row, and column."""
    for name, member in names.members.items():
        if isinstance(member, Namespace):
            for inner, quantity in _cells(member):
                yield (name, *inner), quantity
        elif isinstance(member, Table):
            for number, row in enumerate(member.rows, 1):
                for column, entry in zip(member.columns, row, strict=True):
                    for quantity in _rows_in(entry):
                        yield (name, str(number), column.name), quantity


@dataclass(frozen=True)
class _Reader:
    """Restores the members of an answer from JSON values and the rows that they refer to."""

    rows: Sequence[Quantity]

    def members(self, written: Mapping[str, Json]) -> dict[str, object]:
        """The members of a namespace by name."""
        return {name: self.value(member) for name, member in written.items()}

    def value(self, written: Json) -> object:
        """One value that `_Writer.value` wrote."""
        if isinstance(written, list):
            return list(map(self.value, written))
        if not isinstance(written, Mapping):
            return written
        values = dict(written)
        kind = values.pop("is")
        if kind == "row":
            return self.row(values)
        if kind == "names":
            return Namespace(self.members(values["members"]))
        if kind == "fact":
            return Fact(**values)
        if kind == "table":
            columns = [Column(**column) for column in values["columns"]]
            return Table(columns, [list(map(self.entry, row)) for row in values["rows"]])
        values |= {"measure": _measure(values["measure"]), "rows": tuple(map(self.row, values["rows"]))}
        return _FINDINGS[kind](**values | {"chosen": tuple(values.get("chosen", ()))})

    def row(self, reference: Mapping[str, Json]) -> Quantity:
        """The row of a reference."""
        row = self.rows[reference["row"]]
        return row.turned if reference.get("turned") else row

    def entry(self, written: Json) -> Entry:
        """One cell of a table that `_Writer.entry` wrote."""
        if isinstance(written, str):
            return written
        if "quantity" not in written:
            return self.row(written)
        quantities = {key: self.row(written[key]) for key in ("quantity", "original") if key in written}
        return FormattedQuantity(**written | quantities)


def _measure(written: Mapping[str, Json]) -> Measure:
    return Measure(**{**written, "terms": tuple(map(_measure, written.get("terms", ())))})

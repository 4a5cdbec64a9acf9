"""What an answer is: numbers, findings and tables by name, printed by name, and written as JSON."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from html import escape
from typing import Any

from labreport.errors import UsageError, did_you_mean, here, told
from labreport.stats.quantity import Condition, Quantity, Source, as_quantity, plain_number


def text_of(value: Any) -> str:
    """The name of a value: of an experiment its own, of a number its digits, `10` for 10.0."""
    name = getattr(value, "name", None)
    if isinstance(value, str) or not isinstance(name, str):
        text = str(value)
        return text[:-2] if text.endswith(".0") and not isinstance(value, str) else text
    return name


def find(name: Any, known: Iterable[str], what: str = "name") -> str:
    """Find a name, or the only one that differs in its signs: `deep_8` finds `deep-8`. Raises `UsageError`."""
    wanted, names = text_of(name), list(known)
    if wanted in names:
        return wanted
    alike = [one for one in names if re.sub(r"\W", "_", one) == re.sub(r"\W", "_", wanted)]
    if len(alike) == 1:
        return alike[0]
    few = ", ".join(map(repr, names[:12])) + (", …" if len(names) > 12 else "")
    raise UsageError(
        told(here(), f"no {what} {wanted!r}{did_you_mean(wanted, names)}; there are {few or 'none'}")
    )


class Names:
    """Values by name, as attributes and as items; `members` is the only name that is the class's own."""

    def __init__(self, members: Mapping[Any, Any]) -> None:
        self.members: dict[str, Any] = {text_of(name): _kept(name, value) for name, value in members.items()}
        for name in self.members:
            if name == "members" or name.startswith("__"):
                raise UsageError(told(here(), f"an answer has no name {name!r}; choose another"))

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

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Names) and equal(self, other)

    __hash__ = object.__hash__

    def __repr__(self) -> str:
        return "\n".join(f"{name}: {_shown(value)}" for name, value in self.members.items())

    def _repr_html_(self) -> str:
        tables = [one._repr_html_() for one in self.members.values() if isinstance(one, Table)]
        said = [text for one in self.members.values() if (text := _sentence(one))]
        if not said and not tables:
            return f"<pre>{escape(repr(self))}</pre>"
        return "".join([*(f"<p>{escape(text)}</p>" for text in said), *tables])


class Answer(Names):
    """What a question's function returns: quantities, findings, tables, texts and lists by name."""

    def __init__(self, **names: Any) -> None:
        super().__init__(names)

    def __or__(self, other: Answer) -> Answer:
        """Join two answers. Raises `UsageError` where one name means two things."""
        return Answer(**_merged(self, other, ""))

    def __repr__(self) -> str:
        said = [text for one in self.members.values() if (text := _sentence(one))]
        tables = [repr(one) for one in self.members.values() if isinstance(one, Table)]
        return "\n\n".join([*said, *tables]) if said or tables else super().__repr__()


def _merged(one: Names, other: Names, prefix: str) -> dict[str, Any]:
    found = dict(one.members)
    for name, value in other.members.items():
        mine = found.get(name)
        if isinstance(mine, Names) and isinstance(value, Names):
            found[name] = Names(_merged(mine, value, f"{prefix}{name}."))
        elif mine is not None and not equal(mine, value):
            text = f"{prefix}{name} has two meanings in joined answers; give one of them a name="
            raise UsageError(told(here(), text))
        else:
            found[name] = value
    return found


def _kept(name: Any, value: Any) -> Any:
    """A value as an answer holds it. Raises `UsageError` for what cannot be printed with its source."""
    if isinstance(value, (str, Quantity, Names, Table)) or hasattr(type(value), "sentence_text"):
        return value
    if isinstance(value, Mapping):
        return Names(value)
    if isinstance(value, (list, tuple)):
        return [_kept(name, each) for each in value]
    if hasattr(value, "columns") and hasattr(value, "itertuples"):
        return Table.of(value)
    if isinstance(value, (bool, Condition)) or value is None or type(value).__name__ == "bool_":
        raise UsageError(
            told(here(), f"{name} is {value!r}; write fact({value!r}, 'the sentence that it makes')")
        )
    plain = plain_number(value) if hasattr(value, "__float__") else None
    if plain is not None:
        raise UsageError(
            told(here(), f"{name} is {plain!r}; write number({plain!r}), with its unit and method")
        )
    kind = type(value).__name__
    raise UsageError(
        told(here(), f"{name} is a {kind}; allowed are quantities, findings, tables, texts, lists")
    )


def _sentence(value: Any) -> str:
    """The sentence of a finding; nothing of anything else."""
    return str(value.sentence_text()) if hasattr(type(value), "sentence_text") else ""


def _shown(value: Any) -> str:
    text = _sentence(value) or repr(value)
    return text if "\n" not in text else "\n" + re.sub("^", "  ", text, flags=re.M)


@dataclass(frozen=True)
class Column:
    """A column of a table: its name, and the title of its head."""

    name: str
    title: str = ""


@dataclass(frozen=True, eq=False)
class Table:
    """Rows of texts and quantities; numbers become quantities. Raises `UsageError` for rows of other lengths."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]

    def __post_init__(self) -> None:
        columns = tuple(
            one if isinstance(one, Column) else Column(str(one), str(one)) for one in self.columns
        )
        object.__setattr__(self, "columns", columns)
        object.__setattr__(self, "rows", tuple(tuple(map(_cell, row)) for row in self.rows))
        if wrong := [row for row in self.rows if len(row) != len(columns)]:
            text = f"a table of {len(columns)} columns has a row of {len(wrong[0])}: {wrong[0][0]!r}, …"
            raise UsageError(told(here(), text))

    @classmethod
    def of(cls, frame: Any) -> Table:
        """Make a table of a pandas DataFrame; an index that has a name is its first column."""
        if any(name is not None for name in frame.index.names):
            frame = frame.reset_index()
        return cls(tuple(map(text_of, frame.columns)), tuple(frame.itertuples(index=False, name=None)))

    @property
    def heads(self) -> list[str]:
        """The titles, each with the unit that all quantities of its column have: `Test accuracy, %`."""
        from labreport.stats.rounding import unit_text

        found = []
        for place, column in enumerate(self.columns):
            units = {unit_text(one.unit) for one in self._quantities(place)}
            unit = units.pop() if len(units) == 1 else ""
            apart = unit and unit.lower() not in column.title.lower().split()
            found.append(f"{column.title}, {unit}" if apart and column.title else column.title or unit)
        return found

    def cells(self, digits: int | None = None) -> list[list[str]]:
        """Print the cells: quantities with half widths, in one number of decimals a column."""
        from labreport.stats.rounding import as_table, digits_of_column, unit_text

        printed: list[list[str]] = [[] for _ in self.rows]
        for place in range(len(self.columns)):
            of = self._quantities(place)
            shown = digits_of_column(of) if digits is None else digits
            mixed = len({unit_text(one.unit) for one in of}) > 1
            for row, line in zip(self.rows, printed, strict=True):
                cell = row[place]
                unit = f"\u00a0{unit_text(cell.unit)}" if mixed and isinstance(cell, Quantity) else ""
                line.append(as_table(cell, shown) + unit if isinstance(cell, Quantity) else cell)
        return printed

    def _quantities(self, place: int) -> list[Quantity]:
        return [row[place] for row in self.rows if isinstance(row[place], Quantity)]

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
    if hasattr(type(value), "sentence_text"):
        return as_quantity(value)
    if value is None or value != value:  # an empty cell of pandas
        return "–"
    if isinstance(value, bool) or not hasattr(value, "__float__"):
        return text_of(value)
    number = plain_number(value)
    return Quantity(number, source=Source(kind="computed"), exact=isinstance(number, int))


def declared(experiment: Any) -> Names:
    """Read what is declared of an experiment: the fields and properties of its specification, and its epochs."""
    of = experiment.specification
    own = [name for name, one in vars(type(of)).items() if isinstance(one, property) and name[0] != "_"]
    names = [*(one.name for one in fields(of)), *own]
    values = {name: getattr(of, name) for name in names if name != "members"}
    source = Source((experiment.name,), kind="declared")
    found: dict[str, Any] = {"name": experiment.name, "title": experiment.title or experiment.name}
    for name, value in {**values, "epochs": experiment.epochs}.items():
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        found[name] = Quantity(value, source=source, exact=True) if number else _text(value)
    return Names(found)


def _text(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(map(text_of, value))
    return "" if value is None else text_of(value)


def rows(subjects: Iterable[Any], answer: Names | None = None, **columns: str) -> Table:
    """Make a table of subjects: declared fields, and what the answer has by the names of the subjects.

    `subjects` are experiments, names, or `Names` of declared fields; a column is a name and its title:
    `rows(experiments, epochs="Epochs", mean="Test accuracy")`. `name=` is the title of the first column.
    Raises `UsageError` for a column that nothing has.
    """
    title = columns.pop("name", "Name")
    of = {text_of(one): _fields(subjects, one) for one in subjects}
    found = []
    for name, own in of.items():
        cells = [_of_subject(column, name, own, answer, of) for column in columns]
        found.append((own["title"] if own is not None and "title" in own else name, *cells))
    return Table(
        (Column("name", title), *(Column(name, text) for name, text in columns.items())), tuple(found)
    )


def _fields(subjects: Iterable[Any], one: Any) -> Names | None:
    if isinstance(subjects, Names):
        found = subjects.members[one]
        return found if isinstance(found, Names) else None
    return declared(one) if hasattr(one, "specification") else None


def _of_subject(
    column: str, name: str, own: Names | None, answer: Names | None, of: Mapping[str, Any]
) -> Any:
    if own is not None and column in own:
        return own[column]
    known = () if answer is None else answer.members
    if answer is not None and column in answer:
        by_name = answer[column]
        if name in by_name:
            return by_name[name]
        if any(other in by_name for other in of):
            return "–"
    fields_of = () if own is None else own.members
    near = did_you_mean(column, [*known, *fields_of])
    text = f"rows(): nothing called {column!r} of {name!r}{near}; there are {', '.join([*fields_of, *known])}"
    raise UsageError(told(here(), text))


def equal(one: Any, other: Any) -> bool:
    """Whether two values of an answer are equal in all that is written of them."""
    return bool(_plain(one) == _plain(other))


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
    found: dict[str, Any] = {"is": type(value).__name__.lower()}
    for one in fields(value):
        of = getattr(value, one.name)
        if one.compare and not _is_default(of, one.default):
            found[one.name] = _plain(of)
    return found


def _is_default(value: Any, default: Any) -> bool:
    simple = (str, int, float, tuple, Source, type(None))
    return (
        default is not MISSING
        and type(value) is type(default)
        and isinstance(value, simple)
        and value == default
    )


def _read(value: Any, sequence: Callable[[Iterable[Any]], Any]) -> Any:
    if isinstance(value, Mapping):
        kind, of = value["is"], {name: each for name, each in value.items() if name != "is"}
        if kind == "names":
            return Names({name: _read(each, list) for name, each in of["members"].items()})
        return _kinds()[kind](**{name: _read(each, tuple) for name, each in of.items()})
    if isinstance(value, (list, tuple)):
        return sequence([_read(each, sequence) for each in value])
    return value


def _kinds() -> dict[str, Callable[..., Any]]:
    from labreport.project.measure import Measure
    from labreport.stats.finding import Finding, Part

    return {one.__name__.lower(): one for one in (Quantity, Source, Table, Column, Finding, Part, Measure)}

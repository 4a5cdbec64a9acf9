"""Cells of a table: the rows of one group and one value, reduced to a number for each replicate."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

from labreport.project import Data, Measure
from labreport.stats.names import text_of
from labreport.stats.wording import plural

if TYPE_CHECKING:
    import pandas

VALUE, ROW = "value of the measure", "row of the table"
"""Columns that are added: the measure as it is stored, shares as fractions; the place of a row from 0."""
_REDUCTIONS: dict[str, Callable[[Sequence[float]], float]] = {
    "mean": statistics.fmean,
    "median": statistics.median,
    "max": max,
    "min": min,
    "any": max,
}


@dataclass(frozen=True)
class Cell:
    """The rows of a table with one value of a column, within one group.

    `values` has a number for each replicate (without replicates, for each row), `yes_no` where that is 1 or
    0 of what happened or did not. `rows` has the place of the first row of each replicate, with an empty
    cell or not, and `rows_by_group` the same of each group that has this value, of this group too;
    `expected` are the replicates that belong here by what is constant of them, such as the arm of a patient.
    `absent_from` is what those lack that are expected and have no row. `unassigned` rows of the table belong
    to no cell. `reduction` is what was taken of the rows of a replicate, of which each has from `fewest_rows`
    to `most_rows`. `elsewhere` are the replicates of this group with a value that nobody asked for.
    """

    table: Data
    group: str
    name: str
    column: str
    values: Mapping[Any, float]
    rows_by_group: Mapping[str, Mapping[Any, int]]
    expected: frozenset[Any]
    absent_from: str
    empty_cells: int
    unassigned: int
    reduction: str
    fewest_rows: int
    most_rows: int
    yes_no: bool
    elsewhere: frozenset[Any] = frozenset()

    @property
    def rows(self) -> Mapping[Any, int]:
        """The place of the first row of each replicate of this cell."""
        return self.rows_by_group[self.group]

    @property
    def value_name(self) -> str:
        """The value with its column: `dose '10'`."""
        return f"{self.column} {self.name!r}"

    @property
    def description(self) -> str:
        """What a message calls it: `dose '10' in HT29`."""
        return f"{self.value_name} in {self.group}" if self.group else self.value_name


@dataclass(frozen=True)
class _Layout:
    """What of a table is read, and how it is divided.

    `frame` has the columns `VALUE` and `ROW`; `truths`: its values are yes and no. Columns that are
    `constant` have one value for each replicate.
    """

    data: Data
    measure: Measure
    by: str | None
    within: str | None
    frame: pandas.DataFrame = field(repr=False)
    truths: bool
    constant: frozenset[str]


def cells_of_table(data: Data, measure: Measure, by: str | None, within: str | None) -> Iterator[Cell]:
    """Divide a table by the values of `within` and of `by`, in their order, and reduce each cell.

    Raises `UsageError` for a column that is not there, and for cells that are empty or no numbers.
    """
    layout = _read(data, measure, by, within)
    parts = []
    most = 1
    rows_by_name: dict[str, dict[str, Mapping[Any, int]]] = {}
    for group_value, rows_of_group in rows_by_value(layout.frame, within):
        group = "" if within is None else text_of(group_value)
        for value, rows in rows_by_value(rows_of_group, by):
            name = data.name if by is None else text_of(value)
            parts.append((group, name, rows))
            rows_by_name.setdefault(name, {})[group] = _first_rows(layout, rows)
            most = max(most, _rows_per_replicate(layout, rows)[1])
    yes_no = layout.truths and (most == 1 or measure.reduce in ("any", "max", "min"))
    for group, name, rows in parts:
        yield _cell(layout, name, group, rows, rows_by_name[name], yes_no)


def _read(data: Data, measure: Measure, by: str | None, within: str | None) -> _Layout:
    """Read the columns that are needed, and check every cell of them."""
    grouping = [column for column in (by, within, data.replicate) if column is not None]
    needed = list(dict.fromkeys([measure.name, *grouping]))
    for column in needed:
        data.check_column(column)
    for column in grouping:
        data.check_names(column)
    numbers = data.numbers(measure.name)
    empty = data.frame[needed].isna()
    if data.missing != "drop":
        _refuse_empty(data, empty)
    for row, number in enumerate(numbers.tolist()):
        measure.checked(number, f"{data.name}, {data.line(row)}")
    if measure.percent and 0 <= numbers.min() and 0 < numbers.max() <= 1.5:
        advice = (
            "percent=True is for values such as 97.3; leave it out for fractions."
            f" Rates such as 0.3 % are given as fractions too: frame[{measure.name!r}] /= 100"
        )
        measure.refuse(f"{data.name}: all values are below 1.5; {advice}")
    stored = numbers / (100.0 if measure.percent else 1.0)
    is_0_or_1 = set(stored.dropna()) <= {0.0, 1.0}
    truths = data.has_truths(measure.name) or (measure.share and is_0_or_1)
    if measure.reduce == "any" and not truths:
        measure.refuse(f'{data.name}: reduce="any" is of True and False, or of 1 and 0 with the unit "%"')
    added = {VALUE: stored, ROW: range(len(stored))}
    is_named = ~empty[grouping].any(axis=1)
    frame = data.frame.assign(**added)[is_named]
    constant = [column for column in grouping if _is_constant(frame, data.replicate, column)]
    return _Layout(data, measure, by, within, frame, truths, frozenset(constant))


def _refuse_empty(data: Data, empty: pandas.DataFrame) -> None:
    lacking = empty.any(axis=1).tolist()
    if True in lacking:
        row = lacking.index(True)
        column = empty.columns[empty.iloc[row]][0]
        advice = 'missing="drop" leaves such rows out and counts them'
        data.refuse(f"{data.line(row)} has no value in column {column!r}; {advice}")


def _is_constant(frame: pandas.DataFrame, replicate: str | None, column: str) -> bool:
    """Whether each replicate has one value of a column, as a patient has one arm."""
    if replicate is None:
        return False
    numbers_of_values = frame.groupby(replicate)[column].nunique()
    return bool(numbers_of_values.max() <= 1)


def rows_by_value(frame: pandas.DataFrame, column: str | None) -> list[tuple[Any, pandas.DataFrame]]:
    """The rows of each value of a column, of categories and numbers in their order; without one, all rows."""
    if column is None:
        return [(None, frame)]
    ordered = hasattr(frame[column], "cat") or frame[column].dtype.kind in "iufb"
    return list(frame.groupby(column, sort=ordered, observed=True))


def _rows_per_replicate(layout: _Layout, rows: pandas.DataFrame) -> tuple[int, int]:
    """The least and the greatest number of rows with a value that a replicate has."""
    with_value = rows[rows[VALUE].notna()]
    if layout.data.replicate is None or with_value.empty:
        return 1, 1
    sizes = with_value.groupby(layout.data.replicate, sort=False).size()
    return int(sizes.min()), int(sizes.max())


def _first_rows(layout: _Layout, rows: pandas.DataFrame) -> dict[Any, int]:
    """The place in the table of the first row of each replicate; without replicates, of each row."""
    replicate = layout.data.replicate or ROW
    first_rows = rows.drop_duplicates(replicate)
    return dict(zip(first_rows[replicate].tolist(), first_rows[ROW].tolist(), strict=True))


def _cell(
    layout: _Layout,
    name: str,
    group: str,
    rows: pandas.DataFrame,
    rows_by_group: Mapping[str, Mapping[Any, int]],
    yes_no: bool,
) -> Cell:
    """The cell of some rows, of one value of `by` and of one group."""
    varying = []
    for column, text in ((layout.by, name), (layout.within, group)):
        if column is not None and column not in layout.constant:
            varying.append(f"{column} {text}")
    fewest, most = _rows_per_replicate(layout, rows)
    return Cell(
        layout.data,
        group,
        name,
        layout.by or "",
        _reduced(layout, rows),
        rows_by_group,
        _expected(layout, rows) if layout.data.replicate else frozenset(rows[ROW].tolist()),
        " in ".join(varying),
        int(rows[VALUE].isna().sum()),
        len(layout.data.frame) - len(layout.frame),
        _reduction(layout),
        fewest,
        most,
        yes_no,
    )


def _reduction(layout: _Layout) -> str:
    """How what is taken of the rows of a replicate is called: `mean`, of yes and no `share`."""
    reduction = layout.measure.reduction
    share_words = {"mean": "share", "any": "in at least one"} if layout.truths else {}
    return share_words.get(reduction, reduction)


def _expected(layout: _Layout, rows: pandas.DataFrame) -> frozenset[Any]:
    """The replicates whose constant columns have the values of a cell."""
    frame = layout.frame
    for column in layout.constant - {layout.data.replicate}:
        frame = frame[frame[column] == rows[column].iloc[0]]
    return frozenset(frame[layout.data.replicate].tolist())


def _reduced(layout: _Layout, rows: pandas.DataFrame) -> dict[Any, float]:
    """A number for each replicate, in the order in which they stand.

    Without replicates it is one for each row, by its place in the cell.
    """
    measure, replicate = layout.measure, layout.data.replicate
    if replicate is None:
        numbers = dict(enumerate(rows[VALUE].tolist()))
        return {row: number for row, number in numbers.items() if not math.isnan(number)}
    with_value = rows[rows[VALUE].notna()]
    reduced = {}
    for unit, own_rows in with_value.groupby(replicate, sort=False):
        number = _reduce(measure, own_rows)
        owner = f"{layout.data.name}, {replicate} {text_of(unit)!r}"
        reduced[unit] = measure.checked_ratio(number, owner) if math.isfinite(number) else math.nan
    return reduced


def _reduce(measure: Measure, rows: pandas.DataFrame) -> float:
    """What a measure takes of the rows of one replicate; a function gets the column as the file has it."""
    if callable(measure.reduce):
        return float(measure.reduce(rows[measure.name])) / (100.0 if measure.percent else 1.0)
    return float(_REDUCTIONS[measure.reduce](rows[VALUE].tolist()))


# What the source of a number says of its cells


def averaged(cells: Sequence[Cell]) -> str:
    """Say what was taken of the rows of a replicate: `mean of 4 rows a patient`; empty where each has one."""
    fewest = min((cell.fewest_rows for cell in cells), default=1)
    most = max((cell.most_rows for cell in cells), default=1)
    if most == 1:
        return ""
    number = f"{most:,}" if fewest == most else f"{fewest:,} to {most:,}"
    return f"{cells[0].reduction} of {number} rows a {cells[0].table.unit}"


def left_out(cells: Sequence[Cell]) -> tuple[str, ...]:
    """Say what some cells leave out: `10 have no week 12`, `3 cells are empty`, `12 have another arm`."""
    present = _units_of_independent_groups(cells)
    absent: dict[str, set[Any]] = {}
    for cell in cells:
        absent.setdefault(cell.absent_from, set()).update(cell.expected - set(cell.rows) - present)
    counts: list[tuple[int, str, str]] = []
    for lack, units in absent.items():
        counts.append((len(units), f"has no {lack}", f"have no {lack}"))
    empty = sum(cell.empty_cells for cell in cells)
    counts.append((empty, "cell is empty", "cells are empty"))
    unassigned = max((cell.unassigned for cell in cells), default=0)
    counts.append((unassigned, "row belongs to no group", "rows belong to no group"))
    if len(cells) == 2:
        column, others = cells[0].column, _units_elsewhere(*cells)
        counts.append((len(others), f"has another {column}", f"have another {column}"))
    return tuple(_counted(*count) for count in counts if count[0])


def _units_of_independent_groups(cells: Sequence[Cell]) -> set[Any]:
    """All replicates of two cells that share none: who is in one of these groups does not lack the other."""
    if len(cells) != 2 or set(cells[0].rows) & set(cells[1].rows):
        return set()
    return {*cells[0].rows, *cells[1].rows, *cells[0].elsewhere}


def _units_elsewhere(first: Cell, second: Cell) -> frozenset[Any]:
    """The replicates with a value that is not compared; where some have both, those with neither."""
    in_both = set(first.rows) & set(second.rows)
    return first.elsewhere - set(first.rows) - set(second.rows) if in_both else first.elsewhere


def _counted(number: int, singular: str, several: str) -> str:
    return f"{number:,} {singular if number == 1 else several}"


def count_expected(cells: Sequence[Cell]) -> int:
    """How many replicates belong to some cells; without replicates, how many rows."""
    if cells[0].table.replicate is None:
        return sum(len(cell.expected) for cell in cells)
    return len({unit for cell in cells for unit in cell.expected})


# What is compared, and what is paired


def refuse_near_values(cells: Mapping[str, Cell], compared: Sequence[str]) -> None:
    """Raise `UsageError` for a value beside those compared that differs from one only in case or blanks.

    `cells` has a cell of each value, by its name: `Drug` beside `drug` is a slip, and would drop its rows.
    """
    compared_names = {_without_case_and_blanks(name): name for name in compared}
    for name, cell in cells.items():
        near = compared_names.get(_without_case_and_blanks(name))
        if near is not None and name not in compared:
            row = cell.table.line(min(cell.rows.values()))
            advice = "correct it, or leave such rows out by where="
            cell.table.refuse(
                f"{row} has {name!r} in column {cell.column!r}, and {near!r} is compared: {advice}"
            )


def _without_case_and_blanks(name: str) -> str:
    return "".join(name.split()).casefold()


def is_paired(first: Cell, second: Cell, paired: bool | None) -> bool:
    """Whether replicates of two cells are compared one by one: where all are in both, or `paired` says so.

    Raises `UsageError` where only some are in both, here or over all groups, and nobody says what these are:
    a patient with a mistyped arm in one week is in one arm in each week, and in both over the table.
    """
    data = first.table
    shared = set(first.rows) & set(second.rows)
    if data.replicate is None:
        if paired:
            data.refuse(
                "paired=True, and nothing says which rows belong together: write table(…, replicate=…)"
            )
        return False
    if paired and not shared:
        data.refuse(f"paired=True, and no {data.unit} has both {first.description} and {second.description}")
    if paired is not None:
        return paired
    if _is_half_paired(first.rows, second.rows):
        _refuse_half_paired(first, second, first.rows, second.rows, in_group=True)
    first_rows, second_rows = _rows_of_common_groups(first, second)
    if _is_half_paired(first_rows, second_rows):
        _refuse_half_paired(first, second, first_rows, second_rows)
    return bool(shared)


def _rows_of_common_groups(first: Cell, second: Cell) -> tuple[dict[Any, int], dict[Any, int]]:
    """The first row of each replicate of two values, over all groups that have both of them."""
    first_rows: dict[Any, int] = {}
    second_rows: dict[Any, int] = {}
    for group, rows in first.rows_by_group.items():
        if group in second.rows_by_group:
            first_rows = {**rows, **first_rows}
            second_rows = {**second.rows_by_group[group], **second_rows}
    return first_rows, second_rows


def _is_half_paired(first_rows: Mapping[Any, int], second_rows: Mapping[Any, int]) -> bool:
    """Whether some replicates have both values, and some only one."""
    shared = set(first_rows) & set(second_rows)
    return bool(shared) and set(first_rows) != set(second_rows)


def _refuse_half_paired(
    first: Cell,
    second: Cell,
    first_rows: Mapping[Any, int],
    second_rows: Mapping[Any, int],
    in_group: bool = False,
) -> NoReturn:
    """Name the few: those that have both values where most have one, or the reverse."""
    data = first.table
    names = [cell.description if in_group else cell.value_name for cell in (first, second)]
    shared = [unit for unit in first_rows if unit in second_rows]
    alone = [unit for unit in (*first_rows, *second_rows) if unit not in shared]
    if len(shared) <= len(alone):
        lines = [data.line(rows[shared[0]]) for rows in (first_rows, second_rows)]
        where = f"{names[0]} ({lines[0]}) and {names[1]} ({lines[1]})"
        text = f"{_listed(data.unit, shared, 'is', 'are')} in both {where}"
        rest = _counted(len(alone), "is", "are") + " in one"
    else:
        lacks_second = any(unit in first_rows for unit in alone)
        rows, name = (second_rows, names[1]) if lacks_second else (first_rows, names[0])
        lacking = [unit for unit in alone if unit not in rows]
        text = f"{_listed(data.unit, lacking, 'has', 'have')} no {name}"
        rest = _counted(len(shared), "is", "are") + " in both"
    advice = "paired=False compares two independent groups"
    if set(first.rows) & set(second.rows):
        advice = "paired=True compares those that are in both, paired=False two independent groups"
    data.refuse(f"{text}, {rest}; correct it, or say what is meant: {advice}")


def _listed(noun: str, units: Sequence[Any], singular: str, several: str) -> str:
    """`patient 'P1' is`, `patients 'P3', 'P10' and 5 more are`, with one of the two verbs."""
    if len(units) == 1:
        return f"{noun} {text_of(units[0])!r} {singular}"
    names = ", ".join(repr(text_of(unit)) for unit in units[:5])
    more = f" and {len(units) - 5:,} more" if len(units) > 5 else ""
    return f"{plural(noun)} {names}{more} {several}"

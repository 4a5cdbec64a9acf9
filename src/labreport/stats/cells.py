"""Cells of a table: the rows of one group and one value, reduced to a number for each replicate."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from labreport.project import Data, Measure
from labreport.stats.names import text_of

if TYPE_CHECKING:
    import pandas

VALUE = "value of the measure"
"""The column of the measure as it is stored: shares as fractions."""


@dataclass(frozen=True)
class Cell:
    """The rows of a table with one value of a column, within one group.

    `values` has a number for each replicate (without replicates, for each row), `yes_no` where that is 1 or
    0 of what happened or did not. `rows` has the place of the first row of each replicate, with an empty
    cell or not; `expected` are the replicates that belong here by what is constant of them, such as the arm
    of a patient. `description` is `dose '10' in HT29`; `absent_from` what those lack that are expected and
    have no row; `unassigned` says which rows of the table belong to no cell. `reduction` is what was taken
    of the rows of a replicate, of which each has from `fewest_rows` to `most_rows`.
    """

    table: Data
    group: str
    name: str
    description: str
    values: Mapping[Any, float]
    rows: Mapping[Any, int]
    expected: frozenset[Any]
    absent_from: str = ""
    empty_cells: int = 0
    unassigned: tuple[str, ...] = ()
    reduction: str = ""
    fewest_rows: int = 1
    most_rows: int = 1
    yes_no: bool = False


@dataclass(frozen=True)
class _Layout:
    """How a table is divided, and what is read of it: the columns, and which are constant in a replicate."""

    data: Data
    measure: Measure
    by: str | None
    within: str | None
    frame: pandas.DataFrame = field(repr=False)
    constant: tuple[str, ...] = ()
    truths: bool = False
    unassigned: tuple[str, ...] = ()


def cells_of_table(data: Data, measure: Measure, by: str | None, within: str | None) -> Iterator[Cell]:
    """Divide a table by the values of `within` and of `by`, in their order, and reduce each cell.

    Raises `UsageError` for a column that is not there, and for cells that are empty or no numbers.
    """
    layout = _read(data, measure, by, within)
    parts = [
        (group, value, rows)
        for group, rows_of_group in rows_by_value(layout.frame, within)
        for value, rows in rows_by_value(rows_of_group, by)
    ]
    most = max((_rows_per_replicate(layout, rows)[1] for _, _, rows in parts), default=1)
    yes_no = layout.truths and (most == 1 or measure.reduce in ("any", "max", "min"))
    for group, value, rows in parts:
        yield _cell(layout, group, value, rows, yes_no)


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
        advice = "percent=True is for values such as 97.3; leave it out for fractions"
        measure.refuse(f"{data.name}: all values are below 1.5; {advice}")
    stored = numbers.astype(float) / (100.0 if measure.percent else 1.0)
    truths = data.has_truths(measure.name) or (measure.share and set(stored.dropna()) <= {0.0, 1.0})
    if measure.reduce == "any" and not truths:
        measure.refuse(f'{data.name}: reduce="any" is of True and False, or of 1 and 0 with the unit "%"')
    columns = {VALUE: stored, "place": range(len(stored))}
    frame = data.frame.assign(**columns)[~empty[grouping].any(axis=1)]
    unassigned = [
        _counted(int(empty[column].sum()), f"row has no {column}", f"rows have no {column}")
        for column in grouping
        if empty[column].any()
    ]
    constant = [column for column in (by, within) if column and _is_constant(frame, data.replicate, column)]
    return _Layout(data, measure, by, within, frame, tuple(constant), truths, tuple(unassigned))


def _refuse_empty(data: Data, empty: pandas.DataFrame) -> None:
    lacking = empty.any(axis=1).tolist()
    if True not in lacking:
        return
    row = lacking.index(True)
    column = empty.columns[empty.iloc[row]][0]
    advice = 'missing="drop" leaves such rows out and counts them'
    data.refuse(f"{data.line(row)} has no value in column {column!r}; {advice}")


def _is_constant(frame: pandas.DataFrame, replicate: str | None, column: str) -> bool:
    """Whether each replicate has one value of a column, as a patient has one arm."""
    return replicate is not None and bool(frame.groupby(replicate)[column].nunique().max() <= 1)


def rows_by_value(frame: pandas.DataFrame, column: str | None) -> list[tuple[Any, pandas.DataFrame]]:
    """The rows of each value of a column, of categories and numbers in their order; without one, all rows."""
    if column is None:
        return [(None, frame)]
    ordered = hasattr(frame[column], "cat") or frame[column].dtype.kind in "iufb"
    return list(frame.groupby(column, sort=ordered, observed=True))


def _rows_per_replicate(layout: _Layout, rows: pandas.DataFrame) -> tuple[int, int]:
    """The least and the greatest number of rows with a value that a replicate has."""
    if layout.data.replicate is None or rows.empty:
        return 1, 1
    sizes = rows[rows[VALUE].notna()].groupby(layout.data.replicate, sort=False).size()
    return (int(sizes.min()), int(sizes.max())) if len(sizes) else (1, 1)


def _cell(layout: _Layout, group: Any, value: Any, rows: pandas.DataFrame, yes_no: bool) -> Cell:
    data, replicate = layout.data, layout.data.replicate
    name = data.name if layout.by is None else text_of(value)
    group_name = "" if layout.within is None else text_of(group)
    first_rows = rows.drop_duplicates(replicate) if replicate else rows
    units = first_rows[replicate].tolist() if replicate else range(len(rows))
    fewest, most = _rows_per_replicate(layout, rows)
    return Cell(
        data,
        group_name,
        name,
        _description(layout, name, group_name),
        _reduced(layout, rows),
        dict(zip(units, first_rows["place"].tolist(), strict=True)),
        _expected(layout, {layout.by: value, layout.within: group}, units),
        _absent_from(layout, name, group_name),
        int(rows[VALUE].isna().sum()),
        layout.unassigned,
        reduction=_reduction(layout),
        fewest_rows=fewest,
        most_rows=most,
        yes_no=yes_no,
    )


def _reduced(layout: _Layout, rows: pandas.DataFrame) -> dict[Any, float]:
    """A number for each replicate, in the order in which they stand; without replicates for each row.

    The row of a replicate that is not there has its place in the cell as its name.
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
    values: Sequence[float] = rows[VALUE].tolist()
    reductions: dict[str, Callable[[Sequence[float]], float]] = {
        "mean": statistics.fmean,
        "median": statistics.median,
        "max": max,
        "min": min,
        "any": max,
    }
    return float(reductions[measure.reduce](values))


def _description(layout: _Layout, name: str, group: str) -> str:
    """Name a cell in a message: `dose '10' in HT29`."""
    return f"{layout.by} {name!r}" + (f" in {group}" if group else "")


def _absent_from(layout: _Layout, name: str, group: str) -> str:
    """What a replicate lacks that has no row here: `week 12`, of the columns that vary within replicates."""
    values = {layout.within: group, layout.by: name}
    varying = [column for column in values if column is not None and column not in layout.constant]
    return " in ".join(f"{column} {values[column]}" for column in reversed(varying))


def _expected(layout: _Layout, values: Mapping[str | None, Any], units: Sequence[Any]) -> frozenset[Any]:
    """The replicates whose constant columns have the values of a cell."""
    if layout.data.replicate is None:
        return frozenset(units)
    frame = layout.frame
    for column in layout.constant:
        frame = frame[frame[column] == values[column]]
    return frozenset(frame[layout.data.replicate].tolist())


def _reduction(layout: _Layout) -> str:
    """How what is taken of the rows of a replicate is called: `mean`, of yes and no `share`."""
    reduction = layout.measure.reduction
    if layout.truths:
        return {"mean": "share", "any": "in at least one"}.get(reduction, reduction)
    return reduction


def averaged(cells: Sequence[Cell]) -> str:
    """Say what was taken of the rows of a replicate: `mean of 4 rows a patient`; empty where each has one."""
    if not cells:
        return ""
    fewest = min(cell.fewest_rows for cell in cells)
    most = max(cell.most_rows for cell in cells)
    if most == 1:
        return ""
    number = f"{most:,}" if fewest == most else f"{fewest:,} to {most:,}"
    return f"{cells[0].reduction} of {number} rows a {cells[0].table.unit}"


def _counted(number: int, singular: str, several: str) -> str:
    return f"{number:,} {singular if number == 1 else several}"


def left_out(cells: Sequence[Cell]) -> tuple[str, ...]:
    """Say what some cells leave out: `10 have no week 12`, `3 cells are empty`."""
    absent: dict[str, set[Any]] = {}
    for cell in cells:
        lacking = cell.expected - set(cell.rows)
        absent.setdefault(cell.absent_from, set()).update(lacking)
    reasons = [
        _counted(len(units), f"has no {lacks}", f"have no {lacks}")
        for lacks, units in absent.items()
        if units
    ]
    empty = sum(cell.empty_cells for cell in cells)
    if empty:
        reasons.append(_counted(empty, "cell is empty", "cells are empty"))
    return (*reasons, *dict.fromkeys(reason for cell in cells for reason in cell.unassigned))


def count_expected(cells: Sequence[Cell]) -> int:
    """How many replicates belong to some cells; without replicates, how many rows."""
    if any(cell.table.replicate is None for cell in cells):
        return sum(len(cell.expected) for cell in cells)
    return len({unit for cell in cells for unit in cell.expected})


def is_paired(first: Cell, second: Cell, paired: bool | None) -> bool:
    """Whether replicates of two cells are compared one by one: where all are in both, or `paired` says so.

    Raises `UsageError` where only some are in both, and nobody says what these are.
    """
    data = first.table
    ours, theirs = set(first.rows), set(second.rows)
    shared = ours & theirs
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
    if shared and ours != theirs:
        _refuse_half_paired(first, second)
    return bool(shared)


def _refuse_half_paired(first: Cell, second: Cell) -> None:
    """Name the few: those that are in both where most are in one, or the reverse."""
    data = first.table
    shared = [unit for unit in first.rows if unit in second.rows]
    alone = [unit for unit in (*first.rows, *second.rows) if unit not in shared]
    if len(shared) <= len(alone):
        unit = shared[0]
        places = [f"{cell.description} ({data.line(cell.rows[unit])})" for cell in (first, second)]
        wrong = f"{data.unit} {_listed(shared)} {'is' if len(shared) == 1 else 'are'} in both"
        text = f"{wrong} {' and '.join(places)}, {_counted(len(alone), 'is', 'are')} in one"
    else:
        lacking = [(cell, [u for u in alone if u not in cell.rows]) for cell in (first, second)]
        cell, units = next((cell, units) for cell, units in lacking if units)
        verb = "has" if len(units) == 1 else "have"
        text = f"{data.unit} {_listed(units)} {verb} no {cell.description}, {len(shared):,} are in both"
    advice = "paired=True compares those that are in both, paired=False two independent groups"
    data.refuse(f"{text}; correct it, or say what is meant: {advice}")


def _listed(units: Sequence[Any], most: int = 5) -> str:
    names = ", ".join(repr(text_of(unit)) for unit in units[:most])
    return names if len(units) <= most else f"{names} and {len(units) - most:,} more"

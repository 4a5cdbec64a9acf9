"""Cells of a table: the rows of one group and one subject, reduced to one number for each replicate.

A group has all rows with one value of the column `within`. A cell has the rows of a group with one value of
the column `by`.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from labreport.project import Data, Measure
from labreport.project.checks import name_of
from labreport.project.measure import REDUCTIONS
from labreport.stats.names import find
from labreport.stats.wording import count_text

if TYPE_CHECKING:
    import pandas

Replicate: TypeAlias = Hashable
"""The name of a replicate; in a table without replicates, the position of a row."""
VALUE, REPLICATE = "value of the measure", "replicate or row"
"""Columns that a division adds to the table: the value of the measure in the stored unit (shares as
fractions), and the replicate, or the position of the row in the table, from 0, if there are no replicates.
"""


@dataclass(frozen=True, eq=False)
class Division:
    """A table for one measure, with all that its cells have in common.

    `frame` has the columns of the table and the columns `VALUE` and `REPLICATE`. `constant` lists
    which of the columns `by` and `within` have only one value in each replicate, as a patient has one arm.
    `unassigned` is the number of rows without a value of `by` or `within`. `rows_yes_no` says that the rows
    have yes and no; `yes_no`, that the numbers of the replicates still are yes and no after the reduction.
    """

    data: Data
    measure: Measure
    by: str | None
    within: str | None
    frame: pandas.DataFrame
    constant: list[str]
    unassigned: int
    rows_yes_no: bool
    yes_no: bool


@dataclass(frozen=True, eq=False)
class Cell:
    """The rows of one `group` with one value, `name`, of the column `by`.

    `elsewhere` has the replicates of the group that have a value of `by` which the author did not choose.
    """

    division: Division
    group: str
    name: str
    frame: pandas.DataFrame
    elsewhere: set[Replicate]

    @property
    def data(self) -> Data:
        """The table that the cell is part of."""
        return self.division.data

    @cached_property
    def values(self) -> dict[Replicate, float]:
        """A number for each replicate that has a value in some row, in the order of the table.

        It is NaN or infinite where the rows of a replicate give no finite number, such as a ratio to zero.
        Without replicates it is the number of each row that has one, by the position of the row in the cell.
        """
        if self.data.replicate is None:
            numbers_by_position = self.frame[VALUE].reset_index(drop=True)
            numbers_of_rows: dict[Replicate, float] = numbers_by_position.dropna().to_dict()
            return numbers_of_rows
        measure = self.division.measure
        column = measure.name if callable(measure.reduce) else VALUE
        rows_by_replicate = self._rows_with_a_value.groupby(REPLICATE, sort=False, observed=True)
        values = {}
        for replicate, numbers in rows_by_replicate[column]:
            number = _reduce(measure, numbers)
            if math.isfinite(number):
                place = f"{self.data.replicate} {name_of(replicate)!r}"
                measure.check_ratio(number, f"{self.data.name}, {place}")
            values[replicate] = number
        return values

    @cached_property
    def replicates(self) -> set[Replicate]:
        """The replicates that have rows here, even if these have no value."""
        return set(self.frame[REPLICATE].tolist())

    @cached_property
    def row_counts(self) -> list[int]:
        """How many rows with a value each replicate has; replicates without any are left out."""
        counts: list[int] = self._rows_with_a_value[REPLICATE].value_counts().tolist()
        return counts

    @property
    def _rows_with_a_value(self) -> pandas.DataFrame:
        """The rows of this cell whose value is not missing."""
        return self.frame.dropna(subset=VALUE)

    @cached_property
    def expected(self) -> set[Replicate]:
        """The replicates that should be in this cell; without replicates, all its rows.

        These are the replicates of the whole table whose constant columns have the values of this cell: for
        arm A in week 12, all patients of arm A.
        """
        if self.data.replicate is None:
            return self.replicates
        frame = self.division.frame
        for column in self.division.constant:
            frame = frame[frame[column] == self.frame[column].iloc[0]]
        return set(frame[REPLICATE].tolist())

    @property
    def varying(self) -> str:
        """The values of this cell in columns that vary within a replicate: `week 12`, `dose 10 in line A`."""
        division = self.division
        value_by_column = {division.by: self.name, division.within: self.group}
        texts = []
        for column, value in value_by_column.items():
            if column is not None and column not in division.constant:
                texts.append(f"{column} {value}")
        return " in ".join(texts)

    @property
    def value_name(self) -> str:
        """The column and its value: `dose '10'`."""
        return f"{self.division.by} {self.name!r}"


Cells: TypeAlias = dict[str, dict[str, Cell]]
"""The cells of a table: `cells[group][name]`."""
NO_GROUP = ""
"""The name of the only group of a table that is not divided by a column `within`."""


def _reduce(measure: Measure, numbers: pandas.Series) -> float:
    """Reduce the rows of one replicate to one number in the stored unit.

    A function of the author's gets the numbers as they are in the file.
    """
    if isinstance(measure.reduce, str):
        return float(REDUCTIONS[measure.reduce].function(numbers.tolist()))
    return float(measure.reduce(numbers)) / measure.input_factor


# How a table is divided


def cells_of_table(
    data: Data,
    measure: Measure,
    by: str | None,
    within: str | None,
    names: Sequence[object] | None,
) -> Cells:
    """Divide a table by the values of `within` and of `by`; return the cells of `names`, or all.

    Raises `UsageError` for an unknown column or name, for values that are empty or not numbers, and for two
    values that differ only in case or blanks.
    """
    division = _divide(data, measure, by, within)
    cells: Cells = {}
    for group, rows_of_group in _rows_by_name(data, division.frame, within, NO_GROUP).items():
        rows_by_name = _rows_by_name(data, rows_of_group, by, data.name)
        chosen = list(rows_by_name)
        if names is not None:
            chosen = [find(name, rows_by_name) for name in names]
        elsewhere: set[Replicate] = set()
        for name in rows_by_name.keys() - chosen:
            elsewhere.update(rows_by_name[name][REPLICATE])
        cells[group] = {}
        for name in chosen:
            cells[group][name] = Cell(division, group, name, rows_by_name[name], elsewhere)
    return cells


def _rows_by_name(
    data: Data, frame: pandas.DataFrame, column: str | None, name_of_all: str
) -> dict[str, pandas.DataFrame]:
    """The rows with each value of a column, by the name of the value; without a column, all by one name.

    Raises `UsageError` for two values of one name, such as 1 and "1".
    """
    rows_by_name: dict[str, pandas.DataFrame] = {}
    for value, rows in rows_by_value(frame, column):
        name = name_of_all if column is None else name_of(value)
        if name in rows_by_name:
            advice = f"text=[{column!r}] takes them as one text; else correct them"
            data.refuse_declaration(f"column {column!r} has two values with the name {name!r}: {advice}")
        rows_by_name[name] = rows
    return rows_by_name


def _divide(data: Data, measure: Measure, by: str | None, within: str | None) -> Division:
    """Read and check the columns of the measure, of `by`, of `within` and of the replicates."""
    dividers = [column for column in (by, within) if column is not None]
    grouping = dividers if data.replicate is None else [*dividers, data.replicate]
    for column in (measure.name, *grouping):
        data.check_column(column)
    for column in grouping:
        data.check_names(column)
    for column in dividers:
        _refuse_near_names(data, column)
    numbers = data.numbers(measure.name)
    if data.missing != "drop":
        refuse_empty(data, [measure.name, *grouping])
    check_numbers(data, measure, numbers)
    rows_yes_no = are_yes_no(data, measure, numbers)
    if measure.reduce == "any" and not rows_yes_no:
        measure.refuse_declaration(
            f'{data.name}: reduce="any" is of True and False, or of 1 and 0 with the unit "%"'
        )
    replicates = range(len(numbers)) if data.replicate is None else data.frame[data.replicate]
    frame = data.frame.assign(**{VALUE: numbers / measure.input_factor, REPLICATE: replicates})
    frame = frame.dropna(subset=grouping)
    with_values = frame.dropna(subset=VALUE)
    has_repetitions = with_values.duplicated([*grouping, REPLICATE]).any()
    yes_no = rows_yes_no and (not has_repetitions or measure.reduce in ("any", "max", "min"))
    constant = []
    if data.replicate is not None:
        constant = [column for column in dividers if _is_constant(frame, column)]
    unassigned = len(numbers) - len(frame)
    return Division(
        data=data,
        measure=measure,
        by=by,
        within=within,
        frame=frame,
        constant=constant,
        unassigned=unassigned,
        rows_yes_no=rows_yes_no,
        yes_no=yes_no,
    )


def refuse_empty(data: Data, columns: Sequence[str]) -> None:
    """Refuse the first row that has no value in one of these columns."""
    for column in columns:
        is_empty = data.frame[column].isna().tolist()
        if True in is_empty:
            row = data.row_text(is_empty.index(True))
            advice = 'missing="drop" leaves such rows out and counts them'
            data.refuse_declaration(f"{row} has no value in column {column!r}; {advice}")


def _refuse_near_names(data: Data, column: str) -> None:
    """Refuse values of a column that differ only in case or blanks, as a typing error: `Drug` and `drug`."""
    near_names: dict[str, str] = {}
    for name in data.frame[column].unique():
        if isinstance(name, str):
            near = near_names.setdefault("".join(name.split()).casefold(), name)
            if near != name:
                advice = "correct one, or leave such rows out by where="
                data.refuse_declaration(f"column {column!r} has {near!r} and {name!r}: {advice}")


def check_numbers(data: Data, measure: Measure, numbers: pandas.Series) -> None:
    """Refuse numbers that the measure does not allow. If the least and the greatest are allowed, all are."""
    if numbers.notna().any():
        for row in (numbers.argmin(), numbers.argmax()):
            measure.check_value(float(numbers.iloc[row]), f"{data.name}, {data.row_text(row)}")
    if measure.percent and 0 <= numbers.min() and 0 < numbers.max() <= 1.5:
        advice = (
            "percent=True is for values such as 97.3; leave it out for fractions."
            f" Rates such as 0.3 % are given as fractions too: frame[{measure.name!r}] /= 100"
        )
        measure.refuse_declaration(f"{data.name}: all values are below 1.5; {advice}")


def are_yes_no(data: Data, measure: Measure, numbers: pandas.Series) -> bool:
    """Whether a column has only yes and no: True and False, or, of a share, only 0 % and 100 %."""
    is_none_or_whole = measure.is_share and set(numbers.dropna()) <= {0.0, measure.input_factor}
    return data.has_truths(measure.name) or is_none_or_whole


def _is_constant(frame: pandas.DataFrame, column: str) -> bool:
    """Whether each replicate has at most one value of a column."""
    return bool((frame.groupby(REPLICATE, observed=True)[column].nunique() <= 1).all())


def rows_by_value(frame: pandas.DataFrame, column: str | None) -> list[tuple[object, pandas.DataFrame]]:
    """Pairs of a value of a column and its rows; without a column, None and all rows.

    Numbers and categories are sorted, texts come in the order in which they appear.
    """
    if column is None:
        return [(None, frame)]
    in_order = hasattr(frame[column], "cat") or have_order(frame[column])
    return list(frame.groupby(column, sort=in_order, observed=True))


def have_order(cells: pandas.Series) -> bool:
    """Whether the values of a column have an order, as numbers and ordered categories have."""
    return cells.dtype.kind in "iufb" or bool(getattr(cells.dtype, "ordered", False))


# Texts about cells, for the source of a number


def describe_reduction(cells: Sequence[Cell]) -> str:
    """How the rows of a replicate were reduced: `mean of 4 rows a patient`; empty if each has one row."""
    row_counts: list[int] = []
    for cell in cells:
        row_counts += cell.row_counts
    fewest, most = min(row_counts, default=1), max(row_counts, default=1)
    if most == 1:
        return ""
    division = cells[0].division
    reduction = division.measure.reduction
    if division.rows_yes_no:
        reduction = {"mean": "share", "any": "in at least one"}.get(reduction, reduction)
    number = f"{most:,}" if fewest == most else f"{fewest:,} to {most:,}"
    return f"{reduction} of {number} rows a {division.data.unit_name}"


def describe_left_out(cells: Sequence[Cell]) -> tuple[str, ...]:
    """Why some replicates or rows were not used: `10 without week 12`, `3 cells are empty`.

    Where the two cells are independent, as two arms are, a replicate in one of them is not missing in the
    other.
    """
    division = cells[0].division
    present: set[Replicate] = set()
    others: set[Replicate] = set()
    if len(cells) == 2:
        first, second = (cell.replicates for cell in cells)
        elsewhere = cells[0].elsewhere
        others = elsewhere - first - second
        if first.isdisjoint(second):
            present = first | second | elsewhere
    absent: dict[str, set[Replicate]] = {}
    empty = 0
    for cell in cells:
        replicates = absent.setdefault(cell.varying, set())
        replicates |= cell.expected - cell.replicates - present
        empty += int(cell.frame[VALUE].isna().sum())
    texts = [f"{len(replicates):,} without {lack}" for lack, replicates in absent.items() if replicates]
    if empty:
        texts.append("1 cell is empty" if empty == 1 else f"{empty:,} cells are empty")
    if division.unassigned:
        texts.append(f"{count_text(division.unassigned, 'row')} in no group")
    if others:
        texts.append(f"{len(others):,} with another {division.by}")
    return tuple(texts)


def count_expected(cells: Sequence[Cell]) -> int:
    """How many replicates should be in at least one of these cells; without replicates, how many rows."""
    replicates: set[Replicate] = set()
    for cell in cells:
        replicates |= cell.expected
    return len(replicates)

"""Baseline tables: groups described by mean (SD), median (quartiles), or number (per cent)."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from labreport.project import Data, Measure
from labreport.project.checks import name_of
from labreport.project.measure import printed_factor
from labreport.stats.answers import Answer
from labreport.stats.cells import are_yes_no, check_numbers, refuse_empty, rows_by_value
from labreport.stats.formats import FormattedQuantity, number_text
from labreport.stats.quantity import Counted, Quantity, Source
from labreport.stats.rounding import decimals_beside_limits, significant_decimals
from labreport.stats.samples import as_measure, as_table
from labreport.stats.tables import Column, Entry, Table
from labreport.stats.wording import MISSING, capitalise, count_text, number_with_unit, plural

if TYPE_CHECKING:
    import pandas

MEAN = "mean (SD)"
MEDIAN = "median (quartiles)"


def summary(
    data: Data | pandas.DataFrame,
    by: str | None = None,
    columns: Sequence[str | Measure] = (),
    median: Sequence[str] = (),
    name: str = "summary",
) -> Answer:
    """Describe the groups of a table: a column for each value of `by`, a row for each variable.

    A column of numbers is described by its mean (SD), or by its median (quartiles) if `median` names it; a
    column of yes and no by the number (per cent) of yes; a column of texts by the same for each text. A
    measure gives a title and a unit. Empty cells are counted in a separate row. Each replicate counts once.
    Returns an answer with the table `summary`.

    Raises `UsageError` for a replicate with several values of a column: choose its rows by `where=`.

    Example: `summary(t, by="arm", columns=["age", "sex", Measure("sbp", "mmHg")], median=["crp"])`.
    """
    table = as_table(data)
    measures = [as_measure(column, table) for column in columns]
    subjects = _subjects(table, by, [measure.name for measure in measures])
    heads = [Column("name", capitalise((by or "").replace("_", " ")))]
    heads += [Column(subject.name, subject.name) for subject in subjects]
    rows = [_row(plural(table.unit_name), subjects, _Subject.size)]
    for measure in measures:
        rows += _rows_of(table, measure, subjects, by_median=measure.name in median)
    return Answer(**{name: Table(heads, rows)})


@dataclass(frozen=True)
class _Subject:
    """One value of `by`: its replicates, one in each row of `frame`."""

    name: str
    unit_name: str
    frame: pandas.DataFrame

    def present(self, measure: Measure) -> pandas.Series:
        """The values of a column that are not missing; infinite numbers count as missing."""
        values = self.frame[measure.name].dropna()
        return values[values.abs() < math.inf] if values.dtype.kind == "f" else values

    def missing(self, measure: Measure) -> int:
        """The number of replicates whose value is missing."""
        return len(self.frame) - len(self.present(measure))

    def size(self) -> Quantity:
        """How many there are."""
        return self.count(len(self.frame))

    def count(self, number: int) -> Quantity:
        """A number of replicates of this subject, as an exact quantity."""
        n = len(self.frame)
        source = Source((self.name,), n=n, unit_name=self.unit_name, kind="counted")
        return Quantity(number, n=n, source=source, exact=True)

    def source_of(self, measure: Measure, method: str) -> Source:
        """The source of a number that was computed from the replicates with a value."""
        missing = self.missing(measure)
        return Source(
            (self.name,),
            measure.label,
            n=len(self.frame) - missing,
            unit_name=self.unit_name,
            kind="computed",
            method=method,
            expected=len(self.frame),
            left_out=(f"{missing} missing",) if missing else (),
        )


def _subjects(table: Data, by: str | None, columns: Sequence[str]) -> list[_Subject]:
    """The subjects: sorted for numbers and categories, in order of appearance for texts."""
    for column in columns:
        table.check_column(column)
    if by is None:
        return [_Subject("All", table.unit_name, _one_row_a_replicate(table, columns))]
    table.check_column(by)
    table.check_names(by)
    frame = _one_row_a_replicate(table, [by, *columns])
    nowhere = int(frame[by].isna().sum())
    if nowhere:
        text = f"{count_text(nowhere, table.unit_name)} without a value in column {by!r}"
        table.refuse_declaration(f"{text}; complete it, or leave them out by where=")
    return [_Subject(name_of(value), table.unit_name, rows) for value, rows in rows_by_value(frame, by)]


def _one_row_a_replicate(table: Data, columns: Sequence[str]) -> pandas.DataFrame:
    """A row for each replicate with its only value in each column; without replicates, all rows.

    Raises `UsageError` for a replicate with several values of a column, and for a row without a replicate,
    unless the table leaves out what is missing.
    """
    if table.replicate is None:
        return table.frame
    if table.missing != "drop":
        refuse_empty(table, [table.replicate])
    by_replicate = table.frame.groupby(table.replicate, sort=False)
    for column in columns:
        numbers_of_values = by_replicate[column].nunique()
        if numbers_of_values.max() > 1:
            replicate = (numbers_of_values > 1).idxmax()
            values = by_replicate[column].get_group(replicate).dropna().unique()
            listed = ", ".join(map(name_of, values[:4]))
            text = (
                f"{table.unit_name} {name_of(replicate)!r} has {len(values)} values of {column!r} ({listed})"
            )
            table.refuse_declaration(
                f"{text}; a summary takes one: choose rows by where=, such as 'visit == 0'"
            )
    return by_replicate[list(dict.fromkeys(columns))].first()


def _rows_of(
    table: Data, measure: Measure, subjects: Sequence[_Subject], *, by_median: bool
) -> list[list[Entry]]:
    """The rows for a variable: one, or one for each text, and one for missing values if there are any.

    A column that is empty for all subjects has only the row for missing values.
    """
    title = capitalise(measure.label.replace("_", " "))
    values: set[object] = set()
    for subject in subjects:
        values.update(subject.present(measure).tolist())
    rows: list[list[Entry]] = []
    if any(isinstance(value, str) for value in values):
        for text in sorted(values, key=str):
            share = partial(_share, measure=measure, wanted=text)
            rows.append(_row(f"{title}: {text}, n (%)", subjects, share))
    elif values:
        numbers = table.numbers(measure.name)
        check_numbers(table, measure, numbers)
        if are_yes_no(table, measure, numbers):
            label = f"{title}, n (%)"
            cell_of = partial(_share, measure=measure, wanted=measure.input_factor)
        else:
            unit = f", {measure.unit}" if measure.unit else ""
            method = MEDIAN if by_median else MEAN
            label = f"{title}{unit}, {method}"
            cell_of = partial(_description, measure=measure, method=method)
        rows.append(_row(label, subjects, cell_of))
    if any(subject.missing(measure) for subject in subjects):
        rows.append(_row(f"{title}: missing", subjects, partial(_missing, measure=measure)))
    return rows


def _row(title: str, subjects: Sequence[_Subject], cell_of: Callable[[_Subject], Entry]) -> list[Entry]:
    """A row of the table: its title, and a cell for each subject."""
    row: list[Entry] = [title]
    row += map(cell_of, subjects)
    return row


def _missing(subject: _Subject, measure: Measure) -> Quantity:
    """How many have no value."""
    return subject.count(subject.missing(measure))


def _share(subject: _Subject, measure: Measure, wanted: object) -> Entry:
    """The number of replicates with this value, and their share of those with any: `12 (44 %)`."""
    values = subject.present(measure)
    n = len(values)
    if n == 0:
        return MISSING
    number = int((values == wanted).sum())
    most = printed_factor("fraction")
    printed = most * number / n
    decimals = decimals_beside_limits(printed, 0, (0.0, most)) or 0
    percent = number_with_unit(number_text(printed, decimals), "fraction")
    source = subject.source_of(measure, "share of those with a value")
    count = Quantity(number, n=n, source=source, exact=True, counted=Counted(n))
    return FormattedQuantity(count, suffix=f" ({percent})")


def _description(subject: _Subject, measure: Measure, method: str) -> Entry:
    """The mean (SD) or median (quartiles), in the printed unit, with two significant digits."""
    numbers = subject.present(measure).astype(float) * (measure.factor / measure.input_factor)
    if numbers.empty:
        return MISSING
    deviation = float(numbers.std(ddof=1))
    low, middle, high = numbers.quantile([0.25, 0.5, 0.75])
    decimals = max(significant_decimals(deviation), significant_decimals(middle))
    if method == MEDIAN:
        location = middle
        spread = f"{number_text(low, decimals)} to {number_text(high, decimals)}"
    else:
        location = numbers.mean()
        spread = number_text(deviation, decimals)
    source = subject.source_of(measure, method)
    quantity = Quantity(float(location), measure.unit, n=len(numbers), source=source)
    return FormattedQuantity(quantity, "value", decimals, has_unit=False, suffix=f" ({spread})")

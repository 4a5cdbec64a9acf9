"""A baseline table: what groups are like, by mean (SD), median (quartiles) or number (per cent)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from labreport.project import Data, Measure
from labreport.project.checks import name_of
from labreport.stats.answers import Answer
from labreport.stats.cells import are_yes_no, check_numbers, rows_by_value
from labreport.stats.formats import FormattedQuantity, number_text
from labreport.stats.quantity import Quantity, Source
from labreport.stats.rounding import decimals_beside_limits, significant_decimals
from labreport.stats.samples import as_measure, as_table
from labreport.stats.tables import Column, Entry, Table
from labreport.stats.wording import MISSING, NO_BREAK, capitalise, count_text, plural

if TYPE_CHECKING:
    import pandas


def summary(
    data: Data | pandas.DataFrame,
    by: str | None = None,
    columns: Sequence[str | Measure] = (),
    median: Sequence[str] = (),
    name: str = "summary",
) -> Answer:
    """Describe the groups of a table, a column for each value of `by`: how many, and what they are like.

    A column of numbers has its mean (SD), one that `median` names its median (quartiles), yes and no the
    number (per cent) of yes, texts those of each text. A measure gives title and unit. Empty cells are
    counted in a row of their own. Each replicate counts once. Gives the table `summary`.

    Raises `UsageError` for a replicate with several values of a column: choose its rows by `where=`.

    Example: `summary(t, by="arm", columns=["age", "sex", Measure("sbp", "mmHg")], median=["crp"])`.
    """
    table = as_table(data)
    measures = [as_measure(column, table) for column in columns]
    groups = _groups(table, by, [measure.name for measure in measures])
    heads = [Column("name", capitalise((by or "").replace("_", " ")))]
    heads += [Column(group.name, group.name) for group in groups]
    sizes = [group.count(len(group.frame)) for group in groups]
    rows: list[list[Entry]] = [[plural(table.unit), *sizes]]
    for measure in measures:
        rows += _rows_of(table, measure, groups, by_median=measure.name in median)
    return Answer(**{name: Table(heads, rows)})


@dataclass(frozen=True)
class _Group:
    """The replicates, a row each, that have one value of the column by which a table is divided."""

    name: str
    unit_name: str
    frame: pandas.DataFrame

    def present(self, measure: Measure) -> pandas.Series:
        """The values of a column that are not empty."""
        return self.frame[measure.name].dropna()

    def count(self, number: int) -> Quantity:
        """So many of the group."""
        n = len(self.frame)
        source = Source((self.name,), n=n, unit_name=self.unit_name, kind="counted")
        return Quantity(number, n=n, source=source, exact=True)

    def source_of(self, measure: Measure, method: str) -> Source:
        """Where a number comes from that is of those with a value."""
        n, expected = len(self.present(measure)), len(self.frame)
        left_out = (f"{expected - n} missing",) if n < expected else ()
        source = Source((self.name,), measure.label, n=n, unit_name=self.unit_name, kind="computed")
        return replace(source, method=method, expected=expected, left_out=left_out)


def _groups(table: Data, by: str | None, columns: Sequence[str]) -> list[_Group]:
    """The groups in their order: of numbers and categories sorted, of texts as they appear."""
    for column in columns:
        table.check_column(column)
    if by is None:
        return [_Group("All", table.unit, _one_row_a_replicate(table, columns))]
    table.check_column(by)
    table.check_names(by)
    frame = _one_row_a_replicate(table, [by, *columns])
    nowhere = int(frame[by].isna().sum())
    if nowhere:
        text = f"{count_text(nowhere, table.unit)} without a value in column {by!r}"
        table.refuse_declaration(f"{text}; complete it, or leave them out by where=")
    return [_Group(name_of(value), table.unit, rows) for value, rows in rows_by_value(frame, by)]


def _one_row_a_replicate(table: Data, columns: Sequence[str]) -> pandas.DataFrame:
    """The only value of each replicate in each column, empty where it has none; else all rows."""
    if table.replicate is None:
        return table.frame
    by_replicate = table.frame.groupby(table.replicate, sort=False)
    for column in columns:
        numbers_of_values = by_replicate[column].nunique()
        if numbers_of_values.max() > 1:
            replicate = (numbers_of_values > 1).idxmax()
            values = by_replicate[column].get_group(replicate).dropna().unique()
            listed = ", ".join(map(name_of, values[:4]))
            text = f"{table.unit} {name_of(replicate)!r} has {len(values)} values of {column!r} ({listed})"
            table.refuse_declaration(
                f"{text}; a summary takes one: choose rows by where=, such as 'visit == 0'"
            )
    return by_replicate[list(dict.fromkeys(columns))].first()


def _rows_of(
    table: Data, measure: Measure, groups: Sequence[_Group], *, by_median: bool
) -> list[list[Entry]]:
    """The rows of a variable: one, or one for each text; and one of what is missing, if anything is.

    A column that is empty in all groups has only the last.
    """
    title = capitalise(measure.label.replace("_", " "))
    rows = []
    values: set[Any] = set()
    for group in groups:
        values.update(group.present(measure).tolist())
    if any(isinstance(value, str) for value in values):
        for text in sorted(values, key=str):
            shares = [_share(group, measure, text) for group in groups]
            rows.append([f"{title}: {text}, n (%)", *shares])
    elif values and _are_yes_no(table, measure):
        shares = [_share(group, measure, measure.input_factor) for group in groups]
        rows.append([f"{title}, n (%)", *shares])
    elif values:
        method = "median (quartiles)" if by_median else "mean (SD)"
        unit = f", {measure.unit}" if measure.unit else ""
        descriptions = [_description(group, measure, method) for group in groups]
        rows.append([f"{title}{unit}, {method}", *descriptions])
    missing = [len(group.frame) - len(group.present(measure)) for group in groups]
    if any(missing):
        rows.append([f"{title}: missing", *map(_Group.count, groups, missing)])
    return rows


def _are_yes_no(table: Data, measure: Measure) -> bool:
    """Whether a column of numbers is yes and no. Raises `UsageError` for one that the measure refuses."""
    numbers = table.numbers(measure.name)
    check_numbers(table, measure, numbers)
    return are_yes_no(table, measure, numbers)


def _share(group: _Group, measure: Measure, wanted: Any) -> Entry:
    """How many have a value, and which share that is of those that have any: `12 (44 %)`."""
    values = group.present(measure)
    if values.empty:
        return MISSING
    number = int((values == wanted).sum())
    percent = 100 * number / len(values)
    decimals = decimals_beside_limits(percent, 0, (0.0, 100.0)) or 0
    source = group.source_of(measure, "share of those with a value")
    count = Quantity(number, n=len(values), source=source, exact=True, out_of=len(values))
    return FormattedQuantity(count, suffix=f" ({percent:.{decimals}f}{NO_BREAK}%)")


def _description(group: _Group, measure: Measure, method: str) -> Entry:
    """The mean (SD), or median (quartiles), in the printed unit; both to two significant digits."""
    numbers = group.present(measure).astype(float) * (measure.factor / measure.input_factor)
    if numbers.empty:
        return MISSING
    deviation = float(numbers.std(ddof=1))
    low, middle, high = numbers.quantile([0.25, 0.5, 0.75])
    decimals = max(significant_decimals(deviation), significant_decimals(middle))
    if method.startswith("median"):
        location = middle
        spread = f"{number_text(low, decimals)} to {number_text(high, decimals)}"
    else:
        location = numbers.mean()
        spread = number_text(deviation, decimals)
    source = group.source_of(measure, method)
    quantity = Quantity(float(location), measure.unit, n=len(numbers), source=source)
    return FormattedQuantity(quantity, "value", decimals, has_unit=False, suffix=f" ({spread})")

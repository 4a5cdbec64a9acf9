"""A baseline table: what groups are like, by mean (SD), median (quartiles) or number (per cent)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from labreport.project import Data, Measure
from labreport.stats.answers import Answer
from labreport.stats.formats import FormattedQuantity, number_text
from labreport.stats.names import text_of
from labreport.stats.quantity import Quantity, Source
from labreport.stats.rounding import decimals_beside_limits, significant_decimals
from labreport.stats.sample import as_table
from labreport.stats.tables import Column, Table
from labreport.stats.wording import MISSING, NO_BREAK, count_text, plural

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
    declared = as_table(data)
    variables = [_variable(declared, column, median) for column in columns]
    groups = _groups(declared, by, [variable.column for variable in variables])
    rows: list[list[Any]] = [[plural(declared.unit), *(_count(group, len(group.frame)) for group in groups)]]
    for variable in variables:
        rows += _rows_of(variable, groups)
    heads = [Column("name", (by or "").replace("_", " ").capitalize())]
    heads += [Column(group.name, group.name) for group in groups]
    return Answer(**{name: Table(heads, rows)})


@dataclass(frozen=True)
class Variable:
    """A column that is described: how it is measured, what people call it, and whether by its median."""

    measure: Measure
    title: str
    by_median: bool

    @property
    def column(self) -> str:
        """The name of the column."""
        return self.measure.name

    def printed(self, cells: pandas.Series) -> pandas.Series:
        """The numbers of some cells in the printed unit: shares in per cent."""
        factor = 1.0 if self.measure.percent else self.measure.stored
        return cells.dropna().astype(float) * factor


@dataclass(frozen=True)
class Group:
    """The replicates, a row each, that have one value of the column by which a table is divided."""

    name: str
    unit: str
    frame: pandas.DataFrame


def _variable(data: Data, column: str | Measure, median: Iterable[str]) -> Variable:
    measure = column if isinstance(column, Measure) else Measure(column, better="")
    data.check_column(measure.name)
    title = measure.label.replace("_", " ")
    return Variable(measure, title[:1].upper() + title[1:], measure.name in median)


def _groups(data: Data, by: str | None, columns: Sequence[str]) -> list[Group]:
    """The groups in their order: of numbers and categories sorted, of texts as they appear."""
    if by is None:
        return [Group("All", data.unit, _one_row_a_replicate(data, columns))]
    data.check_column(by)
    data.check_names(by)
    frame = _one_row_a_replicate(data, [by, *columns])
    if frame[by].isna().any():
        nowhere = count_text(int(frame[by].isna().sum()), data.unit)
        data.refuse(f"{nowhere} without a value in column {by!r}; complete it, or leave them out by where=")
    is_ordered = hasattr(frame[by], "cat") or frame[by].dtype.kind in "iufb"
    parts = frame.groupby(by, sort=is_ordered, observed=True)
    return [Group(text_of(value), data.unit, part) for value, part in parts]


def _one_row_a_replicate(data: Data, columns: Sequence[str]) -> pandas.DataFrame:
    """The only value of each replicate in each column, empty where it has none; else all rows."""
    frame = data.frame
    if data.replicate is None:
        return frame
    by_replicate = frame.groupby(data.replicate, sort=False)
    for column in columns:
        numbers = by_replicate[column].nunique()
        if (numbers > 1).any():
            replicate = numbers.index[numbers > 1][0]
            cells = by_replicate[column].get_group(replicate).dropna().unique()
            listed = ", ".join(text_of(cell) for cell in cells[:4])
            text = f"{data.unit} {text_of(replicate)!r} has {len(cells)} values of {column!r} ({listed})"
            data.refuse(f"{text}; a summary takes one: choose rows by where=, such as 'visit == 0'")
    return by_replicate[list(dict.fromkeys(columns))].first()


def _rows_of(variable: Variable, groups: Sequence[Group]) -> list[list[Any]]:
    """The rows of a variable: one, or one for each text; and one of what is missing, if anything is."""
    frames = [group.frame[variable.column] for group in groups]
    texts = _texts(frames)
    if texts is not None:
        rows = [_share_row(f"{variable.title}: {text}", groups, variable, text) for text in texts]
    elif _is_yes_no(frames, variable):
        rows = [_share_row(variable.title, groups, variable, True)]
    elif variable.by_median:
        rows = [_number_row(variable, groups, "median (quartiles)", _quartiles)]
    else:
        rows = [_number_row(variable, groups, "mean (SD)", _mean_and_deviation)]
    missing = [int(cells.isna().sum()) for cells in frames]
    if any(missing):
        counts = [_count(group, number) for group, number in zip(groups, missing, strict=True)]
        rows.append([f"{variable.title}: missing", *counts])
    return rows


def _texts(frames: Sequence[Any]) -> list[Any] | None:
    """The texts of a column, sorted; None of numbers and truths."""
    texts: set[Any] = set()
    for cells in frames:
        for cell in cells.dropna().tolist():
            if not isinstance(cell, str):
                return None
            texts.add(cell)
    return sorted(texts)


def _is_yes_no(frames: Sequence[Any], variable: Variable) -> bool:
    """Whether all cells are True and False, or 1 and 0 of a variable in per cent."""
    values = [value for cells in frames for value in cells.dropna().tolist()]
    if all(isinstance(value, bool) for value in values):
        return True
    return variable.measure.unit == "%" and set(values) <= {0, 1}


def _count(group: Group, number: int) -> Quantity:
    source = Source((group.name,), n=len(group.frame), unit=group.unit, kind="counted")
    return Quantity(number, n=len(group.frame), source=source, exact=True)


def _share_row(title: str, groups: Sequence[Group], variable: Variable, wanted: Any) -> list[Any]:
    """How many have a value, and which share that is of those that have any: `12 (44 %)`."""
    row: list[Any] = [f"{title}, n (%)"]
    for group in groups:
        cells = group.frame[variable.column].dropna()
        number = int((cells == wanted).sum())
        percent = 100 * number / len(cells) if len(cells) else 0.0
        decimals = decimals_beside_limits(percent, 0, (0.0, 100.0)) or 0
        source = _source(group, variable, len(cells), "share of those with a value")
        count = Quantity(number, n=len(cells), source=source, exact=True, out_of=len(cells))
        row.append(FormattedQuantity(count, suffix=f" ({percent:.{decimals}f}{NO_BREAK}%)"))
    return row


@dataclass(frozen=True)
class Description:
    """A location of some numbers, and one or two that say how far they spread, all in the printed unit."""

    location: float
    spread: tuple[float, ...]


def _mean_and_deviation(numbers: Any) -> Description:
    return Description(float(numbers.mean()), (float(numbers.std(ddof=1)),))


def _quartiles(numbers: Any) -> Description:
    low, middle, high = numbers.quantile([0.25, 0.5, 0.75])
    return Description(float(middle), (float(low), float(high)))


def _number_row(
    variable: Variable, groups: Sequence[Group], method: str, describe: Callable[[Any], Description]
) -> list[Any]:
    """A row of numbers with equal decimals: two significant digits of the standard deviation."""
    unit = variable.measure.unit
    title = f"{variable.title}, {unit}" if unit else variable.title
    row: list[Any] = [f"{title}, {method}"]
    samples = [variable.printed(group.frame[variable.column]) for group in groups]
    decimals = _decimals_of(samples)
    for group, numbers in zip(groups, samples, strict=True):
        if numbers.empty:
            row.append(MISSING)
            continue
        description = describe(numbers)
        source = _source(group, variable, len(numbers), method)
        quantity = Quantity(description.location, unit, n=len(numbers), source=source)
        ends = [number_text(number, decimals) for number in description.spread]
        row.append(FormattedQuantity(quantity, "bare", decimals, suffix=f" ({' to '.join(ends)})"))
    return row


def _decimals_of(samples: Sequence[pandas.Series]) -> int:
    """The decimals that give each standard deviation two significant digits."""
    deviations = [float(numbers.std(ddof=1)) for numbers in samples if len(numbers) > 1]
    return max((significant_decimals(deviation) for deviation in deviations), default=1)


def _source(group: Group, variable: Variable, n: int, method: str) -> Source:
    missing = len(group.frame) - n
    left_out = (f"{missing} missing",) if missing else ()
    return Source(
        (group.name,), variable.title, n=n, unit=group.unit, kind="computed", method=method,
        expected=len(group.frame), left_out=left_out,
    )  # fmt: skip

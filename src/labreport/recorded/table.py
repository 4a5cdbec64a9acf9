"""Rows with named columns, as CSV and JSON lines both have them, sorted into runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from labreport.recorded.raw import Options, RawRun, Row, bad, number, short, whole
from labreport.suggest import did_you_mean

STEPS = ("epoch", "step")
"""Columns that number the rows unless another is named."""
Line = tuple[int, Mapping[str, str | float | None]]
"""The number of a line, and its values by column; None where it has none."""


def runs(
    name: str, columns: Sequence[str], lines: Iterable[Line], options: Options, arrays: str
) -> list[RawRun]:
    """The runs in the rows of a file: one for each combination of values of `options.fields`."""
    step = _step(name, columns, options)
    fields = [column for column in options.fields if column in columns]
    metrics = _metrics(name, columns, options, {step, *fields})
    found: dict[tuple[str, ...], list[Row]] = {}
    for line, values in lines:
        where = f"{name}:{line}"
        key = tuple(_word(values.get(column), where, column) for column in fields)
        rows = found.setdefault(key, [])
        at = _number(values.get(step), where, step) if step else None
        at_step = whole(at, where, step) if step else None
        if at_step is not None and rows and at_step <= (rows[-1].step or 0):
            raise bad(
                where, f"{step} is {at_step} after {rows[-1].step}; it must rise from row to row of a run"
            )
        measured = {metric: _number(values.get(metric), where, metric) for metric in metrics}
        rows.append(Row(where, {key: value for key, value in measured.items() if value is not None}, at_step))
    if not found:
        raise bad(name, "has no rows; a run needs at least one")
    return [
        RawRun(
            rows[0].where,
            ", ".join(f"{column}={short(value)}" for column, value in zip(fields, key, strict=True)),
            dict(zip(fields, key, strict=True)),
            tuple(rows),
            (name, arrays) if arrays else (name,),
            arrays,
        )
        for key, rows in found.items()
    ]


def _step(name: str, columns: Sequence[str], options: Options) -> str:
    if options.step and options.step not in columns:
        raise bad(name, f"has no column {options.step!r}{did_you_mean(options.step, columns)}")
    return options.step or next((column for column in STEPS if column in columns), "")


def _metrics(name: str, columns: Sequence[str], options: Options, others: set[str]) -> list[str]:
    if options.metrics is None:
        metrics = [column for column in columns if column not in others]
    else:
        metrics = list(options.metrics)
    missing = [column for column in metrics if column not in columns]
    if missing:
        raise bad(name, f"has no column {missing[0]!r}{did_you_mean(missing[0], columns)}")
    if not metrics:
        raise bad(name, f"has no column of a metric; its columns are {', '.join(columns)}")
    return metrics


def _word(value: str | float | None, where: str, column: str) -> str:
    """The value of a column that names the run, as text; 3.0 is 3."""
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() and abs(value) < 1e15 else repr(value)
    if value is None or not value.strip():
        raise bad(where, f"{column} is empty; every row must say to which run it belongs")
    return value.strip()


def _number(value: str | float | None, where: str, column: str) -> float | None:
    return number(value, where, column) if isinstance(value, str) else value

"""Rows with named columns, as CSV and JSON lines both have them, sorted into runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from labreport.errors import did_you_mean
from labreport.recorded.raw import (
    Options,
    RawRun,
    Row,
    bad,
    beside,
    not_a_number,
    number,
    short,
    whole,
)

STEPS = ("epoch", "step")
"""Columns that number the rows of a run unless another is named."""
ORDER = "row"
"""What numbers the rows of a run in the order of the file, where no column has this name."""
Cell = str | float | None


def runs(
    folder: Path, name: str, cells: Mapping[str, Sequence[Cell]], lines: Sequence[int], options: Options
) -> list[RawRun]:
    """The runs in a table, as CSV and JSON lines have it: `cells` by column, and the numbers of the `lines`.

    Each row is a run. Where a column numbers the steps of runs, the rows in which `options.fields` have the
    same values are a run together; their order in the file is of no importance.
    """
    cells, lines = _chosen(cells, lines, options.where)
    columns = tuple(cells)
    fields = [column for column in options.fields if column in cells]
    step = _step(name, cells, options)
    values, refused = _metrics(name, cells, lines, options, {step, *fields})
    metrics = tuple(values)
    texts = [[_word(cell) for cell in cells[column]] for column in fields]
    keys = list(zip(*texts, strict=True)) if texts else [()] * len(lines)
    arrays = beside(folder, name)
    files = (name, arrays) if arrays else (name,)
    measured = [
        {metric: value for metric, value in zip(metrics, row, strict=True) if value is not None}
        for row in zip(*values.values(), strict=True)
    ]

    def run(position: int, rows: Sequence[Row]) -> RawRun:
        known = dict(zip(fields, keys[position], strict=True))
        return RawRun(f"{name}:{lines[position]}", known, rows, files, metrics, refused, columns, arrays)

    if not step:
        return [run(position, (Row(row),)) for position, row in enumerate(measured)]
    together: dict[tuple[str, ...], dict[int, int]] = {}
    for position, at in enumerate(_steps(name, cells, lines, step)):
        known = together.setdefault(keys[position], {})
        if at in known:
            said = "".join(f", {key} {short(word)}" for key, word in zip(fields, keys[position], strict=True))
            raise bad(
                f"{name}:{lines[position]}",
                f"{step} is {at}{said}, as at {name}:{lines[known[at]]}; remove one, or name the column that "
                "tells the runs apart with seed=, name= or blocks=",
            )
        known[at] = position
    return [
        run(min(known.values()), [Row(measured[position], at) for at, position in sorted(known.items())])
        for known in together.values()
    ]


def _chosen(
    cells: Mapping[str, Sequence[Cell]], lines: Sequence[int], where: Sequence[tuple[str, str]]
) -> tuple[Mapping[str, Sequence[Cell]], Sequence[int]]:
    """The table without the rows that differ from `where`."""
    kept: Sequence[int] = range(len(lines))
    for column, word in where:
        if column in cells:
            kept = [position for position in kept if _word(cells[column][position]) == word]
    if len(kept) == len(lines):
        return cells, lines
    chosen = {column: [values[position] for position in kept] for column, values in cells.items()}
    return chosen, [lines[position] for position in kept]


def _step(name: str, cells: Mapping[str, Sequence[Cell]], options: Options) -> str:
    if options.step and options.step not in cells and options.step != ORDER:
        raise bad(f"{name}:1", f"has no column {options.step!r}{did_you_mean(options.step, cells)}")
    found = (column for column in STEPS if column in cells and column not in options.fields)
    return options.step or next(found, "")


def _steps(name: str, cells: Mapping[str, Sequence[Cell]], lines: Sequence[int], step: str) -> Sequence[int]:
    if step not in cells:
        return range(1, len(lines) + 1)
    found, problem = _numbers(cells[step], step)
    if problem is not None:
        raise bad(f"{name}:{lines[problem[0]]}", problem[1])
    return [whole(value, f"{name}:{line}", step) for value, line in zip(found, lines, strict=True)]


def _metrics(
    name: str,
    cells: Mapping[str, Sequence[Cell]],
    lines: Sequence[int],
    options: Options,
    others: set[str],
) -> tuple[dict[str, list[float | None]], dict[str, str]]:
    """The columns of numbers, and what is wrong with the others; those that the author chose are numbers."""
    chosen = options.metrics
    columns = [column for column in cells if column not in others] if chosen is None else list(chosen)
    values: dict[str, list[float | None]] = {}
    refused: dict[str, str] = {}
    for column in columns:
        if column not in cells:
            raise bad(f"{name}:1", f"has no column {column!r}{did_you_mean(column, cells)}")
        found, problem = _numbers(cells[column], column)
        if problem is None:
            values[column] = found
            continue
        error = bad(f"{name}:{lines[problem[0]]}", problem[1])
        if chosen is not None:
            raise error
        refused[column] = str(error)
    if not values:
        reason = f": {next(iter(refused.values()))}" if refused else f"; its columns are {', '.join(cells)}"
        raise bad(name, f"has no column of a metric{reason}")
    return values, refused


def _numbers(cells: Sequence[Cell], column: str) -> tuple[list[float | None], tuple[int, str] | None]:
    """The numbers in a column; the first position at which there is none, with what is wrong there."""
    found: list[float | None] = []
    for position, cell in enumerate(cells):
        try:
            found.append(number(cell) if isinstance(cell, str) else cell)
        except ValueError:
            return [], (position, not_a_number(str(cell), column))
    return found, None


def _word(value: Cell) -> str:
    """The value of a column that names the run, as text; 3.0 is 3."""
    if isinstance(value, str):
        return value.strip()
    if value is None:
        return ""
    return f"{value:.0f}" if value.is_integer() and abs(value) < 1e15 else repr(value)

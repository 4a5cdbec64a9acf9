"""Runs in CSV files: a header, then a row for each epoch or step; one run a file, or columns that name it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from labreport.recorded import table
from labreport.recorded.raw import Options, RawRun, bad, short, text
from labreport.recorded.replay import Replay, beside, replay
from labreport.run import Arrays

DELIMITERS = (",", ";", "\t")


def read(folder: Path, name: str, options: Options) -> list[RawRun]:
    """The runs in a file with commas, semicolons or tabs. A column without a name, as pandas writes its
    index, is left out; empty cells were not measured."""
    written = text(folder, name)
    first = written.lstrip("\r\n").partition("\n")[0]
    rows = _rows(name, written, max(DELIMITERS, key=first.count))
    line, header = next(rows, (0, []))
    columns = [column.strip() for column in header]
    if not header:
        raise bad(name, "is empty; a header with the names of the columns is needed")
    named = [column for column in columns if column]
    if len(set(named)) < len(named):
        twice = next(column for column in named if named.count(column) > 1)
        raise bad(f"{name}:{line}", f"has two columns {twice!r}; names must differ")
    if any(_is_number(column) for column in named):
        raise bad(f"{name}:{line}", f"begins with {short(columns[0])}; the first row must name the columns")
    lines = _lines(name, columns, rows)
    return table.runs(name, named, lines, options, beside(folder, name))


def start(specification: Any, seed: int, epoch: int = 0, state: Arrays | None = None) -> Replay:
    """A run of such a file; see `labreport.run.Start`."""
    return replay(read, specification, epoch)


def _rows(name: str, written: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Rows that are not blank, each with the number of its last line."""
    reader = csv.reader(io.StringIO(written, newline=""), delimiter=delimiter, strict=True)
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                yield reader.line_num, row
    except csv.Error as error:
        raise bad(f"{name}:{reader.line_num}", f"not CSV: {error}; save the file again") from None


def _lines(name: str, columns: list[str], rows: Iterator[tuple[int, list[str]]]) -> Iterator[table.Line]:
    for line, row in rows:
        if len(row) != len(columns):
            raise bad(f"{name}:{line}", f"has {len(row)} values; the header names {len(columns)} columns")
        yield line, dict(zip(columns, row, strict=True))


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True

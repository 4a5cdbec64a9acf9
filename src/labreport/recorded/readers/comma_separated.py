"""Runs in CSV files: a header, then a row for each run, or for each epoch or step of one."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from labreport.recorded.raw import Options, RawRun, Reader, bad, runs, short, text

DELIMITERS = (",", ";", "\t")


def read(folder: Path, name: str, options: Options) -> list[RawRun]:
    """The runs in a file with commas, semicolons or tabs. A column without a name, as pandas writes its
    index, is left out."""
    written = text(folder, name)
    first = written.lstrip("\r\n").partition("\n")[0]
    lines, rows = _rows(name, written, max(DELIMITERS, key=first.count))
    if not rows:
        raise bad(name, "is empty; a header with the names of the columns is needed")
    columns = [column.strip() for column in rows[0]]
    header = f"{name}:{lines[0]}"
    named = [column for column in columns if column]
    if len(set(named)) < len(named):
        twice = next(column for column in named if named.count(column) > 1)
        raise bad(header, f"has two columns {twice!r}; names must differ")
    if any(_is_number(column) for column in named):
        raise bad(header, f"begins with {short(columns[0])}; the first row must name the columns")
    for line, row in zip(lines, rows, strict=True):
        if len(row) != len(columns):
            told = f"has {len(row)} values; the header names {len(columns)} columns: add or remove values"
            raise bad(f"{name}:{line}", told)
    if len(rows) == 1:
        raise bad(name, "has no rows; a run needs at least one")
    cells = dict(zip(columns, zip(*rows[1:], strict=True), strict=False))
    cells.pop("", None)
    return runs(folder, name, cells, lines[1:], options)


def _rows(name: str, written: str, delimiter: str) -> tuple[list[int], list[list[str]]]:
    """The rows that are not blank, and the number of the last line of each."""
    reader = csv.reader(io.StringIO(written, newline=""), delimiter=delimiter, strict=True)
    lines, rows, begun = [], [], 1
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                lines.append(reader.line_num)
                rows.append(row)
            begun = reader.line_num + 1
    except csv.Error as error:
        told = f"not CSV: {error}; has a quote in this row no end? Save the file again"
        raise bad(f"{name}:{begun}", told) from None
    return lines, rows


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


READER = Reader("csv", read, suffixes=(".csv", ".tsv"))

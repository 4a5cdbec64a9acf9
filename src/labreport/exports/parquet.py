"""Parquet: the tables of the CSV export, with unit and meaning of each column in the file, too."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from labreport.errors import UsageError
from labreport.exports import Export
from labreport.exports.csv import packaged
from labreport.loaded import Report, Table


def files(report: Report, folder: Path) -> Mapping[str, str | bytes]:
    """Write each table, and the dictionary of them all."""
    return packaged(report, "parquet", _written)


def _written(table: Table) -> bytes:
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        raise UsageError("parquet needs pyarrow; install it: pip install pyarrow") from None
    arrays = [_array(pyarrow, [row[place] for row in table.rows]) for place in range(len(table.columns))]
    fields = [
        pyarrow.field(one.name, array.type, metadata={"unit": one.unit, "description": one.meaning})
        for one, array in zip(table.columns, arrays, strict=True)
    ]
    file = io.BytesIO()
    schema = pyarrow.schema(fields, metadata={"description": table.meaning})
    parquet.write_table(pyarrow.Table.from_arrays(arrays, schema=schema), file)
    return file.getvalue()


def _array(pyarrow: Any, cells: Sequence[Any]) -> Any:
    """A column; one of several types as text, each cell as JSON."""
    try:
        return pyarrow.array(cells)
    except (pyarrow.ArrowException, OverflowError):
        return pyarrow.array([None if cell is None else json.dumps(cell) for cell in cells])


EXPORT = Export("parquet", "the same tables for pandas, Polars, R or DuckDB; needs pyarrow", files)

"""CSV: every table of a report and the data of every figure, with a data dictionary.

The dictionary, `datapackage.json`, has the form of Frictionless Data: type, unit and meaning of each column.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from labreport.exports import Export, file_of
from labreport.loaded import ANSWERS, Report, Table

_TYPES = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", type(None): ""}


def files(report: Report, folder: Path) -> Mapping[str, str | bytes]:
    """Write each table, its numbers not rounded, and the dictionary of them all."""
    return packaged(report, "csv", _written)


def packaged(report: Report, ending: str, written: Callable[[Table], str | bytes]) -> dict[str, str | bytes]:
    """Write each table to a file, and describe them all."""
    tables: dict[str, Table] = {f"{table.name}.{ending}": table for table in report.tables}
    tables |= {f"figures/{file_of(slug)}.{ending}": figure for slug, figure in report.figures.items()}
    package = {
        "profile": "tabular-data-package",
        "title": report.document["title"],
        ANSWERS: report.digest,
        "resources": [_described(path, table) for path, table in tables.items()],
    }
    files = {path: written(table) for path, table in tables.items()}
    return {**files, "datapackage.json": json.dumps(package, ensure_ascii=False, indent=1) + "\n"}


def _described(path: str, table: Table) -> dict[str, Any]:
    fields = []
    for place, one in enumerate(table.columns):
        kinds = {_TYPES.get(type(row[place]), "any") for row in table.rows} - {""}
        kind = "number" if kinds == {"integer", "number"} else kinds.pop() if len(kinds) == 1 else "any"
        fields.append({"name": one.name, "type": kind, "description": one.meaning, "unit": one.unit})
    schema = {"fields": fields, "missingValues": [""]}
    return {"name": table.name, "path": path, "description": table.meaning, "schema": schema}


def _written(table: Table) -> str:
    rows = [[one.name for one in table.columns], *table.rows]
    text = io.StringIO()
    cells = ([json.dumps(cell) if isinstance(cell, (list, dict)) else cell for cell in row] for row in rows)
    csv.writer(text, lineterminator="\n").writerows(cells)
    return text.getvalue()


EXPORT = Export("csv", "all results and answers as tables, with a data dictionary", files)

"""CSV: every table of a report and the data of every figure, with a data dictionary.

The dictionary, `datapackage.json`, has the form of Frictionless Data: type, unit and meaning of each column.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from labreport.exports import Export, file_of
from labreport.loaded import ANSWERS, Report, Table

_NOT_FINITE = {math.inf: "INF", -math.inf: "-INF"}
_TYPES = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", type(None): ""}


def files(report: Report, folder: Path) -> Mapping[str, str]:
    """Write each table, its numbers not rounded, and the dictionary of them all."""
    tables = {f"{table.name}.csv": table for table in report.tables}
    tables |= {f"figures/{file_of(slug)}.csv": figure.data for slug, figure in report.figures.items()}
    package = {
        "profile": "tabular-data-package",
        "title": report.document["title"],
        ANSWERS: report.digest,
        "resources": [_described(path, table) for path, table in tables.items()],
    }
    written = {
        path: _text([[one.name for one in table.columns], *table.rows]) for path, table in tables.items()
    }
    return {**written, "datapackage.json": json.dumps(package, ensure_ascii=False, indent=1) + "\n"}


def _described(path: str, table: Table) -> dict[str, Any]:
    fields = []
    for place, one in enumerate(table.columns):
        kinds = {_TYPES.get(type(row[place]), "any") for row in table.rows} - {""}
        kind = "number" if kinds == {"integer", "number"} else kinds.pop() if len(kinds) == 1 else "any"
        fields.append({"name": one.name, "type": kind, "description": one.meaning, "unit": one.unit})
    schema = {"fields": fields, "missingValues": [""]}
    return {"name": table.name, "path": path, "description": table.meaning, "schema": schema}


def _text(rows: Iterable[Sequence[Any]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(map(_cell, row) for row in rows)
    return text.getvalue()


def _cell(value: Any) -> Any:
    """A float with all its digits; lists and truths as JSON has them."""
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else _NOT_FINITE.get(value, "NaN")
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (bool, list, dict)) else value


EXPORT = Export("csv", "all results and answers as tables, with a data dictionary", files)

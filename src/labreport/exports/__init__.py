"""The formats in which other programs get the results of a report: every file of this folder."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

from labreport.errors import UsageError
from labreport.fingerprint.files import OUTPUT_LIMIT, sha256
from labreport.loaded import ANSWERS, Report
from labreport.stats import Answer
from labreport.store.files import (
    Damaged,
    make_directory,
    names_in,
    read_regular,
    remove,
    shown,
    write_atomically,
)
from labreport.store.sealed import file_name

MADE_FROM = "made-from.json"
"""The file of an export that has the digests of the answers.json that it was made from, and of its files."""
WIDEST = 8
"""Columns of numbers that a table may have."""
_COLUMN = re.compile(r"(.+)\.([A-Za-z][^.]*)")


@dataclass(frozen=True)
class Export:
    """One format: its name, what it writes, and the function that makes its files.

    `files(report, folder)` gives their contents by path below the folder in which they will be.
    """

    name: str
    writes: str
    files: Callable[[Report, Path], Mapping[str, str | bytes]]


@cache
def listed() -> Mapping[str, Export]:
    """List every format by its name."""
    modules = (import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__))
    return {module.EXPORT.name: module.EXPORT for module in modules}


def write(export: Export, report: Report, folder: Path) -> int:
    """Write a report to a folder; the number of files.

    Raises `UsageError` where the folder holds anything but an export, or a file of it was edited.
    """
    before = _made(folder)
    if not before and names_in(folder):
        raise UsageError(f"{shown(folder)} is not empty and holds no export; name a new folder")
    known = before.get("files", {})
    if edited := [name for name in known if sha256(folder / name, OUTPUT_LIMIT) not in (known[name], None)]:
        raise UsageError(f"{shown(folder / edited[0])} was edited; move it away, or name a new folder")
    made, files = {ANSWERS: report.digest, "format": export.name}, {}
    for name, content in export.files(report, folder).items():
        files[name] = content if isinstance(content, bytes) else content.encode()
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    make_directory(folder)
    _write(folder, made)  # of an export that is killed, no file counts as edited
    for name, content in files.items():
        make_directory((folder / name).parent)
        write_atomically(folder / name, content)
    for name in known.keys() - files.keys():
        remove(folder / name)
    _write(folder, {**made, "files": digests})
    return len(files)


def stale(export: Export, report: Report, folder: Path) -> str:
    """Say in words why an export is not that of the report; nothing where it is."""
    made = _made(folder)
    if made.get("format") != export.name or "files" not in made:
        return f"no {export.name} was exported to it, or not to its end"
    if made[ANSWERS] != report.digest:
        return f"it was made from another {ANSWERS}"
    altered = (name for name in made["files"] if sha256(folder / name, OUTPUT_LIMIT) != made["files"][name])
    return next((f"{shown(name)} was edited or is missing" for name in altered), "")


def grids(answer: Answer) -> Iterator[tuple[tuple[str, ...], dict[str, dict[str, str]]]]:
    """Arrange an answer's numbers, whose names may be dotted, `deep-8.parameters`, in tables.

    For each table its columns, and by row and column the name of the number; what has no dot, or would make
    a table wider than a page, is a `value` in a row of its own.
    """
    rows: dict[str, dict[str, str]] = {}
    for name in answer.quantities:
        row, column = found.groups() if (found := _COLUMN.fullmatch(name)) else (name, "value")
        rows.setdefault(row, {})[column] = name
    for row in [row for row, columns in rows.items() if len(columns) > WIDEST]:
        for name in rows.pop(row).values():
            rows.setdefault(name, {})["value"] = name
    order = {str(row): place for place, row in enumerate(answer.facts.get("order", ()))}
    tables: dict[tuple[str, ...], dict[str, dict[str, str]]] = {}
    for row in sorted(rows, key=lambda row: order.get(row, len(order))):
        tables.setdefault(tuple(rows[row]), {})[row] = rows[row]
    yield from tables.items()


def sentences(question: Mapping[str, Any], known: str | None = None) -> dict[str, str]:
    """What the findings of a question say, except what is known; an exact one has its name before it."""
    told = question["findings"].items()
    says = {name: f"{name}: {one['says']}" if one["kind"] == "exact" else one["says"] for name, one in told}
    return {
        name: text for name, text in says.items() if text.replace("`", "").lower() != (known or "").lower()
    }


def file_of(slug: str) -> str:
    """The name of the file of a question or a figure, which Markdown and LaTeX can take as it is."""
    return file_name(slug).replace("%", "+")


def _made(folder: Path) -> dict[str, Any]:
    """What the export in a folder says of itself; empty where there is none."""
    try:
        made = json.loads(read_regular(folder / MADE_FROM, OUTPUT_LIMIT))
        if any(Path(name).is_absolute() or ".." in Path(name).parts for name in made.get("files", {})):
            raise ValueError
        return {"format": made["format"], ANSWERS: made[ANSWERS], **made}
    except FileNotFoundError:
        return {}
    except (ValueError, TypeError, LookupError, AttributeError, Damaged):
        raise UsageError(f"{shown(folder / MADE_FROM)} is damaged; name a new folder") from None


def _write(folder: Path, made: Mapping[str, Any]) -> None:
    write_atomically(folder / MADE_FROM, (json.dumps(made, indent=1, sort_keys=True) + "\n").encode())

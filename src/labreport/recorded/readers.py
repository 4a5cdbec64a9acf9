"""Which module reads what."""

from __future__ import annotations

import importlib
from pathlib import Path

from labreport.errors import UsageError
from labreport.recorded.places import sources
from labreport.recorded.raw import Read, bad

READERS = {
    "csv": "labreport.recorded.comma_separated",
    "jsonl": "labreport.recorded.json_lines",
    "mlflow": "labreport.recorded.mlflow",
    "tensorboard": "labreport.recorded.tensorboard",
}
"""A name to the module with the functions `read` and `start`; any other name is that of a module."""
_SUFFIXES = {".csv": "csv", ".tsv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".db": "mlflow"}


def module_for(reader: str, folder: Path, pattern: str) -> str:
    """The module of a reader's name; without one, of the reader for what the pattern finds."""
    known = reader or _guess(folder, pattern)
    return READERS.get(known, known)


def _guess(folder: Path, pattern: str) -> str:
    suffix = Path(pattern).suffix
    if suffix in _SUFFIXES:
        return _SUFFIXES[suffix]
    first = folder / sources(folder, pattern)[0].name
    if first.is_dir() and any(first.glob("**/*tfevents*")):
        return "tensorboard"
    if first.is_dir() and any(first.glob("*/meta.yaml")):
        return "mlflow"
    raise bad(pattern, f"does not show what it holds; say it with reader=, one of {', '.join(READERS)}")


def reader_in(module: str, pattern: str) -> Read:
    """The function `read` of a module. Raises `UsageError` where it has none."""
    try:
        found = vars(importlib.import_module(module))
    except ImportError as error:
        raise bad(
            pattern, f"reader {module!r} cannot be imported: {error}; there are {', '.join(READERS)}"
        ) from None
    if not callable(found.get("read")) or not callable(found.get("start")):
        raise UsageError(
            f"reader {module!r} needs the functions `read` and `start`, as labreport.recorded.raw says"
        )
    read: Read = found["read"]
    return read

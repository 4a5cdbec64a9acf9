"""What a reader makes of a file or folder: runs as they are written there, not yet named or numbered."""

from __future__ import annotations

import codecs
import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from labreport.errors import StoreError, UsageError
from labreport.store.files import Damaged, read_regular

LIMIT = 256 << 20
"""Bytes of the largest file that is read."""


@dataclass(frozen=True)
class Options:
    """What the author says of a source. `fields` are columns that name a run or a setting of it, and are not
    metrics; `metrics` are the columns to read (None: all others); `step` is the column that numbers rows."""

    fields: tuple[str, ...] = ()
    metrics: tuple[str, ...] | None = None
    step: str = ""


@dataclass(frozen=True)
class Row:
    """The metrics of one epoch or step; they may be infinite or not a number. `where` is for messages."""

    where: str
    values: Mapping[str, float]
    step: int | None = None


@dataclass(frozen=True)
class RawRun:
    """One run in a source. `label` is its name there, empty where the source holds only one; `fields` say
    which run it is and with which settings; `rows` are in order; `files` are names of the files it is in."""

    where: str
    label: str
    fields: Mapping[str, str]
    rows: tuple[Row, ...]
    files: tuple[str, ...]
    arrays: str = ""
    """The name of a file of arrays; empty where there is none."""
    source: str = ""
    """Where this run can be read without the others; empty for the whole source."""


class Read(Hashable, Protocol):
    """`read(folder, name, options)`: the runs in the source `name` (a path below `folder`)."""

    def __call__(self, folder: Path, name: str, options: Options) -> list[RawRun]:
        """Raises `UsageError` with file, place and what is allowed for whatever cannot be read."""


def content(folder: Path, name: str) -> bytes:
    """The bytes of a regular file of at most `LIMIT` bytes."""
    try:
        return read_regular(folder / name, LIMIT)
    except FileNotFoundError:
        raise bad(name, "is not there; restore it, or correct the path") from None
    except Damaged as damage:
        raise bad(name, f"{damage}; a regular file is needed") from None
    except StoreError as error:
        raise UsageError(str(error)) from None


def text(folder: Path, name: str) -> str:
    """The text of a UTF-8 file, without a byte order mark."""
    data = content(folder, name).removeprefix(codecs.BOM_UTF8)
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise bad(
            f"{name}:{line}", f"not UTF-8 (byte {data[error.start]:#04x}); save the file as UTF-8"
        ) from None


def number(written: str, where: str, what: str) -> float | None:
    """A number from a text; None for the empty text, for what was not measured.

    `nan` and `inf`, in any spelling that Python knows, are values: of a run that diverged.
    """
    stripped = written.strip()
    if not stripped:
        return None
    try:
        if "_" not in stripped:
            return float(stripped)
    except ValueError:
        pass
    raise bad(
        where,
        f"{what} is {short(written)}; a number is needed, with a decimal point, or nan, inf, or nothing "
        "where it was not measured (or choose the columns with metrics=)",
    )


def whole(value: float | None, where: str, what: str) -> int:
    """A whole number of at most 15 digits."""
    if value is None or not math.isfinite(value) or value != int(value) or abs(value) >= 1e15:
        raise bad(where, f"{what} is {value}; a whole number of at most 15 digits is needed")
    return int(value)


def short(value: object) -> str:
    """A value for a message: in one line, not too long."""
    written = ascii(value) if not str(value).isprintable() else repr(value)
    return written if len(written) <= 40 else f"{written[:37]}..."


def bad(where: str, problem: str) -> UsageError:
    """The error in one line."""
    shown = where if where.isprintable() else ascii(where)
    return UsageError(f"{shown}: {problem}")

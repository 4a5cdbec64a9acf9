"""What a pattern means, and what a reader makes of a file, a folder or a table: runs as they are written."""

from __future__ import annotations

import codecs
import importlib
import io
import math
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path, PurePath
from typing import Any, NamedTuple

from labreport.errors import StoreError, UsageError, did_you_mean
from labreport.program import nearby
from labreport.store.files import Damaged, read_regular

LIMIT = 256 << 20
"""Bytes of the largest file that is read."""
ARRAYS = ".npz"
"""The suffix of a file of arrays that lies beside a run's own file and has its name."""
MISSING = frozenset({"", "na", "n/a", "#n/a", "<na>", "null", "none"})
"""How a cell says, in lower case, that nothing was measured."""
_HINTS = (
    (r"true|false|yes|no", "write 1 or 0"),
    (r"[-+]?[0-9]+,[0-9]+", "write a decimal point in place of the comma"),
    (r"[-+]?[0-9]+[.,'’ ][0-9.,'’ ]+", "leave out the separators of thousands"),
    (r"[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}.*|[0-9]{1,2}:[0-9]{2}.*", "a date or a time of day is none"),
    (r"[-+]?[0-9.]+ ?[^0-9.]+", "leave out the unit"),
)


@dataclass(frozen=True)
class Options:
    """What the author says of a source. `fields` are columns that name a run or a setting of it, and are no
    metrics; `metrics` are the columns to read (None: all others); `step` is the column that numbers rows;
    rows whose columns differ from `where` are left out."""

    fields: tuple[str, ...] = ()
    metrics: tuple[str, ...] | None = None
    step: str = ""
    where: tuple[tuple[str, str], ...] = ()


class Row(NamedTuple):
    """What was measured at one step: values by metric, which may be infinite or not a number."""

    values: Mapping[str, float]
    step: int | None = None


@dataclass(frozen=True)
class RawRun:
    """One run in a source.

    `where` is its place for messages; `fields` say which run it is and with which settings; `rows` are in
    order; `files` are names of the files it is in. `metrics` are all that its source has, whether this run
    measured them or not, and `refused` says of columns that are not numbers why they cannot be read.
    `arrays` is the name of a file of arrays, and `made` says how the run was made, as far as the source does.
    """

    where: str
    fields: Mapping[str, str]
    rows: Sequence[Row]
    files: tuple[str, ...]
    metrics: tuple[str, ...] = ()
    refused: Mapping[str, str] = field(default_factory=dict)
    columns: tuple[str, ...] = ()
    arrays: str = ""
    made: Mapping[str, str] = field(default_factory=dict)


Read = Callable[[Path, str, Options], list[RawRun]]
"""`read(folder, name, options)`: the runs in the source `name` (a path below `folder`).

Raises `UsageError` with file, place and what is allowed for whatever cannot be read."""


@dataclass(frozen=True)
class Reader:
    """A format of recorded runs: its name in `reader=`, and how it reads.

    Files with one of the `suffixes`, and folders in which the pattern `inside` finds something, are in it.
    """

    name: str
    read: Read
    suffixes: tuple[str, ...] = ()
    inside: str = ""


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


def number(written: str) -> float | None:
    """A number from a text; None for what was not measured.

    `nan` and `inf`, in any spelling that Python knows, are values: of a run that failed. Raises `ValueError`
    for anything else.
    """
    try:
        if "_" not in written:
            return float(written)
    except ValueError:
        if written.strip().lower() in MISSING:
            return None
    raise ValueError(written)


def not_a_number(written: str, what: str) -> str:
    """What is wrong with a text that is not a number, and what is allowed."""
    hint = next((f": {hint}" for form, hint in _HINTS if re.fullmatch(form, written.strip(), re.I)), "")
    return (
        f"{what} is {short(written)}; a number is needed, with a decimal point, or nan, inf, NA, or nothing "
        f"where it was not measured{hint}"
    )


def whole(value: float | None, where: str, what: str) -> int:
    """A whole number of at most 15 digits."""
    if value is None or not math.isfinite(value) or value != int(value) or abs(value) >= 1e15:
        shown = "empty" if value is None else value
        raise bad(where, f"{what} is {shown}; a whole number of at most 15 digits is needed")
    return int(value)


def by_step(entries: list[tuple[int, float]]) -> dict[int, float]:
    """Values by step, of entries in order of time; of two with one step, the later counts.

    Where all entries have one step, nobody gave them any: they are then numbered in order from 0.
    """
    steps = {step for step, _ in entries}
    if len(steps) == 1 and len(entries) > 1:
        return {position: value for position, (_, value) in enumerate(entries)}
    return dict(entries)


def rows(series: Mapping[str, Mapping[int, float]]) -> list[Row]:
    """A row for each step at which any metric was measured, of values by metric and step."""
    steps = sorted({step for values in series.values() for step in values})
    return [
        Row({metric: values[step] for metric, values in series.items() if step in values}, step)
        for step in steps
    ] or [Row({})]


def chosen(where: str, known: Iterable[str], options: Options) -> tuple[str, ...]:
    """The metrics that are read of those that are `known`, where steps are numbered by the format.

    Raises `UsageError` where there is none, or not the one that the author names.
    """
    names = tuple(dict.fromkeys(known))
    if options.step:
        raise bad(where, f"step={options.step!r} is for tables; here the steps are in the files")
    if not names:
        raise bad(where, "holds no metric at all; remove it, or leave it out with where=")
    for metric in options.metrics or ():
        if metric not in names:
            raise bad(
                where,
                f"never records {metric!r}{did_you_mean(metric, names)} Leave it out with where=, or the "
                "metric with metrics=",
            )
    return options.metrics or names


def beside(folder: Path, name: str) -> str:
    """The name of the file of arrays beside a run's own file; empty where there is none."""
    path = Path(name).with_suffix(ARRAYS)
    return str(path) if (folder / path).is_file() else ""


def arrays(folder: Path, name: str) -> dict[str, Any]:
    """The arrays of an .npz file by name. Raises `UsageError` for one that is damaged or holds objects."""
    import numpy

    try:
        with numpy.load(io.BytesIO(content(folder, name)), allow_pickle=False) as file:
            return {key: file[key] for key in file.files}
    except (ValueError, OSError, EOFError, KeyError, zipfile.BadZipFile, AttributeError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise bad(
            name, f"not a file of arrays: {reason}; write it with numpy.savez, numbers and texts only"
        ) from None


def at(seconds: float) -> str:
    """A time in seconds since 1970 as a text, in UTC."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def short(value: object) -> str:
    """A value for a message: in one line, not too long."""
    written = ascii(value) if not str(value).isprintable() else repr(value)
    return written if len(written) <= 40 else f"{written[:37]}..."


class Unreadable(UsageError):
    """A run that cannot be read; its text begins with a path below the project's folder."""


def bad(where: str, problem: str) -> UsageError:
    """The error in one line."""
    shown = where if where.isprintable() else ascii(where)
    return Unreadable(f"{shown}: {problem}")


@contextmanager
def below(folder: Path) -> Iterator[None]:
    """Let messages about files below `folder` name them as all messages do."""
    try:
        yield
    except Unreadable as error:
        raise UsageError(f"{nearby(folder / 'x')[:-1]}{error}") from error


PLACEHOLDER = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")
_SEED = "seed"
_MAGIC = re.compile(r"[*?\[{]")


@dataclass(frozen=True)
class Source:
    """A file or folder: its path as the pattern spells it, and what the placeholders mean in it."""

    name: str
    fields: dict[str, str]


def sources(folder: Path, pattern: str) -> list[Source]:
    """What a pattern below `folder` means, in natural order: `run-2` before `run-10`.

    `*`, `?` and `[...]` are as in a shell, `**` is any number of folders; `{seed}` is a number, and any
    other `{word}` a text without a slash. Raises `UsageError` where there is nothing.
    """
    fixed, rest = _split(pattern)
    if not rest:
        if not (folder / fixed).exists():
            near = _similar(folder / fixed).removesuffix(".") or "; restore it, or correct the path"
            raise bad(pattern, f"is not there (looked in {folder}){near}")
        return [Source(fixed, {})]
    matching = re.compile("".join(_pieces("/".join(rest))))
    found = []
    for path in (folder / fixed).glob("/".join(PLACEHOLDER.sub("*", part) for part in rest)):
        name = path.relative_to(folder / fixed).as_posix()
        matched = matching.fullmatch(name)
        if matched:
            found.append(Source(str(PurePath(fixed) / name) if fixed else name, matched.groupdict()))
    if not found:
        raise bad(
            pattern, f"matches nothing (looked in {folder}); correct the pattern, or put the files there"
        )
    return sorted(found, key=lambda source: natural(source.name))


def folders(folder: Path, pattern: str, files: Iterable[str]) -> tuple[str, ...]:
    """Every folder in which one more file, or one less, could change what is read.

    Those that the pattern looks into, and those of the `files` that were found, up to where it begins.
    """
    fixed, rest = _split(pattern)
    names = {str(PurePath(name).parent) for name in files}
    names |= {str(one) for name in files for one in PurePath(name).parents if one.is_relative_to(fixed)}
    names |= {fixed} if rest else set()
    for count in range(1, len(rest)):
        part = "/".join(PLACEHOLDER.sub("*", part) for part in rest[:count])
        for path in (folder / fixed).glob(part):
            if path.is_dir():
                names.add(str(PurePath(fixed) / path.relative_to(folder / fixed)))
    return tuple(sorted(names))


@cache
def natural(name: str) -> tuple[tuple[int, int, str], ...]:
    """A key that sorts numbers in a text by their value."""
    parts = re.split(r"([0-9]+)", name)
    return tuple((1, int(part), "") if part.isdigit() else (0, 0, part) for part in parts)


def _split(pattern: str) -> tuple[str, list[str]]:
    """The folder that is fixed, and the parts from the first that is not; no such parts for a plain path."""
    parts = list(PurePath(pattern).parts)
    first = next((index for index, part in enumerate(parts) if _MAGIC.search(part)), len(parts))
    return str(PurePath(*parts[:first])) if first else "", parts[first:]


def _pieces(rest: str) -> Iterator[str]:
    """Parts of a regular expression for the shell's pattern, with a group for each placeholder."""
    token = re.compile(r"\*\*/|\*\*|\*|\?|\[!?[^\]]+\]|" + PLACEHOLDER.pattern)
    position, seen = 0, set()
    for found in token.finditer(rest):
        yield re.escape(rest[position : found.start()])
        position, text, word = found.end(), found[0], found[1]
        if word is not None:
            if word in seen:
                yield f"(?P={word})"
            else:
                yield rf"(?P<{word}>[0-9]+)" if word == _SEED else f"(?P<{word}>[^/]+)"
            seen.add(word)
        elif text.startswith("["):
            yield text.replace("[!", "[^", 1)
        else:
            yield {"**/": "(?:[^/]+/)*", "**": ".*", "*": "[^/]*", "?": "[^/]"}[text]
    yield re.escape(rest[position:])


def _similar(path: Path) -> str:
    try:
        names = [entry.name for entry in path.parent.iterdir()]
    except OSError:
        return "; correct the path"
    return did_you_mean(path.name, names)


def reader_for(reader: str, folder: Path, pattern: str) -> Read:
    """The function `read` of a reader's name, or of a module; without a name, of what the pattern finds.

    Raises `UsageError` where there is none.
    """
    from labreport.recorded.readers import listed

    if reader in listed():
        return listed()[reader].read
    if not reader:
        first = folder / sources(folder, pattern)[0].name
        for one in listed().values():
            if Path(pattern).suffix in one.suffixes or (one.inside and any(first.glob(one.inside))):
                return one.read
        raise bad(pattern, f"does not show what it holds; say it with reader=, one of {', '.join(listed())}")
    try:
        found = vars(importlib.import_module(reader)).get("read")
    except ImportError as error:
        raise bad(
            pattern, f"reader {reader!r} cannot be imported: {error}; there are {', '.join(listed())}"
        ) from None
    if not callable(found):
        raise UsageError(f"reader {reader!r} needs a function `read`, as labreport.recorded.raw says")
    read: Read = found
    return read


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

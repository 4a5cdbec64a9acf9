"""From a pattern such as `runs/{name}-{seed}.csv` to the files that it means, and to their reader."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePath

from labreport.errors import UsageError
from labreport.recorded.raw import Read, bad
from labreport.suggest import did_you_mean

READERS = {
    "csv": "labreport.recorded.comma_separated",
    "jsonl": "labreport.recorded.json_lines",
    "mlflow": "labreport.recorded.mlflow",
    "tensorboard": "labreport.recorded.tensorboard",
}
"""A name to the module with the function `read`; any other name is that of a module."""
_SUFFIXES = {".csv": "csv", ".tsv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".db": "mlflow"}
_PLACEHOLDER = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")
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
            raise bad(pattern, f"is not there (looked in {folder}){_similar(folder / fixed)}")
        return [Source(fixed, {})]
    matching = re.compile(_expression("/".join(rest)))
    found = []
    for path in (folder / fixed).glob("/".join(_PLACEHOLDER.sub("*", part) for part in rest)):
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
        part = "/".join(_PLACEHOLDER.sub("*", part) for part in rest[:count])
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


def _expression(rest: str) -> str:
    return "".join(_pieces(rest))


def _pieces(rest: str) -> Iterator[str]:
    """A regular expression for the shell's pattern, with a group for each placeholder."""
    token = re.compile(r"\*\*/|\*\*|\*|\?|\[!?[^\]]+\]|" + _PLACEHOLDER.pattern)
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
    known = reader or _guess(folder, pattern)
    module = READERS.get(known, known)
    try:
        found = vars(importlib.import_module(module)).get("read")
    except ImportError as error:
        raise bad(
            pattern, f"reader {module!r} cannot be imported: {error}; there are {', '.join(READERS)}"
        ) from None
    if not callable(found):
        raise UsageError(f"reader {module!r} needs a function `read`, as labreport.recorded.raw says")
    read: Read = found
    return read


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

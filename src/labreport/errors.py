"""One kind of error that a person sees, where the author's mistake is, and the nearest known word."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import chdir, contextmanager
from difflib import get_close_matches
from pathlib import Path
from traceback import walk_stack, walk_tb
from types import FrameType
from typing import NoReturn

_FOLDERS = (os.path.dirname(__file__), os.path.dirname(os.__file__), sys.prefix, sys.base_prefix)
_FOREIGN = tuple(os.path.abspath(folder) + os.sep for folder in _FOLDERS)
"""Where the engine, Python and its libraries are."""
_COMPILED = (".pyx", ".pxd", ".pxi")
"""Endings of sources of which only the compiled code is installed."""
_LEAST_ALIKE = 0.65
"""How alike two words are of which one is asked for: 'cvs' and 'csv' are, 'lower' and 'clear' are not."""
_MOST_LISTED = 12
"""So many of the known words a message lists."""

Call = tuple[str, int]
"""A line of the author's code: the file as Python knows it, and the number of the line."""


class Location(str):
    """A line as a message has it, with the fields that it is made of.

    >>> Location("project.py", 12)
    'project.py:12'
    """

    file: str
    line: int

    def __new__(cls, file: str, line: int) -> Location:
        """Take the path as it is; see `location_of`."""
        location = super().__new__(cls, f"{file}:{line}")
        location.file, location.line = file, line
        return location

    def __reduce__(self) -> tuple[type[Location], tuple[str, int]]:
        return Location, (self.file, self.line)


class LabReportError(Exception):
    """Something failed; its text is the one line that a person sees.

    >>> str(LabReportError("no column 'dose'", location=Location("project.py", 12)))
    "project.py:12: no column 'dose'"

    `message` is the text without the location, which is a `Location` of the author's, a file or empty.
    """

    exit_code = 1
    table: object = None  # that is wrong, of which other errors may be the consequence

    def __init__(self, message: str, location: str = "") -> None:
        self.message, self.location = message, location
        super().__init__(with_location(location, message))


class UsageError(LabReportError):
    """A mistake of the author or the user: what, where, the value, and what is allowed."""

    exit_code = 2


class MultipleErrors(LabReportError):
    """Many mistakes that are told at once, each of them once."""

    def __init__(self, errors: Sequence[LabReportError]) -> None:
        self.errors = tuple({str(error): error for error in errors}.values())
        self.exit_code = max(error.exit_code for error in self.errors)
        super().__init__("\n".join(map(str, self.errors)))


def author_calls() -> tuple[Call, ...]:
    """The lines of the author that led here, from the innermost to that at the top of a module."""
    calls: list[Call] = []
    for frame, line in walk_stack(sys._getframe(1)):
        if _is_author(frame):
            calls.append((frame.f_code.co_filename, line))
            if frame.f_code.co_name == "<module>":
                break
    return tuple(calls)


def author_location() -> str:
    """Name the line of the author from which the engine was called: `project.py:12`, or the empty text."""
    calls = author_calls()
    return location_of(*calls[0]) if calls else ""


def refuse(text: str) -> NoReturn:
    """Raise `UsageError` at the author's line from which the engine was called."""
    raise UsageError(text, location=author_location())


def author_folder() -> Path:
    """The folder of the author's file from which the engine was called.

    It is the working folder where there is no such file: in a notebook, or at a prompt.
    """
    calls = author_calls()
    if calls and Path(calls[0][0]).is_file():
        return Path(calls[0][0]).resolve().parent
    return Path.cwd()


def raised_at(error: BaseException) -> str:
    """Name the last line of the author through which an exception came, or the empty text."""
    location = ""
    for frame, line in walk_tb(error.__traceback__):
        if _is_author(frame):
            location = location_of(frame.f_code.co_filename, line)
    return location


def _is_author(frame: FrameType) -> bool:
    """Whether a frame runs code of the author: not the engine's, a library's or Python's own."""
    file = frame.f_code.co_filename
    if file.startswith("<") or file.endswith(_COMPILED):
        return False
    path = os.path.abspath(file)
    return not path.startswith(_FOREIGN) and f"{os.sep}site-packages{os.sep}" not in path


def location_of(file: str | Path, line: int) -> Location:
    """A line of a file of the author's, with its path as a person would write it."""
    return Location(display_path(file), line)


def with_location(location: str, text: str) -> str:
    """Put the location in front of a message."""
    return f"{location}: {text}" if location else text


_caller_folders: list[Path] = []


@contextmanager
def working_in(folder: str | Path) -> Iterator[None]:
    """Work in a folder, where the author's code runs; paths in messages stay relative to the caller's."""
    _caller_folders.append(caller_folder())
    try:
        with chdir(folder):
            yield
    finally:
        _caller_folders.pop()


def caller_folder() -> Path:
    """The folder in which the command was called."""
    return _caller_folders[0] if _caller_folders else Path.cwd()


def display_path(path: str | Path) -> str:
    """Write a path as a person would: relative to the caller's folder where it is below that."""
    try:
        return str(Path(os.path.abspath(path)).relative_to(caller_folder()))
    except (ValueError, OSError):
        return str(path)


def did_you_mean(word: str, candidates: Iterable[str], has: str = "") -> str:
    """Ask for a known word that is near; after `has`, list what is known.

    >>> did_you_mean("wid", ["wide", "deep"])
    "; did you mean 'wide'?"
    >>> did_you_mean("x", ["wide", "deep"], "there are")
    '; there are wide, deep'
    """
    names = list(candidates)
    near = get_close_matches(word, names, n=1, cutoff=_LEAST_ALIKE)
    question = f"; did you mean {near[0]!r}?" if near else ""
    if not has:
        return question
    listed = ", ".join(names[:_MOST_LISTED]) or "none"
    if len(names) > _MOST_LISTED:
        listed += ", …"
    return f"{question} {has.capitalize()} {listed}" if near else f"; {has} {listed}"

"""The errors that users see, the author's line that they name, and suggestions for misspelt words."""

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
"""Folders of the engine, of Python and of libraries: code below them is not the author's."""
_COMPILED = (".pyx", ".pxd", ".pxi")
"""Endings of Cython sources: tracebacks name them, though libraries install only the compiled code."""
_LEAST_ALIKE = 0.65
"""The least similarity (0 to 1) of a suggested word: 'csv' for 'cvs', but not 'clear' for 'lower'."""
_MOST_LISTED = 12
"""The largest number of known words that a message lists."""

Call = tuple[str, int]
"""A line of the author's code: the file name in Python's code object, and the line number."""


class Location(str):
    """The location in a message, `file:line`, which keeps both as fields.

    >>> Location("project.py", 12)
    'project.py:12'
    """

    file: str
    line: int

    def __new__(cls, file: str, line: int) -> Location:
        """Make a location of a path to show; `location_of` shortens paths for that."""
        location = super().__new__(cls, f"{file}:{line}")
        location.file, location.line = file, line
        return location

    def __reduce__(self) -> tuple[type[Location], tuple[str, int]]:
        return Location, (self.file, self.line)


class LabReportError(Exception):
    """Something failed; `str` of it is the one line that a user sees.

    >>> str(LabReportError("no column 'dose'", location=Location("project.py", 12)))
    "project.py:12: no column 'dose'"

    `message` is the text without `location`. `location` is a `Location`, the name of a file, or empty.
    """

    exit_code = 1
    table: object = None
    """The `Data` that has wrong values, if that is the error; other errors may follow from it."""

    def __init__(self, message: str, location: str = "") -> None:
        self.message, self.location = message, location
        super().__init__(with_location(location, message))


class UsageError(LabReportError):
    """A mistake of the author or user; the message says what, where, the value, and what is allowed."""

    exit_code = 2


class MultipleErrors(LabReportError):
    """Several errors that are reported together; equal ones are reported once."""

    def __init__(self, errors: Sequence[LabReportError]) -> None:
        self.errors = tuple({str(error): error for error in errors}.values())
        self.exit_code = max(error.exit_code for error in self.errors)
        super().__init__("\n".join(map(str, self.errors)))


def author_calls() -> tuple[Call, ...]:
    """The author's lines that led to this call, the innermost first, up to the top of a module."""
    calls: list[Call] = []
    for frame, line in walk_stack(sys._getframe(1)):
        if _is_author(frame):
            calls.append((frame.f_code.co_filename, line))
            if frame.f_code.co_name == "<module>":
                break
    return tuple(calls)


def author_location() -> str:
    """The author's line that called the engine: `project.py:12`; `""` if there is none."""
    calls = author_calls()
    return location_of(*calls[0]) if calls else ""


def refuse(text: str) -> NoReturn:
    """Raise `UsageError` at the author's line that called the engine."""
    raise UsageError(text, location=author_location())


def author_folder() -> Path:
    """The folder of the author's file that called the engine; at a prompt, the working folder."""
    calls = author_calls()
    if calls and Path(calls[0][0]).is_file():
        return Path(calls[0][0]).resolve().parent
    return Path.cwd()


def raised_at(error: BaseException) -> str:
    """The author's innermost line in an exception's traceback: `project.py:12`; `""` if there is none."""
    location = ""
    for frame, line in walk_tb(error.__traceback__):
        if _is_author(frame):
            location = location_of(frame.f_code.co_filename, line)
    return location


def _is_author(frame: FrameType) -> bool:
    """Whether a frame runs the author's code, not code of the engine, of a library or of Python."""
    file = frame.f_code.co_filename
    if file.startswith("<") or file.endswith(_COMPILED):
        return False
    path = os.path.abspath(file)
    return not path.startswith(_FOREIGN) and f"{os.sep}site-packages{os.sep}" not in path


def location_of(file: str | Path, line: int) -> Location:
    """The location of a line, with the path that `display_path` gives."""
    return Location(display_path(file), line)


def with_location(location: str, text: str) -> str:
    """A message with its location in front, if it has one: `project.py:12: no column 'dose'`."""
    return f"{location}: {text}" if location else text


_caller_folders: list[Path] = []


@contextmanager
def working_in(folder: str | Path) -> Iterator[None]:
    """Change the working folder in the `with` block; paths in messages stay relative to `caller_folder`."""
    _caller_folders.append(caller_folder())
    try:
        with chdir(folder):
            yield
    finally:
        _caller_folders.pop()


def caller_folder() -> Path:
    """The working folder from which the user called the command."""
    return _caller_folders[0] if _caller_folders else Path.cwd()


def display_path(path: str | Path) -> str:
    """A path for a message: relative to `caller_folder` if it is below that, else as it is."""
    try:
        return str(Path(os.path.abspath(path)).relative_to(caller_folder()))
    except (ValueError, OSError):
        return str(path)


def did_you_mean(word: str, candidates: Iterable[str], has: str = "") -> str:
    """The end of a message: a question with the most similar candidate; with `has`, a list of them, too.

    >>> did_you_mean("wid", ["wide", "deep"])
    "; did you mean 'wide'?"
    >>> did_you_mean("x", ["wide", "deep"], "there are")
    '; there are wide, deep'
    >>> did_you_mean("x", ["deep", "deep"], "there is")  # two questions with one template
    '; there is deep'
    """
    names = list(dict.fromkeys(candidates))
    near = get_close_matches(word, names, n=1, cutoff=_LEAST_ALIKE)
    question = f"; did you mean {near[0]!r}?" if near else ""
    if not has:
        return question
    listed = ", ".join(names[:_MOST_LISTED]) or "none"
    if len(names) > _MOST_LISTED:
        listed += ", …"
    return f"{question} {has.capitalize()} {listed}" if near else f"; {has} {listed}"

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


class LabReportError(Exception):
    """Something failed; its text is the one line that a person sees.

    >>> str(LabReportError("no column 'dose'", location="project.py:12"))
    "project.py:12: no column 'dose'"

    `message` is the text without the location, `file:line` of the author, which may be empty.
    """

    exit_code = 1

    def __init__(self, message: str, location: str = "") -> None:
        self.message, self.location = message, location
        super().__init__(with_location(location, message))


class UsageError(LabReportError):
    """A mistake of the author or the user: what, where, the value, and what is allowed."""

    exit_code = 2
    table: object = None  # that is wrong, of which other errors may be the consequence


class MultipleErrors(LabReportError):
    """Many mistakes that are told at once, each of them once."""

    def __init__(self, errors: Sequence[LabReportError]) -> None:
        self.errors = tuple({str(error): error for error in errors}.values())
        self.exit_code = max(error.exit_code for error in self.errors)
        super().__init__("\n".join(map(str, self.errors)))


def author_location() -> str:
    """Name the line of the author from which the engine was called: `project.py:12`, or the empty text."""
    return next(_lines(walk_stack(sys._getframe(1))), "")


def refuse(text: str) -> NoReturn:
    """Raise `UsageError` at the author's line from which the engine was called."""
    raise UsageError(text, location=author_location())


def author_calls() -> tuple[tuple[str, int], ...]:
    """The files and lines of the author that led here, from the innermost to that at the top of a module."""
    calls: list[tuple[str, int]] = []
    for frame, line in walk_stack(sys._getframe(1)):
        calls += _author_frames([(frame, line)])
        if calls and frame.f_code.co_name == "<module>":
            break
    return tuple(calls)


def author_folder() -> Path:
    """The folder of the author's file from which the engine was called.

    It is the working folder where there is no such file: in a notebook, or at a prompt.
    """
    for file, _ in _author_frames(walk_stack(sys._getframe(1))):
        path = Path(file)
        return path.resolve().parent if path.is_file() else Path.cwd()
    return Path.cwd()


def raised_at(error: BaseException) -> str:
    """Name the last line of the author through which an exception came."""
    return ["", *_lines(walk_tb(error.__traceback__))][-1]


def _lines(frames: Iterable[tuple[FrameType, int]]) -> Iterator[str]:
    """The lines of the author, as `project.py:12`."""
    for file, line in _author_frames(frames):
        yield f"{display_path(file)}:{line}"


def _author_frames(frames: Iterable[tuple[FrameType, int]]) -> Iterator[tuple[str, int]]:
    """Files and lines of the author: not the engine's, a library's or Python's own."""
    for frame, line in frames:
        file = frame.f_code.co_filename
        path = os.path.abspath(file)
        foreign = path.startswith(_FOREIGN) or f"{os.sep}site-packages{os.sep}" in path
        if not (foreign or file.startswith("<") or file.endswith((".pyx", ".pxd", ".pxi"))):
            yield file, line


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


def did_you_mean(word: str, known: Iterable[str], has: str = "") -> str:
    """Ask `; did you mean 'wide'?` where a known word is near; after `has`, as `it has`, list the known."""
    names = list(known)
    near = get_close_matches(word, names, n=1)
    question = f"; did you mean {near[0]!r}?" if near else ""
    if not has:
        return question
    listed = ", ".join(names[:12]) or "none"
    if len(names) > 12:
        listed += ", …"
    return f"{question} {has.capitalize()} {listed}" if near else f"; {has} {listed}"

"""One kind of error that a person sees, where the author's mistake is, and the nearest known word."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from pathlib import Path
from types import FrameType

_ENGINE = os.path.dirname(os.path.abspath(__file__)) + os.sep
_LIBRARIES = tuple({os.path.dirname(os.__file__) + os.sep, sys.prefix + os.sep, sys.base_prefix + os.sep})


class LabReportError(Exception):
    """Something failed; its text is the one line that a person sees."""

    exit_code = 1


class UsageError(LabReportError):
    """A mistake of the author or the user: what, where, the value, and what is allowed."""

    exit_code = 2


class Several(LabReportError):
    """Many mistakes that are told at once, each of them once."""

    def __init__(self, errors: Sequence[LabReportError]) -> None:
        self.errors = tuple({str(error): error for error in errors}.values())
        self.exit_code = max(error.exit_code for error in self.errors)
        super().__init__("\n".join(map(str, self.errors)))


def theirs(file: str) -> bool:
    """Whether a file of a stack frame is the author's: not the engine's, a library's or Python's own."""
    path = os.path.abspath(file)
    return not (file.startswith("<") or path.startswith(_ENGINE) or path.startswith(_LIBRARIES))


def here() -> str:
    """Name the line of the author from which the engine was called: `project.py:12`, or the empty text."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if theirs(frame.f_code.co_filename):
            return f"{shown(frame.f_code.co_filename)}:{frame.f_lineno}"
        frame = frame.f_back
    return ""


def raised_at(error: BaseException) -> str:
    """Name the last line of the author through which an exception came."""
    found, trace = "", error.__traceback__
    while trace is not None:
        if theirs(trace.tb_frame.f_code.co_filename):
            found = f"{shown(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno}"
        trace = trace.tb_next
    return found


def told(place: str, text: str) -> str:
    """Put the place in front of a message."""
    return f"{place}: {text}" if place else text


def shown(path: str | Path) -> str:
    """Write a path as a person would: relative to the current folder where it is below that."""
    try:
        return str(Path(path).relative_to(Path.cwd()))
    except (ValueError, OSError):
        return str(path)


def did_you_mean(word: str, known: Iterable[str], has: str = "") -> str:
    """Ask `; did you mean 'wide'?` where a known word is near; after `has`, as `it has`, list the known."""
    names = list(known)
    near = get_close_matches(word, sorted({*names}, key=lambda name: (len(name), name)), n=1)
    asked = f"; did you mean {near[0]!r}?" if near else ""
    few = ", ".join(names[:12]) + (", …" if len(names) > 12 else "")
    begun = f"{asked} {has[:1].upper()}{has[1:]}" if asked else f"; {has}"
    return f"{begun} {few or 'none'}" if has else asked

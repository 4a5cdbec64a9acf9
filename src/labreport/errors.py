"""Every error that a user can see, one family:

LabReportError            exit 1: something failed or differs
├── UsageError            exit 2: bad usage or bad input; says what, where, and what is allowed
│   ├── UnknownName       a word names nothing in the project
│   ├── RuleBroken        a specification breaks a rule of the exercise
│   └── UndeclaredRead    an answer or figure reads a result that its section did not declare
├── StoreError            the results directory cannot be read or written
├── OutdatedCode          code was edited after this process had loaded it
├── ExperimentFailed      a run raised, or its worker died twice
├── RenderError           a template, figure or document could not be made
│   └── MissingLibrary    the system lacks a library that the PDF needs; the rest is made
└── AuditError            a printed number cannot be traced, or disagrees with the answers
"""

from __future__ import annotations

import re
import traceback
from collections.abc import Iterable
from pathlib import Path

from labreport.suggest import did_you_mean

_FRAME = re.compile(r'^  File "([^"]+)", line ([0-9]+)', re.MULTILINE)


def failed(what: str, error: BaseException, root: Path) -> str:
    """One line for an error in the author's code: what failed, where below `root`, and why."""
    found = place(error, root)
    cause = (str(error).splitlines() or [""])[0]
    where = f" at {found}" if found else ""
    return f"{what} failed{where}: {type(error).__name__}: {cause} (--debug shows the traceback)."


def place(error: BaseException, root: Path) -> str:
    """The innermost line of the author's own code, below `root`, that an error went through: `fit.py:12`.

    Empty where it went through none. An error from a worker process has its traceback as text.
    """
    engine, found = Path(__file__).parent, ""
    frames = [(frame.filename, frame.lineno) for frame in traceback.extract_tb(error.__traceback__)]
    if isinstance(error, SyntaxError) and error.filename:
        frames.append((error.filename, error.lineno))
    if error.__cause__ is not None:
        frames += [(file, int(line)) for file, line in _FRAME.findall(str(error.__cause__))]
    for file, line in frames:
        path = Path(file)
        if (
            path.is_relative_to(root)
            and not path.is_relative_to(engine)
            and "site-packages" not in path.parts
        ):
            found = f"{path.relative_to(root)}:{line}"
    return found


class LabReportError(Exception):
    """Base class; its text is the one line that the user sees."""

    exit_code = 1


class UsageError(LabReportError):
    """Bad usage or bad input."""

    exit_code = 2


class UnknownName(UsageError):
    """`word` names nothing in the project; `names` are all that there are."""

    def __init__(self, kind: str, word: str, names: Iterable[str]) -> None:
        self.word = word
        self.names = tuple(names)
        super().__init__(f"no {kind} named {word!r}{did_you_mean(word, self.names)}")


class RuleBroken(UsageError):
    """A specification breaks a rule of the exercise."""


class UndeclaredRead(UsageError):
    """An answer or a figure reads a result that it did not declare."""


class StoreError(LabReportError):
    """The results directory cannot be read or written."""


class OutdatedCode(LabReportError):
    """Code was edited after this process had loaded it; another process is to build."""


class ExperimentFailed(LabReportError):
    """A run raised, or its worker died twice. `place` is where the author's function begins."""

    place = ""


class RenderError(LabReportError):
    """A template, a figure or a document could not be made."""


class MissingLibrary(RenderError):
    """The system lacks a library that the PDF needs."""


class AuditError(LabReportError):
    """A printed number cannot be traced, or disagrees with the answers."""

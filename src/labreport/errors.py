"""Every error that a user can see, one family:

LabReportError            exit 1: something failed or differs
├── UsageError            exit 2: bad usage or bad input; says what, where, and what is allowed
│   ├── UnknownName       a word names nothing in the project
│   ├── RuleBroken        a specification breaks a rule of the exercise
│   └── UndeclaredRead    an answer or figure reads a result that its section did not declare
├── StoreError            the results directory cannot be read or written
├── ExperimentFailed      a run raised, or its worker died twice
├── RenderError           a template, figure or document could not be made
│   └── MissingLibrary    the system lacks a library that the PDF needs; the rest is made
└── AuditError            a printed number cannot be traced, or disagrees with the answers
"""

from __future__ import annotations

import traceback
from collections.abc import Iterable
from pathlib import Path

from labreport.suggest import did_you_mean


def failed(what: str, error: BaseException, root: Path) -> str:
    """One line for an error in the author's code: what failed, where below `root`, and why."""
    engine, place = Path(__file__).parent, ""
    for frame in traceback.extract_tb(error.__traceback__):
        path = Path(frame.filename)
        if path.is_relative_to(root) and not path.is_relative_to(engine):
            place = f" at {path.relative_to(root)}:{frame.lineno}"
    cause = (str(error).splitlines() or [""])[0]
    return f"{what} failed{place}: {type(error).__name__}: {cause} (--debug shows the traceback)."


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


class ExperimentFailed(LabReportError):
    """A run raised, or its worker died twice."""


class RenderError(LabReportError):
    """A template, a figure or a document could not be made."""


class MissingLibrary(RenderError):
    """The system lacks a library that the PDF needs."""


class AuditError(LabReportError):
    """A printed number cannot be traced, or disagrees with the answers."""

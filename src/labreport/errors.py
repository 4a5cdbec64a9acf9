"""Every error that a user can see: one family, whose base ends with exit code 1 and bad usage with 2.

`did you mean …?` suggests the known word that is nearest to an unknown one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches


class LabReportError(Exception):
    """Base class; its text is the one line that the user sees, and `more` are further lines."""

    exit_code = 1
    more: tuple[str, ...] = ()


def all_at_once(kind: type[LabReportError], lines: Sequence[str], after: str = "") -> LabReportError:
    """An error of a kind that says all these lines, the first of them with what comes `after`."""
    error = kind(lines[0] + after)
    error.more = tuple(lines[1:])
    return error


class UsageError(LabReportError):
    """Bad usage or bad input; says what, where, and what is allowed."""

    exit_code = 2


class UnknownName(UsageError):
    """`word` names nothing in the project; `names` are all that there are."""

    def __init__(self, kind: str, word: str, names: Iterable[str]) -> None:
        self.word = word
        self.names = tuple(names)
        super().__init__(f"no {kind} named {word!r}{did_you_mean(word, self.names)}")


class UnknownMetric(UsageError):
    """A result has no metric of this name."""


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
    """The system lacks a library that the PDF needs; the rest is made."""


class AuditError(LabReportError):
    """A printed number cannot be traced, or disagrees with the answers."""


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The nearest of the known words, the shorter of two that are equally near; None if none is near."""
    ordered = sorted(set(known), key=lambda name: (len(name), name))
    return next(iter(get_close_matches(word, ordered, n=1)), None)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean 'wide'?`, or `.` where no known word is near."""
    found = nearest(word, known)
    return f"; did you mean {found!r}?" if found else "."

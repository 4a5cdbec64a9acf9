"""The report as values: sections ask questions and show figures; each names what it reads."""

from __future__ import annotations

from dataclasses import dataclass

from labreport.errors import UsageError
from labreport.texts import unprintable


@dataclass(frozen=True)
class Question:
    """One question of the exercise, and the pure function that answers it.

    `answer` is `"module:function"`; the function takes `Results` and returns a
    `labreport.claims.Answer`. `needs` names the experiments and studies that it may read.
    `template` holds the blocks `headline` (one line) and `body` (the evidence). `checks` are
    pairs of a quantity of the answer and the Python expression that gives it by another path, after
    the lines of the project's `show_check`; they are printed beside the answer. An answer that
    `reads_verification` is told what `verify` found of all the others (`Results.verification`). A
    `local` answer is about this run rather than the networks, and not compared by `grade`.
    """

    slug: str
    text: str
    answer: str
    template: str
    needs: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()
    checks: tuple[tuple[str, str], ...] = ()
    reads_verification: bool = False
    local: bool = False


@dataclass(frozen=True)
class Figure:
    """One drawing: `draw` is `"module:function"`, called with `Results` and a dict of answers.

    It returns a `labreport.charts.Drawing`. `answers` names the questions whose answers it reads.
    """

    slug: str
    draw: str
    needs: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Section:
    """A chapter of the report: its questions in order, inside its own template."""

    slug: str
    title: str
    template: str
    questions: tuple[Question, ...] = ()
    figures: tuple[str, ...] = ()
    """Figures that the section's own template shows, beyond those of its questions."""
    answers: tuple[str, ...] = ()
    """Questions of other sections whose answers this section's template reads."""
    experiments: tuple[str, ...] = ()
    """Experiments and studies whose declarations and store keys this section's template shows."""


@dataclass(frozen=True)
class Outline:
    """The whole report."""

    title: str
    subtitle: str
    sections: tuple[Section, ...]
    figures: tuple[Figure, ...]
    language: str = "en"
    author: str = ""
    facts: str = ""
    """The question whose answer's facts describe the run on the title page."""

    def __post_init__(self) -> None:
        if problem := unprintable(self):
            raise UsageError(f"outline: {problem}.")

    @property
    def questions(self) -> tuple[Question, ...]:
        """Every question, in reading order."""
        return tuple(question for section in self.sections for question in section.questions)

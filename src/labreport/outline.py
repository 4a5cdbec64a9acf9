"""The report as values: sections ask questions and show figures; each names what it reads."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from labreport.authoring import (
    HIDDEN,
    Place,
    at,
    brief,
    called_from,
    check_values,
    place_of,
    reference,
    refuse,
)
from labreport.display import unprintable
from labreport.errors import UsageError
from labreport.experiment import Experiment, Required, Study

Need: TypeAlias = Experiment | Study | str
"""What a question or a figure reads: an experiment or a study, or its name."""


@dataclass(frozen=True)
class Figure:
    """One drawing: `draw` is `"module:function"`, called with `Results` and a dict of answers.

    It returns a `labreport.charts.Drawing`; one that takes a single argument gets the results only.
    `answers` names the questions whose answers it reads, `data` the files that it reads besides, by their
    paths below the project's package; those that its results rest on need not be named. What it
    `requires` of those that it needs is checked before anything runs.
    """

    slug: str
    draw: str
    needs: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    requires: tuple[Required, ...] = ()
    data: tuple[str, ...] = ()
    function: Callable[..., Any] | None = field(default=None, compare=False, repr=False, metadata=HIDDEN)
    read: tuple[Need, ...] = field(default=(), compare=False, repr=False, metadata=HIDDEN)
    place: Place = field(default=(), compare=False, repr=False, metadata=HIDDEN)

    def __post_init__(self) -> None:
        _settle(self, "needs", self.needs)
        check_values(self, self.place, leave_out=("read",))

    def __call__(self, *read: Any) -> Any:
        """What its function draws: for tests."""
        return _called(self.function, self.draw, read)


@dataclass(frozen=True)
class Question:
    """One question of the report, and the pure function that answers it.

    `answer` is `"module:function"`; the function takes `Results` and returns a
    `labreport.Answer`. `needs` names the experiments and studies that it may read.
    `template` holds the blocks `headline` (one line) and `body` (the evidence); without one, it is
    `questions/SLUG.html`, or where there is no such file, the prose that the answer comes with. `checks` are
    pairs of a quantity of the answer and the Python expression that gives it independently, after
    the lines of the project's `show_check`; they are printed beside the answer. An answer that
    `reads_verification` gets what `verify` found of all the others (`Results.verification`). A
    `local` answer is about this run rather than its results, and not compared by `grade`. What it `requires`
    of the experiments that it needs is checked before anything runs. `data` are files that it
    reads besides its results, as of a `Figure`.
    """

    slug: str
    text: str
    answer: str
    template: str = ""
    needs: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()
    checks: tuple[tuple[str, str], ...] = ()
    reads_verification: bool = False
    local: bool = False
    requires: tuple[Required, ...] = ()
    data: tuple[str, ...] = ()
    function: Callable[..., Any] | None = field(default=None, compare=False, repr=False, metadata=HIDDEN)
    read: tuple[Need, ...] = field(default=(), compare=False, repr=False, metadata=HIDDEN)
    drawn: tuple[Figure, ...] = field(default=(), compare=False, repr=False, metadata=HIDDEN)
    place: Place = field(default=(), compare=False, repr=False, metadata=HIDDEN)

    def __post_init__(self) -> None:
        _settle(self, "needs", self.needs)
        _draw(self)

    def __call__(self, *read: Any) -> Any:
        """What its function answers: for tests."""
        return _called(self.function, self.answer, read)


@dataclass(frozen=True)
class Section:
    """A chapter of the report: its questions in order, inside its own template.

    Without a `template`, it is `sections/SLUG.html`, or where there is no such file, only its questions.
    """

    slug: str
    title: str
    template: str = ""
    questions: tuple[Question, ...] = ()
    figures: tuple[str, ...] = ()
    """Figures that the section's own template shows, beyond those of its questions."""
    answers: tuple[str, ...] = ()
    """Questions of other sections whose answers this section's template reads."""
    experiments: tuple[str, ...] = ()
    """Experiments and studies whose declarations and store keys this section's template shows."""
    at_a_glance: bool = True
    """Whether its answers are among those at a glance; those of an appendix need not be."""
    read: tuple[Need, ...] = field(default=(), compare=False, repr=False, metadata=HIDDEN)
    drawn: tuple[Figure, ...] = field(default=(), compare=False, repr=False, metadata=HIDDEN)
    place: Place = field(default=(), compare=False, repr=False, metadata=HIDDEN)

    def __post_init__(self) -> None:
        _settle(self, "experiments", self.experiments)
        _draw(self)

    def with_templates(self, has: Callable[[str], bool], frame: str) -> Section:
        """The section with its own templates and those of its questions, as far as there are any.

        `has` says whether there is a template; `frame` is that of a section without one of its own.
        """
        own = f"sections/{self.slug}.html"
        questions = tuple(
            question
            if question.template or not has(f"questions/{question.slug}.html")
            else replace(question, template=f"questions/{question.slug}.html")
            for question in self.questions
        )
        template = self.template or (own if has(own) else frame)
        return replace(self, template=template, questions=questions)


@dataclass(frozen=True)
class Outline:
    """The whole report. Figures that questions and sections hold as values need not be listed again."""

    title: str
    subtitle: str = ""
    sections: tuple[Section, ...] = ()
    figures: tuple[Figure, ...] = ()
    language: str = "en"
    author: str = ""
    facts: str = ""
    """The question whose answer's facts describe the run on the title page."""

    def __post_init__(self) -> None:
        place = called_from()
        check_values(self, place)
        if problem := unprintable(self):
            raise UsageError(at(place, f"outline: {problem}."))
        holders: tuple[Section | Question, ...] = (*self.sections, *self.questions)
        held = [figure for holder in holders for figure in holder.drawn]
        object.__setattr__(self, "figures", tuple(dict.fromkeys((*self.figures, *held))))

    @property
    def questions(self) -> tuple[Question, ...]:
        """Every question, in reading order."""
        return tuple(question for section in self.sections for question in section.questions)

    @property
    def declared(self) -> frozenset[str]:
        """Titles, names and questions as their author wrote them, which state no finding."""
        titles = (section.title for section in self.sections)
        texts = (self.title, self.subtitle, self.author, *titles, *(one.text for one in self.questions))
        return frozenset(" ".join(text.split()) for text in texts)

    @property
    def read(self) -> tuple[Need, ...]:
        """The experiments and studies that anything reads and holds as values."""
        readers: tuple[Question | Figure | Section, ...] = (*self.questions, *self.figures, *self.sections)
        return tuple(need for reader in readers for need in reader.read)


def question(
    text: str,
    *,
    reads: Need | Iterable[Need] = (),
    figures: Figure | str | Iterable[Figure | str] = (),
    slug: str = "",
    template: str = "",
    checks: Iterable[tuple[str, str]] = (),
    reads_verification: bool = False,
    local: bool = False,
    requires: Required | Iterable[Required] = (),
    data: str | Iterable[str] = (),
) -> Callable[[Callable[..., Any]], Question]:
    """Make a `Question` of the function that answers it; its slug is the function's name.

    An example::

        @question("Does more data help?", reads=(ROWS,), figures=(curve,))
        def more_data(results): return effect(results, ROWS, ACCURACY)
    """

    def declare(function: Callable[..., Any]) -> Question:
        return Question(
            slug or _slug(function.__name__),
            text,
            reference(function, "the function of a question"),
            template,
            _several(reads),  # made names by `Question`
            _several(figures),
            tuple(checks),
            reads_verification,
            local,
            _several(requires),
            _several(data),
            function,
            place=place_of(function),
        )

    return declare


def figure(
    *,
    reads: Need | Iterable[Need] = (),
    answers: Question | str | Iterable[Question | str] = (),
    slug: str = "",
    requires: Required | Iterable[Required] = (),
    data: str | Iterable[str] = (),
) -> Callable[[Callable[..., Any]], Figure]:
    """Make a `Figure` of the function that draws it; its slug is the function's name."""

    def declare(function: Callable[..., Any]) -> Figure:
        return Figure(
            slug or _slug(function.__name__),
            reference(function, "the function of a figure"),
            _several(reads),  # made names by `Figure`
            tuple(getattr(one, "slug", one) for one in _several(answers)),
            _several(requires),
            _several(data),
            function,
            place=place_of(function),
        )

    return declare


def section(
    title: str,
    *questions: Question,
    slug: str = "",
    template: str = "",
    figures: Figure | str | Iterable[Figure | str] = (),
    answers: Question | str | Iterable[Question | str] = (),
    experiments: Need | Iterable[Need] = (),
    at_a_glance: bool = True,
) -> Section:
    """A section of these questions; its slug is made of the title."""
    return Section(
        slug or _slug(title),
        title,
        template,
        questions,
        _several(figures),  # made names by `Section`
        tuple(getattr(one, "slug", one) for one in _several(answers)),
        _several(experiments),
        at_a_glance,
    )


def _called(function: Callable[..., Any] | None, name: str, read: tuple[Any, ...]) -> Any:
    if function is None:
        raise UsageError(f"{name!r} was declared by its name; call the function itself")
    return function(*read)


def _settle(reader: Figure | Question | Section, name: str, needs: Need | Iterable[Need]) -> None:
    """Names in the field `name`, the values behind them in `read`, and the place of the declaration."""
    object.__setattr__(reader, "place", reader.place or called_from())
    needs = _several(needs)
    written = "reads" if name == "needs" else name
    _allow(reader, written, needs, (Experiment, Study, str), "experiments, studies, and their names")
    values = tuple(need for need in needs if not isinstance(need, str))
    object.__setattr__(reader, "read", reader.read or values)
    object.__setattr__(reader, name, tuple(need if isinstance(need, str) else need.name for need in needs))


def _allow(reader: Any, name: str, values: tuple[Any, ...], kinds: tuple[type, ...], said: str) -> None:
    for value in values:
        if not isinstance(value, kinds):
            refuse(reader.place, f"{name} has {brief(value)}; allowed are {said}", name, value)


def _several(values: Any) -> tuple[Any, ...]:
    several = isinstance(values, Iterable) and not isinstance(values, str)
    return tuple(values) if several else (values,)


def _draw(reader: Question | Section) -> None:
    """Slugs in `figures`, and the figures that were given as values in `drawn`."""
    _allow(reader, "figures", reader.figures, (Figure, str), "figures and their names")
    values = tuple(one for one in reader.figures if isinstance(one, Figure))
    slugs = tuple(one.slug if isinstance(one, Figure) else one for one in reader.figures)
    object.__setattr__(reader, "drawn", reader.drawn or values)
    object.__setattr__(reader, "figures", slugs)
    check_values(reader, reader.place, leave_out=("read", "drawn"))


def _slug(text: str) -> str:
    """Lower case, words joined by hyphens: `more_data` and `More data?` become `more-data`."""
    return re.sub(r"[^a-z0-9.]+", "-", text.lower()).strip("-.") or "section"

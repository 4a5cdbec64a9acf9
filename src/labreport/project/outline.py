"""The report as values: a project has sections, which ask questions and show figures."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, TypeAlias

from labreport.errors import LabReportError, Several, UsageError, did_you_mean, here, told
from labreport.project.checks import brief, check_values
from labreport.project.experiment import Experiment, Read, Study
from labreport.project.table import Data

Reads: TypeAlias = Experiment | Study | Read | Data | Iterable[Any]


@dataclass(frozen=True)
class Reader:
    """What a question and a figure have in common: a function, and what it may read.

    The function gets its arguments in this order, as far as they are declared: the results of all
    experiments it reads, each table, and the answers.
    """

    name: str
    function: Callable[..., Any] = field(compare=False, repr=False)
    reads: tuple[Read, ...] = ()
    tables: tuple[Data, ...] = ()
    answers: tuple[str, ...] = ()
    data: tuple[str, ...] = ()
    """Files that it reads besides, by their paths below the project."""
    place: str = field(default="", compare=False, repr=False)

    def arguments(self, results: Any, answers: Mapping[str, Any]) -> tuple[Any, ...]:
        """What its function is called with."""
        first = (results,) if self.reads else ()
        return (*first, *self.tables, *((answers,) if self.answers else ()))

    def __call__(self, *arguments: Any) -> Any:
        """Call its function, for tests."""
        return self.function(*arguments)

    @property
    def epochs(self) -> dict[str, tuple[int, ...]]:
        """The epochs that are read of each experiment, by its name."""
        found: dict[str, tuple[int, ...]] = {}
        for read in self.reads:
            for one in read.experiments:
                found[one.name] = tuple(sorted({*found.get(one.name, ()), *read.epochs}))
        return found


@dataclass(frozen=True)
class Figure(Reader):
    """One drawing; its function returns what `labreport.charts.export` takes."""


@dataclass(frozen=True)
class Question(Reader):
    """One question of the report, and the function that answers it.

    `template` is by default `questions/NAME.md`, where there is such a file. A `local` answer is about this
    run rather than about its results, and not compared between builds.
    """

    text: str = ""
    figures: tuple[Figure, ...] = ()
    template: str = ""
    local: bool = False


@dataclass(frozen=True)
class Section:
    """A chapter: its questions in order, inside its own template `sections/NAME.md` where there is one."""

    name: str
    title: str
    questions: tuple[Question, ...] = ()
    figures: tuple[Figure, ...] = ()
    """Figures that its own template shows, beyond those of its questions."""
    answers: tuple[str, ...] = ()
    """Questions of other sections whose answers its template reads; `"*"` are all."""
    place: str = field(default="", compare=False, repr=False)


@dataclass(frozen=True)
class Words:
    """What things are called in this report, in the singular, where the engine has to name them."""

    run: str = "run"
    training: str = "training"
    seed: str = "seed"
    epoch: str = "epoch"
    item: str = "item"
    category: str = "class"

    def __post_init__(self) -> None:
        check_values(self, here(), "words")


def question(
    text: str,
    *,
    reads: Reads = (),
    figures: Figure | Iterable[Figure] = (),
    name: str = "",
    answers: str | Question | Iterable[str | Question] = (),
    data: str | Iterable[str] = (),
    template: str = "",
    local: bool = False,
) -> Callable[[Callable[..., Any]], Question]:
    """Make a question of the function below: it gets what it `reads` and returns an `Answer`."""
    place = here()
    shown = (figures,) if isinstance(figures, Figure) else tuple(figures)
    if wrong := [each for each in shown if not isinstance(each, Figure)]:
        raise UsageError(told(place, f"figures has {brief(wrong[0])}; allowed are functions under @figure"))

    def decorate(function: Callable[..., Any]) -> Question:
        read = _reader(function, name, reads, answers, data, place)
        return Question(**read, text=text, figures=shown, template=template, local=local)

    return decorate


def figure(
    *,
    reads: Reads = (),
    answers: str | Question | Iterable[str | Question] = (),
    name: str = "",
    data: str | Iterable[str] = (),
) -> Callable[[Callable[..., Any]], Figure]:
    """Make a figure of the function below, which draws what it `reads`."""
    place = here()

    return lambda function: Figure(**_reader(function, name, reads, answers, data, place))


def section(
    title: str,
    *questions: Question,
    name: str = "",
    figures: Iterable[Figure] = (),
    answers: str | Question | Iterable[str | Question] = (),
) -> Section:
    """Make a section of questions in order."""
    place = here()
    if wrong := [each for each in questions if not isinstance(each, Question)]:
        text = f"section {title!r}: {brief(wrong[0])} is no question; write @question above it"
        raise UsageError(told(place, text))
    return Section(name or slug(title), title, questions, tuple(figures), _names(answers), place)


def slug(text: str) -> str:
    """Write a title as a name: small letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "section"


@dataclass(frozen=True)
class Project:
    """What a project declares; its module has exactly one.

    `sections` are the report: sections, or questions, which then make up a section together. Experiments
    that questions and figures read need not be listed under `experiments`. `fit` runs every experiment that
    does not say otherwise. `seeds` is their number, or a range of them.

    `libraries` are distributions whose versions are part of every result's key, by default those that the
    code of the runs imports. `data_files` are paths below the project whose bytes are; `threads` is the
    number of compute threads of a run. `verify(results)` yields a `Check` for each thing that it checked,
    `show_code(experiment)` returns a text, `cost(specification)` about how many seconds an epoch takes.
    `rules(experiments)` yields a line for each rule that they break; nothing is trained then.
    """

    title: str = ""
    sections: tuple[Section | Question, ...] = ()
    subtitle: str = ""
    author: str = ""
    fit: Any = None
    seeds: int | range = 5
    experiments: tuple[Experiment | Study, ...] = ()
    libraries: tuple[str, ...] | None = None
    data_files: tuple[str, ...] = ()
    threads: int = 1
    words: Words = Words()
    verify: Any = None
    show_code: Any = None
    cost: Any = None
    rules: Any = None
    place: str = field(default="", compare=False, repr=False)
    module: str = ""
    """The module that declares it, filled in when it is loaded; `folder` and `source` likewise."""
    folder: Path = Path()
    """Where its templates and its report are."""
    source: Path = Path()
    """The folder from which its modules are imported."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "place", self.place or here())
        check_values(self, self.place, "project")
        seeds = self.seed_range
        if not seeds or seeds.step != 1 or seeds.start < 0:
            text = f"seeds is {self.seeds!r}; write a number from 1, or a range such as range(5, 10)"
            raise UsageError(told(self.place, text))
        object.__setattr__(self, "sections", tuple(_sections(self.sections)))
        self._check_names()

    @property
    def package(self) -> Path:
        """The folder of its own module, below which `data_files` and `data=` are."""
        return (self.source / Path(*self.module.split(".")[:-1])) if self.module else self.folder

    @property
    def seed_range(self) -> range:
        """The seeds of a build that does not name another number of them."""
        return self.seeds if isinstance(self.seeds, range) else range(self.seeds)

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """All questions, in the order of the report."""
        return tuple(question for each in self.chapters for question in each.questions)

    @property
    def chapters(self) -> tuple[Section, ...]:
        """The sections, questions outside of any made into one."""
        return tuple(each for each in self.sections if isinstance(each, Section))

    @cached_property
    def figures(self) -> tuple[Figure, ...]:
        """All figures, in the order in which they are first shown."""
        found = [figure for each in self.questions for figure in each.figures]
        found += [figure for each in self.chapters for figure in each.figures]
        return tuple({figure.name: figure for figure in found}.values())

    @cached_property
    def tables(self) -> tuple[Data, ...]:
        """All tables, each once."""
        return tuple(dict.fromkeys(table for each in self._readers for table in each.tables))

    @property
    def _readers(self) -> tuple[Reader, ...]:
        return (*self.questions, *self.figures)

    @cached_property
    def runs(self) -> tuple[Experiment, ...]:
        """All experiments in the order of their declaration, studies unfolded, each with its code."""
        listed = [one for each in self.experiments for one in each.experiments()]
        listed += [one for each in self._readers for read in each.reads for one in read.experiments]
        return tuple(
            each if each.start or each.fit or not self.fit else replace(each, fit=self.fit)
            for each in {one.name: one for one in listed}.values()
        )

    @cached_property
    def studies(self) -> dict[str, Study]:
        """All studies by name."""
        read = [read.subject for each in self._readers for read in each.reads]
        return {each.name: each for each in (*self.experiments, *read) if isinstance(each, Study)}

    def experiment(self, name: str) -> Experiment:
        """The experiment of this name. Raises `UsageError` where there is none."""
        known = {each.name: each for each in self.runs}
        if name not in known:
            raise UsageError(f"no experiment named {name!r}{did_you_mean(name, known)}")
        return known[name]

    def epochs_kept(self, experiment: Experiment) -> tuple[int, ...]:
        """The epochs that anyone reads of an experiment, and its last."""
        read = {epoch for each in self._readers for epoch in each.epochs.get(experiment.name, ())}
        return tuple(sorted(read | {experiment.epochs}))

    def _check_names(self) -> None:
        """Raise for two of one kind that have the same name, and for answers of no question."""
        wrong: list[LabReportError] = []
        questions: list[Any] = [question for each in self.chapters for question in each.questions]
        figures: list[Any] = [figure for each in (*questions, *self.chapters) for figure in each.figures]
        runs = [one for each in self.experiments for one in each.experiments()]
        runs += [one for each in (*questions, *figures) for read in each.reads for one in read.experiments]
        kinds = {"section": self.chapters, "question": questions, "figure": figures, "experiment": runs}
        for kind, members in kinds.items():
            named: dict[str, Any] = {}
            for each in members:
                if (first := named.setdefault(each.name, each)) != each:
                    text = f"two {kind}s are called {each.name!r}, here and at {first.place}"
                    wrong.append(UsageError(told(each.place, text)))
        known = {each.name for each in questions}
        for reader in (*questions, *figures, *self.chapters):
            for name in {*reader.answers} - known - {"*"}:
                text = f"answers: no question {name!r}{did_you_mean(name, known)}"
                wrong.append(UsageError(told(reader.place, text)))
        if wrong:
            raise wrong[0] if len(wrong) == 1 else Several(wrong)


@dataclass(frozen=True)
class Check:
    """One thing that a project's own `verify` checked: its name, whether it is right, what was found."""

    name: str
    passed: bool
    detail: str = ""


def _sections(given: Iterable[Any]) -> Iterable[Section]:
    """Sections in order; questions outside of any make up one together with their neighbours."""
    loose = 0
    for alone, each in itertools.groupby(given, key=lambda one: isinstance(one, Question)):
        if alone:
            loose += 1
            yield Section(f"questions-{loose}" if loose > 1 else "questions", "Questions", tuple(each))
        else:
            yield from each


def _reads(given: Reads, place: str) -> tuple[tuple[Read, ...], tuple[Data, ...]]:
    """What is read, split into experiments with their epochs (the last by default) and tables."""
    known = Experiment, Study, Read, Data
    every: tuple[Any, ...] = (given,) if isinstance(given, known) else tuple(given)
    if wrong := [each for each in every if not isinstance(each, known)]:
        text = f"reads has {brief(wrong[0])}; allowed are experiments, studies, at(…) and tables"
        raise UsageError(told(place, text))
    runs = (
        each if isinstance(each, Read) else Read(each, (each.experiments()[0].epochs,))
        for each in every
        if not isinstance(each, Data)
    )
    return tuple(runs), tuple(each for each in every if isinstance(each, Data))


def _reader(
    function: Callable[..., Any], name: str, reads: Reads, answers: Any, data: Any, place: str
) -> dict[str, Any]:
    """The fields of a `Reader`."""
    runs, tables = _reads(reads, place)
    files = (data,) if isinstance(data, str) else tuple(data)
    read = {"reads": runs, "tables": tables, "answers": _names(answers), "data": files}
    return {"name": name or function.__name__, "function": function, "place": place, **read}


def _names(given: str | Question | Iterable[str | Question]) -> tuple[str, ...]:
    each = (given,) if isinstance(given, (str, Question)) else given
    return tuple(one if isinstance(one, str) else one.name for one in each)

"""The report as values: a project has sections, which ask questions and show figures; and its loading."""

from __future__ import annotations

import re
import sys
import tomllib
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib import import_module
from itertools import chain, count, groupby
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from labreport.errors import (
    LabReportError,
    MultipleErrors,
    UsageError,
    did_you_mean,
    display_path,
    raised_at,
)
from labreport.project.checks import Declared, as_tuple_of
from labreport.project.experiment import Experiment, Read, Study
from labreport.project.table import Data
from labreport.project.values import JsonValues

Reads: TypeAlias = Experiment | Study | Read | Data | JsonValues | Iterable[Any]
Named: TypeAlias = "str | Question | Iterable[str | Question]"
R = TypeVar("R")


@dataclass(frozen=True)
class Reader(Declared):
    """What a question and a figure have in common: a function, and what it may read.

    It gets, as far as they are declared, the results of all experiments, each table, the content of each file
    of values, and the answers.
    """

    name: str
    function: Callable[..., Any] = field(repr=False)
    reads: tuple[Read, ...] = ()
    tables: tuple[Data, ...] = ()
    answers: tuple[str, ...] = ()
    data: tuple[str, ...] = ()
    """Files that it reads besides, by their paths below the project."""
    values: tuple[JsonValues, ...] = ()

    def arguments(self, results: Any, answers: Mapping[str, Any]) -> tuple[Any, ...]:
        """What its function is called with."""
        values = (file.read() for file in self.values)
        given: list[Any] = [results] if self.reads else []
        given += [*self.tables, *values]
        if self.answers:
            given.append(answers)
        return tuple(given)

    def __call__(self, *arguments: Any) -> Any:
        """Call its function, for tests."""
        return self.function(*arguments)

    @property
    def epochs(self) -> dict[str, tuple[int, ...]]:
        """The epochs that are read of each experiment, by its name."""
        found: dict[str, tuple[int, ...]] = {}
        for read in self.reads:
            for one in read.subject.experiments():
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
class Section(Declared):
    """A chapter: its questions in order, inside its own template `sections/NAME.md` where there is one."""

    name: str
    title: str
    questions: tuple[Question, ...] = ()
    figures: tuple[Figure, ...] = ()
    """Figures that its own template shows, beyond those of its questions."""
    answers: tuple[str, ...] = ()
    """Questions of other sections whose answers its template reads; `"*"` are all."""


@dataclass(frozen=True)
class Words:
    """What things are called in this report, in the singular, where the engine has to name them."""

    run: str = "run"
    training: str = "training"
    seed: str = "seed"
    epoch: str = "epoch"
    item: str = "item"
    category: str = "class"


def question(
    text: str,
    *,
    reads: Reads = (),
    figures: Figure | Iterable[Figure] = (),
    name: str = "",
    answers: Named = (),
    data: str | Iterable[str] = (),
    template: str = "",
    local: bool = False,
) -> Callable[[Callable[..., Any]], Question]:
    """Make a question of the function below: it gets what it `reads` and returns an `Answer`."""
    drawn = as_tuple_of(figures, Figure, "figures", "functions under @figure")
    more = {"text": text, "figures": drawn, "template": template, "local": local}
    return _reader(Question, name, reads, answers, data, **more)


def figure(
    *, reads: Reads = (), answers: Named = (), name: str = "", data: str | Iterable[str] = ()
) -> Callable[[Callable[..., Any]], Figure]:
    """Make a figure of the function below, which draws what it `reads`."""
    return _reader(Figure, name, reads, answers, data)


def section(
    title: str, *questions: Question, name: str = "", figures: Iterable[Figure] = (), answers: Named = ()
) -> Section:
    """Make a section of questions in order."""
    asked = as_tuple_of(questions, Question, f"section {title!r}", "functions under @question")
    drawn = as_tuple_of(figures, Figure, "figures", "functions under @figure")
    return Section(name or slug(title), title, asked, drawn, _names(answers))


def slug(text: str) -> str:
    """Write a title as a name: small letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "section"


@dataclass(frozen=True)
class Project(Declared):
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
    module: str = ""
    folder: Path = Path()
    source: Path = Path()
    """Filled in when it is loaded: its module, where templates and report are, whence it is imported."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.check(self.words)
        seeds = self.seed_range
        if not seeds or seeds.step != 1 or seeds.start < 0:
            self.refuse(f"seeds is {self.seeds!r}; write a number from 1, or a range such as range(5, 10)")
        wrong: list[tuple[Any, str]] = []
        for kind, members in self._named.items():
            first = {each.name: each for each in reversed(members)}
            for each in (each for each in members if each != first[each.name]):
                text = f"two {kind}s are called {each.name!r}, here and at {first[each.name].location}"
                wrong.append((each, text))
        known = {each.name for each in self.questions}
        for each in (*self.questions, *self._named["figure"], *self.chapters):
            for name in {*each.answers} - known - {"*"}:
                wrong.append((each, f"answers: no question {name!r}{did_you_mean(name, known)}"))
        if wrong:
            raise MultipleErrors([UsageError(text, location=each.location) for each, text in wrong])

    @property
    def package(self) -> Path:
        """The folder of its own module, below which `data_files` and `data=` are."""
        return (self.source / Path(*self.module.split(".")[:-1])) if self.module else self.folder

    @property
    def seed_range(self) -> range:
        """The seeds of a build that does not name another number of them."""
        return self.seeds if isinstance(self.seeds, range) else range(self.seeds)

    @cached_property
    def chapters(self) -> tuple[Section, ...]:
        """The sections in order; questions outside of any make up one together with their neighbours."""
        found: list[Section] = []
        names = chain(["questions"], map("questions-{}".format, count(2)))
        for alone, each in groupby(self.sections, lambda one: isinstance(one, Question)):
            members: Any = tuple(each)
            found += [Section(next(names), "Questions", members)] if alone else members
        return tuple(found)

    @property
    def numbered(self) -> dict[str, Section | Question]:
        """Sections that have questions, and these, by their numbers in the report: `2`, `2.1`."""
        found: dict[str, Section | Question] = {}
        for place, one in enumerate((one for one in self.chapters if one.questions), 1):
            found[str(place)] = one
            found |= {f"{place}.{number}": each for number, each in enumerate(one.questions, 1)}
        return found

    @cached_property
    def _named(self) -> dict[str, Sequence[Any]]:
        """All that has a name, by kind and in order, each as often as it is named."""
        questions: list[Any] = [question for each in self.chapters for question in each.questions]
        figures = [figure for each in (*questions, *self.chapters) for figure in each.figures]
        read = (read.subject for each in (*questions, *figures) for read in each.reads)
        runs = [one for each in (*self.experiments, *read) for one in each.experiments()]
        return {"section": self.chapters, "question": questions, "figure": figures, "experiment": runs}

    @property
    def questions(self) -> tuple[Question, ...]:
        """All questions, in the order of the report."""
        return tuple(self._named["question"])

    @cached_property
    def figures(self) -> tuple[Figure, ...]:
        """All figures, in the order in which they are first shown."""
        return tuple({figure.name: figure for figure in self._named["figure"]}.values())

    @property
    def _readers(self) -> tuple[Reader, ...]:
        return (*self.questions, *self.figures)

    @cached_property
    def tables(self) -> tuple[Data, ...]:
        """All tables, each once."""
        return tuple(dict.fromkeys(table for each in self._readers for table in each.tables))

    @cached_property
    def runs(self) -> tuple[Experiment, ...]:
        """All experiments in the order of their declaration, studies unfolded, each with its code."""
        return tuple(
            each if each.start or each.fit or not self.fit else replace(each, fit=self.fit)
            for each in {one.name: one for one in self._named["experiment"]}.values()
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


@dataclass(frozen=True)
class Check:
    """One thing that a project's own `verify` checked: its name, whether it is right, what was found."""

    name: str
    passed: bool
    detail: str = ""


def _reader(
    kind: Callable[..., R], name: str, reads: Reads, answers: Named, data: str | Iterable[str], **more: Any
) -> Callable[[Callable[..., Any]], R]:
    """A decorator that makes a question or a figure of the function below it."""
    kinds = (Experiment, Study, Read, Data, JsonValues)
    subjects = as_tuple_of(reads, kinds, "reads", "experiments, studies, at(…), tables and values(…)")
    runs = []
    for subject in subjects:
        if isinstance(subject, (Experiment, Study)):  # by default at their last epoch
            runs.append(Read(subject, (subject.experiments()[0].epochs,)))
        elif isinstance(subject, Read):
            runs.append(subject)
    tables = tuple(subject for subject in subjects if isinstance(subject, Data))
    values = tuple(subject for subject in subjects if isinstance(subject, JsonValues))
    paths = [str(path) for path in as_tuple_of(data, (str, Path), "data", "paths")]
    paths += [str(file.path) for file in values]  # each counts for what reads it
    names = _names(answers)

    def make(function: Callable[..., Any]) -> R:
        return kind(
            name or function.__name__, function, tuple(runs), tables, names, tuple(paths), values, **more
        )

    return make


def _names(given: Named) -> tuple[str, ...]:
    each = as_tuple_of(given, (str, Question), "answers", "questions and their names")
    return tuple(one if isinstance(one, str) else one.name for one in each)


def locate_project(folder: Path) -> tuple[str, Path]:
    """The module that declares a folder's project, and the folder from which it is imported.

    It is `project.py`, or what `[tool.labreport]` in `pyproject.toml` says: `project = "exercise.project"`,
    `source = "src"`. Raises `UsageError` where there is neither.
    """
    named = folder / "pyproject.toml"
    if named.is_file():
        settings = tomllib.loads(named.read_text(encoding="utf-8")).get("tool", {}).get("labreport", {})
        if "project" in settings:
            return settings["project"], (folder / settings.get("source", ".")).resolve()
    if not (folder / "project.py").is_file():
        raise UsageError(
            f"{display_path(folder)}: no project.py; `labreport new` makes a project to begin with"
        )
    return "project", folder.resolve()


def load_project(folder: str | Path) -> Project:
    """Import the module of a folder and return its project, with `module`, `folder` and `source` filled in.

    Raises `UsageError` where it declares none or several, or where its code raises.
    """
    folder = Path(folder).resolve()
    module, source = locate_project(folder)
    if str(source) not in sys.path:
        sys.path.insert(0, str(source))
    try:
        loaded = import_module(module)
    except LabReportError:
        raise
    except SyntaxError as error:
        raise UsageError(f"{display_path(error.filename or module)}:{error.lineno}: {error.msg}") from error
    except Exception as error:
        text = f"{type(error).__name__}: {error}".rstrip(": ")
        raise UsageError(text, location=raised_at(error)) from error
    found = list({id(each): each for each in vars(loaded).values() if isinstance(each, Project)}.values())
    if len(found) != 1:
        text = f"{len(found) or 'no'} Project; it must declare one"
        raise UsageError(text, location=display_path(loaded.__file__ or module))
    return replace(found[0], module=module, folder=folder, source=source)

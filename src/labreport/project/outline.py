"""The report as values: a project has sections, which ask questions and show figures."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain, count, groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from labreport.errors import MultipleErrors, UsageError, did_you_mean
from labreport.project.checks import AuthorFunction, Declared, as_tuple_of
from labreport.project.experiment import Experiment, Read, Study
from labreport.project.table import Data
from labreport.project.values import JsonValues

if TYPE_CHECKING:
    from labreport.results import Results
    from labreport.stats import Namespace
else:  # fields are checked by their annotations, for which these need not be loaded
    Results = object

Readable: TypeAlias = Experiment | Study | Read | Data | JsonValues
"""What a question or a figure may read."""
Reads: TypeAlias = Readable | Iterable[Readable]
Answers: TypeAlias = "str | Question | Iterable[str | Question]"
"""Questions whose answers are read, or their names; `"*"` are all."""
_Named: TypeAlias = "Section | Reader | Experiment | Study"
ALL_ANSWERS = "*"
_QUESTIONS, _FIGURES = "functions under @question", "functions under @figure"
"""How messages call what an author declares by these."""


@dataclass(frozen=True)
class Reader(Declared):
    """What a question and a figure have in common: a function, and what it may read.

    It gets, as far as they are declared, the results of all experiments, each table, the content of each file
    of values, and the answers. `data` are files that it reads besides, by their paths below the project.
    """

    name: str
    function: AuthorFunction = field(repr=False)
    reads: tuple[Read, ...] = ()
    sources: tuple[Data | JsonValues, ...] = ()
    """The tables, then the files of values, as the function gets them."""
    answers: tuple[str, ...] = ()
    data: tuple[str, ...] = ()

    def arguments(self, results: Results, answers: Namespace) -> list[object]:
        """What its function is called with."""
        arguments: list[object] = [results] if self.reads else []
        for source in self.sources:
            arguments.append(source.read() if isinstance(source, JsonValues) else source)
        if self.answers:
            arguments.append(answers)
        return arguments

    def __call__(self, *arguments: object) -> Any:
        """Call its function, for tests."""
        return self.function(*arguments)

    @property
    def tables(self) -> list[Data]:
        """The tables among its sources."""
        return [source for source in self.sources if isinstance(source, Data)]

    @property
    def epochs_by_experiment(self) -> dict[str, tuple[int, ...]]:
        """The epochs that are read of each experiment, by its name, in order."""
        return _epochs_by_experiment(self.reads)


def _epochs_by_experiment(reads: Iterable[Read]) -> dict[str, tuple[int, ...]]:
    epochs: dict[str, set[int]] = {}
    for read in reads:
        for experiment in read.subject.experiments():
            epochs.setdefault(experiment.name, set()).update(read.epochs)
    return {name: tuple(sorted(epochs[name])) for name in epochs}


@dataclass(frozen=True)
class Figure(Reader):
    """One drawing; its function returns what `labreport.charts.export_drawing` takes."""


@dataclass(frozen=True)
class Question(Reader):
    """One question of the report, and the function that answers it.

    `template` is by default `questions/NAME.md`, where there is such a file.
    """

    text: str = ""
    figures: tuple[Figure, ...] = ()
    template: str = ""


@dataclass(frozen=True)
class Section(Declared):
    """A chapter: its questions in order, inside its own template `sections/NAME.md` where there is one.

    `figures` are those that its own template shows, beyond those of its questions. `answers` are questions of
    other sections whose answers its template reads; `"*"` are all.
    """

    name: str
    title: str
    questions: tuple[Question, ...] = ()
    figures: tuple[Figure, ...] = ()
    answers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Words:
    """What things are called in this report, in the singular, where the engine has to name them.

    `Words(run="fit", seed="split", item="image")`: "3 fits", "5 splits", "10,000 images".
    """

    run: str = "run"
    seed: str = "seed"
    item: str = "item"


def question(
    text: str,
    *,
    reads: Reads = (),
    figures: Figure | Iterable[Figure] = (),
    name: str = "",
    answers: Answers = (),
    data: str | Iterable[str] = (),
    template: str = "",
) -> Callable[[AuthorFunction], Question]:
    """Make a question of the function below, which gets what it `reads` and returns an `Answer`.

    >>> @question("Which network is better?", reads=(WIDE, DEEP, WELLS), figures=errors, answers="growth")
    ... def best(results, wells, answers):
    ...     return ranking(results, ACCURACY)

    It gets the results of all experiments (one argument), each table, the content of each `values(…)`, and
    the `answers` of other questions, as far as they are declared. `figures` are shown with it. `name` is by
    default the function's, `template` `questions/NAME.md`. `data` are files below the project that it opens.
    Raises `UsageError` for what cannot be read.
    """
    as_tuple_of(text, str, "question", 'its text: @question("Which is better?")')
    inputs = _inputs(reads, answers, data)
    shown = as_tuple_of(figures, Figure, "figures", _FIGURES)

    def declare(function: AuthorFunction) -> Question:
        own_name = name or function.__name__
        return Question(own_name, function, *inputs, text=text, figures=shown, template=template)

    return declare


def figure(
    *, reads: Reads = (), answers: Answers = (), name: str = "", data: str | Iterable[str] = ()
) -> Callable[[AuthorFunction], Figure]:
    """Make a figure of the function below, which gets what it `reads`, as a question, and returns a drawing.

    >>> @figure(reads=WELLS)
    ... def doses(wells):
    ...     return seaborn.pointplot(wells.frame, x="dose", y="viability", errorbar=None)
    """
    inputs = _inputs(reads, answers, data)
    return lambda function: Figure(name or function.__name__, function, *inputs)


class _Inputs(NamedTuple):
    """What a function reads, as a `Reader` has it."""

    reads: tuple[Read, ...]
    sources: tuple[Data | JsonValues, ...]
    answers: tuple[str, ...]
    data: tuple[str, ...]


def _inputs(reads: Reads, answers: Answers, data: str | Iterable[str]) -> _Inputs:
    """What is declared to be read; an experiment or a study alone at its last epoch.

    Raises `UsageError` for what cannot be read.
    """
    kinds = (Experiment, Study, Read, Data, JsonValues)
    subjects = as_tuple_of(reads, kinds, "reads", "experiments, studies, at(…), tables and values(…)")
    runs: list[Read] = []
    sources: list[Data | JsonValues] = []
    for subject in subjects:
        if isinstance(subject, (Data, JsonValues)):
            sources.append(subject)
        elif isinstance(subject, Read):
            runs.append(subject)
        else:
            last_epoch = subject.experiments()[0].epochs
            runs.append(Read(subject, (last_epoch,)))
    sources.sort(key=lambda source: isinstance(source, JsonValues))  # tables come first
    paths = as_tuple_of(data, (str, Path), "data", "paths")
    return _Inputs(tuple(runs), tuple(sources), _names_of(answers), tuple(map(str, paths)))


def _names_of(answers: Answers) -> tuple[str, ...]:
    """The names of questions, some of which are given by their names."""
    names = []
    for answer in as_tuple_of(answers, (str, Question), "answers", "questions and their names"):
        names.append(answer if isinstance(answer, str) else answer.name)
    return tuple(names)


def section(
    title: str,
    *questions: Question,
    name: str = "",
    figures: Figure | Iterable[Figure] = (),
    answers: Answers = (),
) -> Section:
    """Make a section of questions in order.

    >>> section("Limits", worst, slowest, figures=curves, answers="*")

    `figures` are shown by its own template, `sections/limits.md`, which reads the `answers` of these other
    questions, `"*"` of all. `name` is by default made of the title.
    """
    as_tuple_of(title, str, "section", 'its title: section("Limits", best, worst)')
    as_tuple_of(questions, Question, f"section {title!r}", _QUESTIONS)
    shown = as_tuple_of(figures, Figure, "figures", _FIGURES)
    return Section(name or slug(title), title, questions, shown, _names_of(answers))


def slug(text: str) -> str:
    """Write a title as a name of small letters, digits and hyphens: `Où aller?` is `ou-aller`."""
    without_accents = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", without_accents.lower()).strip("-") or "section"


@dataclass(frozen=True)
class Check:
    """One thing that a project's own `verify` checked: its name, whether it is right, what was found.

    `Check("shares add up to 1", abs(total - 1) < 1e-9, f"they are {total}")`
    """

    name: str
    passed: bool
    detail: str = ""


@dataclass(frozen=True)
class Project(Declared):
    """What a project declares; its module has exactly one.

    >>> project = Project("Digits", (section("Width", best, worst), speed), author="Ada", fit=fit, seeds=10)

    `sections` are the report: sections, or questions, which then make up a section together. Experiments
    that questions and figures read need not be listed under `experiments`. One is as good as a tuple in both.
    `fit` runs every experiment that does not say otherwise. `seeds` is their number, or a range of them.

    `libraries` are distributions whose versions are part of every result's key, by default those that the
    code of the runs imports. `data_files` are paths below the project whose bytes are; `threads` is the
    number of compute threads of a run. `verify(results)` yields a `Check` for each thing that it checked,
    `show_code(experiment)` returns a text, `cost(specification)` about how many seconds an epoch takes.
    `rules(experiments)` yields a line for each rule that they break; nothing is trained then. Each of these
    functions may be given by its name, `"module:function"`.

    `module`, `folder` and `source` are filled in when it is loaded: its module, the folder where templates
    and report are, and the one from which the module is imported.
    """

    title: str = ""
    sections: tuple[Section | Question, ...] = ()
    subtitle: str = ""
    author: str = ""
    fit: AuthorFunction | str | None = None
    seeds: int | range = 5
    experiments: tuple[Experiment | Study, ...] = ()
    libraries: tuple[str, ...] | None = None
    data_files: tuple[str, ...] = ()
    threads: int = 1
    words: Words = Words()
    verify: Callable[[Results], Iterable[Check]] | str | None = None
    show_code: Callable[[Experiment], str] | str | None = None
    cost: Callable[[Any], float] | str | None = None
    rules: Callable[[Sequence[Experiment]], Iterable[str]] | str | None = None
    module: str = ""
    folder: Path = Path()
    source: Path = Path()

    def __post_init__(self) -> None:
        super().__post_init__()
        self.check(self.words)
        self._make_tuple("sections", (Section, Question), f"sections and {_QUESTIONS}")
        self._make_tuple("experiments", (Experiment, Study), "experiments and studies")
        allowed = "a number from 1, or a range such as range(5, 10)"
        as_tuple_of(self.seeds, (int, range), "project: seeds", allowed)
        seeds = self.seed_range
        if not seeds or seeds.step != 1 or seeds.start < 0:
            self.refuse_declaration(f"seeds is {self.seeds!r}; write {allowed}")
        mistakes = self._names_given_twice() + self._unknown_answers()
        if mistakes:
            raise MultipleErrors(mistakes)

    def _make_tuple(self, argument: str, kinds: tuple[type, ...], allowed: str) -> None:
        """Put one value, or a list of them, into a tuple. Raises `UsageError` for those of another kind."""
        members = as_tuple_of(getattr(self, argument), kinds, f"project: {argument}", allowed)
        object.__setattr__(self, argument, members)

    def _names_given_twice(self) -> list[UsageError]:
        """An error for each thing that has the name of another of its kind; the same thing may come twice.

        A study is of the kind of experiments: both are named where runs are.
        """
        mistakes = []
        first_by_name: dict[tuple[type, str], Declared] = {}
        subjects = self._subjects_as_read + self._experiments_as_read
        for part in chain[_Named](self.chapters, self._readers_as_shown, subjects):
            kind = Experiment if isinstance(part, Study) else type(part)
            namesake = first_by_name.setdefault((kind, part.name), part)
            if namesake != part:
                text = f"{part.owner}: its name is that of another at {namesake.location}"
                mistakes.append(UsageError(text, location=part.location))
        return mistakes

    def _unknown_answers(self) -> list[UsageError]:
        """An error for each answer that is read and that no question gives."""
        mistakes = []
        questions = [question.name for question in self.questions]
        for reader in chain[Reader | Section](self._readers_as_shown, self.chapters):
            for name in reader.answers:
                if name not in questions and name != ALL_ANSWERS:
                    text = f"{reader.owner}: answers: no question {name!r}{did_you_mean(name, questions)}"
                    mistakes.append(UsageError(text, location=reader.location))
        return mistakes

    @property
    def package(self) -> Path:
        """The folder of its own module, below which `data_files` and `data=` are."""
        return self.source.joinpath(*self.module.split(".")[:-1])

    @property
    def seed_range(self) -> range:
        """The seeds of a build that does not name another number of them."""
        return self.seeds if isinstance(self.seeds, range) else range(self.seeds)

    @cached_property
    def chapters(self) -> tuple[Section, ...]:
        """The sections in order; questions outside of any make up one together with their neighbours.

        >>> Project("Report", (best, worst, section("Limits"))).chapters
        (Section("questions", "Questions", (best, worst)), Section("limits", "Limits"))
        """
        chapters: list[Section] = []
        numbers_of_made_up = count(1)
        for _, neighbours in groupby(self.sections, type):
            questions = []
            for member in neighbours:
                if isinstance(member, Question):
                    questions.append(member)
                else:
                    chapters.append(member)
            if questions:
                number = next(numbers_of_made_up)
                name = "questions" if number == 1 else f"questions-{number}"
                chapters.append(Section(name, "Questions", tuple(questions)))
        return tuple(chapters)

    @property
    def numbered(self) -> dict[str, Section | Question]:
        """Sections that have questions, and these, by their numbers in the report: `2`, `2.1`."""
        numbered: dict[str, Section | Question] = {}
        with_questions = [chapter for chapter in self.chapters if chapter.questions]
        for number, chapter in enumerate(with_questions, 1):
            numbered[str(number)] = chapter
            for number_within, question in enumerate(chapter.questions, 1):
                numbered[f"{number}.{number_within}"] = question
        return numbered

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """All questions, in the order of the report."""
        return tuple(question for chapter in self.chapters for question in chapter.questions)

    @property
    def _figures_as_shown(self) -> list[Figure]:
        """All figures in order, each as often as it is shown; those of questions first."""
        figures: list[Figure] = []
        for question in self.questions:
            figures += question.figures
        for chapter in self.chapters:
            figures += chapter.figures
        return figures

    @cached_property
    def figures(self) -> tuple[Figure, ...]:
        """All figures, in the order in which they are first shown."""
        return tuple({figure.name: figure for figure in self._figures_as_shown}.values())

    @property
    def _readers_as_shown(self) -> list[Reader]:
        """All questions, then all figures, each as often as it is shown."""
        return list(self.questions) + list(self._figures_as_shown)

    @property
    def _subjects_as_read(self) -> list[Experiment | Study]:
        """What is declared and then what questions and figures read, each as often as it is."""
        subjects = list(self.experiments)
        for reader in self._readers_as_shown:
            subjects += [read.subject for read in reader.reads]
        return subjects

    @property
    def _experiments_as_read(self) -> list[Experiment]:
        """The experiments among these subjects, studies unfolded, each as often as it is read."""
        experiments: list[Experiment] = []
        for subject in self._subjects_as_read:
            experiments += subject.experiments()
        return experiments

    @cached_property
    def tables(self) -> tuple[Data, ...]:
        """All tables, each once."""
        tables: list[Data] = []
        for reader in self._readers_as_shown:
            tables += reader.tables
        return tuple(dict.fromkeys(tables))

    @property
    def all_experiments(self) -> tuple[Experiment, ...]:
        """All experiments in the order of their declaration, studies unfolded, each with its code."""
        return tuple(self._experiments_by_name.values())

    @cached_property
    def _experiments_by_name(self) -> dict[str, Experiment]:
        experiments = {}
        for experiment in self._experiments_as_read:
            has_code = experiment.start or experiment.fit
            experiments[experiment.name] = experiment if has_code else replace(experiment, fit=self.fit)
        return experiments

    @cached_property
    def studies(self) -> dict[str, Study]:
        """All studies by name."""
        return {subject.name: subject for subject in self._subjects_as_read if isinstance(subject, Study)}

    def experiment(self, name: str) -> Experiment:
        """The experiment of this name. Raises `UsageError` where there is none."""
        experiments = self._experiments_by_name
        if name not in experiments:
            raise UsageError(f"no experiment named {name!r}{did_you_mean(name, experiments)}")
        return experiments[name]

    def checkpoint_epochs(self, experiment: Experiment) -> tuple[int, ...]:
        """The epochs that anyone reads of an experiment, and its last."""
        epochs_read = self._epochs_read.get(experiment.name, ())
        return tuple(sorted({*epochs_read, experiment.epochs}))

    @cached_property
    def _epochs_read(self) -> dict[str, tuple[int, ...]]:
        return _epochs_by_experiment(chain.from_iterable(reader.reads for reader in self._readers_as_shown))

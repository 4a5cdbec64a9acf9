"""The declarations of a report: a project has sections, a section has questions, both show figures."""

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
from labreport.project.checks import AuthorFunction, Declared, as_tuple_of, check_kind
from labreport.project.experiment import Experiment, Read, Study
from labreport.project.table import Data
from labreport.project.values import JsonValues

if TYPE_CHECKING:
    from labreport.results import Results
    from labreport.stats import Namespace
else:  # annotations are evaluated at run time to check fields; importing these rooms here would be a circle
    Results = object

Readable: TypeAlias = Experiment | Study | Read | Data | JsonValues
"""What a question or a figure may read."""
Reads: TypeAlias = Readable | Iterable[Readable]
Answers: TypeAlias = "str | Question | Iterable[str | Question]"
"""Questions whose answers are read, or their names; `"*"` stands for all."""
_NamedDeclaration: TypeAlias = "Section | Reader | Experiment | Study"
ALL_ANSWERS = "*"
_QUESTIONS, _FIGURES = "functions under @question", "functions under @figure"
"""What messages say is allowed where a `Question` or a `Figure` is needed."""


@dataclass(frozen=True)
class Reader(Declared):
    """A question or a figure: a function, and what it may read.

    `arguments` says with what the function is called. `data` are other files that it opens, by their paths
    relative to `Project.package`.
    """

    name: str
    function: AuthorFunction = field(repr=False)
    reads: tuple[Read, ...] = ()
    tables_and_values: tuple[Data | JsonValues, ...] = ()
    """The tables, then the files of values, in the order of the function's arguments."""
    answers: tuple[str, ...] = ()
    data: tuple[str, ...] = ()

    def arguments(self, results: Results, answers: Namespace) -> list[object]:
        """The arguments of its function: results, a copy of each table, each file of values, answers.

        What is not declared is left out: a question that reads only tables gets only these.
        """
        arguments: list[object] = [results] if self.reads else []
        for declared in self.tables_and_values:
            arguments.append(declared.read() if isinstance(declared, JsonValues) else declared.copy())
        if self.answers:
            arguments.append(answers)
        return arguments

    def __call__(self, *arguments: object) -> Any:
        """Call its function, for tests."""
        return self.function(*arguments)

    @property
    def tables(self) -> list[Data]:
        """The tables that it reads."""
        return [declared for declared in self.tables_and_values if isinstance(declared, Data)]

    @property
    def epochs_by_experiment(self) -> dict[str, tuple[int, ...]]:
        """The epochs at which each experiment is read, ascending, by name of the experiment."""
        return _epochs_by_experiment(self.reads)


def _epochs_by_experiment(reads: Iterable[Read]) -> dict[str, tuple[int, ...]]:
    epochs: dict[str, set[int]] = {}
    for read in reads:
        for experiment in read.declaration.experiments():
            epochs.setdefault(experiment.name, set()).update(read.epochs)
    return {name: tuple(sorted(epochs[name])) for name in epochs}


@dataclass(frozen=True)
class Figure(Reader):
    """A figure; its function returns a drawing that `labreport.charts.export_drawing` accepts."""


@dataclass(frozen=True)
class Question(Reader):
    """A question of the report, and the function that answers it.

    `template` is a path below `templates/`, by default `questions/NAME.md` if that exists.
    """

    text: str = ""
    figures: tuple[Figure, ...] = ()
    template: str = ""


@dataclass(frozen=True)
class Section(Declared):
    """A section of the report: its questions in order, and its own template `sections/NAME.md` if it exists.

    `figures` are shown by its own template, besides those of its questions. `answers` are names of questions
    in other sections whose answers its template reads; `"*"` stands for all.
    """

    name: str
    title: str
    questions: tuple[Question, ...] = ()
    figures: tuple[Figure, ...] = ()
    answers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Words:
    """The words, in the singular, that this report uses for a run, a seed and an item.

    `Words(run="fit", seed="split", item="image")` gives "3 fits", "5 splits", "10,000 images".
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
    """Make a question of the decorated function, which returns its `Answer`.

    >>> @question("Which network is better?", reads=(WIDE, DEEP, WELLS), figures=errors, answers="growth")
    ... def best(results, wells, answers):
    ...     return ranking(results, ACCURACY)

    The function is called with the results of all experiments in `reads` (one argument), each table, the
    content of each `values(…)`, and the `answers` of other questions; what is not declared is left out.
    `figures` are shown with the question. `name` is by default the function's, `template` is by default
    `questions/NAME.md`. `data` are other files that the function opens. Raises `UsageError` for a value in
    `reads` that cannot be read.
    """
    check_kind(text, str, "question", 'its text: @question("Which is better?")')
    inputs = _inputs(reads, answers, data)
    shown = as_tuple_of(figures, Figure, "figures", _FIGURES)

    def declare(function: AuthorFunction) -> Question:
        own_name = name or function.__name__
        return Question(own_name, function, *inputs, text=text, figures=shown, template=template)

    return declare


def figure(
    *, reads: Reads = (), answers: Answers = (), name: str = "", data: str | Iterable[str] = ()
) -> Callable[[AuthorFunction], Figure]:
    """Make a figure of the decorated function, which gets the arguments of a question and returns a drawing.

    >>> @figure(reads=WELLS)
    ... def doses(wells):
    ...     return seaborn.pointplot(wells.frame, x="dose", y="viability", errorbar=None)
    """
    inputs = _inputs(reads, answers, data)
    return lambda function: Figure(name or function.__name__, function, *inputs)


class _Inputs(NamedTuple):
    """The fields of a `Reader` that say what its function reads."""

    reads: tuple[Read, ...]
    tables_and_values: tuple[Data | JsonValues, ...]
    answers: tuple[str, ...]
    data: tuple[str, ...]


def _inputs(reads: Reads, answers: Answers, data: str | Iterable[str]) -> _Inputs:
    """The arguments `reads`, `answers` and `data` of an author as fields of a `Reader`.

    An experiment or a study without `at(…)` is read at its last epoch. Raises `UsageError` for other types.
    """
    kinds = (Experiment, Study, Read, Data, JsonValues)
    declarations = as_tuple_of(reads, kinds, "reads", "experiments, studies, at(…), tables and values(…)")
    runs: list[Read] = []
    tables_and_values: list[Data | JsonValues] = []
    for declaration in declarations:
        if isinstance(declaration, (Data, JsonValues)):
            tables_and_values.append(declaration)
        elif isinstance(declaration, Read):
            runs.append(declaration)
        else:
            last_epoch = declaration.experiments()[0].epochs
            runs.append(Read(declaration, (last_epoch,)))
    tables_and_values.sort(key=lambda declared: isinstance(declared, JsonValues))  # tables come first
    paths = as_tuple_of(data, (str, Path), "data", "paths")
    return _Inputs(tuple(runs), tuple(tables_and_values), _names_of(answers), tuple(map(str, paths)))


def _names_of(answers: Answers) -> tuple[str, ...]:
    """The names of questions that are given as questions or as names."""
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
    """Declare a section with these questions, in this order.

    >>> section("Limits", worst, slowest, figures=curves, answers="*")

    Its own template, here `sections/limits.md`, shows `figures` and reads `answers` of other questions
    (`"*"`: of all). `name` is by default made from the title by `slug`.
    """
    check_kind(title, str, "section", 'its title: section("Limits", best, worst)')
    as_tuple_of(questions, Question, f"section {title!r}", _QUESTIONS)
    shown = as_tuple_of(figures, Figure, "figures", _FIGURES)
    return Section(name or slug(title), title, questions, shown, _names_of(answers))


def slug(text: str) -> str:
    """A title as a name of lower-case letters, digits and hyphens.

    `Où aller?` gives `ou-aller`. Letters of other alphabets stay: `Мой итог` gives `мой-итог`.
    """
    decomposed = unicodedata.normalize("NFKD", text.lower())
    without_accents = re.sub(r"(?<=[a-z])[\u0300-\u036f]+", "", decomposed)
    composed = unicodedata.normalize("NFC", without_accents)
    return re.sub(r"[\W_]+", "-", composed).strip("-") or "section"


@dataclass(frozen=True)
class Check:
    """The result of one check by a project's own `verify` function.

    `Check("shares add up to 1", abs(total - 1) < 1e-9, f"they are {total}")`
    """

    name: str
    passed: bool
    detail: str = ""


@dataclass(frozen=True)
class Project(Declared):
    """A project: the report, its experiments, and how they are run. Its module declares exactly one.

    >>> project = Project("Digits", (section("Width", best, worst), speed), author="Ada", fit=fit, seeds=10)

    `sections` has the sections in order; neighbouring questions among them become one section. `experiments`
    has those that no question or figure reads. Both take one value or a tuple. `fit` runs every experiment
    that has no `fit` or `start` of its own. `seeds` is the number of seeds, or a range of them.

    `libraries` are the distributions whose versions are part of the key of every run, by default those that
    its code imports. `data_files` are paths below the project whose bytes are part of it, too. `threads` is
    the number of compute threads of a run. `verify(results)` yields a `Check` for each check that it made.
    `show_code(experiment)` returns a text. `cost(specification)` returns the estimated seconds of an epoch.
    `rules(experiments)` yields a message for each rule that they break; nothing is trained if there is one.
    Each of these functions may be given by its name, `"module:function"`.

    `module`, `folder` and `source` are filled in when the project is loaded: the name of its module, the
    folder of templates and report, and the folder from which the module is imported.
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
        check_kind(self.seeds, (int, range), "project: seeds", allowed)
        seeds = self.seed_range
        if not seeds or seeds.step != 1 or seeds.start < 0:
            self.refuse_declaration(f"seeds is {self.seeds!r}; write {allowed}")
        mistakes = self._names_given_twice() + self._unknown_answers()
        if mistakes:
            raise MultipleErrors(mistakes)

    def _make_tuple(self, argument: str, kinds: tuple[type, ...], allowed: str) -> None:
        """Replace the value of a field, one or several, by a tuple. Raises `UsageError` for other types."""
        members = as_tuple_of(getattr(self, argument), kinds, f"project: {argument}", allowed)
        object.__setattr__(self, argument, members)

    def _names_given_twice(self) -> list[UsageError]:
        """An error for each declaration that has the name of a different one of its kind.

        Studies and experiments share their names, since users name runs by both.
        """
        mistakes = []
        first_by_name: dict[tuple[type, str], Declared] = {}
        declarations = self._declarations_as_read + self._experiments_as_read
        for part in chain[_NamedDeclaration](self.all_sections, self._readers_as_shown, declarations):
            kind = Experiment if isinstance(part, Study) else type(part)
            namesake = first_by_name.setdefault((kind, part.name), part)
            if namesake != part:
                text = f"{part.owner}: its name is that of another at {namesake.location}"
                mistakes.append(UsageError(text, location=part.location))
        return mistakes

    def _unknown_answers(self) -> list[UsageError]:
        """An error for each name in `answers=` that no question has."""
        mistakes = []
        questions = [question.name for question in self.questions]
        for reader in chain[Reader | Section](self._readers_as_shown, self.all_sections):
            for name in reader.answers:
                if name not in questions and name != ALL_ANSWERS:
                    text = f"{reader.owner}: answers: no question {name!r}{did_you_mean(name, questions)}"
                    mistakes.append(UsageError(text, location=reader.location))
        return mistakes

    @property
    def package(self) -> Path:
        """The folder of the project's module; paths in `data_files` and `data=` are relative to it."""
        return self.source.joinpath(*self.module.split(".")[:-1])

    @property
    def seed_range(self) -> range:
        """The seeds of a build without `--seeds`."""
        return self.seeds if isinstance(self.seeds, range) else range(self.seeds)

    @cached_property
    def all_sections(self) -> tuple[Section, ...]:
        """The sections in order; neighbouring questions outside a section become one called "Questions".

        >>> Project("Report", (best, worst, section("Limits"))).all_sections
        (Section("questions", "Questions", (best, worst)), Section("limits", "Limits"))
        """
        sections: list[Section] = []
        numbers_of_question_groups = count(1)
        for _, neighbours in groupby(self.sections, type):
            questions = []
            for member in neighbours:
                if isinstance(member, Question):
                    questions.append(member)
                else:
                    sections.append(member)
            if questions:
                number = next(numbers_of_question_groups)
                name = "questions" if number == 1 else f"questions-{number}"
                sections.append(Section(name, "Questions", tuple(questions)))
        return tuple(sections)

    @property
    def numbered(self) -> dict[str, Section | Question]:
        """Sections and questions by their numbers in the report: `2` and `2.1`.

        A section without questions has no number.
        """
        numbered: dict[str, Section | Question] = {}
        with_questions = [section for section in self.all_sections if section.questions]
        for number, section in enumerate(with_questions, 1):
            numbered[str(number)] = section
            for number_within, question in enumerate(section.questions, 1):
                numbered[f"{number}.{number_within}"] = question
        return numbered

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """All questions, in the order of the report."""
        return tuple(question for section in self.all_sections for question in section.questions)

    @property
    def _figures_as_shown(self) -> list[Figure]:
        """All figures, those of questions first; a figure that is shown twice comes twice."""
        figures: list[Figure] = []
        for question in self.questions:
            figures += question.figures
        for section in self.all_sections:
            figures += section.figures
        return figures

    @cached_property
    def figures(self) -> tuple[Figure, ...]:
        """All figures in the order of `_figures_as_shown`, each once."""
        return tuple({figure.name: figure for figure in self._figures_as_shown}.values())

    @property
    def _readers_as_shown(self) -> list[Reader]:
        """All questions, then all figures; a figure that is shown twice comes twice."""
        return list(self.questions) + list(self._figures_as_shown)

    @property
    def _declarations_as_read(self) -> list[Experiment | Study]:
        """Those in `experiments=`, then those that questions and figures read, with repetitions."""
        declarations = list(self.experiments)
        for reader in self._readers_as_shown:
            declarations += [read.declaration for read in reader.reads]
        return declarations

    @property
    def _experiments_as_read(self) -> list[Experiment]:
        """The experiments of `_declarations_as_read`, also those of studies, with repetitions."""
        experiments: list[Experiment] = []
        for declaration in self._declarations_as_read:
            experiments += declaration.experiments()
        return experiments

    @cached_property
    def tables(self) -> tuple[Data, ...]:
        """All tables that questions and figures read, each once."""
        tables: list[Data] = []
        for reader in self._readers_as_shown:
            tables += reader.tables
        return tuple(dict.fromkeys(tables))

    @property
    def all_experiments(self) -> tuple[Experiment, ...]:
        """All experiments in order, also those of studies, with the project's `fit` filled in by default."""
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
        return {study.name: study for study in self._declarations_as_read if isinstance(study, Study)}

    def experiment(self, name: str) -> Experiment:
        """The experiment of this name. Raises `UsageError` if there is none."""
        experiments = self._experiments_by_name
        if name not in experiments:
            raise UsageError(f"no experiment named {name!r}{did_you_mean(name, experiments)}")
        return experiments[name]

    def checkpoint_epochs(self, experiment: Experiment) -> tuple[int, ...]:
        """The epochs at which a run of an experiment is stored: those that anyone reads, and the last."""
        epochs_read = self._epochs_read.get(experiment.name, ())
        return tuple(sorted({*epochs_read, experiment.epochs}))

    @cached_property
    def _epochs_read(self) -> dict[str, tuple[int, ...]]:
        return _epochs_by_experiment(chain.from_iterable(reader.reads for reader in self._readers_as_shown))

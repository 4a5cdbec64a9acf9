"""The kinds of targets that stand for a declaration of the author's: run, answer, figure, section."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from labreport.errors import LabReportError, UsageError, raised_at
from labreport.project import Experiment, Figure, Project, Question, Reader, Section, Words
from labreport.results import files, results_for_reader, short_hash
from labreport.results.files import JsonObject
from labreport.stale import Inputs, engine_hash, versions

if TYPE_CHECKING:
    from labreport.page import RenderedSection
    from labreport.plan.graph import TargetGraph
    from labreport.plan.plan import Plan
    from labreport.plan.stored import StoredReport


@dataclass(frozen=True)
class Target(ABC):
    """Something that is made; two are equal if they are of one kind and name."""

    name: str
    kind: ClassVar[str]
    libraries: ClassVar[tuple[str, ...]] = ()
    """The libraries with which the engine makes it; those that they require count with them."""

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"

    @abstractmethod
    def reads(self, graph: TargetGraph) -> list[Target]:
        """The targets that it reads directly."""

    @abstractmethod
    def inputs(self, plan: Plan) -> Inputs:
        """What it would be made of now: short texts by their labels. Their digest is its key."""


@dataclass(frozen=True)
class RunTarget(Target):
    """One seed of one experiment; workers make it, by its task."""

    subject: Experiment = field(compare=False, repr=False)
    seed: int
    kind = "run"

    def __str__(self) -> str:
        return f"run {self.name} seed {self.seed}"

    def reads(self, graph: TargetGraph) -> list[Target]:
        """None."""
        return []

    def inputs(self, plan: Plan) -> Inputs:
        """Specification, seed, code, data and versions; not the experiment's name or its number of epochs."""
        return plan.run_inputs(self.subject, self.seed)


@dataclass(frozen=True)
class MadeTarget(Target):
    """A target that is made in the process of the build from stored results, and is stored in the cache."""

    subject: Reader | Section = field(compare=False, repr=False)

    @abstractmethod
    def make(self, stored: StoredReport) -> JsonObject:
        """Make it. Raises `LabReportError`, with the author's line."""


@dataclass(frozen=True)
class ReaderTarget(MadeTarget):
    """What a function of the author's returns for results, tables and answers."""

    subject: Reader = field(compare=False, repr=False)

    def reads(self, graph: TargetGraph) -> list[Target]:
        """Runs, and answers of other questions."""
        reads: list[Target] = []
        for name in self.subject.epochs_by_experiment:
            reads += graph.runs_of[name]
        return reads + graph.answers_read_by(self.subject)

    def inputs(self, plan: Plan) -> Inputs:
        """Its function, what it reads, and the libraries of the engine."""
        inputs = engine_inputs(self) | value_inputs(self, plan)
        epochs = self.subject.epochs_by_experiment
        runs = defaultdict[str, dict[str, str]](dict)
        for target in self.reads(plan.graph):
            if isinstance(target, RunTarget):
                run_hash = plan.run_hash(target, epochs[target.name])
                runs[target.name][str(target.seed)] = run_hash
        return inputs | plan.dependencies.reader_inputs(self.subject, runs)

    def make(self, stored: StoredReport) -> JsonObject:
        """Call the function; what it returned, as JSON has it."""
        try:
            results = results_for_reader(self.subject, stored.runs)
            answers = stored.answers_read_by(self.subject)
            return self._call(self.subject.arguments(results, answers))
        except files.Damaged:
            raise
        except Exception as error:  # the author's code may raise anything
            for table in self.subject.tables:
                table.explain(error)
            if isinstance(error, LabReportError):
                raise
            first_line = next(iter(str(error).splitlines()), "")
            text = f"{self}: {type(error).__name__}: {first_line}"
            raise LabReportError(text, raised_at(error) or self.subject.location) from error

    @abstractmethod
    def _call(self, arguments: Sequence[object]) -> JsonObject:
        """What the function returns, as JSON has it."""


@dataclass(frozen=True)
class AnswerTarget(ReaderTarget):
    """The answer of a question."""

    subject: Question = field(compare=False, repr=False)
    kind = "answer"
    libraries = ("numpy", "pandas", "scipy")

    def _call(self, arguments: Sequence[object]) -> JsonObject:
        from labreport.stats import Answer, to_json

        answer = self.subject.function(*arguments)
        if not isinstance(answer, Answer):
            text = f"question {self.name!r} returns {type(answer).__name__}; return an Answer"
            raise UsageError(text, self.subject.location)
        return to_json(answer)


class FigureTarget(ReaderTarget):
    """The drawing of a figure."""

    kind = "figure"
    libraries = ("matplotlib", "seaborn")

    def _call(self, arguments: Sequence[object]) -> JsonObject:
        from matplotlib import pyplot

        from labreport import charts

        pyplot.close("all")  # pyplot and seaborn would draw on what a question or a module left open
        with charts.style():
            return asdict(charts.export_drawing(self.subject.function(*arguments), name=self.name))


@dataclass(frozen=True)
class SectionTarget(MadeTarget):
    """The text of a section, with its answers."""

    subject: Section = field(compare=False, repr=False)
    kind = "section"
    libraries = ("jinja2", "markdown-it-py", "mdit-py-plugins", "pybtex", "pygments", "ziamath")

    def reads(self, graph: TargetGraph) -> list[Target]:
        """Answers, and figures."""
        reads: list[Target] = [graph.figures[figure.name] for figure in self.figures]
        return graph.answers_read_by(self.subject) + reads

    @property
    def figures(self) -> list[Figure]:
        """The figures of its own template, then those of its questions."""
        figures = list(self.subject.figures)
        for question in self.subject.questions:
            figures += question.figures
        return figures

    def inputs(self, plan: Plan) -> Inputs:
        """What `render` passes to `render_section`: section, answers, figures, experiments, templates."""
        from labreport.page import template_files

        inputs = engine_inputs(self)
        inputs["section"] = short_hash(plain_fields(self.subject))
        inputs |= value_inputs(self, plan)
        inputs |= experiment_inputs(plan)
        inputs |= plan.dependencies.section_inputs(self.subject)
        return inputs | template_inputs(plan, template_files(plan.templates, self.subject))

    def make(self, stored: StoredReport) -> JsonObject:
        """Render it, as JSON has it."""
        return self.render(stored).to_json()

    def render(self, stored: StoredReport) -> RenderedSection:
        """Render it. A question is "not yet measured" if its answer or a figure of it could not be made."""
        from labreport.page import render_section

        plan = stored.plan
        answers = stored.answers_read_by(self.subject).members
        drawings = stored.figures(self.figures)
        for question in self.subject.questions:
            if any(figure.name not in drawings for figure in question.figures):
                answers.pop(question.name, None)
        return render_section(self.subject, answers, drawings, plan.project.all_experiments, plan.templates)


# What several kinds are made of


def engine_inputs(target: Target) -> Inputs:
    """The engine, and the libraries with which it makes a target."""
    inputs = {"engine": engine_hash()}
    for name, version in versions(target.libraries).items():
        inputs[f"library {name}"] = version
    return inputs


def value_inputs(target: Target, plan: Plan) -> Inputs:
    """The values of the answers, figures and sections that a target reads."""
    inputs = {}
    for read in target.reads(plan.graph):
        if isinstance(read, MadeTarget):
            inputs[str(read)] = plan.value_hash(read)
    return inputs


def experiment_inputs(plan: Plan) -> Inputs:
    """How each experiment is declared, without its code."""
    inputs = {}
    for experiment in plan.project.all_experiments:
        inputs[f"experiment {experiment.name}"] = plan.dependencies.declaration_hash(experiment)
    return inputs


def template_inputs(plan: Plan, paths: Iterable[Path]) -> Inputs:
    """The bytes of some templates."""
    inputs = {}
    for path in paths:
        inputs[f"template {path.relative_to(plan.templates)}"] = plan.dependencies.digests.pin(path)
    return inputs


_PRINTABLE = (Section, Question, Figure, Words)
"""Declarations whose own fields a template may print."""


def plain_fields(declaration: Project | Section | Question | Figure | Words) -> dict[str, object]:
    """All texts and numbers of a declaration, down to its questions and figures, by the names of the fields.

    A field of another type, such as a function or an experiment, is None.
    """
    values = {}
    for member in fields(declaration):
        if member.compare:  # its line is not
            values[member.name] = _plain_value(getattr(declaration, member.name))
    return values


def _plain_value(value: object) -> object:
    if isinstance(value, tuple):
        return [_plain_value(member) for member in value]
    if isinstance(value, _PRINTABLE):
        return plain_fields(value)
    return value if isinstance(value, (str, int, float)) else None

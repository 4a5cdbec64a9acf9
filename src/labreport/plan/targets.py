"""The targets for declarations of the author's: runs, answers, figures and sections."""

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
    """Something that a build makes. Two targets are equal if kind and name are (of runs, also the seed)."""

    name: str
    kind: ClassVar[str]
    libraries: ClassVar[tuple[str, ...]] = ()
    """The libraries that the engine uses to make it; what they require counts, too."""

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"

    @abstractmethod
    def prerequisites(self, graph: TargetGraph) -> list[Target]:
        """The targets that it reads directly."""

    @abstractmethod
    def inputs(self, plan: Plan) -> Inputs:
        """Its present inputs: label to short text. It is stale if they differ from the stored ones."""


@dataclass(frozen=True)
class RunTarget(Target):
    """One seed of one experiment; workers make it."""

    declaration: Experiment = field(compare=False, repr=False)
    seed: int
    kind = "run"

    def __str__(self) -> str:
        return f"run {self.name} seed {self.seed}"

    def prerequisites(self, graph: TargetGraph) -> list[Target]:
        """Nothing."""
        return []

    def inputs(self, plan: Plan) -> Inputs:
        """Specification, seed, code, data and versions; neither the experiment's name nor its epochs."""
        return plan.run_inputs(self.declaration, self.seed)


@dataclass(frozen=True)
class MadeTarget(Target):
    """A target that is made from stored results in the process of the build, and stored in the cache."""

    declaration: Reader | Section = field(compare=False, repr=False)

    @abstractmethod
    def make(self, stored: StoredReport) -> JsonObject:
        """Its value as plain JSON values. Raises `LabReportError` at the author's line."""


@dataclass(frozen=True)
class ReaderTarget(MadeTarget):
    """The value that the function of a question or a figure returns."""

    declaration: Reader = field(compare=False, repr=False)

    def prerequisites(self, graph: TargetGraph) -> list[Target]:
        """The runs and the answers of other questions that it declares."""
        targets: list[Target] = []
        for name in self.declaration.epochs_by_experiment:
            targets += graph.runs_of[name]
        return targets + graph.answers_read_by(self.declaration)

    def inputs(self, plan: Plan) -> Inputs:
        """The code of its function, what it reads, and the engine with its libraries."""
        inputs = engine_inputs(self) | value_inputs(self, plan)
        epochs = self.declaration.epochs_by_experiment
        runs = defaultdict[str, dict[str, str]](dict)
        for target in self.prerequisites(plan.graph):
            if isinstance(target, RunTarget):
                run_hash = plan.run_hash(target, epochs[target.name])
                runs[target.name][str(target.seed)] = run_hash
        return inputs | plan.dependencies.reader_inputs(self.declaration, runs)

    def make(self, stored: StoredReport) -> JsonObject:
        """Call the function, and give what it returns as plain JSON values.

        Raises `LabReportError` if the function fails; a wrong value in a table is named by its row.
        """
        try:
            results = results_for_reader(self.declaration, stored.runs)
            answers = stored.answers_read_by(self.declaration)
            return self._call(self.declaration.arguments(results, answers))
        except files.Damaged:
            raise
        except Exception as error:  # the author's code may raise anything
            for table in self.declaration.tables:
                table.explain(error)
            if isinstance(error, LabReportError):
                raise
            first_line = next(iter(str(error).splitlines()), "")
            text = f"{self}: {type(error).__name__}: {first_line}"
            raise LabReportError(text, raised_at(error) or self.declaration.location) from error

    @abstractmethod
    def _call(self, arguments: Sequence[object]) -> JsonObject:
        """Call the function with these arguments, and give what it returns as plain JSON values."""


@dataclass(frozen=True)
class AnswerTarget(ReaderTarget):
    """The answer of a question."""

    declaration: Question = field(compare=False, repr=False)
    kind = "answer"
    libraries = ("numpy", "pandas", "scipy")

    def _call(self, arguments: Sequence[object]) -> JsonObject:
        from labreport.stats import Answer, to_json

        answer = self.declaration.function(*arguments)
        if not isinstance(answer, Answer):
            text = f"question {self.name!r} returns {type(answer).__name__}; return an Answer"
            raise UsageError(text, self.declaration.location)
        return to_json(answer)


class FigureTarget(ReaderTarget):
    """The drawing of a figure."""

    kind = "figure"
    libraries = ("matplotlib", "seaborn")

    def _call(self, arguments: Sequence[object]) -> JsonObject:
        from matplotlib import pyplot

        from labreport import charts

        pyplot.close("all")  # else pyplot and seaborn draw on a figure that other code has left open
        with charts.style():
            return asdict(charts.export_drawing(self.declaration.function(*arguments), name=self.name))


@dataclass(frozen=True)
class SectionTarget(MadeTarget):
    """The rendered text of a section."""

    declaration: Section = field(compare=False, repr=False)
    kind = "section"
    libraries = ("jinja2", "markdown-it-py", "mdit-py-plugins", "pybtex", "pygments", "ziamath")

    def prerequisites(self, graph: TargetGraph) -> list[Target]:
        """The answers that its templates may print, and its figures."""
        drawn: list[Target] = [graph.figures[figure.name] for figure in self.figures]
        return graph.answers_read_by(self.declaration) + drawn

    @property
    def figures(self) -> list[Figure]:
        """Its own figures, then those of its questions."""
        figures = list(self.declaration.figures)
        for question in self.declaration.questions:
            figures += question.figures
        return figures

    def inputs(self, plan: Plan) -> Inputs:
        """All arguments of `render_section`: the section, answers, figures, experiments, templates."""
        from labreport.page import template_files

        inputs = engine_inputs(self)
        inputs["section"] = short_hash(plain_fields(self.declaration))
        inputs |= value_inputs(self, plan)
        inputs |= experiment_inputs(plan)
        inputs |= plan.dependencies.section_inputs(self.declaration)
        return inputs | template_inputs(plan, template_files(plan.templates, self.declaration))

    def make(self, stored: StoredReport) -> JsonObject:
        """The rendered section as plain JSON values."""
        return self.render(stored).to_json()

    def render(self, stored: StoredReport) -> RenderedSection:
        """Render the section. A question without its answer or one of its figures says "not yet measured"."""
        from labreport.page import render_section

        plan = stored.plan
        answers = stored.answers_read_by(self.declaration).members
        drawings = stored.figures(self.figures)
        for question in self.declaration.questions:
            if any(figure.name not in drawings for figure in question.figures):
                answers.pop(question.name, None)
        experiments = plan.project.all_experiments
        return render_section(self.declaration, answers, drawings, experiments, plan.templates)


# Inputs that several kinds share


def engine_inputs(target: Target) -> Inputs:
    """The hash of the engine, and the versions of the libraries that it uses to make a target."""
    inputs = {"engine": engine_hash()}
    for name, version in versions(target.libraries).items():
        inputs[f"library {name}"] = version
    return inputs


def value_inputs(target: Target, plan: Plan) -> Inputs:
    """The hash of each answer, figure and section that a target reads."""
    inputs = {}
    for prerequisite in target.prerequisites(plan.graph):
        if isinstance(prerequisite, MadeTarget):
            inputs[str(prerequisite)] = plan.value_hash(prerequisite)
    return inputs


def experiment_inputs(plan: Plan) -> Inputs:
    """The declarations of all experiments, without their code, and the order of their names."""
    names = [experiment.name for experiment in plan.project.all_experiments]
    inputs = {"experiments": short_hash(names)}
    for experiment in plan.project.all_experiments:
        inputs[f"experiment {experiment.name}"] = plan.dependencies.declaration_hash(experiment)
    return inputs


def template_inputs(plan: Plan, paths: Iterable[Path]) -> Inputs:
    """The hash of each of these templates."""
    inputs = {}
    for path in paths:
        inputs[f"template {path.relative_to(plan.templates)}"] = plan.dependencies.file_hasher.pin(path)
    return inputs


_PRINTABLE = (Section, Question, Figure, Words)
"""Declarations whose fields a template may print."""


def plain_fields(declaration: Project | Section | Question | Figure | Words) -> dict[str, object]:
    """Field name to value for all texts and numbers of a declaration, and of declarations inside it.

    Fields of other types, such as functions and experiments, are None.
    """
    values = {}
    for member in fields(declaration):
        if member.compare:  # its line is not compared, and must not count
            values[member.name] = _plain_value(getattr(declaration, member.name))
    return values


def _plain_value(value: object) -> object:
    if isinstance(value, tuple):
        return [_plain_value(member) for member in value]
    if isinstance(value, _PRINTABLE):
        return plain_fields(value)
    return value if isinstance(value, (str, int, float)) else None

"""The kinds of what is made: a run, an answer, a figure, a section, a document."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from labreport.errors import LabReportError, UsageError, raised_at
from labreport.project import Experiment, Figure, Reader, Section
from labreport.results import Run, describe_experiment, files, load, results_for_reader
from labreport.stale import UNKNOWN, engine_hash, short_hash, versions

if TYPE_CHECKING:
    from labreport.page import RenderedSection, ReportSource
    from labreport.plan.plan import Plan

DOCUMENTS = {"page": "report.html", "pdf": "report.pdf", "answers.json": "answers.json"}
"""The name of a document to its file, in the order of making."""
_LIBRARIES = {
    "answer": ("numpy", "scipy"),
    "figure": ("matplotlib",),
    "section": ("jinja2", "markdown-it-py", "mdit-py-plugins", "pybtex", "pygments", "ziamath"),
    "pdf": ("weasyprint", "pikepdf"),
}
"""Libraries with which the engine itself makes a target."""


@dataclass(frozen=True)
class Target(ABC):
    """Something that is made; two are equal if they are of one kind and name, whatever their plans."""

    name: str
    plan: Plan = field(compare=False, repr=False)
    subject: Any = field(compare=False, repr=False)
    """The value of the project that it stands for; None for a document."""
    kind: ClassVar[str]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"

    @abstractmethod
    def read_targets(self) -> Iterable[Target]:
        """The targets that it reads directly."""

    @abstractmethod
    def inputs(self) -> dict[str, str]:
        """What it would be made of now: short texts by their labels. Their digest is its key."""

    @abstractmethod
    def make(self, lost: Collection[Target] = ()) -> Any:
        """Make it of what is stored, without the targets that are `lost`.

        Raises `LabReportError`, with the author's line.
        """


@dataclass(frozen=True)
class RunTarget(Target):
    """One seed of one experiment."""

    subject: Experiment = field(compare=False, repr=False)
    seed: int
    kind = "run"

    def __str__(self) -> str:
        return f"run {self.name} seed {self.seed}"

    def read_targets(self) -> Iterable[Target]:
        """None."""
        return ()

    def inputs(self) -> dict[str, str]:
        """Neither its experiment's name nor how many epochs it has."""
        return self.plan.run_inputs(self.subject, self.seed)

    def make(self, lost: Collection[Target] = ()) -> Run:
        """Run it in a process of its own. A build runs many at once, by their tasks."""
        from labreport.plan.tasks import run_alone

        return run_alone(self, self.plan.store)


@dataclass(frozen=True)
class ReaderTarget(Target):
    """What a function of the author's makes of results, tables and answers."""

    subject: Reader = field(compare=False, repr=False)

    def read_targets(self) -> Iterable[Target]:
        """Runs, and answers of other questions."""
        epochs = self.subject.epochs
        runs = [run for run in self.plan.graph.runs if run.name in epochs]
        return *runs, *self.plan.graph.answers_read_by(self.subject)

    def inputs(self) -> dict[str, str]:
        """Its function, what it reads, and the libraries of the engine."""
        inputs = _engine_inputs(self.kind)
        runs = defaultdict[str, dict[str, str]](dict)
        for target in self.plan.graph.reads(self):
            if isinstance(target, RunTarget):
                runs[target.name][str(target.seed)] = self.plan.value_hash(target)
            else:
                inputs[str(target)] = self.plan.value_hash(target)
        return inputs | self.plan.dependencies.reader_inputs(self.subject, runs)

    def make(self, lost: Collection[Target] = ()) -> dict[str, Any]:
        """Call the function; what it returned, as JSON has it."""
        try:
            results = results_for_reader(self.subject, self.plan.runs)
            answers = stored_answers(self.plan, self.subject.answers)
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
    def _call(self, arguments: Sequence[Any]) -> dict[str, Any]:
        """What the function returns, as JSON has it."""


@dataclass(frozen=True)
class AnswerTarget(ReaderTarget):
    """The answer of a question."""

    kind = "answer"

    def _call(self, arguments: Sequence[Any]) -> dict[str, Any]:
        from labreport.stats import Answer, to_json

        answer = self.subject.function(*arguments)
        if not isinstance(answer, Answer):
            text = f"question {self.name!r} returns {type(answer).__name__}; return an Answer"
            raise UsageError(text, self.subject.location)
        members: dict[str, Any] = to_json(answer)
        return members


@dataclass(frozen=True)
class FigureTarget(ReaderTarget):
    """The drawing of a figure."""

    kind = "figure"

    def _call(self, arguments: Sequence[Any]) -> dict[str, Any]:
        from matplotlib import pyplot

        from labreport import charts

        pyplot.close("all")  # pyplot and seaborn would draw on what a question or a module left open
        with charts.style():
            return asdict(charts.export(self.subject.function(*arguments), name=self.name))


@dataclass(frozen=True)
class SectionTarget(Target):
    """The text of a section, with its answers."""

    subject: Section = field(compare=False, repr=False)
    kind = "section"

    def read_targets(self) -> Iterable[Target]:
        """Answers, and figures."""
        graph = self.plan.graph
        return *graph.answers_read_by(self.subject), *map(graph.target_of, self._figures())

    def _figures(self) -> list[Figure]:
        figures = list(self.subject.figures)
        for question in self.subject.questions:
            figures += question.figures
        return figures

    def inputs(self) -> dict[str, str]:
        """What it reads, its templates, and how everything is declared that its text can print."""
        plan = self.plan
        inputs = {str(target): plan.value_hash(target) for target in plan.graph.reads(self)}
        inputs |= _engine_inputs(self.kind)
        inputs |= _declarations(plan)
        inputs["section"] = _outline_hash([self.subject])
        inputs |= plan.dependencies.section_inputs(self.subject)
        templates = plan.project.folder / "templates"
        for path in plan.templates(self.subject):
            if path.is_file() and path.is_relative_to(templates):
                inputs[f"template {path.relative_to(templates)}"] = plan.dependencies.digests.pin(path)
        return inputs

    def make(self, lost: Collection[Target] = ()) -> dict[str, Any]:
        """Render it, as JSON has it."""
        return self.render(lost).to_json()

    def render(self, lost: Collection[Target] = ()) -> RenderedSection:
        """Render it; a question says so whose answer, or a figure of it, is lost."""
        from labreport.page import render_section

        plan, graph = self.plan, self.plan.graph
        without_answer = set(lost)
        for question in self.subject.questions:
            if any(graph.target_of(figure) in lost for figure in question.figures):
                without_answer.add(graph.target_of(question))
        names = [target.name for target in graph.answers_read_by(self.subject)]
        return render_section(
            self.subject,
            stored_answers(plan, names, without_answer).members,
            stored_figures(plan, self._figures(), lost),
            plan.project.runs,
            plan.project.folder / "templates",
        )


@dataclass(frozen=True)
class DocumentTarget(Target):
    """A file of the report: the page, the PDF, or `answers.json`."""

    kind = "document"

    def __str__(self) -> str:
        return self.name

    @property
    def file_name(self) -> str:
        """Its file in the folder of the report."""
        return DOCUMENTS[self.name]

    def read_targets(self) -> Iterable[Target]:
        """Everything else, but answers or figures."""
        kinds = ("run", "section", "answer" if self.name == "answers.json" else "figure")
        return [target for target in self.plan.graph.before_documents if target.kind in kinds]

    def inputs(self) -> dict[str, str]:
        """What it reads, how the report is divided, and the frame around it."""
        plan = self.plan
        inputs = _engine_inputs(self.name)
        runs = []
        for target in plan.graph.reads(self):
            value = plan.value_hash(target)
            if target.kind == "run":
                runs.append([str(target), value])
            else:
                inputs[str(target)] = value
        is_unknown = any(value == UNKNOWN for _, value in runs)
        inputs["runs"] = UNKNOWN if is_unknown else short_hash(runs)
        inputs["seeds"] = f"{plan.seed_range.start} to {plan.seed_range.stop - 1}"
        inputs["sections"] = _outline_hash(plan.project.chapters)
        if self.name == "answers.json":
            return inputs | _declarations(plan)
        inputs["project"] = _project_hash(plan)
        for name, path in plan.frame_files.items():
            inputs[f"template {name}"] = plan.dependencies.digests.pin(path)
        return inputs

    def make(self, lost: Collection[Target] = (), notice: str = "") -> bytes:
        """Render it; a `notice` stands below the title of a page that is preliminary.

        Raises `MissingLibrary` where the PDF cannot be set here.
        """
        if self.name == "answers.json":
            return files.json_bytes(_answers_document(self.plan))
        plan = self.plan
        sections = [_stored_section(plan, section, lost) for section in plan.project.chapters]
        parts = plan.project, sections, stored_figures(plan, plan.project.figures, lost), _facts(plan)
        seeds = max((len(plan.seeds(experiment)) for experiment in plan.project.runs), default=None)
        if self.name == "pdf":
            from labreport.page.pdf import render_pdf

            return render_pdf(*parts, seeds=seeds)
        from labreport.page.document import render_page

        return render_page(*parts, notice=notice, seeds=None if notice else seeds).encode()


# What several kinds are made of


def _engine_inputs(kind: str) -> dict[str, str]:
    """The engine, and the libraries with which it makes a target of this kind."""
    inputs = {f"library {name}": version for name, version in versions(_LIBRARIES.get(kind, ())).items()}
    return {**inputs, "engine": engine_hash()}


def _declarations(plan: Plan) -> dict[str, str]:
    """How the project and its experiments are declared."""
    experiments = {f"experiment {name}": value for name, value in plan.declarations.items()}
    return {"project": _project_hash(plan), **experiments}


def _project_hash(plan: Plan) -> str:
    project = plan.project
    return short_hash([project.title, project.subtitle, project.author, asdict(project.words)])


def _outline_hash(sections: Sequence[Section]) -> str:
    """The digest of what sections say beside their answers."""
    outline: list[list[Any]] = [[section.name, section.title] for section in sections]
    for section, members in zip(sections, outline, strict=True):
        for question in section.questions:
            figures = [figure.name for figure in question.figures]
            members.append([question.name, question.text, question.template, figures])
    return short_hash(outline)


# What is stored, as the next target reads it


def stored_answers(plan: Plan, names: Collection[str], lost: Collection[Target] = ()) -> Any:
    """The stored answers of these questions as a `Namespace`, but those that are lost; `"*"` are all."""
    from labreport.stats import Namespace, from_json

    if "*" in names:
        names = [question.name for question in plan.project.questions]
    lost_names = {target.name for target in lost if target.kind == "answer"}
    answers = {name: from_json(plan.value("answer", name)) for name in names if name not in lost_names}
    return Namespace(answers)


def stored_figures(plan: Plan, figures: Iterable[Figure], lost: Collection[Target] = ()) -> dict[str, Any]:
    """The stored drawings of these figures, but those that are lost, by name."""
    from labreport.charts import Exported

    lost_names = {target.name for target in lost if target.kind == "figure"}
    names = [figure.name for figure in figures if figure.name not in lost_names]
    return {name: Exported(**plan.value("figure", name)) for name in names}


def _stored_section(plan: Plan, section: Section, lost: Collection[Target]) -> RenderedSection:
    """A stored section; one that is lost is rendered again, without what it lacks."""
    from labreport.page import RenderedSection

    target = plan.graph.target_of(section)
    if target in lost and isinstance(target, SectionTarget):
        return target.render(lost)
    return RenderedSection.from_json(plan.value("section", section.name))


def report_source(plan: Plan) -> ReportSource:
    """What a report that was built is exported from."""
    from labreport.page import ReportSource

    digits_shown: dict[str, int] = {}
    for section in plan.project.chapters:
        digits_shown |= plan.value("section", section.name)["digits_shown"]
    drawings = stored_figures(plan, plan.project.figures, ())
    return ReportSource(load(plan.report), plan.project, drawings, digits_shown)


def _answers_document(plan: Plan) -> dict[str, Any]:
    """What `answers.json` says."""
    from labreport.page import template_of

    project = plan.project
    questions: dict[str, Any] = {}
    sections: dict[str, Any] = {}
    for section in project.chapters:
        claims = plan.value("section", section.name)["claims"]
        for question in section.questions:
            template = f"templates/{template_of(question)}"
            in_template = [claim for claim in claims if claim["file"] == template]
            claims = [claim for claim in claims if claim["file"] != template]
            questions[question.name] = {
                "question": question.text,
                "section": section.name,
                "answer": plan.value("answer", question.name),
                "claims": in_template,
            }
        sections[section.name] = {"title": section.title, "claims": claims}
    experiments = {}
    for experiment in project.runs:
        epochs = project.epochs_kept(experiment)
        experiments[experiment.name] = describe_experiment(experiment, epochs, plan.runs(experiment))
    return {
        "title": project.title,
        "subtitle": project.subtitle,
        "author": project.author,
        "experiments": experiments,
        "questions": questions,
        "sections": sections,
    }


def _facts(plan: Plan) -> dict[str, str]:
    """What the report was made with, in at most four lines."""
    from labreport.stats.makers.provenance import made_with

    runs: dict[str, Run] = {}
    for experiment in plan.project.runs:
        for run in plan.runs(experiment):
            runs[run.key] = run
    if not runs:
        return {}
    count = f"{len(runs)}, in {len(plan.project.runs)} experiments"
    return {"Runs": count, **made_with(runs.values(), plan.project.words.run)}

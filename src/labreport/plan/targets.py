"""The kinds of what is made: a run, an answer, a figure, a section, a document."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from labreport.errors import LabReportError, UsageError, raised_at
from labreport.plan.documents import answers_document, facts
from labreport.project import Experiment, Figure, Reader, Section
from labreport.results import files, results_for_reader, short_hash
from labreport.stale import engine_hash, versions

if TYPE_CHECKING:
    from labreport.page import RenderedSection
    from labreport.plan.graph import TargetGraph
    from labreport.plan.plan import Plan
    from labreport.plan.stored import StoredReport

DOCUMENTS = {"page": "report.html", "pdf": "report.pdf", "answers.json": "answers.json"}
"""The name of a document to its file, in the order of making."""
_LIBRARIES = {
    "answer": ("numpy", "pandas", "scipy"),
    "figure": ("matplotlib", "seaborn"),
    "section": ("jinja2", "markdown-it-py", "mdit-py-plugins", "pybtex", "pygments", "ziamath"),
    "page": ("brotli", "fonttools", "jinja2"),
    "pdf": ("jinja2", "pikepdf", "weasyprint"),
}
"""Libraries with which the engine itself makes a target; what they require counts with them."""


@dataclass(frozen=True)
class Target(ABC):
    """Something that is made; two are equal if they are of one kind and name."""

    name: str
    subject: Any = field(compare=False, repr=False)
    """The value of the project that it stands for; None for a document."""
    kind: ClassVar[str]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"

    @abstractmethod
    def reads(self, graph: TargetGraph) -> list[Target]:
        """The targets that it reads directly."""

    @abstractmethod
    def inputs(self, plan: Plan) -> dict[str, str]:
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

    def inputs(self, plan: Plan) -> dict[str, str]:
        """Neither its experiment's name nor how many epochs it has."""
        return plan.run_inputs(self.subject, self.seed)


class MadeTarget(Target):
    """What is made in the process of the build, of what is stored."""

    @abstractmethod
    def make(self, stored: StoredReport) -> Any:
        """Make it. Raises `LabReportError`, with the author's line."""


@dataclass(frozen=True)
class ReaderTarget(MadeTarget):
    """What a function of the author's makes of results, tables and answers."""

    subject: Reader = field(compare=False, repr=False)

    def reads(self, graph: TargetGraph) -> list[Target]:
        """Runs, and answers of other questions."""
        names = self.subject.epochs_by_experiment
        runs = [run for run in graph.runs if run.name in names]
        return [*runs, *graph.answers_read_by(self.subject)]

    def inputs(self, plan: Plan) -> dict[str, str]:
        """Its function, what it reads, and the libraries of the engine."""
        inputs = _engine_inputs(self.kind)
        runs = defaultdict[str, dict[str, str]](dict)
        for target in plan.graph.reads(self):
            value = plan.value_hash(target)
            if isinstance(target, RunTarget):
                runs[target.name][str(target.seed)] = value
            else:
                inputs[str(target)] = value
        return inputs | plan.dependencies.reader_inputs(self.subject, runs)

    def make(self, stored: StoredReport) -> dict[str, Any]:
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
    def _call(self, arguments: Sequence[Any]) -> dict[str, Any]:
        """What the function returns, as JSON has it."""


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


class FigureTarget(ReaderTarget):
    """The drawing of a figure."""

    kind = "figure"

    def _call(self, arguments: Sequence[Any]) -> dict[str, Any]:
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

    def reads(self, graph: TargetGraph) -> list[Target]:
        """Answers, and figures."""
        figures = [graph.figures[figure.name] for figure in self.figures]
        return [*graph.answers_read_by(self.subject), *figures]

    @property
    def figures(self) -> list[Figure]:
        """The figures of its own template, then those of its questions."""
        figures = list(self.subject.figures)
        for question in self.subject.questions:
            figures += question.figures
        return figures

    def inputs(self, plan: Plan) -> dict[str, str]:
        """What it reads, its templates, and how everything is declared that its text can print."""
        from labreport.page import template_files

        inputs = {str(target): plan.value_hash(target) for target in plan.graph.reads(self)}
        inputs |= _engine_inputs(self.kind)
        inputs |= _declarations(plan)
        inputs["section"] = _outline_hash([self.subject])
        inputs |= plan.dependencies.section_inputs(self.subject)
        for path in template_files(plan.templates, self.subject):
            inputs[f"template {path.relative_to(plan.templates)}"] = plan.dependencies.digests.pin(path)
        return inputs

    def make(self, stored: StoredReport) -> dict[str, Any]:
        """Render it, as JSON has it."""
        return self.render(stored).to_json()

    def render(self, stored: StoredReport) -> RenderedSection:
        """Render it; a question says so whose answer, or a figure of it, is lost."""
        from labreport.page import render_section

        answers = stored.answers_read_by(self.subject).members
        drawings = stored.figures(self.figures)
        for question in self.subject.questions:
            if any(figure.name not in drawings for figure in question.figures):
                answers.pop(question.name, None)
        project = stored.plan.project
        return render_section(self.subject, answers, drawings, project.all_experiments, stored.plan.templates)


class DocumentTarget(MadeTarget):
    """A file of the report."""

    kind = "document"
    kinds_read: ClassVar[tuple[str, ...]]

    def __str__(self) -> str:
        return self.name

    @property
    def file_name(self) -> str:
        """Its file in the folder of the report."""
        return DOCUMENTS[self.name]

    def reads(self, graph: TargetGraph) -> list[Target]:
        """All targets of the kinds that it reads."""
        return [target for target in graph.targets if target.kind in self.kinds_read]

    def inputs(self, plan: Plan) -> dict[str, str]:
        """What it reads, and how the report is divided."""
        inputs = _engine_inputs(self.name)
        for target in plan.graph.reads(self):
            if not isinstance(target, RunTarget):
                inputs[str(target)] = plan.value_hash(target)
        inputs["runs"] = plan.runs_hash
        inputs["seeds"] = f"{plan.seed_range.start} to {plan.seed_range.stop - 1}"
        inputs["sections"] = _outline_hash(plan.project.chapters)
        return inputs

    @abstractmethod
    def make(self, stored: StoredReport) -> bytes:
        """The bytes of the file. Raises `LabReportError`."""


class AnswersTarget(DocumentTarget):
    """`answers.json`, for other programs."""

    kinds_read = ("run", "section", "answer")

    def inputs(self, plan: Plan) -> dict[str, str]:
        """Those of every document, and all declarations."""
        return super().inputs(plan) | _declarations(plan)

    def make(self, stored: StoredReport) -> bytes:
        """Write it."""
        return files.json_bytes(answers_document(stored))


class FramedTarget(DocumentTarget):
    """What has the sections in the frame: the page or the PDF."""

    kinds_read = ("run", "section", "figure")

    def inputs(self, plan: Plan) -> dict[str, str]:
        """Those of every document, and the frame."""
        inputs = super().inputs(plan)
        inputs["project"] = _project_hash(plan)
        inputs["seeds declared"] = str(len(plan.project.seed_range))  # for which the text was written
        for path in sorted(plan.templates.rglob("*")):
            name = path.relative_to(plan.templates)
            if path.is_file() and name.parts[0] not in ("questions", "sections"):
                inputs[f"template {name}"] = plan.dependencies.digests.pin(path)
        return inputs


class PageTarget(FramedTarget):
    """The page."""

    def make(self, stored: StoredReport) -> bytes:
        """Render it."""
        return _framed(stored, seeds=_most_seeds(stored.plan)).encode()

    def make_preliminary(self, stored: StoredReport, notice: str) -> bytes:
        """Render a page of the first runs, with a notice below its title."""
        return _framed(stored, notice=notice).encode()


class PdfTarget(FramedTarget):
    """The PDF."""

    def make(self, stored: StoredReport) -> bytes:
        """Set it. Raises `MissingLibrary` where it cannot be set here."""
        from labreport.page.pdf import html_to_pdf

        return html_to_pdf(_framed(stored, seeds=_most_seeds(stored.plan), medium="print"))


def _framed(stored: StoredReport, **options: Any) -> str:
    """The sections of a report in the frame, with the options of `render_page`."""
    from labreport.page.document import render_page

    project = stored.plan.project
    sections = [stored.section(section) for section in project.chapters]
    return render_page(project, sections, stored.figures(project.figures), facts(stored), **options)


def _most_seeds(plan: Plan) -> int | None:
    """How many seeds the experiment has that has most; None where there is no experiment."""
    numbers = [len(plan.seeds(experiment)) for experiment in plan.project.all_experiments]
    return max(numbers, default=None)


# What several kinds are made of


def _engine_inputs(kind: str) -> dict[str, str]:
    """The engine, and the libraries with which it makes a target of this kind."""
    inputs = {f"library {name}": version for name, version in versions(_LIBRARIES.get(kind, ())).items()}
    inputs["engine"] = engine_hash()
    return inputs


def _declarations(plan: Plan) -> dict[str, str]:
    """How the project and its experiments are declared."""
    inputs = {"project": _project_hash(plan)}
    for experiment in plan.project.all_experiments:
        inputs[f"experiment {experiment.name}"] = plan.dependencies.declaration_hash(experiment)
    return inputs


def _project_hash(plan: Plan) -> str:
    project = plan.project
    return short_hash([project.title, project.subtitle, project.author, asdict(project.words)])


def _outline_hash(sections: Sequence[Section]) -> str:
    """The digest of what sections say beside their answers."""
    outline: list[list[Any]] = []
    for section in sections:
        own_figures = [figure.name for figure in section.figures]
        members: list[Any] = [section.name, section.title, own_figures]
        for question in section.questions:
            figures = [figure.name for figure in question.figures]
            members.append([question.name, question.text, question.template, figures])
        outline.append(members)
    return short_hash(outline)

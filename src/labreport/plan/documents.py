"""The targets of the three documents: `report.html`, `report.pdf` and `answers.json`."""

from __future__ import annotations

from abc import abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from labreport.errors import UsageError
from labreport.plan.targets import (
    Target,
    engine_inputs,
    experiment_inputs,
    plain_fields,
    template_inputs,
    value_inputs,
)
from labreport.results import (
    AnswersDocument,
    QuestionEntry,
    Run,
    SectionEntry,
    describe_experiment,
    files,
    read_answers,
    short_hash,
)
from labreport.run.provenance import made_with
from labreport.stale import Inputs
from labreport.stats import FORMAT

if TYPE_CHECKING:
    from labreport.page.document import Medium
    from labreport.plan.graph import TargetGraph
    from labreport.plan.plan import Plan
    from labreport.plan.stored import StoredReport
    from labreport.project import Section

DOCUMENTS = {"page": "report.html", "pdf": "report.pdf", "answers.json": "answers.json"}
"""Name of each document to its file, in order of making."""


class DocumentTarget(Target):
    """A published file of the report."""

    kind = "document"
    kinds_read: ClassVar[tuple[str, ...]]

    def __str__(self) -> str:
        return self.name

    @property
    def file_name(self) -> str:
        """The name of its file in the folder of the report."""
        return DOCUMENTS[self.name]

    def prerequisites(self, graph: TargetGraph) -> list[Target]:
        """All targets of the kinds in `kinds_read`."""
        return [target for target in graph.targets if target.kind in self.kinds_read]

    def inputs(self, plan: Plan) -> Inputs:
        """The values that it reads, and all texts and numbers of the project: it may print any."""
        declared = plain_fields(plan.project)
        declared.pop("seeds")  # what counts are the seeds of this report, below
        inputs = engine_inputs(self) | value_inputs(self, plan) | experiment_inputs(plan)
        inputs["project"] = short_hash(declared)
        inputs["runs"] = plan.runs_hash
        inputs["seeds"] = f"{plan.seed_range.start} to {plan.seed_range.stop - 1}"
        return inputs

    @abstractmethod
    def make(self, stored: StoredReport) -> bytes:
        """The bytes of the file. Raises `LabReportError`."""


# answers.json


class AnswersTarget(DocumentTarget):
    """`answers.json`: all answers and claims, for other programs."""

    kinds_read = ("run", "section", "answer")

    def make(self, stored: StoredReport) -> bytes:
        """The bytes of `answers.json`."""
        return files.json_bytes(_answers_document(stored))


def published_answers(report: Path) -> AnswersDocument | None:
    """The content of `answers.json` in the folder of a report; None if it is missing, damaged or older."""
    try:
        return read_answers(report / "answers.json")
    except (files.Damaged, UsageError):
        return None


def _answers_document(stored: StoredReport) -> AnswersDocument:
    """The content of `answers.json`."""
    project = stored.plan.project
    document: AnswersDocument = {
        "format": FORMAT,
        "title": project.title,
        "subtitle": project.subtitle,
        "author": project.author,
        "experiments": {},
        "questions": {},
        "sections": {},
    }
    for experiment in project.all_experiments:
        epochs = project.checkpoint_epochs(experiment)
        described = describe_experiment(experiment, epochs, stored.runs(experiment))
        document["experiments"][experiment.name] = described
    for section in project.all_sections:
        document["sections"][section.name] = _add_questions(section, stored, document["questions"])
    return document


def _add_questions(
    section: Section, stored: StoredReport, questions: dict[str, QuestionEntry]
) -> SectionEntry:
    """Add an entry to `questions` for each question of a section; return the entry of the section."""
    for question in section.questions:
        questions[question.name] = {
            "question": question.text,
            "section": section.name,
            "answer": stored.value("answer", question.name),
            "claims": [],
        }
    entry: SectionEntry = {"title": section.title, "claims": []}
    for claim in stored.section(section).claims:
        owner = questions[claim.question] if claim.question else entry
        owner["claims"].append(claim.to_json())
    return entry


# Page and PDF


class FramedTarget(DocumentTarget):
    """A document with all sections inside the frame: the page or the PDF."""

    kinds_read = ("run", "section", "figure")

    def inputs(self, plan: Plan) -> Inputs:
        """The inputs of any document, and the files that all templates share: frame, styles, images."""
        from labreport.page import shared_files

        inputs = super().inputs(plan)
        inputs["seeds declared"] = str(len(plan.project.seed_range))
        return inputs | template_inputs(plan, shared_files(plan.templates))

    def render(
        self, stored: StoredReport, *, seeds: int | None = None, notice: str = "", medium: Medium = "screen"
    ) -> str:
        """The HTML of all sections in the frame.

        `seeds` is the largest number of seeds of an experiment: if the project declares more, the page says
        that it was made with fewer.
        """
        from labreport.page.document import render_page

        project = stored.plan.project
        sections = [stored.section(section) for section in project.all_sections]
        drawings = stored.figures(project.figures)
        made_with = _made_with(stored)
        return render_page(project, sections, drawings, made_with, seeds=seeds, notice=notice, medium=medium)


class PageTarget(FramedTarget):
    """The page."""

    libraries = ("brotli", "fonttools", "jinja2")

    def make(self, stored: StoredReport) -> bytes:
        """The HTML of the page."""
        return self.render(stored, seeds=_most_seeds(stored.plan)).encode()

    def make_preliminary(self, stored: StoredReport, notice: str) -> bytes:
        """The HTML of a page with the first runs, and a notice below its title."""
        return self.render(stored, notice=notice).encode()


class PdfTarget(FramedTarget):
    """The PDF."""

    libraries = ("jinja2", "pikepdf", "weasyprint")

    def make(self, stored: StoredReport) -> bytes:
        """The bytes of the PDF. Raises `MissingLibrary` if WeasyPrint's libraries are not installed."""
        from labreport.page.pdf import html_to_pdf

        return html_to_pdf(self.render(stored, seeds=_most_seeds(stored.plan), medium="print"))


def _most_seeds(plan: Plan) -> int | None:
    """The largest number of seeds of an experiment; None if there are no experiments."""
    numbers = [len(plan.seeds(experiment)) for experiment in plan.project.all_experiments]
    return max(numbers, default=None)


def _made_with(stored: StoredReport) -> dict[str, str]:
    """What the report was made with, in at most four lines, by their labels."""
    project = stored.plan.project
    runs: dict[str, Run] = {}
    for experiment in project.all_experiments:
        for run in stored.runs(experiment):
            runs[run.key] = run
    if not runs:
        return {}
    count = f"{len(runs)}, in {len(project.all_experiments)} experiments"
    return {"Runs": count} | made_with([run.provenance for run in runs.values()], project.words.run)

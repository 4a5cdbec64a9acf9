"""The graph of all targets of a report, in order of making."""

from __future__ import annotations

from collections.abc import Callable
from graphlib import CycleError, TopologicalSorter

from labreport.errors import UsageError
from labreport.plan.documents import AnswersTarget, DocumentTarget, PageTarget, PdfTarget
from labreport.plan.targets import AnswerTarget, FigureTarget, RunTarget, SectionTarget, Target
from labreport.project import Experiment, Project, Question, Reader, Section
from labreport.project.outline import ALL_ANSWERS


class TargetGraph:
    """All targets of a project, with a run for each of the `seeds` of an experiment.

    Raises `UsageError` if answers read each other in a circle.
    """

    def __init__(self, project: Project, seeds: Callable[[Experiment], range]) -> None:
        self.project = project
        self.runs_of: dict[str, list[RunTarget]] = {}
        """The runs of each experiment, in order of seed."""
        self.runs: list[RunTarget] = []
        for experiment in project.all_experiments:
            runs = [RunTarget(experiment.name, experiment, seed) for seed in seeds(experiment)]
            self.runs_of[experiment.name] = runs
            self.runs += runs
        questions = {question.name: question for question in project.questions}
        self.answers = {name: AnswerTarget(name, questions[name]) for name in self._order(questions)}
        self.figures = {figure.name: FigureTarget(figure.name, figure) for figure in project.figures}
        self.sections = {
            section.name: SectionTarget(section.name, section) for section in project.all_sections
        }
        self.page, self.pdf = PageTarget("page"), PdfTarget("pdf")
        documents: list[DocumentTarget] = [self.page, self.pdf, AnswersTarget("answers.json")]
        self.documents = {document.name: document for document in documents}
        self.targets: list[Target] = list(self.runs)
        """All targets; each comes after those that it reads."""
        for group in (self.answers, self.figures, self.sections, self.documents):
            self.targets += group.values()

    def _order(self, questions: dict[str, Question]) -> list[str]:
        """The names of questions, each after those whose answers it reads."""
        sorter = TopologicalSorter[str]()
        for name, question in questions.items():
            sorter.add(name, *self._names_read_by(question))
        try:
            return list(sorter.static_order())
        except CycleError as error:
            circle = error.args[1]
            text = f"the answers {', '.join(circle[1:])} read each other; leave one out"
            raise UsageError(text, questions[circle[0]].location) from None

    def _names_read_by(self, reader: Reader | Section) -> list[str]:
        """The names of the questions whose answers are read by a question, a figure or a section.

        `"*"` stands for all questions; in a question, for all that have no `"*"` themselves, so that there is
        no circle. A section reads the answers of its own questions, too.
        """
        questions = self.project.questions
        if ALL_ANSWERS not in reader.answers:
            own_questions = reader.questions if isinstance(reader, Section) else ()
            names = [question.name for question in own_questions]
            return list(dict.fromkeys(names + list(reader.answers)))
        if isinstance(reader, Question):
            return [question.name for question in questions if ALL_ANSWERS not in question.answers]
        return [question.name for question in questions]

    def answers_read_by(self, reader: Reader | Section) -> list[AnswerTarget]:
        """The answers that a question, a figure or a section reads."""
        return [self.answers[name] for name in self._names_read_by(reader)]

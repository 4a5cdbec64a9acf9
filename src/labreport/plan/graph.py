"""All targets of a plan in the order of making, what each reads, and what users call them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

from labreport.errors import UsageError, did_you_mean
from labreport.plan.targets import (
    DOCUMENTS,
    AnswerTarget,
    DocumentTarget,
    FigureTarget,
    RunTarget,
    SectionTarget,
    Target,
)
from labreport.project import Figure, Question, Reader, Section

if TYPE_CHECKING:
    from labreport.plan.plan import Plan


class TargetGraph:
    """The targets of a plan. Raises `UsageError` where answers read each other."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.project = plan, plan.project
        self.runs: list[RunTarget] = []
        for experiment in self.project.runs:
            for seed in plan.seeds(experiment):
                self.runs.append(RunTarget(experiment.name, plan, experiment, seed))
        self._questions = {question.name: question for question in self.project.questions}
        self.answers = {name: AnswerTarget(name, plan, self._questions[name]) for name in self._order()}
        figures, sections = self.project.figures, self.project.chapters
        self.figures = {figure.name: FigureTarget(figure.name, plan, figure) for figure in figures}
        self.sections = {section.name: SectionTarget(section.name, plan, section) for section in sections}
        self.documents = {name: DocumentTarget(name, plan, None) for name in DOCUMENTS}
        self._reads: dict[Target, tuple[Target, ...]] = {}

    def _order(self) -> list[str]:
        """The names of questions, each after those whose answers it reads."""
        sorter = TopologicalSorter[str]()
        for name, question in self._questions.items():
            sorter.add(name, *self._names_read_by(question))
        try:
            return list(sorter.static_order())
        except CycleError as error:
            circle = error.args[1]
            text = f"the answers {', '.join(circle[1:])} read each other; leave one out"
            raise UsageError(text, self._questions[circle[0]].location) from None

    def _names_read_by(self, reader: Reader | Section) -> list[str]:
        """The questions whose answers something reads; `"*"` are all others that do not read all."""
        names: list[str] = []
        if isinstance(reader, Section):
            names += [question.name for question in reader.questions]
        names += reader.answers
        if "*" not in names:
            return list(dict.fromkeys(names))
        names = []
        for question in self.project.questions:
            both_read_all = isinstance(reader, Question) and "*" in question.answers
            if question is not reader and not both_read_all:
                names.append(question.name)
        return names

    def answers_read_by(self, reader: Reader | Section) -> list[AnswerTarget]:
        """The answers that a question, a figure or a section reads."""
        return [self.answers[name] for name in self._names_read_by(reader)]

    @cached_property
    def before_documents(self) -> tuple[Target, ...]:
        """All targets but documents, each after what it reads."""
        return (*self.runs, *self.answers.values(), *self.figures.values(), *self.sections.values())

    @cached_property
    def targets(self) -> tuple[Target, ...]:
        """All targets, each after what it reads."""
        return (*self.before_documents, *self.documents.values())

    def reads(self, target: Target) -> tuple[Target, ...]:
        """What a target reads directly."""
        if target not in self._reads:
            self._reads[target] = tuple(target.read_targets())
        return self._reads[target]

    def target_of(self, subject: Question | Figure | Section) -> Target:
        """The target that a question, a figure or a section becomes."""
        if isinstance(subject, Question):
            return self.answers[subject.name]
        if isinstance(subject, Figure):
            return self.figures[subject.name]
        return self.sections[subject.name]

    @cached_property
    def runs_by_experiment(self) -> dict[str, list[RunTarget]]:
        """The runs of each experiment, in order of seed."""
        runs: dict[str, list[RunTarget]] = {}
        for target in self.runs:
            runs.setdefault(target.name, []).append(target)
        return runs

    def named(self, text: str) -> list[Target]:
        """What a user calls `best`, `part-two`, `2.2`, `page`, `report.html`: all targets of this name.

        An experiment or a study are all its runs. Raises `UsageError` for an unknown name.
        """
        targets: list[Target] = [*self.runs_by_experiment.get(text, ())]
        for group in (self.answers, self.figures, self.sections, self.documents):
            if text in group:
                targets.append(group[text])
        for name, file_name in DOCUMENTS.items():
            if text == file_name != name:
                targets.append(self.documents[name])
        if text in self.project.studies:
            for experiment in self.project.studies[text].experiments():
                targets += self.runs_by_experiment.get(experiment.name, ())
        if targets:
            return targets
        numbered = self.project.numbered
        if text not in numbered:
            names = {target.name for target in self.targets}
            near = did_you_mean(text, names.union(self.project.studies))
            raise UsageError(f"nothing is called {text!r}{near}")
        return [self.target_of(numbered[text])]

    def wanted(self, names: Iterable[str]) -> Sequence[Target]:
        """What a user names and all that it reads, in the order of making; without names, everything."""
        waiting: list[Target] = []
        for name in names:
            waiting += self.named(name)
        if not waiting:
            return self.targets
        wanted: set[Target] = set()
        while waiting:
            target = waiting.pop()
            if target not in wanted:
                wanted.add(target)
                waiting += self.reads(target)
        return [target for target in self.targets if target in wanted]

"""Read stored runs, answers, figures and sections for the targets that are made from them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from labreport.errors import LabReportError
from labreport.plan.targets import Target
from labreport.project import Experiment, Figure, Reader, Section
from labreport.results import Run, load
from labreport.results.files import JsonObject

if TYPE_CHECKING:
    from labreport.charts import Exported
    from labreport.page import RenderedSection, ReportToExport
    from labreport.plan.plan import Plan
    from labreport.stats import Namespace


class StoredReport:
    """The stored runs, answers, figures and sections of a plan, except targets in `unmade`.

    Everything is read by `runs` and `value`. A subclass that overrides these two sees what would be made of
    other results.
    """

    def __init__(self, plan: Plan, unmade: Collection[Target] = ()) -> None:
        self.plan, self.unmade = plan, unmade

    def runs(self, experiment: Experiment) -> list[Run]:
        """The stored runs of an experiment with their present keys, in order of seed."""
        return self.plan.runs(experiment)

    def value(self, kind: str, name: str) -> JsonObject:
        """The stored value of a target as plain JSON values. Raises `LabReportError` if it was never made."""
        entry = self.plan.cache.entry(kind, name)
        if entry is None:
            raise LabReportError(f"{kind} {name} was not made yet; build first")
        return entry.value

    def answer(self, question: str) -> Namespace:
        """The stored answer of a question."""
        from labreport.stats import from_json

        return from_json(self.value("answer", question), question)

    def answers(self) -> Namespace:
        """All answers by name of the question."""
        return self._answers(self.plan.graph.answers.values())

    def answers_read_by(self, reader: Reader | Section) -> Namespace:
        """The answers that a question, a figure or a section reads, by name of the question."""
        return self._answers(self.plan.graph.answers_read_by(reader))

    def _answers(self, targets: Iterable[Target]) -> Namespace:
        from labreport.stats import Namespace

        names = [target.name for target in targets if target not in self.unmade]
        return Namespace({name: self.answer(name) for name in names})

    def figures(self, figures: Iterable[Figure]) -> dict[str, Exported]:
        """The drawings of these figures by name, without those that are unmade."""
        from labreport.charts import Exported

        drawings = {}
        for figure in figures:
            if self.plan.graph.figures[figure.name] not in self.unmade:
                drawings[figure.name] = Exported(**self.value("figure", figure.name))
        return drawings

    def section(self, section: Section) -> RenderedSection:
        """A stored section; an unmade one is rendered now, without answers and figures that are unmade."""
        from labreport.page import RenderedSection

        target = self.plan.graph.sections[section.name]
        if target in self.unmade:
            return target.render(self)
        return RenderedSection.from_json(self.value("section", section.name))


def report_to_export(plan: Plan) -> ReportToExport:
    """The content of a built report, as exports need it."""
    from labreport.page import ReportToExport

    stored = StoredReport(plan)
    decimals_shown: dict[str, int] = {}
    for section in plan.project.all_sections:
        decimals_shown |= stored.section(section).decimals_shown
    return ReportToExport(
        load(plan.report), plan.project, stored.figures(plan.project.figures), decimals_shown
    )

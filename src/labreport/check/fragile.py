"""How firmly the claims of a report hold: each is asked again without each seed or replicate."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

from labreport.check.claims import ClaimKey, claims_of_sections, keyed_claims
from labreport.errors import LabReportError
from labreport.page import Claim
from labreport.plan import Plan, StoredReport, Target
from labreport.plan.targets import AnswerTarget, SectionTarget
from labreport.project import Experiment
from labreport.project.table import Data
from labreport.project.values import JsonValues
from labreport.results import Run

FEWEST, MOST = 5, 30
"""Of so many units each is left out in turn: fewer leave nothing to judge, of more none is decisive."""
TOLD = 2
"""A claim that falls without more units than this is near its limit: its interval only widens with fewer."""


@dataclass(frozen=True)
class LeftOut:
    """One unit that is left out: a seed of all experiments, or a replicate of one table."""

    unit: str
    value: Any
    table: Data | None = None

    def __str__(self) -> str:
        return f"{self.unit} {self.value}"


@dataclass(frozen=True)
class FragileClaim:
    """A claim that holds, but `falls` without each of some units, or `is not known` without them."""

    claim: Claim
    without: tuple[LeftOut, ...]
    verb: Literal["falls", "is not known"] = "falls"

    def __str__(self) -> str:
        units = " or ".join(map(str, self.without))
        return f'{self.verb} without {units}: "{self.claim.text}"'


@dataclass(frozen=True)
class Firmness:
    """How firmly claims hold: `asked` of them, without each of `units`; `fragile` fall without one or two.

    `unknown` cannot be asked without some, since what they rest on is not judged, or not made, without these.
    `failures` say without which unit a question could not be answered, or a section not rendered, and why.
    """

    asked: int
    units: tuple[LeftOut, ...]
    fragile: tuple[FragileClaim, ...]
    unknown: tuple[FragileClaim, ...]
    failures: tuple[str, ...]


def firmness(plan: Plan) -> Firmness:
    """Ask each claim that holds again without each unit; nothing is run, and nothing is stored."""
    reports = [report_without(plan, unit) for unit in units_of(plan)]
    holding = {key: claim for key, claim in keyed_claims(claims_of_sections(plan)).items() if claim.holds}
    fragile = []
    unknown = []
    for key, claim in holding.items():
        falls = tuple(report.unit for report in reports if report.outcome(key) is False)
        not_known = tuple(report.unit for report in reports if report.outcome(key) is None)
        if 1 <= len(falls) <= TOLD:
            fragile.append(FragileClaim(claim, falls))
        if not_known:
            unknown.append(FragileClaim(claim, not_known, "is not known"))
    failures = tuple(failure for report in reports for failure in report.failures)
    units = tuple(report.unit for report in reports)
    return Firmness(len(holding), units, tuple(fragile), tuple(unknown), failures)


def units_of(plan: Plan) -> Iterator[LeftOut]:
    """The seeds of experiments, and the replicates of tables, that have neither too few nor too many."""
    seeds = dict[int, str]()
    for experiment in plan.project.all_experiments:
        runs = plan.runs(experiment)
        if FEWEST <= len(runs) <= MOST:
            seeds |= {run.seed: experiment.design.unit for run in runs}
    for seed in sorted(seeds):
        yield LeftOut(seeds[seed], seed)
    for table in plan.project.tables:
        if table.replicate:
            replicates = table.frame[table.replicate].dropna().unique()
            if FEWEST <= len(replicates) <= MOST:
                for replicate in replicates:
                    yield LeftOut(table.unit, replicate, table)


def report_without(plan: Plan, unit: LeftOut) -> ReportWithout:
    """Make the answers and the claims of a report again without one unit, in memory only."""
    report = ReportWithout(plan, unit)
    for answer in plan.graph.answers.values():
        report.answer_again(answer)
    claims: list[Claim] = []
    for section in plan.graph.sections.values():
        claims += report.claims_of(section)
    report.claims = keyed_claims(claims)
    return report


class ReportWithout(StoredReport):
    """A report without one unit, whose answers and `claims` are made again by `report_without`.

    A question that reads neither the unit nor an answer that was made again keeps its stored answer. `lost`
    are those that have none without it. `failures` say what could not be answered or rendered, and why.
    """

    lost: set[Target]

    def __init__(self, plan: Plan, unit: LeftOut) -> None:
        super().__init__(plan, set())
        self.unit = unit
        self.claims: dict[ClaimKey, Claim] = {}
        self.failures: list[str] = []
        self._answers_again: dict[str, Any] = {}

    def outcome(self, key: ClaimKey) -> bool | None:
        """Whether a claim holds without the unit; None where it is not known, or not there."""
        return self.claims[key].holds if key in self.claims else None

    def runs(self, experiment: Experiment) -> list[Run]:
        """The stored runs of an experiment, without a seed that is left out."""
        runs = super().runs(experiment)
        if self._lacks_seed(experiment):
            return [run for run in runs if run.seed != self.unit.value]
        return runs

    def value(self, kind: str, name: str) -> Any:
        """What was made again without the unit, or else is stored."""
        if kind == "answer" and name in self._answers_again:
            return self._answers_again[name]
        return super().value(kind, name)

    def answer_again(self, target: AnswerTarget) -> None:
        """Answer a question again, if the answer can be another without the unit."""
        reader = target.subject
        read = self.plan.graph.answers_read_by(reader)
        if not self.lost.isdisjoint(read):
            self.lost.add(target)
            return
        experiments = [experiment for read in reader.reads for experiment in read.subject.experiments()]
        reads_unit = self.unit.table in reader.tables or any(map(self._lacks_seed, experiments))
        if not reads_unit and not any(answer.name in self._answers_again for answer in read):
            return
        sources = tuple(map(self._without_replicate, reader.sources))
        try:
            again = replace(target, subject=replace(reader, sources=sources))
            self._answers_again[target.name] = again.make(self)
        except LabReportError as error:
            self.lost.add(target)
            self.failures.append(f"{target.name} without {self.unit}: {error}")

    def claims_of(self, target: SectionTarget) -> tuple[Claim, ...]:
        """The claims of a section, asked again; none if it cannot be rendered without the unit."""
        try:
            return target.render(self).claims
        except LabReportError as error:  # its template reads what there is not without the unit
            self.failures.append(f"{target.name} without {self.unit}: {error}")
            return ()

    def _lacks_seed(self, experiment: Experiment) -> bool:
        """Whether the unit is a seed, and the experiment has enough of them to leave one out."""
        return self.unit.table is None and FEWEST <= len(super().runs(experiment)) <= MOST

    def _without_replicate(self, source: Data | JsonValues) -> Data | JsonValues:
        table = self.unit.table
        if table is None or source is not table:
            return source
        frame = table.frame[table.frame[table.unit] != self.unit.value]
        return replace(table, source=frame, where=None)

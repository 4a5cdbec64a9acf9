"""How firmly the claims of a report hold: each is asked again without each seed or replicate.

`firmness` has the report remade without one unit after the other (`remade_without`), and compares the claims.
"""

from __future__ import annotations

from collections.abc import Iterator, Sized
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any, Literal

from labreport.check.claims import ClaimKey, claims_of_sections, keyed_claims
from labreport.errors import LabReportError
from labreport.page import Claim
from labreport.plan import Plan, StoredReport, Target
from labreport.plan.targets import AnswerTarget, SectionTarget
from labreport.project import Experiment, Reader
from labreport.project.table import Data
from labreport.project.values import JsonValues
from labreport.results import Run

FEWEST, MOST = 5, 30
"""Of so many units each is left out in turn: fewer leave nothing to judge, of more none is decisive."""
MOST_DECISIVE = 2
"""A claim that falls without more units than this is near its limit: its interval only widens with fewer."""


@dataclass(frozen=True)
class LeftOut:
    """One unit that is left out: a seed of all experiments, or a replicate of one table."""

    unit: str
    value: object
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
    reports = [remade_without(plan, unit) for unit in units_of(plan)]
    asked = 0
    fragile = []
    unknown = []
    for key, claim in keyed_claims(claims_of_sections(plan)).items():
        if not claim.holds:
            continue
        asked += 1
        falls = tuple(report.unit for report in reports if report.holds(key) is False)
        not_known = tuple(report.unit for report in reports if report.holds(key) is None)
        if 1 <= len(falls) <= MOST_DECISIVE:
            fragile.append(FragileClaim(claim, falls))
        if not_known:
            unknown.append(FragileClaim(claim, not_known, "is not known"))
    failures = []
    for report in reports:
        failures += report.failures
    units = tuple(report.unit for report in reports)
    return Firmness(asked, units, tuple(fragile), tuple(unknown), tuple(failures))


def units_of(plan: Plan) -> Iterator[LeftOut]:
    """The seeds of experiments, and the replicates of tables, that have neither too few nor too many."""
    seeds = dict[int, str]()
    for experiment in plan.project.all_experiments:
        runs = plan.runs(experiment)
        if _can_lose_one(runs):
            seeds |= {run.seed: experiment.design.unit for run in runs}
    for seed in sorted(seeds):
        yield LeftOut(seeds[seed], seed)
    for table in plan.project.tables:
        if table.replicate:
            replicates = table.frame[table.replicate].dropna().unique()
            if _can_lose_one(replicates):
                for replicate in replicates:
                    yield LeftOut(table.unit, replicate, table)


def _can_lose_one(units: Sized) -> bool:
    return FEWEST <= len(units) <= MOST


def remade_without(plan: Plan, unit: LeftOut) -> ReportWithout:
    """The answers and the claims of a report, made again without one unit, in memory only."""
    report = ReportWithout(plan, unit)
    for answer in plan.graph.answers.values():
        report.remake_answer(answer)
    claims: list[Claim] = []
    for section in plan.graph.sections.values():
        claims += report.claims_of(section)
    report.claims = keyed_claims(claims)
    return report


class ReportWithout(StoredReport):
    """A report without one unit, which `remade_without` makes again: its answers, then its `claims`.

    A question that reads neither the unit nor an answer that was remade keeps its stored answer. `unmade` are
    those that have none without the unit. `failures` say what could not be answered or rendered, and why.
    """

    unmade: set[Target]

    def __init__(self, plan: Plan, unit: LeftOut) -> None:
        super().__init__(plan, set())
        self.unit = unit
        self.claims: dict[ClaimKey, Claim] = {}
        self.failures: list[str] = []
        self._remade: dict[str, Any] = {}
        """The answers that can be others without the unit, by name."""

    def holds(self, key: ClaimKey) -> bool | None:
        """Whether a claim holds without the unit; None where it is not known, or not there."""
        return self.claims[key].holds if key in self.claims else None

    def runs(self, experiment: Experiment) -> list[Run]:
        """The stored runs of an experiment, without a seed that is left out."""
        runs = super().runs(experiment)
        if self._lacks_seed(experiment):
            return [run for run in runs if run.seed != self.unit.value]
        return runs

    def value(self, kind: str, name: str) -> Any:
        """What was remade without the unit, or else is stored."""
        if kind == "answer" and name in self._remade:
            return self._remade[name]
        return super().value(kind, name)

    def remake_answer(self, target: AnswerTarget) -> None:
        """Answer a question again, if the answer can be another without the unit."""
        answers_read = self.plan.graph.answers_read_by(target.subject)
        if not self.unmade.isdisjoint(answers_read):
            self.unmade.add(target)
            return
        reads_remade = any(answer.name in self._remade for answer in answers_read)
        if not reads_remade and not self._reads_unit(target.subject):
            return
        sources = tuple(map(self._without_replicate, target.subject.sources))
        try:
            without_unit = replace(target, subject=replace(target.subject, sources=sources))
            self._remade[target.name] = without_unit.make(self)
        except LabReportError as error:
            self.unmade.add(target)
            self.failures.append(f"{target.name} without {self.unit}: {error}")

    def claims_of(self, target: SectionTarget) -> tuple[Claim, ...]:
        """The claims of a section, asked again; none if it cannot be rendered without the unit."""
        try:
            return target.render(self).claims
        except LabReportError as error:  # its template reads what there is not without the unit
            self.failures.append(f"{target.name} without {self.unit}: {error}")
            return ()

    def _reads_unit(self, reader: Reader) -> bool:
        """Whether a question reads the table, or an experiment, that lacks the unit."""
        if self.unit.table is not None:
            return self.unit.table in reader.tables
        experiments = chain.from_iterable(read.subject.experiments() for read in reader.reads)
        return any(map(self._lacks_seed, experiments))

    def _lacks_seed(self, experiment: Experiment) -> bool:
        """Whether the unit is a seed, and the experiment has enough of them to leave one out."""
        return self.unit.table is None and _can_lose_one(super().runs(experiment))

    def _without_replicate(self, source: Data | JsonValues) -> Data | JsonValues:
        table = self.unit.table
        if table is None or source is not table:
            return source
        frame = table.frame[table.frame[table.unit] != self.unit.value]
        return replace(table, source=frame, where=None)

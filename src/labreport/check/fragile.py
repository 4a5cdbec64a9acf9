"""How firmly the claims of a report hold: each is evaluated again without each seed or replicate.

`firmness` makes the report again without each of them (`remade_without`), and compares the claims.
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
"""Seeds or replicates are left out only if there are at least 5 and at most 30 of them: with fewer, too
little is left to judge; of more, none is decisive.
"""
MOST_DECISIVE = 2
"""A claim is fragile if it fails without each of one or two replicates. If it fails without each of more, it
is near its limit, and fails because any interval widens with fewer.
"""


@dataclass(frozen=True)
class LeftOut:
    """The replicate that is left out: a seed, of all experiments, or a replicate of one table."""

    unit_name: str
    value: object
    table: Data | None = None

    def __str__(self) -> str:
        return f"{self.unit_name} {self.value}"


@dataclass(frozen=True)
class FragileClaim:
    """A claim that holds, but fails, or is not known, if one of these is left out."""

    claim: Claim
    without: tuple[LeftOut, ...]
    verb: Literal["fails", "is not known"] = "fails"

    def __str__(self) -> str:
        names = " or ".join(map(str, self.without))
        return f'{self.verb} without {names}: "{self.claim.text}"'


@dataclass(frozen=True)
class Firmness:
    """The firmness of all claims that hold: `asked` is their number, `replicates` what was left out in turn.

    `fragile` are the claims that fail without one or two of these. `unknown` are the claims that are not
    known without some. `failures` are messages about questions that could not be answered, or sections that
    could not be rendered, without one.
    """

    asked: int
    replicates: tuple[LeftOut, ...]
    fragile: tuple[FragileClaim, ...]
    unknown: tuple[FragileClaim, ...]
    failures: tuple[str, ...]


def firmness(plan: Plan) -> Firmness:
    """Evaluate each claim that holds again without each seed or replicate; no run is made."""
    reports = [remade_without(plan, replicate) for replicate in replicates_of(plan)]
    asked = 0
    fragile = []
    unknown = []
    for key, claim in keyed_claims(claims_of_sections(plan)).items():
        if not claim.holds:
            continue
        asked += 1
        fails = tuple(report.replicate for report in reports if report.holds(key) is False)
        not_known = tuple(report.replicate for report in reports if report.holds(key) is None)
        if 1 <= len(fails) <= MOST_DECISIVE:
            fragile.append(FragileClaim(claim, fails))
        if not_known:
            unknown.append(FragileClaim(claim, not_known, "is not known"))
    failures = []
    for report in reports:
        failures += report.failures
    replicates = tuple(report.replicate for report in reports)
    return Firmness(asked, replicates, tuple(fragile), tuple(unknown), tuple(failures))


def replicates_of(plan: Plan) -> Iterator[LeftOut]:
    """The seeds of experiments and the replicates of tables, if there are neither too few nor too many."""
    seeds = dict[int, str]()
    for experiment in plan.project.all_experiments:
        runs = plan.runs(experiment)
        if _can_leave_one_out(runs):
            seeds |= {run.seed: experiment.design.unit for run in runs}
    for seed in sorted(seeds):
        yield LeftOut(seeds[seed], seed)
    for table in plan.project.tables:
        if table.replicate:
            replicates = table.frame[table.replicate].dropna().unique()
            if _can_leave_one_out(replicates):
                for replicate in replicates:
                    yield LeftOut(table.unit_name, replicate, table)


def _can_leave_one_out(replicates: Sized) -> bool:
    return FEWEST <= len(replicates) <= MOST


def remade_without(plan: Plan, replicate: LeftOut) -> ReportWithout:
    """The answers and claims of a report, made again without one replicate, in memory only."""
    report = ReportWithout(plan, replicate)
    for answer in plan.graph.answers.values():
        report.remake_answer(answer)
    claims: list[Claim] = []
    for section in plan.graph.sections.values():
        claims += report.claims_of(section)
    report.claims = keyed_claims(claims)
    return report


class ReportWithout(StoredReport):
    """A report without one replicate: its answers and its `claims`, which `remade_without` makes again.

    A question that reads neither the replicate nor a remade answer keeps its stored answer. `unmade` are
    targets that could not be made without the replicate, and `failures` are messages about them.
    """

    unmade: set[Target]

    def __init__(self, plan: Plan, replicate: LeftOut) -> None:
        super().__init__(plan, set())
        self.replicate = replicate
        self.claims: dict[ClaimKey, Claim] = {}
        self.failures: list[str] = []
        self._remade: dict[str, Any] = {}
        """The answers that were made again, by name."""

    def holds(self, key: ClaimKey) -> bool | None:
        """Whether a claim holds without the replicate; None if it is unknown, or missing."""
        return self.claims[key].holds if key in self.claims else None

    def runs(self, experiment: Experiment) -> list[Run]:
        """The stored runs of an experiment, without the seed that is left out."""
        runs = super().runs(experiment)
        if self._lacks_seed(experiment):
            return [run for run in runs if run.seed != self.replicate.value]
        return runs

    def value(self, kind: str, name: str) -> Any:
        """The value that was made again, or else the stored one."""
        if kind == "answer" and name in self._remade:
            return self._remade[name]
        return super().value(kind, name)

    def remake_answer(self, target: AnswerTarget) -> None:
        """Answer a question again, if its answer may change without the replicate."""
        answers_read = self.plan.graph.answers_read_by(target.declaration)
        if not self.unmade.isdisjoint(answers_read):
            self.unmade.add(target)
            return
        reads_remade = any(answer.name in self._remade for answer in answers_read)
        if not reads_remade and not self._reads_replicate(target.declaration):
            return
        data = tuple(map(self._data_without, target.declaration.tables_and_values))
        try:
            question = replace(target.declaration, tables_and_values=data)
            self._remade[target.name] = replace(target, declaration=question).make(self)
        except LabReportError as error:
            self.unmade.add(target)
            self.failures.append(f"{target.name} without {self.replicate}: {error}")

    def claims_of(self, target: SectionTarget) -> tuple[Claim, ...]:
        """The claims of a section, rendered again; empty if that fails without the replicate."""
        try:
            return target.render(self).claims
        except LabReportError as error:  # such as a value that does not exist without the replicate
            self.failures.append(f"{target.name} without {self.replicate}: {error}")
            return ()

    def _reads_replicate(self, reader: Reader) -> bool:
        """Whether a question reads the table, or an experiment, from which the replicate is left out."""
        if self.replicate.table is not None:
            return self.replicate.table in reader.tables
        experiments = chain.from_iterable(read.declaration.experiments() for read in reader.reads)
        return any(map(self._lacks_seed, experiments))

    def _lacks_seed(self, experiment: Experiment) -> bool:
        """Whether the replicate is a seed that is left out of this experiment."""
        return self.replicate.table is None and _can_leave_one_out(super().runs(experiment))

    def _data_without(self, declaration: Data | JsonValues) -> Data | JsonValues:
        table = self.replicate.table
        if table is None or declaration is not table:
            return declaration
        frame = table.frame[table.frame[table.replicate] != self.replicate.value]
        return replace(table, rows=frame, where=None)

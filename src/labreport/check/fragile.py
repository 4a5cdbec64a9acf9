"""How firmly the claims of a report hold: each is asked again without each seed or replicate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from labreport.check.claims import ClaimKey, claims_of_sections, keyed_claims
from labreport.errors import LabReportError
from labreport.page import Claim
from labreport.plan import Plan, Target
from labreport.plan.targets import AnswerTarget, SectionTarget
from labreport.project import Experiment
from labreport.project.table import Data
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
    claims = keyed_claims(claims_of_sections(plan))
    holding = {key: claim for key, claim in claims.items() if claim.holds}
    falls: dict[ClaimKey, list[LeftOut]] = {key: [] for key in holding}
    unknown_without: dict[ClaimKey, list[LeftOut]] = {key: [] for key in holding}
    units = tuple(units_of(plan))
    failures = []
    for unit in units:
        plan_without = PlanWithout(plan, unit)
        for key, claim in keyed_claims(plan_without.claims()).items():
            if key in holding and not claim.holds:
                without = unknown_without if claim.holds is None else falls
                without[key].append(unit)
        failures += plan_without.failures
    fragile = []
    unknown = []
    for key, claim in holding.items():
        if 1 <= len(falls[key]) <= TOLD:
            fragile.append(FragileClaim(claim, tuple(falls[key])))
        if unknown_without[key]:
            unknown.append(FragileClaim(claim, tuple(unknown_without[key]), "is not known"))
    return Firmness(len(holding), units, tuple(fragile), tuple(unknown), tuple(failures))


def units_of(plan: Plan) -> Iterator[LeftOut]:
    """The seeds of experiments, and the replicates of tables, that have neither too few nor too many."""
    seeds = dict[int, str]()
    for experiment in plan.project.runs:
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


class PlanWithout(Plan):
    """A plan whose runs and tables lack one unit; what is made again without it is kept in memory.

    `failures` are what could not be answered, or not be rendered.
    """

    def __init__(self, plan: Plan, unit: LeftOut) -> None:
        vars(self).update(vars(plan))
        self.unit = unit
        self.failures: list[str] = []
        self._made = dict[str, Any]()  # answers, by question
        self._lost = set[Target]()

    def runs(self, experiment: Experiment) -> list[Run]:
        """The stored runs of an experiment, without a seed that is left out."""
        runs = super().runs(experiment)
        if not self._lacks_seed(experiment):
            return runs
        return [run for run in runs if run.seed != self.unit.value]

    def value(self, kind: str, name: str) -> Any:
        """What was made again without the unit, or is stored, since the unit has no part in it."""
        if kind == "answer" and name in self._made:
            return self._made[name]
        return super().value(kind, name)

    def claims(self) -> list[Claim]:
        """All claims; those of sections in whose answers the unit has a part are asked again."""
        claims: list[Claim] = []
        for target in self.targets:
            if isinstance(target, AnswerTarget):
                self._answer(target)
            elif isinstance(target, SectionTarget):
                claims += self._claims_of_section(target)
        return claims

    def _claims_of_section(self, target: SectionTarget) -> list[Claim]:
        """The claims of a section in their order; one that is not there without the unit is not known."""
        section = self.cache.entry("section", target.name)
        stored = [] if section is None else [Claim(**claim) for claim in section.claims]
        reads_lost = not self._lost.isdisjoint(self.graph.reads(target))
        if not reads_lost and not self._reads_made(target):
            return stored
        rendered: Sequence[Claim] = ()
        try:
            rendered = replace(target, plan=self).render(self._lost).claims
        except LabReportError as error:  # its template reads what there is not without the unit
            if not reads_lost:
                self.failures.append(f"{target.name} without {self.unit}: {error}")
        asked_again = keyed_claims(rendered)
        claims = []
        for key, claim in keyed_claims(stored).items():
            claims.append(asked_again.get(key) or replace(claim, holds=None))
        return claims

    def _answer(self, target: AnswerTarget) -> None:
        """Answer a question again, if it reads the unit, or an answer that is another without it."""
        reader = target.subject
        experiments = (experiment for read in reader.reads for experiment in read.subject.experiments())
        has_unit = self.unit.table in reader.tables or any(map(self._lacks_seed, experiments))
        if not self._lost.isdisjoint(self.graph.reads(target)):
            self._lost.add(target)
        elif has_unit or self._reads_made(target):
            tables = tuple(map(self._without_replicate, reader.tables))
            try:
                again = replace(target, plan=self, subject=replace(reader, tables=tables))
                self._made[target.name] = again.make()
            except LabReportError as error:
                self._lost.add(target)
                self.failures.append(f"{target.name} without {self.unit}: {error.message}")

    def _reads_made(self, target: Target) -> bool:
        """Whether a target reads an answer that was made again."""
        answers = {read.name for read in self.graph.reads(target) if read.kind == "answer"}
        return not self._made.keys().isdisjoint(answers)

    def _lacks_seed(self, experiment: Experiment) -> bool:
        """Whether the unit is a seed, and the experiment has enough of them to leave one out."""
        return self.unit.table is None and FEWEST <= len(super().runs(experiment)) <= MOST

    def _without_replicate(self, table: Data) -> Data:
        if table is not self.unit.table:
            return table
        frame = table.frame[table.frame[table.unit] != self.unit.value]
        return replace(table, source=frame, where=None)

"""How firmly the claims of a report hold: each is asked again without each seed or replicate."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from labreport import results
from labreport.charts import Exported
from labreport.check.claims import ClaimKey, claims_of_sections, keyed_claims
from labreport.page import Claim, RenderedSection, render_section
from labreport.plan import Plan, Target
from labreport.project import Experiment, Question
from labreport.project.table import Data
from labreport.results import Run
from labreport.stats import Namespace, from_json, to_json

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
    """A claim that holds, but not without one or two units."""

    claim: Claim
    without: tuple[LeftOut, ...]

    def __str__(self) -> str:
        units = " or ".join(map(str, self.without))
        return f'falls without {units}: "{self.claim.text}"'


@dataclass(frozen=True)
class Firmness:
    """How firmly the claims hold that hold: `asked` again without each of `units`.

    `fragile` fall without one or two of them, so many as `near` without more; `failures` say for which unit a
    question could not be answered, and why.
    """

    asked: int
    units: tuple[LeftOut, ...]
    fragile: tuple[FragileClaim, ...]
    near: int
    failures: tuple[str, ...]


def firmness(plan: Plan) -> Firmness:
    """Ask each claim of a report again without each unit; nothing is run, and nothing is kept."""
    holding = {key: claim for key, claim in keyed_claims(claims_of_sections(plan)).items() if claim.holds}
    units = tuple(units_of(plan))
    falls: dict[ClaimKey, list[LeftOut]] = {key: [] for key in holding}
    failures = []
    for unit in units:
        again = _Again(plan, unit)
        for key, claim in again.claims().items():
            if key in falls and not claim.holds:
                falls[key].append(unit)
        failures += again.failures
    fragile = [FragileClaim(holding[key], tuple(without)) for key, without in falls.items() if without]
    told = tuple(claim for claim in fragile if len(claim.without) <= TOLD)
    return Firmness(len(holding), units, told, len(fragile) - len(told), tuple(failures))


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


class _Again:
    """The answers and claims of a report without one unit; `failures` are what could not be answered."""

    def __init__(self, plan: Plan, unit: LeftOut) -> None:
        self.plan, self.unit = plan, unit
        self.failures: list[str] = []
        self._answers = dict[str, Namespace]()
        """Those that the unit has a part in, by question."""
        self._lost = set[str]()

    def claims(self) -> dict[ClaimKey, Claim]:
        """The claims of the sections that read an answer in which the unit has a part."""
        for target in self.plan.targets:
            if target.kind == "answer":
                self._answer(target)
        claims: list[Claim] = []
        for target in self.plan.targets:
            if target.kind == "section":
                names = [below.name for below in self.plan.graph.reads(target) if below.kind == "answer"]
                if not self._answers.keys().isdisjoint(names) and self._lost.isdisjoint(names):
                    claims += self._section(target, names).claims
        return keyed_claims(claims)

    def _answer(self, target: Target) -> None:
        """Answer a question again, if it reads the unit, or an answer that is another without it."""
        question: Question = target.subject
        names = [below.name for below in self.plan.graph.reads(target) if below.kind == "answer"]
        if not self._lost.isdisjoint(names):
            self._lost.add(question.name)
            return
        if not self._reads_unit(question) and self._answers.keys().isdisjoint(names):
            return
        tables = tuple(map(self._without, question.tables))
        answers: Any = Namespace(self._kept_or_made(names))
        read = results.results_for_reader(question, self._runs)
        arguments = replace(question, tables=tables).arguments(read, answers)
        try:
            answer = question.function(*arguments)
            self._answers[question.name] = from_json(to_json(answer))
        except Exception as error:  # the author's code may raise anything
            self._lost.add(question.name)
            self.failures.append(f"{question.name} without {self.unit}: {error}")

    def _reads_unit(self, question: Question) -> bool:
        if self.unit.table is not None:
            return self.unit.table in question.tables
        experiments = (experiment for read in question.reads for experiment in read.subject.experiments())
        return any(self._is_left_out_of(experiment) for experiment in experiments)

    def _is_left_out_of(self, experiment: Experiment) -> bool:
        return FEWEST <= len(self.plan.runs(experiment)) <= MOST

    def _runs(self, experiment: Experiment) -> list[Run]:
        runs = self.plan.runs(experiment)
        if self.unit.table is not None or not self._is_left_out_of(experiment):
            return runs
        return [run for run in runs if run.seed != self.unit.value]

    def _without(self, table: Data) -> Data:
        if table is not self.unit.table:
            return table
        frame = table.frame[table.frame[table.unit] != self.unit.value]
        return replace(table, source=frame, where=None)

    def _kept_or_made(self, names: Iterable[str]) -> dict[str, Namespace]:
        """Answers by question, those of the report where the unit has no part in them."""
        answers = {}
        for name in names:
            answers[name] = self._answers.get(name) or from_json(self.plan.value("answer", name))
        return answers

    def _section(self, target: Target, names: Iterable[str]) -> RenderedSection:
        drawn = [below.name for below in self.plan.graph.reads(target) if below.kind == "figure"]
        figures = {name: Exported(**self.plan.value("figure", name)) for name in drawn}
        project = self.plan.project
        templates = project.folder / "templates"
        return render_section(target.subject, self._kept_or_made(names), figures, project.runs, templates)

"""A project compared with the report in a folder: what of it is stale."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from functools import cached_property
from pathlib import Path
from typing import Any

from labreport.errors import LabReportError
from labreport.plan.cache import Cache, CacheEntry
from labreport.plan.calls import CallHashes
from labreport.plan.graph import TargetGraph
from labreport.plan.reasons import FORCED, FRESH, NEVER_MADE, Change, Staleness, differences
from labreport.plan.targets import DOCUMENTS, DocumentTarget, RunTarget, Target
from labreport.project import Experiment, Project, Section
from labreport.results import ReadLists, Run, Store, files, sha256_of
from labreport.stale import UNKNOWN, declaration_hash, dependencies


class Plan:
    """The targets of a project, compared with what its report has; only `store_entry` changes that.

    `seeds` is their number, by default the project's. `templates(section)` are the files that a section is
    rendered with, `frame_files` those around all of them, by their names. What `force` names is stale until
    it is made; the empty name is everything.
    """

    def __init__(
        self,
        project: Project,
        report: Path,
        store: Store,
        *,
        seeds: int | None = None,
        templates: Callable[[Section], Iterable[Path]] = lambda section: (),
        frame_files: Mapping[str, Path] | None = None,
        force: Iterable[str] = (),
    ) -> None:
        self.project, self.report, self.store = project, report, store
        self.seeds_given = seeds
        self.templates, self.frame_files = templates, frame_files or {}
        self.cache = Cache(report / "cache")
        self.dependencies = dependencies(project, store.folder)
        store.notices.extend(self.dependencies.notices)
        self.call_hashes = CallHashes()
        self._most_seeds: int | None = None
        self._run_inputs: dict[tuple[str, int], dict[str, str]] = {}
        self._keys: dict[Target, str] = {}
        self._staleness: dict[Target, Staleness] = {}
        self._run_values: dict[Target, str] = {}
        self.graph = TargetGraph(self)
        self.forced: set[Target] = set()
        for name in force:
            self.forced.update(self.graph.named(name) if name else self.targets)

    @classmethod
    def of_report(cls, project: Project, report: Path, store: Store, **options: Any) -> Plan:
        """The plan by which a report was built: with its number of seeds, unless `seeds` is given."""
        if options.get("seeds") is None:
            entry = Cache(report / "cache").entry("document", "answers.json")
            options["seeds"] = entry.value["seeds"] if entry else None
        return cls(project, report, store, **options)

    def with_first_seeds(self, count: int) -> Plan:
        """The plan of a preliminary report: only so many seeds of each experiment."""
        plan = copy(self)
        plan._most_seeds = count
        plan._staleness, plan._run_values = {}, {}
        plan.graph = TargetGraph(plan)
        return plan

    # What there is

    @property
    def seed_range(self) -> range:
        """The seeds of this report."""
        seeds = self.project.seed_range
        return seeds if self.seeds_given is None else range(seeds.start, seeds.start + self.seeds_given)

    def seeds(self, experiment: Experiment) -> range:
        """The seeds of an experiment in this report."""
        return self.seed_range[: experiment.seeds][: self._most_seeds]

    @property
    def targets(self) -> tuple[Target, ...]:
        """All targets, each after what it reads."""
        return self.graph.targets

    @cached_property
    def declarations(self) -> dict[str, str]:
        """How each experiment is declared, by its name."""
        return {experiment.name: declaration_hash(experiment) for experiment in self.project.runs}

    def run_inputs(self, experiment: Experiment, seed: int) -> dict[str, str]:
        """What one run is made of now."""
        name = experiment.name, seed
        if name not in self._run_inputs:
            self._run_inputs[name] = self.dependencies.run_inputs(experiment, seed)
        return self._run_inputs[name]

    def key(self, target: Target) -> str:
        """The digest of what a target would be made of now."""
        if not isinstance(target, RunTarget):
            return sha256_of(target.inputs())
        if target not in self._keys:
            self._keys[target] = sha256_of(target.inputs())
        return self._keys[target]

    # What is stored

    def run(self, target: RunTarget) -> Run | None:
        """The stored run that belongs to a target."""
        return self.store.find(self.key(target), target.seed)

    def runs(self, experiment: Experiment) -> list[Run]:
        """The stored runs of an experiment, as they would be made now, in order of seed."""
        runs = map(self.run, self.graph.runs_by_experiment.get(experiment.name, ()))
        return [run for run in runs if run]

    @cached_property
    def report_keys(self) -> dict[str, dict[str, str]]:
        """The keys of the runs that the report was made of: by experiment, then by seed."""
        try:
            document = files.read_json(self.report / DOCUMENTS["answers.json"]) or {}
        except files.Damaged:
            document = {}
        experiments = document.get("experiments", {})
        return {name: described["runs"] for name, described in experiments.items()}

    def run_in_report(self, target: RunTarget) -> Run | None:
        """The run of a target of which the report was made; where there is none, the last that was made."""
        names = [target.name, *self._names_by_key[self.key(target)]]
        for name in names:
            key = self.report_keys.get(name, {}).get(str(target.seed))
            if key and (run := self.store.find(key, target.seed)):
                return run
        for name in names:
            if runs := self.store.of_experiment(name, target.seed):
                return runs[0]
        return None

    @cached_property
    def _names_by_key(self) -> dict[str, list[str]]:
        """The experiments that share the runs of a key."""
        names: dict[str, list[str]] = {}
        for target in self.graph.runs:
            names.setdefault(self.key(target), []).append(target.name)
        return names

    def value(self, kind: str, name: str) -> Any:
        """The value of what was made last by this name. Raises `LabReportError` where there is none."""
        entry = self.cache.entry(kind, name)
        if entry is None:
            raise LabReportError(f"{kind} {name} was not made yet; build first")
        return entry.value

    def value_hash(self, target: Target) -> str:
        """The digest by which what reads a target is made of it; `UNKNOWN` for one that is to be made.

        It is that of the value, and of a run its key, what it read and the moment when it was made.
        """
        if target in self._run_values:
            return self._run_values[target]
        if self.staleness(target).is_stale:
            return UNKNOWN
        if isinstance(target, RunTarget) and (run := self.run(target)):
            self._run_values[target] = f"{run.key[:16]} {run.reads[:16]} {run.provenance.get('date', '')}"
            return self._run_values[target]
        entry = self.cache.entry(target.kind, target.name)
        return entry.value_sha256[:16] if entry else UNKNOWN

    def store_entry(
        self,
        target: Target,
        value: Any,
        reads: Mapping[str, str] | None = None,
        claims: Sequence[dict[str, Any]] = (),
    ) -> CacheEntry:
        """Store what was made, plain JSON values, and what was read for it. Raises `DiskError`.

        A document's own file is in its place already; its value is how many seeds were asked for.
        """
        if isinstance(target, DocumentTarget):
            value = {"seeds": self.seeds_given}
            value_sha256 = files.sha256_of_file(self.report / target.file_name)
        else:
            value = files.to_plain_json(value)
            value_sha256 = sha256_of(value)
        inputs = target.inputs()
        digest = self.cache.reads.store(reads or {})
        entry = CacheEntry(sha256_of(inputs), inputs, value, value_sha256, list(claims), digest)
        self.cache.store(target.kind, target.name, entry)
        self.dependencies.save()
        self.forced.discard(target)
        self.forget_stale()
        return entry

    # What is stale

    def staleness(self, target: Target) -> Staleness:
        """Whether a target has to be made, and what has changed."""
        if target not in self._staleness:
            if isinstance(target, RunTarget):
                self._staleness[target] = self._staleness_of_run(target)
            else:
                self._staleness[target] = self._staleness_of_entry(target)
        return self._staleness[target]

    def stale(self, targets: Iterable[Target]) -> list[Target]:
        """Those of some targets that have to be made."""
        return [target for target in targets if self.staleness(target).is_stale]

    def forget_stale(self) -> None:
        """Look again at what was stale: something was made."""
        self._staleness = {
            target: staleness for target, staleness in self._staleness.items() if not staleness.is_stale
        }

    def forget(self) -> None:
        """Look again at everything: a file of the store is not what it was."""
        self._staleness.clear()
        self._run_values.clear()

    def _staleness_of_run(self, target: RunTarget) -> Staleness:
        if target in self.forced:
            return Staleness(True, (FORCED,))
        run = self.run(target)
        if run is None:
            before = self.run_in_report(target)
            return Staleness(True, differences(self, target, before.inputs)) if before else NEVER_MADE
        experiment = target.subject
        if changes := self._changed_reads(self.store.reads, run.reads):
            return Staleness(True, changes)
        if experiment.exclusive and not run.provenance.get("exclusive"):
            text = f"{target.name} was not run by itself"
            return Staleness(True, (Change(text, experiment.location, experiment.location),))
        missing = run.missing(self.project.epochs_kept(experiment))
        if missing:
            stored = ", ".join(map(str, run.checkpoints)) or "none"
            more = ", ".join(map(str, missing))
            return Staleness(True, (Change(f"epochs: {stored}, now {more} too", cause="epochs"),))
        return FRESH

    def _staleness_of_entry(self, target: Target) -> Staleness:
        entry = self.cache.entry(target.kind, target.name)
        if entry is None:
            return NEVER_MADE
        if target in self.forced:
            return Staleness(True, (FORCED,))
        changes = differences(self, target, entry.inputs) if entry.key != self.key(target) else ()
        changes = changes or self._changed_reads(self.cache.reads, entry.reads)
        if not changes and isinstance(target, DocumentTarget):
            path = self.report / target.file_name
            if not path.is_file():
                changes = (Change(f"{path.name} is gone", cause=path.name),)
            elif files.sha256_of_file(path) != entry.value_sha256:
                changes = (Change(f"{path.name} changed", cause=path.name),)
        return Staleness(True, changes) if changes else FRESH

    def _changed_reads(self, lists: ReadLists, digest: str) -> tuple[Change, ...]:
        """A change for each file of a list that is not any more what was read."""
        reads = lists.load(digest)
        if reads is None:
            return (Change("the list of what it read is gone", cause="reads"),)
        changed = self._changed_paths(reads)
        return tuple(Change(f"data {path} changed", cause=f"data {path}") for path in changed)

    def _changed_paths(self, reads: Mapping[str, str]) -> list[str]:
        return self.dependencies.changed_reads(reads) if reads else []

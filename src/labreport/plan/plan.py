"""A plan: the targets of a project, compared with what the folder of its report has."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import copy
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from labreport.plan.cache import Cache, CacheEntry
from labreport.plan.call_hashes import CallHashes
from labreport.plan.documents import DocumentTarget, published_answers
from labreport.plan.graph import TargetGraph
from labreport.plan.names import targets_named
from labreport.plan.reasons import Change, Staleness, renamed_experiments
from labreport.plan.staleness import compare_with_stored
from labreport.plan.targets import MadeTarget, RunTarget, Target
from labreport.project import Experiment
from labreport.results import FileHashes, Run, Store, files, sha256_of, short_hash
from labreport.results.files import HASH_DIGITS, JsonObject
from labreport.stale import UNKNOWN, Dependencies

AnyTarget = TypeVar("AnyTarget", bound=Target)


class Plan:
    """Says which targets of a project are stale, and stores what is made.

    `seeds` is the number of seeds, by default the project's. Targets named in `force` count as stale until
    they are made; the empty name stands for all targets.
    """

    def __init__(
        self, dependencies: Dependencies, report: Path, *, seeds: int | None = None, force: Iterable[str] = ()
    ) -> None:
        self.dependencies, self.report, self.seeds_given = dependencies, report, seeds
        self.project = dependencies.project
        self.templates = self.project.folder / "templates"
        self.store, self.cache = Store(report / "results"), Cache(report / "cache")
        self.call_hashes = CallHashes()
        self._inputs_of_experiments: dict[str, dict[str, str]] = {}
        self._run_keys: dict[Target, str] = {}
        self._set_targets(most_seeds=None)
        self.forced: set[Target] = set()
        for name in force:
            self.forced.update(targets_named(self.graph, name) if name else self.targets)

    def with_first_seeds(self) -> Plan:
        """The plan of a preliminary report, with one seed of each experiment; it shares store and cache."""
        plan = copy(self)
        plan._set_targets(most_seeds=1)
        return plan

    def _set_targets(self, most_seeds: int | None) -> None:
        """Set the targets, with at most `most_seeds` seeds of each experiment; nothing is compared yet."""
        self._most_seeds = most_seeds
        self.graph = TargetGraph(self.project, self.seeds)
        self._staleness: dict[Target, Staleness] = {}
        self._runs_hash = ""

    # Targets and their keys

    @property
    def seed_range(self) -> range:
        """The seeds of this report, before experiments limit their number."""
        seeds = self.project.seed_range
        return seeds if self.seeds_given is None else range(seeds.start, seeds.start + self.seeds_given)

    def seeds(self, experiment: Experiment) -> range:
        """The seeds of an experiment in this report."""
        return self.seed_range[: experiment.seeds][: self._most_seeds]

    @property
    def targets(self) -> list[Target]:
        """All targets; each comes after those that it reads."""
        return self.graph.targets

    def run_inputs(self, experiment: Experiment, seed: int) -> dict[str, str]:
        """The present inputs of a run. They are computed once for each experiment; only the seed differs."""
        if experiment.name not in self._inputs_of_experiments:
            self._inputs_of_experiments[experiment.name] = self.dependencies.run_inputs(experiment, seed)
        return {**self._inputs_of_experiments[experiment.name], "seed": str(seed)}

    def key(self, target: RunTarget) -> str:
        """The present key of a run, the SHA-256 of its inputs, computed once."""
        if target not in self._run_keys:
            self._run_keys[target] = sha256_of(target.inputs(self))
        return self._run_keys[target]

    # What is stored

    def run(self, target: RunTarget) -> Run | None:
        """The stored run with the present key of a target; some of its checkpoints may be missing."""
        return self.store.find(self.key(target), target.seed)

    def runs(self, experiment: Experiment) -> list[Run]:
        """The stored runs of an experiment with their present keys, in order of seed."""
        runs = map(self.run, self.graph.runs_of[experiment.name])
        return [run for run in runs if run]

    @cached_property
    def report_keys(self) -> dict[str, dict[str, str]]:
        """The keys of the runs in the published report: experiment to seed to key."""
        document = published_answers(self.report)
        if document is None:
            return {}
        return {name: described["runs"] for name, described in document["experiments"].items()}

    def previous_run(self, target: RunTarget) -> Run | None:
        """The run to compare a target with: that of the published report, else the newest stored one."""
        names = [target.name, *self._names_by_key[self.key(target)]]
        for name in names:
            key = self.report_keys.get(name, {}).get(str(target.seed))
            run = self.store.find(key, target.seed) if key else None
            if run is not None:
                return run
        for name in names:
            runs = self.store.of_experiment(name, target.seed)
            if runs:
                return runs[0]
        return None

    @cached_property
    def renamed(self) -> dict[str, Change]:
        """The change of each experiment that was renamed since the report, by its old and by its new name."""
        return renamed_experiments(self)

    @cached_property
    def _names_by_key(self) -> dict[str, list[str]]:
        """Key to the names of the experiments that share the run with this key."""
        names: dict[str, list[str]] = {}
        for target in self.graph.runs:
            names.setdefault(self.key(target), []).append(target.name)
        return names

    def run_hash(self, target: RunTarget, epochs: Sequence[int]) -> str:
        """The hash of a run as a reader of these epochs sees it; `UNKNOWN` if it is stale."""
        run = None if self.staleness(target).is_stale else self.run(target)
        return run.view_at(epochs).value_hash if run else UNKNOWN

    def value_hash(self, target: MadeTarget) -> str:
        """The hash of the stored value of a target; `UNKNOWN` if it is stale."""
        entry = None if self.staleness(target).is_stale else self.cache.entry(target.kind, target.name)
        return entry.value_sha256[:HASH_DIGITS] if entry else UNKNOWN

    @property
    def runs_hash(self) -> str:
        """The hash of all runs; `UNKNOWN` if one is stale."""
        if not self._runs_hash:
            hashes = {}
            for run in self.graph.runs:
                hashes[str(run)] = self.run_hash(run, self.project.checkpoint_epochs(run.declaration))
            self._runs_hash = UNKNOWN if UNKNOWN in hashes.values() else short_hash(hashes)
        return self._runs_hash

    def store_entry(self, target: MadeTarget, value: JsonObject, file_hashes: FileHashes) -> None:
        """Store the value of a target and the list of files that it read. Raises `DiskError`."""
        value = files.to_plain_json(value)
        self._store(target, value, sha256_of(value), file_hashes)

    def store_document(self, target: DocumentTarget) -> None:
        """Store the inputs of a document whose file has been written. Raises `DiskError`."""
        value_sha256 = files.sha256_of_file(self.report / target.file_name)
        self._store(target, {"seeds": self.seeds_given}, value_sha256, {})

    def _store(self, target: Target, value: JsonObject, value_sha256: str, file_hashes: FileHashes) -> None:
        """Store an entry and the hashes of files; targets that were stale are compared again when asked."""
        entry = CacheEntry(target.inputs(self), value, value_sha256, self.cache.file_lists.store(file_hashes))
        self.cache.store(target.kind, target.name, entry)
        self.dependencies.file_hasher.save()
        self.forced.discard(target)
        for stale in self.stale(list(self._staleness)):
            del self._staleness[stale]

    # What is stale

    def staleness(self, target: Target) -> Staleness:
        """Whether a target is stale, and why; compared once."""
        if target not in self._staleness:
            self._staleness[target] = compare_with_stored(self, target)
        return self._staleness[target]

    def stale(self, targets: Iterable[AnyTarget]) -> list[AnyTarget]:
        """Those of `targets` that are stale."""
        return [target for target in targets if self.staleness(target).is_stale]

    def invalidate(self) -> None:
        """Compare all targets again when asked; to be called after files of the store have changed."""
        self._staleness.clear()
        self._runs_hash = ""

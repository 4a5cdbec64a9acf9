"""Whether targets are stale: what they would be made of now, compared with what is stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from labreport.plan.documents import DocumentTarget
from labreport.plan.reasons import FORCED, NEVER_MADE, Change, Staleness, changes_since
from labreport.plan.targets import RunTarget, Target
from labreport.results import ReadLists, Run, files, short_hash
from labreport.stale import UNKNOWN

if TYPE_CHECKING:
    from labreport.plan.cache import CacheEntry
    from labreport.plan.plan import Plan


class StalenessCache:
    """The staleness of each target of a plan, and the digest of its runs, each computed once."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._by_target: dict[Target, Staleness] = {}
        self._runs_hash = ""

    def staleness(self, target: Target) -> Staleness:
        """Whether a target has to be made, and what has changed."""
        if target not in self._by_target:
            if isinstance(target, RunTarget):
                self._by_target[target] = self._staleness_of_run(target)
            else:
                self._by_target[target] = self._staleness_of_entry(target)
        return self._by_target[target]

    @property
    def runs_hash(self) -> str:
        """The digest of all runs; `UNKNOWN` while one is to be made."""
        if not self._runs_hash:
            hashes = {}
            for run in self._plan.graph.runs:
                epochs = self._plan.project.checkpoint_epochs(run.subject)
                hashes[str(run)] = self._plan.run_hash(run, epochs)
            self._runs_hash = UNKNOWN if UNKNOWN in hashes.values() else short_hash(hashes)
        return self._runs_hash

    def invalidate(self) -> None:
        """Compute everything again: a file of the store is not what it was."""
        self._by_target.clear()
        self._runs_hash = ""

    def invalidate_stale(self) -> None:
        """Compute again what was stale: an entry was stored, and what is fresh stays so."""
        fresh = {target: state for target, state in self._by_target.items() if not state.is_stale}
        self._by_target = fresh

    def _staleness_of_run(self, target: RunTarget) -> Staleness:
        if target in self._plan.forced:
            return Staleness.by(FORCED)
        run = self._plan.run(target)
        if run is not None:
            return Staleness.by(*self._changes_of_run(target, run))
        previous = self._plan.previous_run(target)
        if previous is None:
            return NEVER_MADE
        return Staleness(True, changes_since(self._plan, target, previous.inputs))

    def _changes_of_run(self, target: RunTarget, run: Run) -> list[Change]:
        """Why a stored run has to be made again, or to go on."""
        changes = self._changed_reads(self._plan.store.reads, run.reads)
        if changes:
            return changes
        experiment = target.subject
        if experiment.exclusive and not run.provenance.get("exclusive"):
            text = f"{target.name} was not run by itself"
            return [Change(text, experiment.location, experiment.location)]
        missing = run.missing(self._plan.project.checkpoint_epochs(experiment))
        if missing:
            stored = ", ".join(map(str, run.checkpoints)) or "none"
            more = ", ".join(map(str, missing))
            return [Change(f"epochs: {stored}, now {more} too", cause="epochs")]
        return []

    def _staleness_of_entry(self, target: Target) -> Staleness:
        entry = self._plan.cache.entry(target.kind, target.name)
        if entry is None:
            return NEVER_MADE
        if target in self._plan.forced:
            return Staleness.by(FORCED)
        changes = changes_since(self._plan, target, entry.inputs)
        return Staleness.by(*(changes or self._changed_files(target, entry)))

    def _changed_files(self, target: Target, entry: CacheEntry) -> list[Change]:
        """A change for each file that was read or, of a document, written, and is not what it was."""
        changes = self._changed_reads(self._plan.cache.reads, entry.reads)
        if changes or not isinstance(target, DocumentTarget):
            return changes
        path = self._plan.report / target.file_name
        if not path.is_file():
            return [Change(f"{path.name} is gone", cause=path.name)]
        if files.sha256_of_file(path) != entry.value_sha256:
            return [Change(f"{path.name} changed", cause=path.name)]
        return []

    def _changed_reads(self, lists: ReadLists, digest: str) -> list[Change]:
        """A change for each file of a list that is not any more what was read."""
        reads = lists.load(digest)
        if reads is None:
            return [Change("the list of what it read is gone", cause="reads")]
        paths = self._plan.dependencies.changed_reads(reads)
        return [Change(f"data {path} changed", cause=f"data {path}") for path in paths]

"""Whether a target is stale: its present inputs are compared with those that are stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from labreport.plan.documents import DocumentTarget
from labreport.plan.reasons import FORCED, Change, Staleness, changes_since
from labreport.plan.targets import RunTarget, Target
from labreport.results import FileLists, Run
from labreport.stale import MISSING

if TYPE_CHECKING:
    from labreport.plan.cache import CacheEntry
    from labreport.plan.plan import Plan


def compare_with_stored(plan: Plan, target: Target) -> Staleness:
    """Whether a target is stale, and what has changed since it was made."""
    if isinstance(target, RunTarget):
        return _staleness_of_run(plan, target)
    entry = plan.cache.entry(target.kind, target.name)
    if entry is None:
        return Staleness(was_made=False)
    if target in plan.forced:
        return Staleness(True, [FORCED])
    changes = changes_since(plan, target, entry.inputs) or _changed_files(plan, target, entry)
    return Staleness(True, changes)


def _staleness_of_run(plan: Plan, target: RunTarget) -> Staleness:
    if target in plan.forced:
        return Staleness(True, [FORCED])
    run = plan.run(target)
    if run is not None:
        return Staleness(True, _changes_of_stored_run(plan, target, run))
    previous = plan.previous_run(target)
    if previous is None:
        return Staleness(was_made=False)
    return Staleness(True, changes_since(plan, target, previous.inputs))


def _changes_of_stored_run(plan: Plan, target: RunTarget, run: Run) -> list[Change]:
    """Why a stored run with the present key must be trained again or further; empty if it is complete."""
    changes = _changed_files_read(plan, plan.store.file_lists, run.file_list_hash)
    if changes:
        return changes
    experiment = target.declaration
    if experiment.exclusive and not run.provenance.get("exclusive"):
        text = f"{target.name} was not run by itself"
        return [Change(text, experiment.location, experiment.location)]
    missing = run.missing(plan.project.checkpoint_epochs(experiment))
    if missing:
        stored = ", ".join(map(str, run.checkpoints)) or "none"
        more = ", ".join(map(str, missing))
        return [Change(f"epochs: {stored}, now {more} too", cause="epochs")]
    return []


def _changed_files(plan: Plan, target: Target, entry: CacheEntry) -> list[Change]:
    """The changes of files that were read for a target, and of its own file if it is a document."""
    changes = _changed_files_read(plan, plan.cache.file_lists, entry.file_list_hash)
    if changes or not isinstance(target, DocumentTarget):
        return changes
    path = plan.report / target.file_name
    file_hash = plan.dependencies.file_hasher.hash_of(path)
    if file_hash == MISSING:
        return [Change(f"{path.name} is gone", cause=path.name)]
    if file_hash != entry.value_sha256:
        return [Change(f"{path.name} changed", cause=path.name)]
    return []


def _changed_files_read(plan: Plan, lists: FileLists, list_hash: str) -> list[Change]:
    """A change for each file in a stored list that has another hash now."""
    file_hashes = lists.load(list_hash)
    if file_hashes is None:
        return [Change("the list of what it read is gone", cause="files read")]
    paths = plan.dependencies.file_hasher.changed(file_hashes)
    return [Change(f"data {path} changed", cause=f"data {path}") for path in paths]

"""The command `keep`: after an edit of code that does not change results, stored runs get the new key."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from labreport.errors import UsageError
from labreport.plan.names import targets_named
from labreport.plan.reasons import changes_since
from labreport.plan.targets import RunTarget
from labreport.results import Checkpoint, Run
from labreport.stale import Label

if TYPE_CHECKING:
    from labreport.plan.plan import Plan


def keep_runs(plan: Plan, names: Iterable[str], because: str) -> int:
    """Store the stale runs of these experiments under their present keys, and give their number.

    Each gets a note of what has changed. Raises `UsageError`, before anything is stored, for a name that is
    no experiment or has no stale run, and if something differs that `keep` does not accept.
    """
    runs_by_key: dict[str, tuple[RunTarget, Run]] = {}  # experiments with equal inputs share runs
    for name in names:
        kept: dict[str, tuple[RunTarget, Run]] = {}
        for target in targets_named(plan.graph, name):
            if isinstance(target, RunTarget) and plan.staleness(target).is_stale:
                run = _run_to_keep(plan, target)
                if run is not None:
                    kept[plan.key(target)] = target, run
        if not kept:
            text = f"{name}: no stored run of it is stale; only those of experiments can be kept"
            raise UsageError(text)
        runs_by_key |= kept
    for target, run in runs_by_key.values():
        _keep_run(plan, target, run, because)
    plan.invalidate()
    return len(runs_by_key)


def _run_to_keep(plan: Plan, target: RunTarget) -> Run | None:
    """The newest stored run that differs from a target in code only; None if no run of it is stored.

    Raises `UsageError` if every stored run differs in more than code; it says how the first one differs.
    """
    candidates = plan.store.of_experiment(target.name, target.seed)
    previous = plan.previous_run(target)
    if previous is not None:
        candidates.insert(0, previous)
    for run in candidates:
        if not _reasons_against(plan, target, run):
            return run if run.key != plan.key(target) else None
    if candidates:
        reason = _reasons_against(plan, target, candidates[0])[0]
        allowed = "only code, global values, libraries, Python and the engine may differ"
        raise UsageError(f"{target} cannot be kept: {reason}; {allowed}. Build it, or take the edit back")
    return None


def _reasons_against(plan: Plan, target: RunTarget, run: Run) -> list[str]:
    """The differences between a run and a target that `keep` does not accept; empty if it can be kept."""
    reasons = []
    for change in changes_since(plan, target, run.inputs):
        if not Label.parse(change.label).may_differ:
            reasons.append(str(change))
    file_hashes = plan.store.file_lists.load(run.file_list_hash)
    if file_hashes is None:
        reasons.append("what it read is not known")
        return reasons
    return reasons + [f"data {path} changed" for path in plan.dependencies.file_hasher.changed(file_hashes)]


def _keep_run(plan: Plan, target: RunTarget, before: Run, because: str) -> None:
    """Store a copy of a run under the key of a target, with a note of what has changed."""
    changes = [str(change) for change in changes_since(plan, target, before.inputs)]
    notes = list(before.provenance.get("kept", ()))
    notes.append({"because": because, "from": before.key, "changed": changes})
    run = replace(before, key=plan.key(target), name=target.name, inputs=target.inputs(plan))
    path = plan.store.path(run)
    path.parent.mkdir(parents=True, exist_ok=True)
    checkpoints = {}
    for epoch, checkpoint in before.checkpoints.items():
        checkpoints[epoch] = _copied(checkpoint, path)
    state = _copied(before.state, path) if before.state else None
    provenance = {**before.provenance, "kept": notes}
    plan.store.write(replace(run, checkpoints=checkpoints, state=state, provenance=provenance))


def _copied(checkpoint: Checkpoint, run_file: Path) -> Checkpoint:
    """The checkpoint for another run, with its file of arrays copied beside `run_file`."""
    ending = checkpoint.file.name.partition(".")[2]
    file = run_file.with_name(f"{run_file.stem}.{ending}")
    return replace(checkpoint, file=Path(shutil.copyfile(checkpoint.file, file)))

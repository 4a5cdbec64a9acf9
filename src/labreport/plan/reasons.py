"""Why a target is stale: what has changed, and the steps from the change to the target."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from labreport.plan.specification import differing_fields
from labreport.plan.targets import MadeTarget, RunTarget, Target
from labreport.stale import UNKNOWN, Label

if TYPE_CHECKING:
    from labreport.plan.plan import Plan


@dataclass(frozen=True)
class Change:
    """A difference between the inputs of a target when it was made and now.

    Changes with the same `cause` come from the same edit. `label` is that of the input, if it is one. If it
    `follows`, the change says only that another target is made first, whose own changes say why.
    """

    text: str
    location: str = ""
    cause: str = ""
    label: str = ""
    follows: bool = False

    def __str__(self) -> str:
        return f"{self.text} at {self.location}" if self.location else self.text


FORCED = Change("--force is made again", cause="--force")


@dataclass(frozen=True)
class Staleness:
    """Whether a target was ever made and, if so, what has changed since."""

    was_made: bool
    reasons: Sequence[Change] = ()

    @property
    def is_stale(self) -> bool:
        """Whether the target has to be made."""
        return bool(self.reasons) or not self.was_made


@dataclass(frozen=True)
class StaleGroup:
    """Targets that are stale because of the same change; `change` is None if they were never made."""

    change: Change | None
    targets: tuple[Target, ...]


@dataclass(frozen=True)
class _Way:
    """The steps from a change to a target that it makes stale; `change` is None if one was never made."""

    change: Change | None
    steps: tuple[str, ...]

    @property
    def cause(self) -> str:
        return self.change.cause if self.change else ""


# What has changed


def changes_since(plan: Plan, target: Target, before: Mapping[str, str]) -> list[Change]:
    """The changes between the inputs `before` and the present inputs of a target, the most relevant first."""
    now = target.inputs(plan)
    declared = map(Label.parse, {**before, **now})
    experiments = [label.name for label in declared if label.kind == "experiment"]
    differing = {text for text in {**before, **now} if before.get(text) != now.get(text)}
    labels = [Label.parse(text, experiments) for text in differing]
    changes: list[Change] = []
    for label in sorted(labels, key=lambda label: (label.rank, label.text)):
        changes += _changes_of_input(plan, target, label, before.get(label.text), now.get(label.text))
    return list(dict.fromkeys(changes))


def _changes_of_input(
    plan: Plan, target: Target, label: Label, before: str | None, now: str | None
) -> list[Change]:
    """The changes of one input; `before` or `now` is None if the input did not or does not exist."""
    if label.kind == "specification" and isinstance(target, RunTarget):
        return [_specification_change(plan, target, before or "", now or "")]
    changes: list[Change] = []
    if label.kind in ("reads", "experiment") and now != UNKNOWN:
        if label.name in plan.renamed:
            return [plan.renamed[label.name]]
        if not isinstance(target, RunTarget):  # code of a run only names experiments, perhaps its own
            changes = _changes_of_runs(plan, label.name)
    return changes or [_plain_change(plan, label, before, now)]


def _plain_change(plan: Plan, label: Label, before: str | None, now: str | None) -> Change:
    """The change of an input for which there is no special text."""
    words, location = plan.dependencies.describe(label.text)
    cause = location if label.kind == "experiment" and location else words
    if now == UNKNOWN:
        return Change(f"{words} is made again", cause=cause, label=label.text, follows=True)
    if now is None:
        return Change(f"{words} is gone", cause=cause, label=label.text)
    text = f"{words} changed"
    if before is None:
        text = f"{words} is new"
    elif label.text == "reads":
        text = "another order or set of what it reads"
    elif label.kind == "reads":
        text = f"{label.name} was run again"
    elif label.is_printed:
        text = f"{words}: {before}, now {now}"
    return Change(text, location, cause, label.text)


def _specification_change(plan: Plan, target: RunTarget, before: str, now: str) -> Change:
    """The fields of a specification that differ: `small: hidden_layers: 8, now 64`."""
    parts = [f"{name}: {old}, now {new}" for name, old, new in differing_fields(before, now)]
    run = plan.previous_run(target)
    hashes_before = run.provenance.get("call_hashes", ()) if run else ()
    location = plan.call_hashes.edited_location(target.declaration, hashes_before)
    return Change(f"{target.name}: {'; '.join(parts)}", location, location, "specification")


def _changes_of_runs(plan: Plan, name: str) -> list[Change]:
    """The changes between the runs of an experiment in the report and its present runs; empty if equal."""
    targets = plan.graph.runs_of.get(name, [])
    seeds_before = sorted(map(int, plan.report_keys.get(name, ())))
    seeds_now = [target.seed for target in targets]
    if seeds_before and seeds_before != seeds_now:
        now = f"{seeds_now[0]} to {seeds_now[-1]}" if seeds_now else "none"
        text = f"seeds: {seeds_before[0]} to {seeds_before[-1]}, now {now}"
        return [Change(text, cause="seeds", label="seeds")]
    changes: list[Change] = []
    for target in targets:
        run = plan.previous_run(target)
        if run and run.key != plan.key(target):
            changes += changes_since(plan, target, run.inputs)
    return changes


def renamed_experiments(plan: Plan) -> dict[str, Change]:
    """The changes for experiments that were renamed since the report, each by its old and its new name."""
    changes: dict[str, Change] = {}
    for old_name, keys_by_seed in plan.report_keys.items():
        if old_name in plan.graph.runs_of or not keys_by_seed:
            continue
        for name, targets in plan.graph.runs_of.items():
            keys = {plan.key(target) for target in targets}
            if name not in plan.report_keys and keys.issuperset(keys_by_seed.values()):
                location = targets[0].declaration.location
                change = Change(f"experiment {old_name} is renamed {name}", location, location)
                changes[old_name] = change
                changes[name] = change
    return changes


# From a change to the target


def stale_groups(plan: Plan, stale: Iterable[Target]) -> list[StaleGroup]:
    """Group stale targets by the first change that leads to each; those that were never made come first."""
    changes: dict[str, Change | None] = {"": None}
    targets: dict[str, list[Target]] = {"": []}
    for target in stale:
        way = next(_ways(plan, target, set()))
        changes.setdefault(way.cause, way.change)
        targets.setdefault(way.cause, []).append(target)
    return [StaleGroup(changes[cause], tuple(group)) for cause, group in targets.items() if group]


def paths_to(plan: Plan, target: Target) -> list[str]:
    """Why a target is stale: a line for each change, with the steps from there to the target."""
    lines: dict[str, str] = {}
    for way in _ways(plan, target, set()):
        lines.setdefault(way.cause, " -> ".join(way.steps))
    return list(lines.values()) or [f"{target} is fresh"]


def _ways(plan: Plan, target: Target, visited: set[Target]) -> Iterator[_Way]:
    """For each change that makes a target stale, the steps from it to the target; nothing if it is fresh.

    Targets in `visited` are skipped, so that each is followed once.
    """
    staleness = plan.staleness(target)
    if not staleness.is_stale or target in visited:
        return
    visited.add(target)
    if not staleness.was_made:
        yield _Way(None, (f"{target} was never made",))
        return
    for read in target.prerequisites(plan.graph):
        for way in _ways(plan, read, visited):
            yield _Way(way.change, (*way.steps, str(target)))
    for change in staleness.reasons:
        if not change.follows:
            steps = [str(change)]
            if change.label and isinstance(target, (RunTarget, MadeTarget)):
                steps += plan.dependencies.way_to(target.declaration, change.label)[1:]
            yield _Way(change, (*steps, str(target)))

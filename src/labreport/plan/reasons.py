"""Why a target is stale: what has changed, and the way from there to the target."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from labreport.plan.specification import differing_fields
from labreport.plan.targets import RunTarget, Target
from labreport.stale import UNKNOWN, Label

if TYPE_CHECKING:
    from labreport.plan.plan import Plan


@dataclass(frozen=True)
class Change:
    """Something that is not what it was when a target was made.

    `cause` is equal for all changes that come of one edit; `label` is that of the input. What `follows` is
    that another target is to be made first, whose own changes say why.
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
    """Whether a target has to be made, and what has changed; one that was never made has no reasons."""

    is_stale: bool
    reasons: tuple[Change, ...] = ()


FRESH = Staleness(False)
NEVER_MADE = Staleness(True)


@dataclass(frozen=True)
class StaleGroup:
    """All that is stale by one change; None where it was never made."""

    change: Change | None
    targets: tuple[Target, ...]


@dataclass(frozen=True)
class _Way:
    """A change on which a stale target rests, None if it was never made, and the way from there to it."""

    change: Change | None
    steps: tuple[str, ...]

    @property
    def cause(self) -> str:
        return self.change.cause if self.change else ""

    def to(self, target: Target) -> _Way:
        return _Way(self.change, (*self.steps, str(target)))


# What has changed


def differences(plan: Plan, target: Target, before: Mapping[str, str]) -> tuple[Change, ...]:
    """What is not, in the inputs of a target, what it was before; the most telling first."""
    now = target.inputs()
    labels = [label for label in {**before, **now} if before.get(label) != now.get(label)]
    labels.sort(key=lambda label: (Label.parse(label).rules.rank, label))
    renamed = _renamed(plan, labels, before, now)
    changes: dict[Change, None] = dict.fromkeys(renamed.values())
    for label in labels:
        if _subject(label) not in renamed:
            changes |= dict.fromkeys(_changes_of(plan, target, label, before.get(label), now.get(label)))
    return tuple(changes)


def _subject(label: str) -> str:
    """The experiment of a label such as `reads small 10 50` or `experiment small`; else the label."""
    parsed = Label.parse(label)
    if parsed.kind == "experiment":
        return parsed.name
    return re.sub(r"(?: \d+)+$", "", parsed.name) if parsed.kind == "reads" and parsed.name else label


def _changes_of(plan: Plan, target: Target, label: str, before: str | None, now: str | None) -> list[Change]:
    """What a person is told of an input that differs."""
    kind = Label.parse(label).kind
    if kind == "specification" and isinstance(target, RunTarget):
        return [_specification_change(plan, target, before or "", now or "")]
    if kind in ("reads", "experiment") and now != UNKNOWN:
        changes = _changes_of_runs(plan, label)
        if changes:
            return changes
        if kind == "reads" and before and now:
            text = (
                f"{_subject(label)} was run again"
                if label != kind
                else "another order or set of what it reads"
            )
            return [Change(text, cause=label, label=label)]
    return [_plain_change(plan, label, before, now)]


def _plain_change(plan: Plan, label: str, before: str | None, now: str | None) -> Change:
    """The change of an input that has no form of its own."""
    words, location = plan.dependencies.describe(label)
    parsed = Label.parse(label)
    is_declaration = parsed.kind == "experiment"
    cause = location if is_declaration and location else words
    if now == UNKNOWN:
        return Change(f"{words} is made again", cause=cause, label=label, follows=True)
    if now is None:
        return Change(f"{words} is gone", cause=cause, label=label)
    if before is None:
        return Change(f"{words} is new", location, cause, label)
    if parsed.rules.is_printed:
        return Change(f"{words}: {before}, now {now}", location, cause, label)
    return Change(f"{words} changed", location, cause, label)


def _specification_change(plan: Plan, target: RunTarget, before: str, now: str) -> Change:
    """The fields of a specification that differ: `small: hidden_layers: 8, now 64`."""
    parts = [f"{name}: {old}, now {new}" for name, old, new in differing_fields(before, now)]
    run = plan.run_in_report(target)
    location = plan.call_hashes.edited_location(
        target.subject, run.provenance.get("calls", ()) if run else ()
    )
    return Change(f"{target.name}: {'; '.join(parts)}", location, location, "specification")


def _changes_of_runs(plan: Plan, label: str) -> list[Change]:
    """How the runs of an experiment differ from those that the report has; none where they do not."""
    name = _subject(label)
    targets = plan.graph.runs_by_experiment.get(name, [])
    seeds_before = sorted(map(int, plan.report_keys.get(name, ())))
    seeds_now = [target.seed for target in targets]
    if seeds_before and seeds_before != seeds_now:
        text = f"seeds: {_range(seeds_before)}, now {_range(seeds_now)}"
        return [Change(text, cause="seeds", label="seeds")]
    changes: dict[Change, None] = {}
    for target in targets:
        before = plan.run_in_report(target)
        if before and before.key != plan.key(target):
            changes |= dict.fromkeys(differences(plan, target, before.inputs))
    return list(changes)


def _range(seeds: Sequence[int]) -> str:
    """Seeds that follow one another: `0 to 4`."""
    return f"{seeds[0]} to {seeds[-1]}" if seeds else "none"


def _renamed(
    plan: Plan, labels: list[str], before: Mapping[str, str], now: Mapping[str, str]
) -> dict[str, Change]:
    """A change for each experiment that has another name now, by its old and its new name."""
    gone = {
        _subject(label) for label in labels if Label.parse(label).kind == "experiment" and label not in now
    }
    new = {
        _subject(label) for label in labels if Label.parse(label).kind == "experiment" and label not in before
    }
    keys_before = {name: set(plan.report_keys.get(name, {}).values()) for name in gone}
    changes: dict[str, Change] = {}
    for name in sorted(new):
        targets = plan.graph.runs_by_experiment.get(name, [])
        keys = {plan.key(target) for target in targets}
        for old_name, old_keys in keys_before.items():
            if old_keys and old_keys <= keys:
                location = targets[0].subject.location
                change = Change(f"experiment {old_name} is renamed {name}", location, location)
                changes |= {old_name: change, name: change}
    return changes


# From there to the target


def stale_groups(plan: Plan, stale: Iterable[Target]) -> list[StaleGroup]:
    """Stale targets by what changed first on their way; what was never made comes first."""
    changes: dict[str, Change | None] = {"": None}
    targets: dict[str, list[Target]] = {"": []}
    for target in stale:
        way = next(_ways(plan, target, set()), None)
        cause = way.cause if way else ""
        changes.setdefault(cause, way.change if way else None)
        targets.setdefault(cause, []).append(target)
    return [StaleGroup(changes[cause], tuple(group)) for cause, group in targets.items() if group]


def paths_to(plan: Plan, target: Target) -> list[str]:
    """Why a target is stale: a line for each change, with the way from there to the target."""
    lines: dict[str, str] = {}
    for way in _ways(plan, target, set()):
        lines.setdefault(way.cause, " -> ".join(way.steps))
    return list(lines.values()) or [f"{target} is fresh"]


def _ways(plan: Plan, target: Target, visited: set[Target]) -> Iterator[_Way]:
    """Each change on which a target rests, and one way from there; none for a target that is fresh."""
    staleness = plan.staleness(target)
    if not staleness.is_stale or target in visited:
        return
    visited.add(target)
    if not staleness.reasons:
        yield _Way(None, (f"{target} was never made",))
        return
    for read in plan.graph.reads(target):
        for way in _ways(plan, read, visited):
            yield way.to(target)
    for change in staleness.reasons:
        if not change.follows:
            steps = _steps_within(plan, target, change)
            yield _Way(change, (str(change), *steps)).to(target)


def _steps_within(plan: Plan, target: Target, change: Change) -> list[str]:
    """The code by which a target rests on what changed, without that itself."""
    if target.subject is None or not change.label:
        return []
    return plan.dependencies.path_to(target.subject, change.label)[1:]

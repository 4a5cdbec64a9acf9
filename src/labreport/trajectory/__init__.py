"""The one value for trained work: a finished result, an unfinished one and what a worker returns are this.

`labreport.trajectory.store` keeps it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

Arrays = Mapping[str, Any]
"""Names to NumPy arrays."""
STATE = "state."
"""Prefix of the arrays from which a run continues; the others were kept for readers."""


@dataclass(frozen=True)
class Snapshot:
    """What was kept at one epoch: exact metrics and arrays, those to continue from among them.

    With `elsewhere`, the arrays are left out, because the other side of a connection has them.
    """

    metrics: Mapping[str, Any]
    arrays: Arrays
    elsewhere: bool = False


@dataclass(frozen=True)
class Trajectory:
    """How far one specification was trained with one seed, from epoch 1 on.

    `key` is the digest of `ingredients`, all that decides the result; `name` is the experiment that it was
    first trained for. `records` has one item per epoch, the first for epoch 1. `snapshots` has what was
    kept, by epoch, and `checkpoints` the states at other epochs from which an unfinished training can
    continue. `segments` says where each stretch of epochs was computed, with its `first` and `last` epoch;
    together they cover all records.
    """

    key: str
    ingredients: Mapping[str, Any]
    name: str
    records: tuple[Mapping[str, Any], ...] = ()
    snapshots: Mapping[int, Snapshot] = field(default_factory=dict)
    checkpoints: Mapping[int, Arrays] = field(default_factory=dict)
    segments: tuple[Mapping[str, Any], ...] = ()

    @property
    def epochs(self) -> int:
        """The number of trained epochs."""
        return len(self.records)

    @property
    def diverged_at(self) -> int | None:
        """The first epoch whose record has a number that is not finite; None where there is none."""
        return next((epoch for epoch, record in enumerate(self.records, 1) if not all_finite(record)), None)

    @property
    def seed(self) -> int:
        """The seed that it was trained with."""
        return int(self.ingredients["seed"])

    @property
    def states(self) -> dict[int, Arrays]:
        """The arrays that hold a state from which training can continue, by epoch."""
        return {**self.checkpoints, **{epoch: snapshot.arrays for epoch, snapshot in self.snapshots.items()}}

    def missing(self, epochs: int, snapshots: Iterable[int]) -> tuple[int, ...]:
        """The epochs to train to, ascending, for so many epochs with these snapshots; may be empty."""
        wanted = {epoch for epoch in snapshots if epoch not in self.snapshots}
        return tuple(sorted(wanted | {epochs} if self.epochs < epochs else wanted))

    def satisfies(self, epochs: int, snapshots: Iterable[int]) -> bool:
        """Whether it is trained for so many epochs and has these snapshots."""
        return not self.missing(epochs, snapshots)

    def stretches(self, epochs: int, snapshots: Iterable[int]) -> list[tuple[int, int]]:
        """What is trained to get there: epochs to begin after (0, or one with a state) and to end with."""
        found: list[tuple[int, int]] = []
        for target in self.missing(epochs, snapshots):
            begin = max((epoch for epoch in self.states if epoch <= target), default=0)
            if found and found[-1][1] >= begin:
                found[-1] = (found[-1][0], target)
            else:
                found.append((begin, target))
        return found

    def extended(self, record: Mapping[str, Any], where: Mapping[str, Any]) -> Trajectory:
        """With one more epoch, computed at the place and time that `where` describes."""
        epoch, segments = self.epochs + 1, list(self.segments)
        own = {**where, "first": epoch, "last": epoch}
        if segments and segments[-1]["last"] == self.epochs and _place(segments[-1]) == _place(own):
            own["first"] = segments.pop()["first"]
        return replace(self, records=(*self.records, record), segments=(*segments, own))

    def with_snapshot(self, epoch: int, snapshot: Snapshot) -> Trajectory:
        """With what was kept at a trained epoch."""
        return replace(
            self,
            snapshots=dict(sorted({**self.snapshots, epoch: snapshot}.items())),
            checkpoints={known: arrays for known, arrays in self.checkpoints.items() if known > epoch},
        )

    def with_checkpoint(self, epoch: int, arrays: Arrays) -> Trajectory:
        """With the state after a trained epoch, in place of those before."""
        later = {known: state for known, state in self.checkpoints.items() if known > epoch}
        return replace(self, checkpoints={epoch: arrays, **later})

    def finished(self) -> Trajectory:
        """Without the checkpoints that lie before its last snapshot."""
        last = max(self.snapshots, default=0)
        return replace(
            self, checkpoints={known: state for known, state in self.checkpoints.items() if known > last}
        )

    def cut(self, epoch: int) -> Trajectory:
        """As it was after `epoch`."""
        clipped = ({**part, "last": min(part["last"], epoch)} for part in self.segments)
        return replace(
            self,
            records=self.records[:epoch],
            snapshots={kept: snapshot for kept, snapshot in self.snapshots.items() if kept <= epoch},
            checkpoints={kept: state for kept, state in self.checkpoints.items() if kept <= epoch},
            segments=tuple(part for part in clipped if part["first"] <= epoch),
        )

    def merge(self, other: Trajectory) -> Trajectory:
        """This one, with what another of the same key has beyond it: later epochs, other snapshots.

        Raises `ValueError` for another key.
        """
        if self.key != other.key:
            raise ValueError(f"trajectories {self.key[:12]} and {other.key[:12]} are not of the same key")
        later = [part for part in other.segments if part["last"] > self.epochs]
        snapshots = dict(sorted({**other.snapshots, **self.snapshots}.items()))
        states = {known: state for known, state in other.checkpoints.items() if known > self.epochs}
        return replace(
            self,
            records=(*self.records, *other.records[self.epochs :]),
            snapshots=snapshots,
            checkpoints={
                known: state
                for known, state in {**states, **self.checkpoints}.items()
                if known not in snapshots
            },
            segments=(
                *self.segments,
                *({**part, "first": max(part["first"], self.epochs + 1)} for part in later),
            ),
        )

    def covered(self) -> bool:
        """Whether the segments say of every record where it was computed, in order and once."""
        known = 0
        for part in self.segments:
            if (
                part.get("first") != known + 1
                or not isinstance(part.get("last"), int)
                or part["last"] <= known
            ):
                return False
            known = part["last"]
        return known == self.epochs


def _place(segment: Mapping[str, Any]) -> dict[str, Any]:
    """Where a segment was computed, whenever that was."""
    return {name: value for name, value in segment.items() if name not in ("first", "last", "finished")}


SPELLED = "non-finite"
"""The only member of the object that stands for such a number: `{"non-finite": "nan"}`."""
VALUES = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


def spelled(value: Any) -> Any:
    """`value` with an object for each number that is not finite. Raises `ValueError` for such an object."""
    if isinstance(value, float) and not math.isfinite(value):
        return {SPELLED: str(float(value))}
    if isinstance(value, Mapping):
        if SPELLED in value:
            raise ValueError(f"the name {SPELLED!r} is taken by numbers that are not finite")
        return {name: spelled(item) for name, item in value.items()}
    return [spelled(item) for item in value] if isinstance(value, (list, tuple)) else value


def unspelled(value: Any) -> Any:
    """What `spelled` was given. Raises `ValueError` for another spelling."""
    if isinstance(value, dict):
        if SPELLED not in value:
            return {name: unspelled(item) for name, item in value.items()}
        if len(value) != 1 or value[SPELLED] not in VALUES:
            raise ValueError(f"has the number {value}; allowed are {', '.join(VALUES)}")
        return VALUES[value[SPELLED]]
    return [unspelled(item) for item in value] if isinstance(value, list) else value


def all_finite(value: Any) -> bool:
    """Whether every number in plain values is finite."""
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, Mapping):
        return all(map(all_finite, value.values()))
    return all(map(all_finite, value)) if isinstance(value, (list, tuple)) else True

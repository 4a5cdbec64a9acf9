"""One training as it travels to a worker, and what comes back; plain and picklable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Resume:
    """Where to go on: `state` is what `Run.state` gave at `epoch`."""

    epoch: int
    records: tuple[Mapping[str, Any], ...]
    snapshots: Mapping[int, Mapping[str, Any]]
    kept: Mapping[int, Mapping[str, Any]]
    """Arrays of snapshots taken since the entry was last stored, by epoch."""
    state: Mapping[str, Any]
    segments: tuple[Mapping[str, Any], ...] = ()
    """Where its epochs were computed."""


@dataclass(frozen=True)
class Task:
    """Train `specification` with `seed` up to epoch `until`, keeping `snapshots`.

    `checkpoints` is the results directory, or None where the worker does not share the disk.
    `program` groups tasks that share compiled programs; `cost` is the expected work of one epoch.
    """

    key: str
    name: str
    seed: int
    specification: Any
    start: str
    until: int
    snapshots: tuple[int, ...]
    source: str
    threads: int
    checkpoints: str | None = None
    resume: Resume | None = None
    program: str = ""
    cost: float = 1.0

    @property
    def remaining(self) -> int:
        """Epochs still to train."""
        return self.until - (self.resume.epoch if self.resume else 0)


@dataclass(frozen=True)
class Finished:
    """All records from epoch 1, and the snapshots taken with their arrays."""

    key: str
    records: tuple[Mapping[str, Any], ...]
    snapshots: Mapping[int, Mapping[str, Any]]
    arrays: Mapping[int, Mapping[str, Any]]
    segments: tuple[Mapping[str, Any], ...] = ()
    """Where each stretch of epochs was computed, with its first and last epoch."""

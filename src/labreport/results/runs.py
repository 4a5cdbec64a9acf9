"""A stored run: a record for each epoch, and checkpoints (metrics and a file of arrays) at some epochs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import msgspec

from labreport.errors import display_path, refuse
from labreport.project import Arrays
from labreport.results import files
from labreport.results.files import JsonObject

TIMES = "seconds"
"""A metric whose name ends in this is a measured time, which differs when a run is repeated."""


@dataclass(frozen=True)
class Checkpoint:
    """The metrics and arrays of a run at one epoch; the arrays are in `file`."""

    epoch: int
    metrics: JsonObject
    file: Path
    sha256: str
    size: int
    """The size of `file` in bytes."""

    @property
    def exists(self) -> bool:
        """Whether the file exists and has the right size. `is_intact` compares its bytes, too."""
        return self.file.is_file() and self.file.stat().st_size == self.size

    @property
    def is_intact(self) -> bool:
        """Whether the file has the bytes that were written."""
        return self.exists and files.sha256_of_file(self.file) == self.sha256

    @cached_property
    def arrays(self) -> Arrays:
        """Arrays by name, each read when it is looked up. Those of `state()` are called "state.NAME".

        Raises `Damaged` if the file is missing or has other bytes.
        """
        if not self.is_intact:
            text = f"{display_path(self.file)} is missing or damaged; build again to make it again"
            raise files.Damaged(self.file, text)
        return files.StoredArrays(self.file)


@dataclass(frozen=True)
class Run:
    """One seed of one experiment: a record for each epoch, and checkpoints by epoch.

    `records[0]` is that of epoch 1. `key` is the SHA-256 of `inputs`. `provenance` says where, when and how
    long the run was trained; it is not part of the key. `state` is a checkpoint to continue from that readers
    do not see. `ended_early` means that training stopped early: later epochs count as equal to the last one.
    `file_list_hash` is the hash of the list of files that were read; the list is in `Store.file_lists`.
    """

    key: str
    name: str
    seed: int
    inputs: Mapping[str, str]
    records: tuple[JsonObject, ...] = ()
    checkpoints: Mapping[int, Checkpoint] = field(default_factory=dict)
    provenance: JsonObject = field(default_factory=dict)
    state: Checkpoint | None = None
    ended_early: bool = False
    file_list_hash: str = ""

    def at(self, epoch: int | None = None) -> Checkpoint:
        """The checkpoint at an epoch, by default the last one. Raises `UsageError` if there is none."""
        if not epoch:
            epoch = max(self.checkpoints, default=0)
        checkpoint = self._checkpoint(epoch)
        if checkpoint is None:
            declared = ", ".join(map(str, sorted(self.checkpoints)))
            text = f"{self.name!r} is read at epoch {epoch}, and declared are {declared or 'none'}"
            refuse(f"{text}; add at({epoch}, …) to reads=")
        return checkpoint

    def _checkpoint(self, epoch: int) -> Checkpoint | None:
        if self.ended_early:
            epoch = min(epoch, len(self.records))
        return self.checkpoints.get(epoch)

    def missing(self, epochs: Iterable[int]) -> tuple[int, ...]:
        """Those of `epochs` that have no checkpoint yet, ascending."""
        return tuple(epoch for epoch in sorted(set(epochs)) if self._checkpoint(epoch) is None)

    def view_at(self, epochs: Sequence[int]) -> Run:
        """The run as a reader of these epochs sees it: only their checkpoints, no records after the last."""
        checkpoints = {}
        for epoch in sorted(epochs):
            if checkpoint := self._checkpoint(epoch):
                checkpoints[epoch] = checkpoint
        records = self.records[: max(epochs, default=0)]
        return replace(self, records=records, checkpoints=checkpoints, state=None, ended_early=False)

    @property
    def value_hash(self) -> str:
        """A short hash of everything but `inputs`. Measured times count: training again changes it."""
        encoded = msgspec.json.encode(replace(self, inputs={}), enc_hook=name_of_file)
        return hashlib.sha256(encoded).hexdigest()[: files.HASH_DIGITS]

    def without(self, file: Path) -> Run:
        """The run without the checkpoint or state whose arrays are in `file`."""
        checkpoints = {}
        for epoch, checkpoint in self.checkpoints.items():
            if checkpoint.file != file:
                checkpoints[epoch] = checkpoint
        is_state = self.state is not None and self.state.file == file
        return replace(self, checkpoints=checkpoints, state=None if is_state else self.state)

    def moved_to(self, folder: Path) -> Run:
        """The run with its files of arrays in another folder."""

        def moved(checkpoint: Checkpoint) -> Checkpoint:
            return replace(checkpoint, file=folder / checkpoint.file.name)

        checkpoints = {epoch: moved(checkpoint) for epoch, checkpoint in self.checkpoints.items()}
        return replace(self, checkpoints=checkpoints, state=moved(self.state) if self.state else None)

    @property
    def stored_checkpoints(self) -> tuple[Checkpoint, ...]:
        """All checkpoints, then the state if there is one."""
        checkpoints = tuple(self.checkpoints.values())
        return (*checkpoints, self.state) if self.state else checkpoints


def name_of_file(path: Path) -> str:
    """The name by which a run's JSON file refers to a file of arrays in the same folder."""
    return path.name

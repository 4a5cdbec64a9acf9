"""What is stored of one run: its records, and at some epochs exact metrics with a file of arrays."""

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
"""What is called so, or ends so, is a measured time: it differs when a run is repeated."""


@dataclass(frozen=True)
class Checkpoint:
    """What was stored of a run at one epoch: its exact metrics, and a file of arrays."""

    epoch: int
    metrics: JsonObject
    file: Path
    sha256: str
    size: int
    """The file's bytes."""

    @property
    def exists(self) -> bool:
        """Whether there is a file of its size. Its bytes are compared when they are read."""
        return self.file.is_file() and self.file.stat().st_size == self.size

    @property
    def is_intact(self) -> bool:
        """Whether the bytes of its file are those that were written."""
        return self.exists and files.sha256_of_file(self.file) == self.sha256

    @cached_property
    def arrays(self) -> Arrays:
        """Arrays by name, read when asked for; "state.NAME" is what `state` gave. Raises `Damaged`."""
        if not self.is_intact:
            text = f"{display_path(self.file)} is missing or damaged; build again to make it again"
            raise files.Damaged(self.file, text)
        return files.StoredArrays(self.file)


@dataclass(frozen=True)
class Run:
    """One seed of one experiment: a record for each epoch (the first is epoch 1), and checkpoints by epoch.

    `inputs` are what `key` is the digest of. `provenance` says where, when and for how long it was made, and
    is no part of its identity. `state` is a checkpoint beside those that readers see, to continue from. A run
    that is `finished` ended before its last epoch: every later one is as its last. `reads` is the digest of
    the list of files that were read for it, which `Store.reads` has.
    """

    key: str
    name: str
    seed: int
    inputs: Mapping[str, str]
    records: tuple[JsonObject, ...] = ()
    checkpoints: Mapping[int, Checkpoint] = field(default_factory=dict)
    provenance: JsonObject = field(default_factory=dict)
    state: Checkpoint | None = None
    finished: bool = False
    reads: str = ""

    def at(self, epoch: int | None = None) -> Checkpoint:
        """The checkpoint of an epoch, by default the last. Raises `UsageError` for an undeclared one."""
        if not epoch:
            epoch = max(self.checkpoints, default=0)
        checkpoint = self._checkpoint(epoch)
        if checkpoint is None:
            declared = ", ".join(map(str, sorted(self.checkpoints)))
            text = f"{self.name!r} is read at epoch {epoch}, and declared are {declared or 'none'}"
            refuse(f"{text}; add at({epoch}, …) to reads=")
        return checkpoint

    def _checkpoint(self, epoch: int) -> Checkpoint | None:
        if self.finished:
            epoch = min(epoch, len(self.records))
        return self.checkpoints.get(epoch)

    def missing(self, epochs: Iterable[int]) -> tuple[int, ...]:
        """The epochs among these that have no checkpoint yet, ascending."""
        return tuple(epoch for epoch in sorted(set(epochs)) if self._checkpoint(epoch) is None)

    def view_at(self, epochs: Sequence[int]) -> Run:
        """The run as a reader of these epochs sees it: no other checkpoints, and no later records."""
        checkpoints = {}
        for epoch in sorted(epochs):
            if checkpoint := self._checkpoint(epoch):
                checkpoints[epoch] = checkpoint
        records = self.records[: max(epochs, default=0)]
        return replace(self, records=records, checkpoints=checkpoints, state=None, finished=False)

    @property
    def value_hash(self) -> str:
        """The digest of all that it has; if it is trained again, its times alone give it another."""
        encoded = msgspec.json.encode(replace(self, inputs={}), enc_hook=name_of_file)
        return hashlib.sha256(encoded).hexdigest()[: files.HASH_DIGITS]

    def without(self, file: Path) -> Run:
        """The run without what was stored in this file of arrays."""
        checkpoints = {}
        for epoch, checkpoint in self.checkpoints.items():
            if checkpoint.file != file:
                checkpoints[epoch] = checkpoint
        is_state = self.state is not None and self.state.file == file
        return replace(self, checkpoints=checkpoints, state=None if is_state else self.state)

    @property
    def stored_checkpoints(self) -> tuple[Checkpoint, ...]:
        """All checkpoints, and the state where there is one."""
        checkpoints = tuple(self.checkpoints.values())
        return (*checkpoints, self.state) if self.state else checkpoints


def name_of_file(path: Path) -> str:
    """How a file of arrays is named in the file of its run, beside which it is."""
    return path.name

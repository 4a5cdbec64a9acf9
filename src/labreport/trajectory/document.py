"""A trajectory as the document in which it is kept, and back; what is read is checked in full."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec

from labreport.fingerprint.canonical import digest
from labreport.fingerprint.files import ARRAYS
from labreport.nonfinite import SPELLED, read, spelled
from labreport.store.files import Damaged
from labreport.store.sealed import Sealed, check_plain, seal, unseal
from labreport.trajectory.trajectory import Trajectory

FORMAT = "labreport trajectory 1"
EPOCHS_LIMIT = 1_000_000
_Digest = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]


class ArrayFile(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The file that holds the arrays of one epoch: its bytes, and their SHA-256."""

    size: Annotated[int, msgspec.Meta(gt=0)]
    sha256: _Digest

    def name(self, key: str, epoch: int) -> str:
        """Named by content, so that writing new arrays never harms a document that names the old ones."""
        return f"{key}.{epoch}.{self.sha256[:12]}{ARRAYS}"


class StoredSnapshot(msgspec.Struct, forbid_unknown_fields=True):
    """The metrics of one epoch, and where its arrays are."""

    arrays: ArrayFile
    metrics: dict[str, Any]


class Document(Sealed):
    """What a document holds. `snapshots` and `checkpoints` are by epoch."""

    checkpoints: dict[int, ArrayFile]
    format: Literal["labreport trajectory 1"]
    ingredients: dict[str, Any]
    key: _Digest
    name: str
    records: list[dict[str, Any]]
    seed: int
    segments: list[dict[str, Any]]
    snapshots: dict[int, StoredSnapshot]

    @property
    def arrays(self) -> dict[int, ArrayFile]:
        """The array files by epoch."""
        return {**self.checkpoints, **{epoch: found.arrays for epoch, found in self.snapshots.items()}}


def encode(trajectory: Trajectory, arrays: Mapping[int, ArrayFile]) -> bytes:
    """The document of a trajectory whose arrays are in these files. Raises `ValueError` for odd values.

    Numbers that are not finite are kept in records and metrics, spelled as `labreport.nonfinite` says.
    """
    for epoch, record in enumerate(trajectory.records, 1):
        check_plain(record, f"the record of epoch {epoch}", finite=False)
    for epoch, snapshot in trajectory.snapshots.items():
        check_plain(snapshot.metrics, f"the metrics of epoch {epoch}", finite=False)
    members = {
        "checkpoints": {str(epoch): arrays[epoch] for epoch in trajectory.checkpoints},
        "format": FORMAT,
        "ingredients": trajectory.ingredients,
        "key": trajectory.key,
        "name": trajectory.name,
        "records": spelled(trajectory.records),
        "seed": trajectory.seed,
        "segments": trajectory.segments,
        "snapshots": {
            str(epoch): {"arrays": arrays[epoch], "metrics": spelled(snapshot.metrics)}
            for epoch, snapshot in trajectory.snapshots.items()
        },
    }
    return seal(members)


def decode(data: bytes, key: str) -> Document:
    """The document of `key`. Raises `Damaged` at the first thing that is not as `encode` writes it."""
    document = unseal(data, Document)
    if SPELLED.encode() in data:  # numbers that are not finite
        try:
            document.records = [read(record) for record in document.records]
            for snapshot in document.snapshots.values():
                snapshot.metrics = read(snapshot.metrics)
        except ValueError as error:
            raise Damaged(str(error)) from None
    if document.key != key:
        raise Damaged("belongs to another key")
    if digest(document.ingredients) != key or document.ingredients.get("seed") != document.seed:
        raise Damaged("has ingredients that do not give its key")
    epochs = len(document.records)
    if not 0 < epochs <= EPOCHS_LIMIT:
        raise Damaged(f"has {epochs:,} epochs; 1 to {EPOCHS_LIMIT:,} are allowed")
    odd = [epoch for epoch in document.arrays if not 1 <= epoch <= epochs]
    if odd or set(document.checkpoints) & set(document.snapshots):
        raise Damaged(f"keeps arrays at epoch {odd[0] if odd else 'and epoch twice'}, of {epochs} epochs")
    segments = tuple(document.segments)
    if not Trajectory(key, {}, "", tuple(document.records), segments=segments).covered():
        raise Damaged("does not say where each of its epochs was computed")
    return document

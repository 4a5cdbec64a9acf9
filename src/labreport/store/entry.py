"""One stored result as a value, to and from its document; what is read is checked against a schema."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypedDict

from labreport.store.files import Damaged
from labreport.store.names import is_key

FORMAT = "labreport result 1"
EPOCHS_LIMIT = 1_000_000
_NUMBER = re.compile(r"[1-9][0-9]{0,6}\Z")
_BODY = {"ingredients", "name", "provenance", "records", "seed", "snapshots"}


class ArrayFile(TypedDict):
    """The file that holds the arrays of one epoch: name, bytes, SHA-256 of the bytes."""

    file: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Entry:
    """A trajectory as far as it was trained.

    `key` is the digest of `ingredients`, all that decides the result. `records` has one item an
    epoch; `snapshots` and `arrays` map an epoch to its metrics and to the file of its arrays.
    `name` and `provenance` say whose and where it was made, and are no part of its identity.
    """

    key: str
    ingredients: Mapping[str, Any]
    name: str
    seed: int
    records: list[dict[str, Any]]
    snapshots: Mapping[int, dict[str, Any]]
    arrays: Mapping[int, ArrayFile] = field(default_factory=dict)
    provenance: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Summary:
    """What a planner asks of an entry: epochs trained, array files by epoch, digest of the document."""

    key: str
    epochs: int
    arrays: Mapping[int, ArrayFile]
    digest: str

    @property
    def snapshots(self) -> tuple[int, ...]:
        """The epochs kept, ascending."""
        return tuple(sorted(self.arrays))


def array_file_name(key: str, epoch: int, sha256: str) -> str:
    """Named by content, so that writing new arrays never harms an entry that names the old ones."""
    return f"{key}.{epoch}.{sha256[:12]}.npz"


def to_document(entry: Entry) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and body of the document."""
    header = {
        "arrays": {str(epoch): dict(reference) for epoch, reference in entry.arrays.items()},
        "epochs": len(entry.records),
        "format": FORMAT,
        "key": entry.key,
    }
    body = {
        "ingredients": dict(entry.ingredients),
        "name": entry.name,
        "provenance": dict(entry.provenance),
        "records": list(entry.records),
        "seed": entry.seed,
        "snapshots": {str(epoch): metrics for epoch, metrics in entry.snapshots.items()},
    }
    return header, body


def from_document(header: Mapping[str, Any], body: Mapping[str, Any]) -> Entry:
    """The entry. Raises `Damaged` at the first thing that is not as `to_document` makes it."""
    key, epochs, arrays = from_header(header)
    _require(set(body) == _BODY, "has other members than a result has")
    _require(isinstance(body["name"], str), "has a name that is no text")
    _require(type(body["seed"]) is int, "has a seed that is no whole number")
    for member in ("ingredients", "provenance"):
        _require(isinstance(body[member], dict), f"has {member} that are no JSON object")
    records = body["records"]
    _require(
        isinstance(records, list) and all(isinstance(record, dict) for record in records),
        "has records that are no list of JSON objects",
    )
    _require(len(records) == epochs, f"has {len(records)} records for {epochs} epochs")
    snapshots = by_epoch(body["snapshots"], epochs, "snapshots")
    _require(set(snapshots) == set(arrays), "keeps arrays for other epochs than snapshots")
    return Entry(
        key,
        body["ingredients"],
        body["name"],
        body["seed"],
        records,
        snapshots,
        arrays,
        body["provenance"],
    )


def from_header(header: Mapping[str, Any]) -> tuple[str, int, dict[int, ArrayFile]]:
    """Key, epochs and array files. Raises `Damaged`."""
    _require(set(header) == {"arrays", "epochs", "format", "key"}, "has another header than a result has")
    _require(header["format"] == FORMAT, f"is of format {header['format']!r}, not {FORMAT!r}")
    key, epochs = header["key"], header["epochs"]
    _require(isinstance(key, str) and is_key(key), "has no valid key")
    _require(type(epochs) is int and 0 < epochs <= EPOCHS_LIMIT, "has no valid number of epochs")
    arrays = by_epoch(header["arrays"], epochs, "arrays")
    return key, epochs, {epoch: _array_file(key, epoch, item) for epoch, item in arrays.items()}


def _array_file(key: str, epoch: int, item: dict[str, Any]) -> ArrayFile:
    _require(set(item) == {"file", "size", "sha256"}, f"names no valid array file at epoch {epoch}")
    file, size, sha256 = item["file"], item["size"], item["sha256"]
    _require(
        isinstance(sha256, str)
        and is_key(sha256)
        and type(size) is int
        and size > 0
        and file == array_file_name(key, epoch, sha256),
        f"names no valid array file at epoch {epoch}",
    )
    return {"file": file, "size": size, "sha256": sha256}


def by_epoch(value: Any, epochs: int, what: str) -> dict[int, dict[str, Any]]:
    """JSON objects by epoch, from 1 to `epochs`. Raises `Damaged`."""
    _require(isinstance(value, dict), f"has {what} that are no JSON object")
    for epoch, item in value.items():
        _require(
            _NUMBER.match(epoch) is not None and int(epoch) <= epochs and isinstance(item, dict),
            f"has {what} at {epoch[:20]!r}, which is none of its {epochs} epochs",
        )
    return {int(epoch): value[epoch] for epoch in sorted(value, key=int)}


def covers(segments: Any, epochs: int) -> bool:
    """Whether stretches of epochs (`first` and `last`) are well-formed and leave out none of `epochs`."""
    if not isinstance(segments, list) or not all(isinstance(segment, dict) for segment in segments):
        return False
    bounds = [(segment.get("first"), segment.get("last")) for segment in segments]
    if not all(type(first) is int and type(last) is int and 1 <= first <= last for first, last in bounds):
        return False
    known = 0
    for first, last in sorted(bounds):
        if first > known + 1:
            return False
        known = max(known, last)
    return known >= epochs


def _require(condition: bool, otherwise: str) -> None:
    if not condition:
        raise Damaged(otherwise)

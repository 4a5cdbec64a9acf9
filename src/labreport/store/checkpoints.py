"""How far a run has come, in one checked file; written by workers, so a killed run goes on from there."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labreport.errors import StoreError
from labreport.store import arrays, checked_json
from labreport.store.entry import by_epoch, covers
from labreport.store.files import (
    Damaged,
    TooLarge,
    make_directory,
    names_in,
    read_regular,
    shown,
    write_atomically,
)
from labreport.store.names import is_key
from labreport.store.quarantine import Quarantine

FORMAT = "labreport checkpoint 2"
_LINE = re.compile(rb"labreport checkpoint ([0-9]{10})\n")
_LINE_LENGTH = len(b"labreport checkpoint 0000000000\n")
_STATE = "state"


@dataclass(frozen=True)
class Checkpoint:
    """A run that stands at `epoch`: records and snapshots so far, arrays by epoch, and its state.

    `segments` says where each stretch of its epochs was computed.
    """

    epoch: int
    records: list[dict[str, Any]]
    snapshots: Mapping[int, dict[str, Any]]
    arrays: Mapping[int, Mapping[str, Any]]
    state: Mapping[str, Any]
    segments: tuple[Mapping[str, Any], ...] = ()


class Checkpoints:
    """The folder `checkpoints` in `directory`, one file a key; all it needs is its folder."""

    def __init__(self, directory: Path, notices: list[str] | None = None, mend: bool = True) -> None:
        self.directory = directory / "checkpoints"
        self.notices = notices if notices is not None else []
        self._quarantine = Quarantine(directory, self.notices, mend)

    def path(self, key: str) -> Path:
        """Where the checkpoint of `key` is kept."""
        if not is_key(key):
            raise ValueError(f"{key!r} is no key")
        return self.directory / f"{key}.checkpoint"

    def load(self, key: str) -> Checkpoint | None:
        """The checkpoint, checked; None when there is none, or only a damaged one, which is moved away."""
        path = self.path(key)
        try:
            return _decode(read_regular(path, checked_json.LIMIT + arrays.LIMIT), key)
        except FileNotFoundError:
            return None
        except Damaged as damage:
            self._quarantine.take(path, str(damage))
            return None

    def check(self, key: str) -> bool:
        """Whether there is a checkpoint, whole; a damaged one is moved away. Needs no NumPy."""
        path = self.path(key)
        try:
            _unseal(read_regular(path, checked_json.LIMIT + arrays.LIMIT), key)
        except FileNotFoundError:
            return False
        except Damaged as damage:
            self._quarantine.take(path, str(damage))
            return False
        return True

    def save(self, key: str, checkpoint: Checkpoint) -> bool:
        """Put `checkpoint` in place of the last one; False, and nothing done, where it is too large.

        Raises `StoreError` when it cannot be written, `ValueError` for values that are not plain.
        """
        path = self.path(key)
        try:
            data = _encode(key, checkpoint)
        except TooLarge:
            return False
        make_directory(self.directory)
        self._quarantine.clear(path)
        write_atomically(path, data)
        return True

    def drop(self, key: str) -> None:
        """Remove the checkpoint, if there is one: its run is finished and stored."""
        path = self.path(key)
        try:
            with suppress(FileNotFoundError):
                path.unlink()
        except OSError as error:
            raise StoreError(f"cannot remove {shown(path)}: {error.strerror}; remove it by hand") from error

    def keys(self) -> list[str]:
        """The keys that have a checkpoint."""
        names = names_in(self.directory)
        return [name[:64] for name in names if name[64:] == ".checkpoint" and is_key(name[:64])]


def _encode(key: str, checkpoint: Checkpoint) -> bytes:
    groups = {_STATE: checkpoint.state, **{str(epoch): group for epoch, group in checkpoint.arrays.items()}}
    packed = arrays.pack(
        {f"{group}/{name}": array for group, named in groups.items() for name, array in named.items()}
    )
    header = {
        "epoch": checkpoint.epoch,
        "format": FORMAT,
        "groups": sorted(groups),
        "key": key,
        "sha256": hashlib.sha256(packed).hexdigest(),
        "size": len(packed),
    }
    body = {
        "records": list(checkpoint.records),
        "segments": [dict(segment) for segment in checkpoint.segments],
        "snapshots": {str(epoch): metrics for epoch, metrics in checkpoint.snapshots.items()},
    }
    document = checked_json.encode(header, body)
    return b"labreport checkpoint %010d\n" % len(document) + document + packed


def _decode(data: bytes, key: str) -> Checkpoint:
    header, body, packed = _unseal(data, key)
    del data
    return _checkpoint(header, body, arrays.unpack(packed))


def _unseal(data: bytes, key: str) -> tuple[dict[str, Any], dict[str, Any], bytes]:
    """Header, body and the bytes of the arrays, their checksums checked. Raises `Damaged`."""
    line = _LINE.match(data)
    if line is None:
        raise Damaged("is no checkpoint")
    end = _LINE_LENGTH + int(line[1])
    header, body = checked_json.decode(data[_LINE_LENGTH:end])
    packed = data[end:]
    del data
    if set(header) != {"epoch", "format", "groups", "key", "sha256", "size"} or header["format"] != FORMAT:
        raise Damaged("has another header than a checkpoint has")
    if header["key"] != key:
        raise Damaged("belongs to another key")
    if header["size"] != len(packed) or hashlib.sha256(packed).hexdigest() != header["sha256"]:
        raise Damaged("has arrays that differ from their checksum")
    return header, body, packed


def _checkpoint(header: Mapping[str, Any], body: Mapping[str, Any], found: Mapping[str, Any]) -> Checkpoint:
    epoch, groups, records = header["epoch"], header["groups"], body.get("records")
    if (
        set(body) != {"records", "segments", "snapshots"}
        or not covers(body["segments"], epoch)
        or not isinstance(records, list)
        or not all(isinstance(record, dict) for record in records)
        or type(epoch) is not int
        or epoch < 1
        or epoch != len(records)
        or not isinstance(body["snapshots"], dict)
        or groups != sorted({_STATE, *body["snapshots"]})
    ):
        raise Damaged("is not as a checkpoint is written")
    snapshots = by_epoch(body["snapshots"], epoch, "snapshots")
    by_group: dict[str, dict[str, Any]] = {group: {} for group in groups}
    for full_name, array in found.items():
        group, _, name = full_name.partition("/")
        if group not in by_group or not name:
            raise Damaged(f"holds the array {full_name!r}, which belongs nowhere")
        by_group[group][name] = array
    state = by_group.pop(_STATE)
    return Checkpoint(
        epoch,
        records,
        snapshots,
        {int(name): group for name, group in by_group.items()},
        state,
        tuple(body["segments"]),
    )

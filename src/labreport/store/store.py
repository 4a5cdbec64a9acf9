"""The store of results: get and put by key, atomic and checked."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from labreport.errors import StoreError
from labreport.fingerprint.canonical import digest as digest_of
from labreport.fingerprint.files import sha256
from labreport.store import arrays, checked_json
from labreport.store.checkpoints import Checkpoint, Checkpoints
from labreport.store.entry import (
    ArrayFile,
    Entry,
    Summary,
    array_file_name,
    from_document,
    from_header,
    to_document,
)
from labreport.store.files import (
    Damaged,
    cannot_write,
    find_strays,
    make_directory,
    names_in,
    read_regular,
    shown,
    sync_directory,
    write_atomically,
)
from labreport.store.names import is_key
from labreport.store.quarantine import Quarantine

_Value = TypeVar("_Value")


class Store:
    """Entries in one folder: `KEY.json`, and `KEY.EPOCH.DIGEST.npz` for the arrays of each epoch kept.

    Whatever is not as it was written is moved to `quarantine`, noted in `notices`, and counts as
    missing. With `mend` false nothing is moved, for commands that only look. Writing is for whoever
    holds the lock of the output directory.
    """

    def __init__(self, directory: Path, *, mend: bool = True) -> None:
        self.directory = directory
        self.notices: list[str] = []
        self.checkpoints = Checkpoints(directory, self.notices, mend)
        self._quarantine = Quarantine(directory, self.notices, mend)

    def entry_path(self, key: str) -> Path:
        """Where the document of `key` is kept."""
        if not is_key(key):
            raise ValueError(f"{key!r} is no key")
        return self.directory / f"{key}.json"

    def keys(self) -> list[str]:
        """The keys of all entries, whether good or damaged."""
        return [name[:64] for name in names_in(self.directory) if name[64:] == ".json" and is_key(name[:64])]

    def entry(self, key: str) -> Entry | None:
        """The entry under `key`: checksum, schema and key all checked; None when missing or damaged."""
        return self._read(key, self._decode)

    def entry_summary(self, key: str) -> Summary | None:
        """The header of the entry, and the document's digest; the body is checked but not parsed."""
        return self._read(key, _summary)

    def check(self, key: str, digest: Callable[[Path], str | None] = sha256) -> bool:
        """Whether the entry and every array file that it names are there, byte for byte.

        `digest` gives the SHA-256 of a file; pass one that remembers. What is damaged is moved away,
        and the document with it, for it names bytes that are lost.
        """
        summary = self.entry_summary(key)
        if summary is None:
            return False
        for reference in summary.arrays.values():
            path = self.directory / reference["file"]
            reason = _wrong(path, reference, digest)
            if reason:
                self._lose(key, path, reason)
                return False
        return True

    def arrays(self, entry: Entry, epoch: int) -> dict[str, Any]:
        """The arrays kept at `epoch`, read-only NumPy arrays by name.

        Raises `StoreError` when they are damaged; they are then moved away, to be made again.
        """
        reference = entry.arrays[epoch]
        path = self.directory / reference["file"]
        try:
            try:
                data = read_regular(path, arrays.LIMIT)
            except FileNotFoundError:
                raise Damaged("is missing") from None
            if hashlib.sha256(data).hexdigest() != reference["sha256"]:
                raise Damaged("differs from its checksum")
            return arrays.unpack(data)
        except Damaged as damage:
            self._lose(entry.key, path, str(damage))
            raise StoreError(f"{shown(path)} {damage}; run again to make {entry.name!r} again") from None

    def put(self, entry: Entry, new_arrays: Mapping[int, Mapping[str, Any]]) -> Entry:
        """Store `entry` with the arrays of the epochs in `new_arrays`; return it as it reads back.

        Epochs in `entry.snapshots` that are not in `new_arrays` keep the files that the entry, or
        the stored one of the same key, names. Arrays are written first, the document last.
        Raises `StoreError` when it cannot be written or holds what cannot be stored.
        """
        make_directory(self.directory)
        try:
            kept = {**self._stored_arrays(entry, new_arrays), **entry.arrays}
            for epoch, group in sorted(new_arrays.items()):
                kept[epoch] = self._put_arrays(entry.key, epoch, group)
            missing = sorted(set(entry.snapshots) - set(kept))
            if missing:
                raise ValueError(f"no arrays are given for the snapshot at epoch {missing[0]}")
            complete = replace(entry, arrays={epoch: kept[epoch] for epoch in sorted(entry.snapshots)})
            data = checked_json.encode(*to_document(complete))
            written = self._decode(data, entry.key)
        except ValueError as error:
            raise StoreError(f"cannot store result {entry.name!r}, seed {entry.seed}: {error}") from error
        except Damaged as damage:
            raise StoreError(f"cannot store result {entry.name!r}, seed {entry.seed}: it {damage}") from None
        path = self.entry_path(entry.key)
        self.entry_summary(entry.key)  # what is damaged is kept in quarantine, not written over
        write_atomically(path, data)
        self._drop_superseded(written)
        return written

    def checkpoint(self, key: str) -> Checkpoint | None:
        """How far an unfinished run has come; None when there is nothing to go on from."""
        return self.checkpoints.load(key)

    def save_checkpoint(self, key: str, checkpoint: Checkpoint) -> bool:
        """Put `checkpoint` in place of the last one; False when it is too large to keep."""
        return self.checkpoints.save(key, checkpoint)

    def drop_checkpoint(self, key: str) -> None:
        """Remove the checkpoint of a run that is finished and stored."""
        self.checkpoints.drop(key)

    def drop_checkpoints(self, finished: Iterable[str]) -> None:
        """Remove what a build that was killed right after storing left of the runs in `finished`."""
        left = set(self.checkpoints.keys())
        for key in finished:
            if key in left:
                self.checkpoints.drop(key)

    def referenced_files(self, key: str) -> list[Path]:
        """The array files that the entry names."""
        summary = self.entry_summary(key)
        return [self.directory / item["file"] for item in summary.arrays.values()] if summary else []

    def paths(self, key: str) -> list[Path]:
        """Every file that belongs to `key`, the document first, so that removing in order is safe."""
        names = [name for name in names_in(self.directory) if name[:65] == f"{key}." and name[-4:] == ".npz"]
        candidates = [
            self.entry_path(key),
            *(self.directory / name for name in names),
            self.checkpoints.path(key),
        ]
        return [path for path in candidates if os.path.lexists(path)]

    def remove(self, key: str) -> int:
        """Remove all that belongs to `key`; the bytes that this freed. Raises `StoreError`."""
        return self._unlink(self.paths(key))

    def orphans(self) -> list[Path]:
        """Array files that no entry names: left by a run that was killed, of use to nobody."""
        named = {path.name for key in self.keys() for path in self.referenced_files(key)}
        return [
            self.directory / name
            for name in names_in(self.directory)
            if name[-4:] == ".npz" and is_key(name[:64]) and name not in named
        ]

    def strays(self) -> list[Path]:
        """Temporary files that killed writers left; `files.remove_strays` removes them."""
        return sorted(find_strays(self.directory))

    def _read(self, key: str, decode: Callable[[bytes, str], _Value]) -> _Value | None:
        path = self.entry_path(key)
        try:
            return decode(read_regular(path, checked_json.LIMIT), key)
        except FileNotFoundError:
            return None
        except Damaged as damage:
            self._quarantine.take(path, str(damage))
            return None

    def _decode(self, data: bytes, key: str) -> Entry:
        entry = from_document(*checked_json.decode(data))
        if entry.key != key:
            raise Damaged("belongs to another key")
        if digest_of(entry.ingredients) != key:
            raise Damaged("has ingredients that do not give its key")
        return entry

    def _stored_arrays(self, entry: Entry, new_arrays: Mapping[int, Any]) -> Mapping[int, ArrayFile]:
        if set(entry.snapshots) <= {*new_arrays, *entry.arrays}:
            return {}
        summary = self.entry_summary(entry.key)
        return summary.arrays if summary is not None else {}

    def _put_arrays(self, key: str, epoch: int, group: Mapping[str, Any]) -> ArrayFile:
        data = arrays.pack(group)
        content = hashlib.sha256(data).hexdigest()
        path = self.directory / array_file_name(key, epoch, content)
        if os.path.lexists(path) and sha256(path) != content:
            self._quarantine.take(path, "differs from its checksum")
        write_atomically(path, data)
        return {"file": path.name, "size": len(data), "sha256": content}

    def _drop_superseded(self, entry: Entry) -> None:
        named = {reference["file"] for reference in entry.arrays.values()}
        self._unlink(
            [path for path in self.paths(entry.key)[1:] if path.suffix == ".npz" and path.name not in named]
        )

    def _lose(self, key: str, path: Path, reason: str) -> None:
        document = self.entry_path(key)
        if os.path.lexists(path):
            self._quarantine.take(path, reason, document)
        else:
            self._quarantine.take(document, f"names {path.name}, which {reason}")

    def _unlink(self, paths: list[Path]) -> int:
        freed = 0
        for path in paths:
            try:
                size = os.lstat(path).st_size
                path.unlink()
                freed += size
            except FileNotFoundError:
                continue
            except OSError as error:
                raise StoreError(
                    f"cannot remove {shown(path)}: {error.strerror}; remove it by hand"
                ) from error
        if paths:
            try:
                sync_directory(self.directory)
            except OSError as error:
                raise cannot_write(self.directory, error) from error
        return freed


def _summary(data: bytes, key: str) -> Summary:
    found, epochs, references = from_header(checked_json.decode_header(data))
    if found != key:
        raise Damaged("belongs to another key")
    return Summary(key, epochs, references, hashlib.sha256(data).hexdigest())


def _wrong(path: Path, reference: ArrayFile, digest: Callable[[Path], str | None]) -> str:
    """What is wrong with an array file; empty when nothing is."""
    try:
        size = os.stat(path).st_size
    except OSError:
        return "is a dangling link" if os.path.lexists(path) else "is missing"
    if size != reference["size"]:
        return f"has {size:,} bytes instead of {reference['size']:,}"
    found = digest(path)
    if found is None:
        # Either no file any more, or one that the disk will not give: which is no damage, and raises
        try:
            found = hashlib.sha256(read_regular(path, arrays.LIMIT)).hexdigest()
        except FileNotFoundError:
            return "is missing"
        except Damaged as damage:
            return str(damage)
    return "" if found == reference["sha256"] else "differs from its checksum"

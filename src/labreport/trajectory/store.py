"""The store of trajectories: get and put by key, atomic and checked."""

from __future__ import annotations

import errno
import hashlib
import os
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from labreport.errors import ExperimentFailed, StoreError
from labreport.fingerprint.files import sha256
from labreport.store import arrays
from labreport.store.files import (
    Damaged,
    cannot_write,
    make_directory,
    names_in,
    read_regular,
    remove,
    shown,
    sync_directory,
    write_atomically,
)
from labreport.store.names import is_key
from labreport.store.quarantine import Quarantine
from labreport.store.sealed import LIMIT
from labreport.trajectory.document import ArrayFile, decode, encode
from labreport.trajectory.trajectory import Snapshot, Trajectory

Digest = Callable[[Path], str | None]
"""The SHA-256 of a file; None where it is missing or not a regular file."""


class StoredArrays(Mapping[str, Any]):
    """The arrays of one epoch, read and checked when one is first asked for.

    Raises `StoreError` where they are damaged; they are then set aside, to be rebuilt by the next run.
    """

    def __init__(self, path: Path, file: ArrayFile, quarantine: Quarantine) -> None:
        self.path = path
        self.file = file
        self._quarantine = quarantine
        self._found: dict[str, Any] | None = None

    def __getitem__(self, name: str) -> Any:
        return self._arrays[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._arrays)

    def __len__(self) -> int:
        return len(self._arrays)

    @property
    def _arrays(self) -> dict[str, Any]:
        if self._found is None:
            try:
                data = _read(self.path, arrays.FILE_LIMIT)
                if hashlib.sha256(data).hexdigest() != self.file.sha256:
                    raise Damaged("differs from its checksum")
                self._found = arrays.unpack(data)
            except Damaged as damage:
                if os.path.lexists(self.path):
                    self._quarantine.take(self.path, str(damage))
                raise StoreError(f"{shown(self.path)} {damage}; run again to rebuild it") from None
        return self._found


class Store:
    """Trajectories in one folder: `KEY.json`, and `KEY.EPOCH.DIGEST.safetensors` for each epoch kept.

    Whatever is not as it was written is set aside, noted in `notices`, and counts as missing. With `repair`
    false nothing is moved, for commands that only look. Writing is for whoever holds the lock of the
    output folder, in any number of threads, one for each key.
    """

    def __init__(self, folder: Path, quarantine: Quarantine | None = None, *, repair: bool = True) -> None:
        self.folder = folder
        self._quarantine = quarantine or Quarantine(folder.parent, repair=repair)
        self._arrays: defaultdict[str, set[str]] | None = None
        self._lock = threading.Lock()

    @property
    def notices(self) -> list[str]:
        """One line for each damaged file that was found."""
        return self._quarantine.notices

    def path(self, key: str) -> Path:
        """Where the document of `key` is kept."""
        if not is_key(key):
            raise ValueError(f"{key!r} is not a key")
        return self.folder / f"{key}.json"

    def keys(self) -> list[str]:
        """The keys of all documents, good or damaged."""
        return [name[:64] for name in names_in(self.folder) if name[64:] == ".json" and is_key(name[:64])]

    def get(self, key: str) -> Trajectory | None:
        """The trajectory of `key`, its document checked in full; None when that is missing or damaged.

        Its arrays are read when they are first asked for.
        """
        path = self.path(key)
        try:
            document = decode(read_regular(path, LIMIT), key)
        except FileNotFoundError:
            return None
        except Damaged as damage:
            self._quarantine.take(path, str(damage))
            return None
        found = {
            epoch: StoredArrays(self.folder / file.name(key, epoch), file, self._quarantine)
            for epoch, file in document.arrays.items()
        }
        return Trajectory(
            key,
            document.ingredients,
            document.name,
            tuple(document.records),
            {
                epoch: Snapshot(snapshot.metrics, found[epoch])
                for epoch, snapshot in sorted(document.snapshots.items())
            },
            {epoch: found[epoch] for epoch in document.checkpoints},
            tuple(document.segments),
        )

    def sound(self, key: str, digest: Digest = sha256) -> Trajectory | None:
        """The trajectory without the epochs whose arrays are missing or damaged, which are set aside.

        `digest` gives the SHA-256 of a file; pass one that remembers.
        """
        found = self.get(key)
        if found is None:
            return None
        bad = {epoch for epoch, kept in found.states.items() if not self._intact(kept, digest)}
        return replace(
            found,
            snapshots={epoch: kept for epoch, kept in found.snapshots.items() if epoch not in bad},
            checkpoints={epoch: kept for epoch, kept in found.checkpoints.items() if epoch not in bad},
        )

    def put(self, trajectory: Trajectory) -> Trajectory:
        """Keep `trajectory` in place of what was kept under its key; return it as it reads back.

        Arrays that are not in the store yet are written first, the document last, and then array files
        are removed that it no longer names. Raises `StoreError` when it cannot be written, and
        `ExperimentFailed` when it holds values that cannot be kept.
        """
        make_directory(self.folder)
        try:
            files = {
                epoch: self._put_arrays(trajectory.key, epoch, kept)
                for epoch, kept in sorted(trajectory.states.items())
            }
            data = encode(trajectory, files)
            decode(data, trajectory.key)
        except ValueError as error:
            raise ExperimentFailed(f"its result cannot be kept: {error}") from error
        except Damaged as damage:
            raise ExperimentFailed(f"its result cannot be kept: it {damage}") from None
        path = self.path(trajectory.key)
        if os.path.lexists(path):
            self.get(trajectory.key)  # what is damaged is set aside, not written over
        write_atomically(path, data)
        named = {file.name(trajectory.key, epoch) for epoch, file in files.items()}
        self._unlink([path for path in self.paths(trajectory.key)[1:] if path.name not in named])
        found = self.get(trajectory.key)
        if found is None:
            raise StoreError(f"{shown(path)}: written, but cannot be read back; check the disk")
        return found

    def paths(self, key: str) -> list[Path]:
        """Every file that belongs to `key`, the document first, so that removing in order is safe."""
        candidates = [self.path(key), *(self.folder / name for name in sorted(self._own(key)))]
        return [path for path in candidates if os.path.lexists(path)]

    def _own(self, key: str) -> set[str]:
        """The names of the array files of `key`; the folder, which may be long, is listed once only."""
        with self._lock:
            if self._arrays is None:
                self._arrays = defaultdict(set)
                for name in names_in(self.folder):
                    if name.endswith(arrays.SUFFIX) and is_key(name[:64]) and name[64] == ".":
                        self._arrays[name[:64]].add(name)
            return self._arrays[key]

    def orphans(self, trajectories: Iterable[Trajectory] | None = None) -> list[Path]:
        """Array files that no document names: left by a run that was killed, of use to nobody.

        Only those that belong to `trajectories`, as they are stored, where these are given.
        """
        found = list(filter(None, map(self.get, self.keys())) if trajectories is None else trajectories)
        keys = {one.key for one in found}
        named = {
            kept.path.name for one in found for kept in one.states.values() if isinstance(kept, StoredArrays)
        }
        return [
            self.folder / name
            for name in (names_in(self.folder) if trajectories is None or keys else ())
            if name.endswith(arrays.SUFFIX)
            and (name[:64] in keys or (trajectories is None and is_key(name[:64])))
            and name not in named
        ]

    def _put_arrays(self, key: str, epoch: int, kept: Mapping[str, Any]) -> ArrayFile:
        if isinstance(kept, StoredArrays) and kept.path.parent == self.folder:
            return kept.file
        data = arrays.pack(kept)
        file = ArrayFile(len(data), hashlib.sha256(data).hexdigest())
        path = self.folder / file.name(key, epoch)
        if sha256(path, arrays.FILE_LIMIT) != file.sha256:
            if os.path.lexists(path):
                self._quarantine.take(path, "differs from its checksum")
            write_atomically(path, data)
        self._own(key).add(path.name)
        return file

    def _intact(self, kept: Mapping[str, Any], digest: Digest) -> bool:
        if not isinstance(kept, StoredArrays):
            return True
        try:
            size = os.stat(kept.path).st_size
            if size != kept.file.size:
                raise Damaged(f"has {size:,} bytes instead of {kept.file.size:,}")
            if digest(kept.path) != kept.file.sha256:
                raise Damaged("differs from its checksum")
        except FileNotFoundError:
            if os.path.lexists(kept.path):
                self._quarantine.take(kept.path, "is a dangling link")
            return False
        except OSError as error:
            if error.errno != errno.ELOOP:
                raise StoreError(
                    f"cannot read {shown(kept.path)}: {error.strerror}; check the disk"
                ) from error
            self._quarantine.take(kept.path, "is a link to itself")
            return False
        except Damaged as damage:
            self._quarantine.take(kept.path, str(damage))
            return False
        return True

    def _unlink(self, paths: list[Path]) -> None:
        for path in paths:
            remove(path)
        if paths:
            try:
                sync_directory(self.folder)
            except OSError as error:
                raise cannot_write(self.folder, error) from error


def _read(path: Path, limit: int) -> bytes:
    try:
        return read_regular(path, limit)
    except FileNotFoundError:
        raise Damaged("is missing") from None

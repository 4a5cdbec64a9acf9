"""The store of trajectories: get and put by key, atomic and checked; and the document of each."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from labreport.errors import ExperimentFailed, StoreError
from labreport.fingerprint.canonical import digest
from labreport.fingerprint.files import ARRAYS, sha256
from labreport.store import arrays
from labreport.store.arrays import Filed
from labreport.store.files import (
    Damaged,
    OtherVersion,
    Quarantine,
    names_in,
    read_regular,
    shown,
    sync_directory,
    write_atomically,
    writing,
)
from labreport.store.sealed import LIMIT, Sealed, check_plain, seal, unseal
from labreport.store.shelf import DOCUMENT, Digest, Shelf, is_key
from labreport.trajectory import SPELLED, Snapshot, Trajectory, spelled, unspelled

MANY = 500
"""Small trajectories that are kept as files of their own, at most."""
SMALL = 64 << 10
"""Bytes of a small one, with its arrays."""
IN_ONE = 1000
"""So many of them are put into one pack."""
OTHERS = "other-versions"
"""The folder of results that other versions of this program made, a folder for each form."""
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

    Numbers that are not finite are kept in records and metrics, spelled as `spelled` does it.
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
            document.records = [unspelled(record) for record in document.records]
            for snapshot in document.snapshots.values():
                snapshot.metrics = unspelled(snapshot.metrics)
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


class StoredArrays(Mapping[str, Any]):
    """The arrays of one epoch, read and checked when one is first asked for.

    Raises `StoreError` where they are damaged; they are then set aside, to be rebuilt by the next run.
    """

    def __init__(self, shelf: Store, name: str, file: ArrayFile) -> None:
        self.shelf = shelf
        self.name = name
        self.file = file
        self._found: Mapping[str, Any] | None = None
        self.filed = Filed(shelf.folder / name, file.size, file.sha256, shelf.limit)

    def __getitem__(self, name: str) -> Any:
        return self._arrays[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._arrays)

    def __len__(self) -> int:
        return len(self._arrays)

    def to_send(self, here: bool) -> Mapping[str, Any]:
        """For another process: one that runs `here` reads large ones by itself."""
        return self.filed if here and self.file.size > arrays.LARGE else dict(self)

    @property
    def _arrays(self) -> Mapping[str, Any]:
        if self._found is None:
            try:
                if self.file.size > arrays.LARGE:
                    self._found = self.filed if self.filed.names else {}
                    return self._found
                data = self.shelf.read(self.name, arrays.LARGE)
                if hashlib.sha256(data).hexdigest() != self.file.sha256:
                    raise Damaged("differs from its checksum")
                self._found = arrays.unpack(data)
            except (Damaged, FileNotFoundError) as damage:
                reason = str(damage) if isinstance(damage, Damaged) else "is missing"
                path = self.shelf.folder / self.name
                if isinstance(damage, Damaged):
                    self.shelf.set_aside(self.name, reason)
                raise StoreError(f"{shown(path)} {reason}; run again to rebuild it") from None
        return self._found


class Store(Shelf):
    """Trajectories in one folder: `KEY.json`, and `KEY.EPOCH.DIGEST.safetensors` for each epoch kept.

    Where there are many small ones, `compact` puts these files into packs.

    Whatever is not as it was written is set aside, noted in `notices`, and counts as missing. With `repair`
    false nothing is moved, for commands that only look. Writing is for whoever holds the lock of the
    output folder, in any number of threads, one for each key.

    Of a file that is not read whole, an array of more than `limit` bytes is refused.
    """

    def __init__(
        self,
        folder: Path,
        quarantine: Quarantine | None = None,
        *,
        repair: bool = True,
        limit: int | None = None,
    ) -> None:
        super().__init__(folder, quarantine or Quarantine(folder.parent, repair=repair))
        self.limit = limit
        self._others: set[str] = set()
        """The keys of results that were found in the form of another version."""

    @property
    def notices(self) -> list[str]:
        """One line for each damaged file that was found."""
        return self._quarantine.notices

    def path(self, key: str) -> Path:
        """Where the document of `key` is kept."""
        if not is_key(key):
            raise ValueError(f"{key!r} is not a key")
        return self.folder / f"{key}.json"

    def get(self, key: str) -> Trajectory | None:
        """The trajectory of `key`, its document checked in full; None when that is missing or damaged.

        Its arrays are read when they are first asked for.
        """
        name = self.path(key).name
        try:
            document = decode(self.read(name, LIMIT), key)
        except FileNotFoundError:
            return None
        except OtherVersion as other:
            return self.get(key) if self._put_aside(key, other) else None
        except Damaged as damage:
            return self.get(key) if self.set_aside(name, str(damage)) else None
        found = {
            epoch: StoredArrays(self, file.name(key, epoch), file) for epoch, file in document.arrays.items()
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
        self._quarantine.make_folder(self.folder)
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
        self.note(path.name)
        named = {file.name(trajectory.key, epoch) for epoch, file in files.items()}
        self.remove(path for path in self.paths(trajectory.key)[1:] if path.name not in named)
        found = self.get(trajectory.key)
        if found is None:
            raise StoreError(f"{shown(path)}: written, but cannot be read back; check the disk")
        return found

    def compact(self) -> list[Path]:
        """Put small trajectories into packs where there are `MANY`; the files that are there no more.

        They are removed when what they held is in a pack on the disk, so that a kill loses nothing. What is
        damaged stays. Raises `StoreError`; nothing is lost then either.
        """
        removed: list[Path] = []
        keys = self.loose()
        if len(keys) >= MANY:
            keys = [key for key in keys if sum(os.lstat(path).st_size for path in self.paths(key)) <= SMALL]
        for begin in range(0, len(keys), IN_ONE) if len(keys) >= MANY else ():
            files = [file for key in keys[begin : begin + IN_ONE] for file in self._whole_files(key)]
            self.drop({name[:64] for name, _ in files})  # what packs have of these is older
            if files:
                self.pack(files)
            paths = [self.folder / name for name, _ in files]
            self.remove(paths)
            removed += paths
        return removed

    def _whole_files(self, key: str) -> list[tuple[str, bytes]]:
        """The files of their own that make up a trajectory, the document first; none where one is damaged."""
        try:
            path = self.path(key)
            files = [(path.name, read_regular(path, SMALL))]
            for epoch, file in decode(files[0][1], key).arrays.items():
                name = file.name(key, epoch)
                files.append((name, read_regular(self.folder / name, SMALL)))
                if hashlib.sha256(files[-1][1]).hexdigest() != file.sha256:
                    return []
        except (Damaged, FileNotFoundError):
            return []
        return files

    def orphans(self, trajectories: Iterable[Trajectory] | None = None) -> list[Path]:
        """Array files that no document names: left by a run that was killed, of use to nobody.

        Only those that belong to `trajectories`, as they are stored, where these are given.
        """
        found = list(filter(None, map(self.get, self.keys())) if trajectories is None else trajectories)
        keys = {one.key for one in found}
        named = {kept.name for one in found for kept in one.states.values() if isinstance(kept, StoredArrays)}
        return [
            self.folder / name
            for name in (names_in(self.folder) if trajectories is None or keys else ())
            if name.endswith(ARRAYS)
            and (name[:64] in keys or (trajectories is None and is_key(name[:64])))
            and name[:64] not in self._others
            and name not in named
        ]

    def other_versions(self) -> list[Path]:
        """Folders with results in the form of other versions of this program."""
        folder = self.folder / OTHERS
        return [] if folder.is_symlink() else [path for path in sorted(folder.glob("*")) if names_in(path)]

    def _put_aside(self, key: str, other: OtherVersion) -> bool:
        """Put a result of another version where that finds it again; whether there is one to read now."""
        notice = (
            f"{shown(self.folder.name)}: results were made by another version of this program ({other.form})"
        )
        if not self._quarantine.repair:
            if not self._others:
                self.notices.append(notice)
            self._others.add(key)
            return False
        if self.is_packed(f"{key}{DOCUMENT}"):
            self.unpack(key)
        theirs = self._of_version(other.form)
        self._quarantine.make_folder(theirs.parent)
        self._quarantine.make_folder(theirs)
        # The document last: as long as it is there, the next run finds the rest
        _move(list(reversed(self.paths(key))), theirs)
        self.look_again()
        if not self._others:
            self.notices.append(f"{notice}; they are kept in {shown(self.folder.name)}/{OTHERS}")
        self._others.add(key)
        self.take_back()
        return os.path.lexists(self.path(key))

    def take_back(self) -> None:
        """Put back results of this version that another one has put aside, unless there are newer ones."""
        ours = self._of_version(FORMAT)
        if ours.parent.is_symlink():
            return
        names = names_in(ours)
        keys = {name[:64] for name in names} - set(self.keys())
        back = sorted((name for name in names if name[:64] in keys), key=lambda name: name.endswith(DOCUMENT))
        if back:
            _move([ours / name for name in back], self.folder)
            self.look_again()

    def _of_version(self, form: str) -> Path:
        return self.folder / OTHERS / form.replace(" ", "-")

    def _put_arrays(self, key: str, epoch: int, kept: Mapping[str, Any]) -> ArrayFile:
        if isinstance(kept, StoredArrays) and kept.shelf is self and self.has(kept.name):
            return kept.file
        pieces = [] if isinstance(kept, Filed) else arrays.parts(kept)
        file = ArrayFile(*((kept.size, kept.digest) if isinstance(kept, Filed) else arrays.measured(pieces)))
        path = self.folder / file.name(key, epoch)
        if sha256(path, file.size) != file.sha256:
            if os.path.lexists(path):
                self._quarantine.take(path, "differs from its checksum")
            if isinstance(kept, Filed):
                with writing(path):
                    os.replace(kept.path, path)
                    sync_directory(self.folder)
            else:
                write_atomically(path, *pieces)
        self.note(path.name)
        return file

    def _intact(self, kept: Mapping[str, Any], digest: Digest) -> bool:
        if not isinstance(kept, StoredArrays):
            return True
        if self.is_packed(kept.name):
            return self.digest(kept.name, digest) == kept.file.sha256
        path, damage = self.folder / kept.name, ""
        try:
            size = os.stat(path).st_size
            if size != kept.file.size:
                damage = f"has {size:,} bytes instead of {kept.file.size:,}"
            elif digest(path) != kept.file.sha256:
                damage = "differs from its checksum"
            else:
                return True
        except FileNotFoundError:
            damage = "is a dangling link" if os.path.lexists(path) else ""
        except OSError as error:
            if error.errno != errno.ELOOP:
                raise StoreError(f"cannot read {shown(path)}: {error.strerror}; check the disk") from error
            damage = "is a link to itself"
        if damage:
            self.set_aside(kept.name, damage)
        return False


def _move(paths: Iterable[Path], folder: Path) -> None:
    """Move files into a folder, and make that last. Raises `StoreError`."""
    with writing(folder):
        for path in paths:
            os.replace(path, folder / path.name)
        sync_directory(folder)

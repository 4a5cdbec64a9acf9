"""The files of one folder whose names begin with a key, each by itself or in a pack.

`KEY.json` is a document, all else that begins with the key belongs to it. A file of its own counts before a
member of a pack.
"""

from __future__ import annotations

import os
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path

from labreport.store.files import cannot_write, names_in, read_regular, remove, sync_directory
from labreport.store.names import is_key
from labreport.store.packs import SUFFIX as PACK
from labreport.store.packs import Packs
from labreport.store.quarantine import Quarantine

DOCUMENT = ".json"
Digest = Callable[[str | Path], str | None]
"""The SHA-256 of a file; None where it is missing or not a regular file."""


class Shelf:
    """Where the files are. The folder, which may be long, is listed once; who writes there calls `note`."""

    def __init__(self, folder: Path, quarantine: Quarantine) -> None:
        self.folder = folder
        self.packs = Packs(folder, quarantine, self.look_again)
        self._quarantine = quarantine
        self._listed: set[str] | None = None
        self._beside: defaultdict[str, set[str]] = defaultdict(set)
        self._lock = threading.RLock()

    def keys(self) -> list[str]:
        """The keys of all documents, as the folder is now."""
        return sorted({*_keys(names_in(self.folder)), *self.packs.all_keys()})

    def loose(self) -> list[str]:
        """The keys of the documents that are files of their own."""
        return sorted(_keys(self._names()))

    def paths(self, key: str) -> list[Path]:
        """Every file of its own that belongs to `key`, the document first: removing in order is safe."""
        with self._lock:
            self._names()
            names = [f"{key}{DOCUMENT}", *sorted(self._beside[key])]
        return [path for name in names if os.path.lexists(path := self.folder / name)]

    def size(self, key: str) -> int:
        """Bytes of all that belongs to `key`."""
        packed = sum(member.size for member in self.packs.of(key).values())
        return packed + sum(os.lstat(path).st_size for path in self.paths(key))

    def read(self, name: str, limit: int) -> bytes:
        """The bytes of a file, wherever it is. Raises `FileNotFoundError`, `Damaged` and `StoreError`."""
        try:
            return read_regular(self.folder / name, limit)
        except FileNotFoundError:
            return self.packs.read(name)

    def digest(self, name: str, digest: Digest) -> str | None:
        """The SHA-256 of a file, wherever it is; None where it is missing, or damaged in a pack."""
        if self.is_packed(name):
            found = self.packs.digest(name, digest)
            if found is not None or name in self.packs:
                return found
        return digest(f"{self.folder}{os.sep}{name}")

    def is_packed(self, name: str) -> bool:
        """Whether a file is in a pack only."""
        return name in self.packs and not self.has(name)

    def has(self, name: str) -> bool:
        """Whether there is a file of its own."""
        return name in self._names()

    def set_aside(self, name: str, reason: str) -> bool:
        """Set a damaged file aside, or take apart the pack that has it; whether there may be another now."""
        path = self.folder / name
        if os.path.lexists(path) or name not in self.packs:
            self._quarantine.take(path, reason)
            self.look_again()
            return self._quarantine.repair and name in self.packs
        self.packs.take_apart(self.packs.of(name[:64])[name].pack)
        return self._quarantine.repair

    def unpack(self, key: str) -> None:
        """Make files of their own of all that is in the pack that has `key`. Raises `StoreError`."""
        self.packs.take_apart(next(iter(self.packs.of(key).values())).pack, damaged=False)

    def note(self, name: str) -> None:
        """A file of its own was written."""
        with self._lock:
            self._names().add(name)
            self._sort(name)

    def remove(self, paths: Iterable[Path]) -> None:
        """Remove files, and make that last. Raises `StoreError`."""
        paths = list(paths)
        for path in paths:
            remove(path)
            with self._lock:
                self._names().discard(path.name)
                self._beside[path.name[:64]].discard(path.name)
        if paths:
            try:
                sync_directory(self.folder)
            except OSError as error:
                raise cannot_write(self.folder, error) from error

    def _names(self) -> set[str]:
        if self._listed is not None:
            return self._listed
        with self._lock:
            self._beside.clear()
            self._listed = set(names_in(self.folder))
            for name in self._listed:
                self._sort(name)
            return self._listed

    def _sort(self, name: str) -> None:
        if is_key(name[:64]) and name[64:65] == "." and name[64:] not in (DOCUMENT, PACK):
            self._beside[name[:64]].add(name)

    def look_again(self) -> None:
        """The folder has changed otherwise than by what was noted."""
        self._listed = None


def _keys(names: Iterable[str]) -> set[str]:
    return {name[:64] for name in names if name[64:] == DOCUMENT and is_key(name[:64])}

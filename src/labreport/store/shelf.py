"""The files of one folder whose names begin with a key, each by itself or in a pack.

`KEY.json` is a document, all else that begins with the key belongs to it. A file of its own counts before a
member of a pack. A pack has many small files in one, so that a hundred thousand of them are a hundred to look
at. It is written once, whole, and named by the SHA-256 of its bytes. Its first line is JSON: name, size and
SHA-256 of each member. Then come the members, each behind a line that says the same of it, by which those
that are whole are found in a pack that was damaged anywhere. A pack is never changed: one of which a part is
to go makes way for a new one.
"""

from __future__ import annotations

import hashlib
import os
import re
import threading
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, NamedTuple

import msgspec

from labreport.errors import StoreError
from labreport.fingerprint.files import OUTPUT_LIMIT, sha256
from labreport.store.files import (
    Damaged,
    names_in,
    read_regular,
    remove,
    shown,
    sync_directory,
    write_atomically,
    writing,
)
from labreport.store.quarantine import Quarantine

PACK = ".pack"
DOCUMENT = ".json"
_KEY = re.compile(r"[0-9a-f]{64}\Z")
Digest = Callable[[str | Path], str | None]
"""The SHA-256 of a file; None where it is missing or not a regular file."""
_HEAD = re.compile(rb"^([0-9a-f]{64}\.[0-9A-Za-z.]{1,100}) ([0-9]{1,9}) ([0-9a-f]{64})\n", re.MULTILINE)
_Index = list[tuple[str, Annotated[int, msgspec.Meta(ge=0, le=OUTPUT_LIMIT)], str]]


def is_key(text: str) -> bool:
    """Whether `text` is a SHA-256 in lower-case hexadecimal digits."""
    return _KEY.match(text) is not None


class Member(NamedTuple):
    """Where a member is: its pack, and the place of its bytes there; and their SHA-256."""

    pack: Path
    offset: int
    size: int
    sha256: str


class Packs:
    """All packs of one folder; names of members begin with a key of 64 digits.

    A damaged pack is taken apart: its whole members become files of the folder, and `changed` is called; the
    rest is lost. Where the quarantine does not repair, it stays, and its whole members can be read.
    """

    def __init__(self, folder: Path, quarantine: Quarantine, changed: Callable[[], None]) -> None:
        self._folder = folder
        self._quarantine = quarantine
        self._changed = changed
        self._lock = threading.RLock()
        self._found: dict[str, dict[str, Member]] | None = None
        self._whole: dict[Path, bool] = {}

    def __contains__(self, name: str) -> bool:
        return name in self.of(name[:64])

    def all_keys(self) -> Collection[str]:
        """The keys that have members."""
        return self._members().keys()

    def of(self, key: str) -> Mapping[str, Member]:
        """The members of a key, by name."""
        return self._members().get(key, {})

    def paths(self) -> list[Path]:
        """The files of all packs that have members."""
        return list(dict.fromkeys(one.pack for inner in self._members().values() for one in inner.values()))

    def forget(self) -> None:
        """Look at the bytes of packs again."""
        self._whole.clear()

    def read(self, name: str) -> bytes:
        """The bytes of a member. Raises `FileNotFoundError`, and `Damaged` where they are not as written."""
        member = self.of(name[:64]).get(name)
        if member is None:
            raise FileNotFoundError(name)
        try:
            with open(member.pack, "rb", buffering=0) as file:
                data = os.pread(file.fileno(), member.size, member.offset)
        except FileNotFoundError:
            raise
        except OSError as error:
            problem = f"cannot read {shown(member.pack)}: {error.strerror}; check the disk"
            raise StoreError(problem) from error
        if hashlib.sha256(data).hexdigest() != member.sha256:
            raise Damaged("differs from its checksum")
        return data

    def digest(self, name: str, digest: Callable[[Path], str | None]) -> str | None:
        """The SHA-256 of a member, known by that of its pack, which `digest` gives; None where there is none.

        A pack that is not as it was written is taken apart. Where it stays, each member is read.
        """
        member = self.of(name[:64]).get(name)
        if member is None:
            return None
        if member.pack not in self._whole:
            self._whole[member.pack] = digest(member.pack) == member.pack.name[:64]
        if self._whole[member.pack]:
            return member.sha256
        self.take_apart(member.pack)
        try:
            return hashlib.sha256(self.read(name)).hexdigest()
        except (Damaged, FileNotFoundError):
            return None

    def write(self, files: Iterable[tuple[str, bytes]]) -> None:
        """One more pack with these members. Raises `StoreError`; there is none then."""
        index: _Index = []
        parts: list[bytes] = []
        for name, content in files:
            index.append((name, len(content), hashlib.sha256(content).hexdigest()))
            parts += [f"{' '.join(map(str, index[-1]))}\n".encode(), content, b"\n"]
        first = msgspec.json.encode(index) + b"\n"
        data = b"".join([first, *parts])
        path = self._folder / f"{hashlib.sha256(data).hexdigest()}{PACK}"
        write_atomically(path, data)
        if sha256(path, OUTPUT_LIMIT) != path.name[:64]:
            raise StoreError(f"{shown(path)}: written, but cannot be read back; check the disk")
        _add(self._members(), path, index, len(first))

    def drop(self, keys: Iterable[str]) -> None:
        """Remove all members of `keys`; first, those beside them are put into new packs. Raises `StoreError`.

        A pack that is found to be damaged is taken apart.
        """
        dropped = set(keys) & set(self.all_keys())
        for path in dict.fromkeys(one.pack for key in sorted(dropped) for one in self.of(key).values()):
            kept = [one for key, one in self._members().items() if key not in dropped]
            names = [name for inner in kept for name, one in inner.items() if one.pack == path]
            try:
                rest = [(name, self.read(name)) for name in names]
            except Damaged:
                self.take_apart(path)
                continue
            if rest:
                self.write(rest)
            self._forget(path)
            remove(path)

    def take_apart(self, path: Path, *, damaged: bool = True) -> None:
        """Make files of the members of a pack that are whole; a damaged pack is set aside."""
        with self._lock:
            if self._quarantine.repair:
                for name, data in _salvaged(path):
                    if not os.path.lexists(self._folder / name):
                        write_atomically(self._folder / name, data)
                self._forget(path)
                self._changed()
            if damaged and os.path.lexists(path):
                self._quarantine.take(path, "differs from its checksum")
            elif self._quarantine.repair:
                remove(path)

    def _members(self) -> dict[str, dict[str, Member]]:
        """All members, by key and by name."""
        if self._found is not None:
            return self._found
        with self._lock:
            found: dict[str, dict[str, Member]] = {}
            for name in names_in(self._folder):
                if is_key(name[:64]) and name[64:] == PACK:
                    self._open(found, self._folder / name)
            self._found = found
            return found

    def _open(self, members: dict[str, dict[str, Member]], path: Path) -> None:
        """Add the members of a pack, by its first line; where that cannot be read, it is taken apart."""
        try:
            # A FIFO would block an ordinary open without end
            with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
                first = file.readline(OUTPUT_LIMIT)
            _add(members, path, msgspec.json.decode(first, type=_Index), len(first))
        except (msgspec.MsgspecError, UnicodeDecodeError):
            self.take_apart(path)
        except OSError as error:
            if os.path.isfile(path):
                raise StoreError(f"cannot read {shown(path)}: {error.strerror}; check the disk") from error
            self._quarantine.take(path, "is not a file")

    def _forget(self, path: Path) -> None:
        """A pack is there no more."""
        left = {
            key: {name: one for name, one in inner.items() if one.pack != path}
            for key, inner in (self._found or {}).items()
        }
        self._found = self._found and {key: inner for key, inner in left.items() if inner}


def _add(members: dict[str, dict[str, Member]], path: Path, index: _Index, offset: int) -> None:
    """Add the members of a pack whose first line, the `index`, has `offset` bytes."""
    for name, size, digest in index:
        offset += len(name) + len(str(size)) + len(digest) + 3
        members.setdefault(name[:64], {})[name] = Member(path, offset, size, digest)
        offset += size + 1


def _salvaged(path: Path) -> Iterator[tuple[str, bytes]]:
    """The whole members of a pack, found by the lines before them."""
    try:
        data = read_regular(path, OUTPUT_LIMIT)
    except (Damaged, FileNotFoundError):
        return
    for found in _HEAD.finditer(data):
        member = data[found.end() : found.end() + int(found[2])]
        if hashlib.sha256(member).hexdigest().encode() == found[3]:
            yield found[1].decode(), member


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
            with writing(self.folder):
                sync_directory(self.folder)

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

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
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, NamedTuple

import msgspec

from labreport.errors import StoreError
from labreport.fingerprint.files import OUTPUT_LIMIT, sha256
from labreport.store.files import (
    Damaged,
    Quarantine,
    names_in,
    read_regular,
    remove,
    shown,
    sync_directory,
    write_atomically,
    writing,
)

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


class Shelf:
    """Where the files are. The folder, which may be long, is listed once; who writes there calls `note`.

    A damaged pack is taken apart: its whole members become files of the folder, and the rest is lost. Where
    the quarantine does not repair, it stays, and its whole members can be read.
    """

    def __init__(self, folder: Path, quarantine: Quarantine) -> None:
        self.folder = folder
        self._quarantine = quarantine
        self._own: dict[str, set[str]] | None = None
        self._packed: dict[str, dict[str, Member]] | None = None
        self._whole: dict[Path, bool] = {}
        """Whether the bytes of a pack are as they were written."""
        self._lock = threading.RLock()

    def keys(self) -> list[str]:
        """The keys of all documents, as the folder is now."""
        loose = {name[:64] for name in names_in(self.folder) if name[64:] == DOCUMENT}
        return sorted({*filter(is_key, loose), *self._members()})

    def loose(self) -> list[str]:
        """The keys of the documents that are files of their own."""
        return sorted(key for key, names in self._listed().items() if f"{key}{DOCUMENT}" in names)

    def paths(self, key: str) -> list[Path]:
        """Every file of its own that belongs to `key`, the document first: removing in order is safe."""
        document = f"{key}{DOCUMENT}"
        names = [document, *sorted(self._listed().get(key, set()) - {document})]
        return [path for name in names if os.path.lexists(path := self.folder / name)]

    def packs(self) -> list[Path]:
        """The files of all packs that have members."""
        return list(dict.fromkeys(one.pack for inner in self._members().values() for one in inner.values()))

    def members(self, key: str) -> Mapping[str, Member]:
        """What packs have of a key, by name."""
        return self._members().get(key, {})

    def size(self, key: str) -> int:
        """Bytes of all that belongs to `key`."""
        packed = sum(member.size for member in self.members(key).values())
        return packed + sum(os.lstat(path).st_size for path in self.paths(key))

    def read(self, name: str, limit: int) -> bytes:
        """The bytes of a file, wherever it is. Raises `FileNotFoundError`, `Damaged` and `StoreError`."""
        try:
            return read_regular(self.folder / name, limit)
        except FileNotFoundError:
            return self._read_packed(name)

    def digest(self, name: str, digest: Digest) -> str | None:
        """The SHA-256 of a file, wherever it is; None where it is missing, or damaged in a pack.

        That of a member is known by that of its pack, which `digest` gives. A pack that is not as it was
        written is taken apart. Where it stays, each member is read.
        """
        if not self.is_packed(name):
            return digest(f"{self.folder}{os.sep}{name}")
        member = self.members(name[:64])[name]
        if member.pack not in self._whole:
            self._whole[member.pack] = digest(member.pack) == member.pack.name[:64]
        if self._whole[member.pack]:
            return member.sha256
        self._take_apart(member.pack)
        if self._quarantine.repair:
            return self.digest(name, digest)
        try:
            return hashlib.sha256(self._read_packed(name)).hexdigest()
        except (Damaged, FileNotFoundError):
            return None

    def is_packed(self, name: str) -> bool:
        """Whether a file is in a pack only."""
        return name in self.members(name[:64]) and not self.has(name)

    def has(self, name: str) -> bool:
        """Whether there is a file of its own."""
        return name in self._listed().get(name[:64], ())

    def set_aside(self, name: str, reason: str) -> bool:
        """Set a damaged file aside, or take apart the pack that has it; whether there may be another now."""
        path, packed = self.folder / name, self.members(name[:64]).get(name)
        if packed is None or os.path.lexists(path):
            self._quarantine.take(path, reason)
            self.look_again()
            return self._quarantine.repair and name in self.members(name[:64])
        self._take_apart(packed.pack)
        return self._quarantine.repair

    def unpack(self, key: str) -> None:
        """Make files of their own of all that is in the pack that has `key`. Raises `StoreError`."""
        self._take_apart(next(iter(self.members(key).values())).pack, damaged=False)

    def note(self, name: str) -> None:
        """A file of its own was written."""
        with self._lock:
            self._listed().setdefault(name[:64], set()).add(name)

    def remove(self, paths: Iterable[Path]) -> None:
        """Remove files, and make that last. Raises `StoreError`."""
        paths = list(paths)
        for path in paths:
            remove(path)
            with self._lock:
                self._listed().get(path.name[:64], set()).discard(path.name)
        if paths:
            with writing(self.folder):
                sync_directory(self.folder)

    def pack(self, files: Iterable[tuple[str, bytes]]) -> None:
        """One more pack with these members. Raises `StoreError`; there is none then."""
        index: _Index = []
        parts: list[bytes] = []
        for name, content in files:
            index.append((name, len(content), hashlib.sha256(content).hexdigest()))
            parts += [f"{' '.join(map(str, index[-1]))}\n".encode(), content, b"\n"]
        first = msgspec.json.encode(index) + b"\n"
        data = b"".join([first, *parts])
        path = self.folder / f"{hashlib.sha256(data).hexdigest()}{PACK}"
        write_atomically(path, data)
        if sha256(path, OUTPUT_LIMIT) != path.name[:64]:
            raise StoreError(f"{shown(path)}: written, but cannot be read back; check the disk")
        _add(self._members(), path, index, len(first))

    def drop(self, keys: Iterable[str]) -> None:
        """Remove all members of `keys`; first, those beside them are put into new packs. Raises `StoreError`.

        A pack that is found to be damaged is taken apart.
        """
        dropped = set(keys) & self._members().keys()
        for path in dict.fromkeys(one.pack for key in sorted(dropped) for one in self.members(key).values()):
            kept = [one for key, one in self._members().items() if key not in dropped]
            names = [name for inner in kept for name, one in inner.items() if one.pack == path]
            try:
                rest = [(name, self._read_packed(name)) for name in names]
            except Damaged:
                self._take_apart(path)
                continue
            if rest:
                self.pack(rest)
            remove(path)
        if dropped:
            self.look_again()

    def forget(self) -> None:
        """Look at the bytes of packs again."""
        self._whole.clear()

    def look_again(self) -> None:
        """The folder has changed otherwise than by what was noted."""
        self._own = self._packed = None

    def _listed(self) -> dict[str, set[str]]:
        """By key, the names of the files of their own."""
        if (own := self._own) is not None:
            return own
        with self._lock:
            own = {}
            for name in names_in(self.folder):
                if is_key(name[:64]) and name[64:65] == "." and name[64:] != PACK:
                    own.setdefault(name[:64], set()).add(name)
            self._own = own
            return own

    def _members(self) -> dict[str, dict[str, Member]]:
        """By key and by name, what is in packs."""
        if (packed := self._packed) is not None:
            return packed
        with self._lock:
            packed = {}
            for name in names_in(self.folder):
                if is_key(name[:64]) and name[64:] == PACK:
                    self._open(packed, self.folder / name)
            self._packed = packed
            return packed

    def _open(self, members: dict[str, dict[str, Member]], path: Path) -> None:
        """Add the members of a pack, by its first line; where that cannot be read, it is taken apart."""
        try:
            # A FIFO would block an ordinary open without end
            with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
                first = file.readline(OUTPUT_LIMIT)
            _add(members, path, msgspec.json.decode(first, type=_Index), len(first))
        except (msgspec.MsgspecError, UnicodeDecodeError):
            self._take_apart(path)
        except OSError as error:
            if os.path.isfile(path):
                raise StoreError(f"cannot read {shown(path)}: {error.strerror}; check the disk") from error
            self._quarantine.take(path, "is not a file")

    def _take_apart(self, path: Path, *, damaged: bool = True) -> None:
        """Make files of the members of a pack that are whole; a damaged pack is set aside."""
        with self._lock:
            if self._quarantine.repair:
                for name, data in _salvaged(path):
                    if not os.path.lexists(self.folder / name):
                        write_atomically(self.folder / name, data)
                self.look_again()
            if damaged and os.path.lexists(path):
                self._quarantine.take(path, "differs from its checksum")
            elif self._quarantine.repair:
                remove(path)

    def _read_packed(self, name: str) -> bytes:
        """The bytes of a member. Raises `FileNotFoundError`, and `Damaged` where they are not as written."""
        member = self.members(name[:64]).get(name)
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

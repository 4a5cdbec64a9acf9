"""Digests of files, remembered with the file's stamp so that an unchanged file is not read again."""

from __future__ import annotations

import errno
import hashlib
import os
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from stat import S_ISREG

from labreport.errors import StoreError

Stamp = tuple[int, int, int, int]
"""Modification time in ns, size in bytes, inode, change time in ns."""
Remembered = tuple[int, int, int, int, str]
"""A stamp, and the digest of the file that had it."""

RESOLUTION_NS = 30_000_000
"""A file changed this shortly before it was read is read again: its clock may not have moved on."""
COARSE_NS = 2_000_000_000
"""The same where the file system knows whole seconds only, or every second one."""
OUTPUT_LIMIT = 256 << 20
"""Bytes of the largest file that the program itself writes, except for those of arrays."""
ARRAYS = ".safetensors"
"""How the names of those end."""


def stamp(path: str | Path) -> Stamp | None:
    """The stamp of a file or folder, or None where there is none."""
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return None
    return (status.st_mtime_ns, status.st_size, status.st_ino, status.st_ctime_ns)


class Digests:
    """SHA-256 by path, below one root; `known` is what an earlier `export` returned.

    A file in the folder `output` that has more than `OUTPUT_LIMIT` bytes counts as missing and is not read,
    except for arrays, which have the size that they had before.
    Raises `StoreError` for a file that is there and cannot be read.
    """

    def __init__(
        self, root: Path, known: Mapping[str, Remembered] | None = None, output: Path | None = None
    ) -> None:
        self._root = root
        self._prefix = f"{root}{os.sep}"
        self._output = f"{output}{os.sep}" if output is not None else None
        self._known: dict[str, tuple[Stamp, bool, str]] = {}
        for path, record in (known or {}).items():
            self._known[path] = (record[:4], True, record[4])
        self._checked: set[str] = set()
        self._edited: set[str] = set()

    def __call__(self, path: str | Path) -> str | None:
        """The file's SHA-256, 64 hexadecimal digits; None when it is missing or no regular file."""
        name = self._name(path)
        if name in self._checked:
            return self._known[name][2] if name in self._known else None
        now = stamp(path)
        known = self._known.get(name)
        if known is None or now is None or known[0] != now or not known[1]:
            self._read(name, path)
        self._checked.add(name)
        return self._known[name][2] if name in self._known else None

    def forget(self, paths: Iterable[str | Path]) -> None:
        """Look again at `paths`, which this process has changed."""
        for path in paths:
            self._checked.discard(self._name(path))

    def again(self, path: str | Path) -> str | None:
        """The same as a call, and the file is read whatever was known of it."""
        name = self._name(path)
        self._checked.discard(name)
        self._known.pop(name, None)
        return self(path)

    def edited(self, paths: Iterable[str | Path]) -> str:
        """The first of `paths` that was written since its digest was taken, even if that was undone since.

        Empty where there is none.
        """
        for path in paths:
            name, now = self._name(path), stamp(path)
            known = self._known.get(name)
            if known is None or now is None:
                same = known is None and now is None
            elif now[:3] == known[0][:3] and name not in self._edited:
                # A change time by itself may say that it was linked, or given to somebody else
                same = (now == known[0] and known[1]) or sha256(path) == known[2]
            else:
                same = False
            if not same:
                return str(path)
        return ""

    def settle(self) -> None:
        """Wait until the clock has left every file behind, and read again those read too soon."""
        late = [name for name in self._checked if name in self._known and not self._known[name][1]]
        if not late:
            return
        left_behind = max(_left_behind(self._known[name][0]) for name in late)
        delay = (left_behind - time.time_ns()) / 1e9
        if 0 < delay < 2 * COARSE_NS / 1e9:
            time.sleep(delay + 0.001)
        for name in late:
            before = self._known[name][2]
            self._read(name, self._root / name)
            if name not in self._known or self._known[name][2] != before:
                self._edited.add(name)

    def stamps(self) -> dict[str, Stamp]:
        """The stamp under which each file looked at was read; only those that can be trusted."""
        return {
            name: self._known[name][0]
            for name in sorted(self._checked)
            if name in self._known and self._known[name][1]
        }

    def untrusted(self) -> list[str]:
        """Files looked at that could not be read, or changed too recently to be trusted by their stamp."""
        return [name for name in sorted(self._checked) if name not in self._known or not self._known[name][1]]

    def export(self) -> dict[str, Remembered]:
        """What to remember: trusted files that were looked at."""
        return {name: (*found, self._known[name][2]) for name, found in self.stamps().items()}

    def _read(self, name: str, path: str | Path) -> None:
        started = time.time_ns()
        before = stamp(path)
        inside = self._output is not None and str(self._root / path).startswith(self._output)
        limit = OUTPUT_LIMIT if inside else None
        if name.endswith(ARRAYS) and limit:  # named by their content, so that their size never is another
            limit = max(limit, self._known[name][0][1]) if name in self._known else None
        value = sha256(path, limit) if before is not None else None
        if before is None or value is None:
            self._known.pop(name, None)
            return
        self._known[name] = (before, _left_behind(before) < started, value)

    def _name(self, path: str | Path) -> str:
        return str(path).removeprefix(self._prefix)


def _left_behind(found: Stamp) -> int:
    """From when on a file that is written again cannot have this stamp any more, in ns."""
    whole = found[0] % 1_000_000_000 == found[3] % 1_000_000_000 == 0
    return max(found[0], found[3]) + (COARSE_NS if whole else RESOLUTION_NS)


def sha256(path: str | Path, limit: int | None = None) -> str | None:
    """SHA-256 of a file's bytes, read piece by piece.

    None where there is no file, where something else than a regular file has its name, and where it has
    more than `limit` bytes, which are then not read. Raises `StoreError` when it cannot be read.
    """
    try:
        # A FIFO would block, and a device never ends: open without waiting, and read regular files only
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return None
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENXIO, errno.ENAMETOOLONG):
            return None
        raise _unreadable(path, error) from error
    try:
        status = os.fstat(descriptor)
        if not S_ISREG(status.st_mode) or (limit is not None and status.st_size > limit):
            return None
        with open(descriptor, "rb", closefd=False) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise _unreadable(path, error) from error
    finally:
        os.close(descriptor)


def _unreadable(path: str | Path, error: OSError) -> StoreError:
    text = str(path)
    name = text if text.isprintable() else ascii(text)
    return StoreError(f"cannot read {name}: {error.strerror}; check the disk and the file's permissions")

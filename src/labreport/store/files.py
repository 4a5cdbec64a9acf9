"""Whole files, in and out: read within a bound, written so that a crash leaves the old or the new.

Damaged ones go to the quarantine: never trusted, each reported in one line, and kept until `clean`.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from labreport.errors import StoreError
from labreport.program import nearby

TEMPORARY = ".tmp-"
"""How the name of every unfinished file or folder begins."""
_TEMPORARY_NAME = re.compile(r"\.tmp-(?:[0-9]+-[0-9a-f]{12}|[a-z0-9_]{8})\Z")
"""What `temporary_name` and `tempfile` make of it."""


class Damaged(Exception):
    """A file is not what was written; the text says in what way. Never reaches the user."""


class OtherVersion(Damaged):
    """A file is whole, and in the form of another version of this program, whose name is `form`."""

    def __init__(self, form: str) -> None:
        super().__init__(f"was made by another version of this program ({form})")
        self.form = form


class TooLarge(ValueError):
    """More bytes than a file of the store may have."""


def shown(path: str | Path) -> str:
    """A path as messages name it, in one line, whatever characters it has."""
    text = nearby(path)
    return text if text.isprintable() else ascii(text)


def read_regular(path: Path, limit: int) -> bytes:
    """All bytes of a regular file of at most `limit` bytes.

    Raises `FileNotFoundError` where there is nothing, `Damaged` for anything else than such a file
    (a folder, a FIFO, a dangling link, a larger file), `StoreError` when it cannot be read.
    """
    try:
        # A FIFO would block an ordinary open without end
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        if os.path.lexists(path):
            raise Damaged("is a dangling link") from None
        raise
    except NotADirectoryError as error:
        raise FileNotFoundError(*error.args) from None
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENXIO):
            raise Damaged(f"cannot be opened ({error.strerror})") from None
        raise StoreError(f"cannot read {shown(path)}: {error.strerror}; make it readable") from error
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise Damaged(f"is {kind_of(status.st_mode)}, not a file")
        if status.st_size > limit:
            raise Damaged(f"has {status.st_size:,} bytes; at most {limit:,} are allowed")
        data = _read(descriptor, status.st_size + 1)
    except OSError as error:
        raise StoreError(f"cannot read {shown(path)}: {error.strerror}; check the disk") from error
    finally:
        os.close(descriptor)
    if len(data) != status.st_size:
        raise Damaged("changed while it was read")
    return data


def _read(descriptor: int, size: int) -> bytes:
    """At most `size` bytes; fewer where the file ends before."""
    data = os.read(descriptor, size)
    while len(data) < size and (more := os.read(descriptor, size - len(data))):
        data += more
    return data


def write_atomically(path: Path, *parts: bytes | memoryview) -> None:
    """Put them at `path`, durably: temporary file beside it, flush, fsync, rename, fsync of the folder.

    Raises `StoreError` naming the path. The temporary file is then gone and whatever was at `path`
    before is still there; a failed fsync is not tried again, for the kernel may have dropped the data.
    """
    temporary = path.with_name(temporary_name())
    with writing(path):
        try:
            write_new(temporary, *parts)
            os.replace(temporary, path)
        except BaseException:
            with suppress(OSError):
                os.unlink(temporary)
            raise
        sync_directory(path.parent)


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Raise a `StoreError` that names `path` where writing it fails."""
    try:
        yield
    except OSError as error:
        kept = "finished results are kept"
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            text = f"cannot write {shown(path)}: {error.strerror or error}; {kept}"
            raise StoreError(f"{text}; fix the cause and run again") from error
        full = "Disk full" if error.errno == errno.ENOSPC else "Disk quota used up"
        text = f"{full}: cannot write {shown(path)}. Free some space and run again; {kept}."
        raise StoreError(text) from error


def write_new(path: Path, *parts: bytes | memoryview) -> None:
    """A new file of these parts, on the disk when this returns. Raises `OSError`."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    with open(descriptor, "wb", buffering=0) as file:
        for part in parts:
            rest = memoryview(part)
            while rest:
                rest = rest[file.write(rest) :]
        os.fsync(descriptor)


def sync_directory(directory: Path) -> None:
    """Make renames in `directory` last. Raises `OSError`."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    except OSError as error:
        # Some network file systems know no fsync of a folder; there is nothing to make up for it
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(descriptor)


def make_directory(directory: Path) -> None:
    """`directory` and its parents, durably; never through a link. Raises `StoreError`."""
    try:
        if directory.is_symlink():
            raise StoreError(f"{shown(directory)} is a link, and nothing is written through links; remove it")
        if directory.is_dir():
            return
        directory.mkdir(parents=True, exist_ok=True)
        sync_directory(directory.parent)
    except (FileExistsError, NotADirectoryError) as error:
        wrong = next((path for path in (directory, *directory.parents) if path.is_file()), directory)
        raise StoreError(f"{shown(wrong)} is not a folder; remove it") from error
    except OSError as error:
        raise StoreError(
            f"cannot create the folder {shown(directory)}: {error.strerror}; "
            "free some space there, make it writable, or choose another folder with --output"
        ) from error


def names_in(directory: Path) -> list[str]:
    """The names in a folder, sorted; none where there is no folder. Raises `StoreError`."""
    try:
        return sorted(os.listdir(directory))
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise StoreError(
            f"cannot read the folder {shown(directory)}: {error.strerror}; make it readable"
        ) from error


def size(path: Path) -> int:
    """Bytes of a file, of a link itself, or of all files in a folder; none where there is nothing."""
    if path.is_dir() and not path.is_symlink():
        return sum(
            os.lstat(Path(folder, name)).st_size for folder, _, files in os.walk(path) for name in files
        )
    return os.lstat(path).st_size if os.path.lexists(path) else 0


def remove(path: Path) -> int:
    """Remove a file, a link (never what it points to) or a folder; the bytes freed. Raises `StoreError`."""
    try:
        status = os.lstat(path)
        if not stat.S_ISDIR(status.st_mode):
            path.unlink(missing_ok=True)
            return status.st_size
        freed = size(path)
        shutil.rmtree(path)
        return freed
    except FileNotFoundError:
        return 0
    except OSError as error:
        raise StoreError(f"cannot remove {shown(path)}: {error.strerror}; remove it by hand") from error


def find_strays(folder: Path) -> list[Path]:
    """Unfinished files and folders that killed writers left directly in `folder`, if it is not a link."""
    if folder.is_symlink() or not folder.is_dir():
        return []
    return [folder / name for name in names_in(folder) if _TEMPORARY_NAME.match(name)]


def temporary_name() -> str:
    """A name that no other file or process uses."""
    return f"{TEMPORARY}{os.getpid()}-{os.urandom(6).hex()}"


def kind_of(mode: int) -> str:
    """What a file's mode says it is, in words."""
    kinds = {
        stat.S_IFREG: "a file",
        stat.S_IFDIR: "a folder",
        stat.S_IFLNK: "a link",
        stat.S_IFIFO: "a FIFO",
        stat.S_IFSOCK: "a socket",
    }
    return kinds.get(stat.S_IFMT(mode), "a device")


QUARANTINE = "quarantine"


class Quarantine:
    """The folder `quarantine` in an output folder; `notices` gets the lines.

    With `repair` false nothing is moved, for commands that only look.
    """

    def __init__(self, output: Path, *, repair: bool = True) -> None:
        self.notices: list[str] = []
        self.repair = repair
        self.folder = output / QUARANTINE
        self._reported: set[Path] = set()

    def take(self, path: Path, reason: str, *, folder: bool = True) -> None:
        """Move `path` here because of `reason`; with `folder` false, only if it is not a folder by now.

        Raises `StoreError` when it cannot be moved.
        """
        name = self._name(path)
        if not self.repair:
            if path not in self._reported:
                self.notices.append(f"{name} {reason}")
                self._reported.add(path)
            return
        target, source = self.folder / f"{path.name[:150]}.{os.urandom(4).hex()}", path
        try:
            if path == self.folder:
                source = path.with_name(temporary_name())
                os.rename(path, source)
            self.make_folder(self.folder)
            if not (folder and source.is_dir()):
                target.touch()  # in whose place no folder can go
            os.rename(source, target)
        except (FileNotFoundError, NotADirectoryError):
            target.unlink(missing_ok=True)
            self.notices.append(f"{name} {reason}")
            return
        except OSError as error:
            raise StoreError(
                f"cannot move {shown(path)}, which {reason}, to {shown(self.folder)}: "
                f"{error.strerror}; move it away by hand"
            ) from error
        self.notices.append(f"{name} {reason}; it was moved to {self._name(target)}")

    def clear(self, path: Path) -> None:
        """Move away whatever is at `path` and is not a regular file, so that one can be written there."""
        mode = _mode(path)
        if mode and not stat.S_ISREG(mode):
            self.take(path, f"is {kind_of(mode)}, not a file")

    def make_folder(self, directory: Path) -> None:
        """Create `directory`, in place of whatever else is there; a link is refused. Raises `StoreError`."""
        mode = _mode(directory)
        if mode and not stat.S_ISDIR(mode) and not stat.S_ISLNK(mode):
            self.take(directory, f"is {kind_of(mode)}, not a folder", folder=False)
        make_directory(directory)

    def _name(self, path: Path) -> str:
        return shown(path.relative_to(self.folder.parent.parent))


def _mode(path: Path) -> int:
    """What is at `path`, as `stat` says it; 0 where there is nothing."""
    try:
        return os.lstat(path).st_mode
    except OSError:
        return 0

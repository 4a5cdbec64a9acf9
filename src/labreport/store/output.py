"""Whose an output folder is, which build works in it, and how a complete report is put in place of the last.

A mark in it says which project made it, and nothing else is ever touched. The mark names the project and its
folder: relative to the mark where the report is inside the project's folder, so that both can be moved and
copied together. What is refused, before anything is written or removed:

- a folder that is not empty and holds nothing that this program made;
- the report of a project that is still there, and the place of its report in its own folder;
- a report whose mark is lost or damaged, unless it is inside the project's own folder, or the user says with
  `--adopt` that it is this project's;
- a folder in which a link has the name of a folder of ours.

One kernel lock for each folder ends with its process, so that nobody has to unlock it.

A report is published as regular files, and completed after a kill:

.publishing/manifest.json      the documents and their digests; once it is there, the report is the new one
.publishing/report.html, …     complete documents, moved one by one to where they belong; those that stay are
                               in the manifest only

Each document is replaced in one instant. A kill between two of them leaves the folder, from which the next
run moves the rest.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from labreport.errors import StoreError, UsageError
from labreport.fingerprint.files import OUTPUT_LIMIT, sha256
from labreport.locate import Place
from labreport.store.files import (
    QUARANTINE,
    Damaged,
    Quarantine,
    find_strays,
    names_in,
    read_regular,
    remove,
    shown,
    sync_directory,
    temporary_name,
    write_atomically,
    write_new,
    writing,
)
from labreport.store.sealed import LIMIT, Sealed, is_sealed, seal, unseal

MARK = ".labreport"
LOCK = ".lock"
PUBLISHING = ".publishing"
FOLDERS = ("results", "cache", QUARANTINE, PUBLISHING)
"""The folders that the program makes in an output folder."""
USUAL = "report"
"""The name of the output folder in a project's own folder, unless the user names another."""
_MARK_LIMIT = 1 << 16
_LOOKED_AT = 20
"""Documents of a folder that are read to see whether this program made it."""
_DOCUMENT_LIMIT = 256_000_000


def check_owner(directory: Path, owner: Place, adopt: bool = False) -> None:
    """Raise `UsageError` unless `directory` is missing, empty, or an output folder of `owner`.

    With `adopt`, one whose mark is lost, or whose project is not there any more, is taken to be its own.
    """
    around = owner.around(directory)
    inside = _same(around, owner.root)
    if around is not None and not inside and _same(directory, around / USUAL):
        raise UsageError(
            f"{shown(directory)} is the place of the report of another project, {shown(around)}; "
            "choose another folder with --output"
        )
    if not os.path.lexists(directory):
        return
    if not directory.is_dir():
        raise UsageError(f"{shown(directory)} is not a folder; choose another with --output")
    try:
        names = os.listdir(directory)
    except OSError as error:
        raise _unwritable(directory, error) from error
    for name in FOLDERS:
        if MARK in names and (directory / name).is_symlink():
            raise UsageError(
                f"{shown(directory / name)} is a link, and nothing is written or removed through links; "
                "replace it by a folder, or choose another output folder with --output"
            )
    mark = _marked(directory)
    if mark is None:
        if not names or (names == [MARK] and _content(directory / MARK) is not None):
            return  # killed after the mark was begun, or before
        if not _made_here(directory):
            raise UsageError(
                f"{shown(directory)} is not empty and has no mark of this program; nothing in it was "
                "changed; choose an empty or new folder with --output, or move this one away"
            )
        if not inside and not adopt:
            raise UsageError(
                f"{shown(directory)} holds a report whose mark, {MARK}, is lost; nothing in it was changed; "
                "if it is this project's, build once with --adopt, else choose another folder with --output"
            )
        return
    name, root = mark
    if root is None:
        belongs, there = inside or (around is None and name == owner.name), False
    else:
        there = _same(owner.around(root), root)
        belongs = _same(root, owner.root) or (not there and name == owner.name)
    if not belongs and (there or not adopt):
        where = f" in {shown(root)}" if there and root is not None else ""
        here = f" in {shown(owner.root)}" if name == owner.name else ""
        hint = "" if there else "if that is this one under its old name, build once with --adopt, else "
        raise UsageError(
            f"{shown(directory)} holds the report of another project, {name!r}{where}, not of "
            f"{owner.name!r}{here}; {hint}choose another folder with --output"
        )


def claim(directory: Path, owner: Place, adopt: bool = False) -> None:
    """Create `directory` where it is missing, and mark it as an output folder of `owner` if it has no mark.

    Raises `UsageError` as `check_owner` does, and when it cannot be written to.
    """
    check_owner(directory, owner, adopt)
    if _marked(directory) is None:
        mark_as_own(directory, owner)


def mark_as_own(directory: Path, owner: Place) -> None:
    """Write the mark, where it is not as it would be written now. Raises `UsageError`."""
    mark, around = directory / MARK, owner.around(directory)
    try:
        directory.mkdir(parents=True, exist_ok=True)
        inside = _same(around, owner.root)
        root = os.path.relpath(owner.root.resolve(), directory.resolve()) if inside else os.fspath(owner.root)
        plain = {"made by": "labreport", "project": owner.name, "root": root}
        data = (json.dumps(plain, indent=1) + "\n").encode("ascii")
        if _content(mark) == data:
            return
        if os.listdir(directory):
            Quarantine(directory).clear(mark)
            write_atomically(mark, data)
            return
        # Not by way of a temporary file: killed in between, that would be all there is in the folder
        write_new(mark, data)
        sync_directory(directory)
    except OSError as error:
        raise _unwritable(directory, error) from error


def remove_strays(directory: Path) -> None:
    """Remove what killed writers left in the program's own folders. Raises `StoreError`."""
    directory = directory.resolve()  # it may be reached by a link, and its folders may not
    cache = directory / "cache"
    kinds = [cache / name for name in names_in(cache)]
    for folder in (directory, *(directory / name for name in FOLDERS), *kinds):
        for path in find_strays(folder):
            remove(path)


def _same(one: Path | None, other: Path | None) -> bool:
    return one is not None and other is not None and os.path.realpath(one) == os.path.realpath(other)


def _content(mark: Path) -> bytes | None:
    """The bytes of a mark; None where it is missing, or no file of a mark's size."""
    try:
        return read_regular(mark, _MARK_LIMIT)
    except (Damaged, FileNotFoundError, StoreError):
        return None


class _Mark(msgspec.Struct):
    project: str
    root: str | None = None


def _marked(directory: Path) -> tuple[str, Path | None] | None:
    """Name and folder of the project in the mark of a folder; None where it is missing or damaged.

    Marks of older versions name no folder.
    """
    try:
        mark = msgspec.json.decode(_content(directory / MARK) or b"", type=_Mark)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    root = None if mark.root is None else Path(os.path.realpath(directory.resolve() / mark.root))
    return mark.project, root


def _made_here(directory: Path) -> bool:
    """Whether a folder holds a document of this program, whose checksum is right."""
    for path in itertools.islice(_documents(directory), _LOOKED_AT):
        with suppress(Damaged, FileNotFoundError, StoreError):
            if is_sealed(read_regular(path, _DOCUMENT_LIMIT)):
                return True
    return False


def _documents(directory: Path) -> Iterator[Path]:
    yield directory / "ledger.json"
    for folder in (directory / "results", *sorted((directory / "cache").glob("*"))):
        if not folder.is_symlink() and not folder.parent.is_symlink():
            yield from sorted(folder.glob("*.json"))


@contextmanager
def output_lock(
    directory: Path, owner: Place, timeout: float, waiting: Callable[[str], None], adopt: bool = False
) -> Iterator[None]:
    """Hold the lock of `directory`, which is created and marked as the output folder of `owner`.

    `adopt` is as of `check_owner`. When another run has it, `waiting` is called once with a line of text, and
    it is waited for: `timeout` seconds, or without end when that is negative. Raises `StoreError` when the
    time is over, `UsageError` when the folder belongs to somebody else or cannot be written to.
    """
    from filelock import FileLock, Timeout

    claim(directory, owner, adopt)
    quarantine = Quarantine(directory)
    quarantine.clear(directory / LOCK)
    for notice in quarantine.notices:
        waiting(notice)
    try:
        # A lock file that is merely there, in place of a kernel lock, would outlive a killed build
        lock = FileLock(directory / LOCK, fallback_to_soft=False)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            busy = f"another build is at work in {shown(directory)}; waiting for it to end"
            waiting(f"{busy} (--lock-timeout limits this)")
            lock.acquire(timeout=timeout, poll_interval=0.1)
    except Timeout:
        raise StoreError(
            f"another build is still at work in {shown(directory)} after {timeout:g} s (--lock-timeout); "
            "run again when it has ended"
        ) from None
    except (OSError, NotImplementedError) as error:
        raise _unwritable(directory, error) from error
    try:
        probe = directory / temporary_name()  # to find out at the start, not after an hour of training
        try:
            write_new(probe, b"")
        except OSError as error:
            raise _unwritable(directory, error) from error
        finally:
            with suppress(OSError):
                os.unlink(probe)
        yield
    finally:
        lock.release()


def _unwritable(directory: Path, error: Exception) -> UsageError:
    reason = getattr(error, "strerror", None) or str(error).splitlines()[0]
    return UsageError(
        f"cannot write to {shown(directory)}: {reason}; "
        "make it writable, or choose another folder with --output"
    )


DOCUMENTS = ("report.html", "report.pdf", "answers.json", "workflow.py", "ro-crate-metadata.json")
_MANIFEST = "manifest.json"


class _Manifest(Sealed):
    documents: dict[str, str]


def publish(
    output: Path,
    files: Mapping[str, Path | bytes],
    quarantine: Quarantine,
    kept: Mapping[str, str] | None = None,
) -> None:
    """Make `files` (names to contents, or to paths of them) the report in `output`.

    The documents `kept` (names to digests) stay as they are. One that is in neither, such as a PDF that is
    not made yet or could not be, is removed, rather than left old beside new ones. What has a document's
    name and is not a file is set aside. Raises `StoreError`; the report is then the one it was, or one that
    the next run completes.
    """
    unknown = {*files, *(kept or {})} - set(DOCUMENTS)
    if unknown:
        raise ValueError(f"{sorted(unknown)[0]!r} is not a document; there are {', '.join(DOCUMENTS)}")
    _discard(output / PUBLISHING)
    unfinished, digests = output / temporary_name(), dict(kept or {})
    with writing(output):
        unfinished.mkdir()
        try:
            for name, given in files.items():
                with writing(unfinished / name):
                    content = given if isinstance(given, bytes) else given.read_bytes()
                    digests[name] = hashlib.sha256(content).hexdigest()
                    write_new(unfinished / name, content)
            with writing(unfinished / _MANIFEST):
                write_new(unfinished / _MANIFEST, seal({"documents": digests}))
            sync_directory(unfinished)
            os.rename(unfinished, output / PUBLISHING)
        except BaseException:
            with suppress(OSError):
                shutil.rmtree(unfinished)
            raise
        sync_directory(output)
    complete(output, quarantine)


def complete(output: Path, quarantine: Quarantine) -> bool:
    """Move the documents of a publication that was begun to their places; whether there was one."""
    folder = output / PUBLISHING
    if not os.path.lexists(folder):
        return False
    try:
        manifest = unseal(read_regular(folder / _MANIFEST, LIMIT), _Manifest)
    except (Damaged, FileNotFoundError) as damage:
        quarantine.take(folder, str(damage) if isinstance(damage, Damaged) else "has no manifest")
        return False
    for name in DOCUMENTS:
        place = output / name
        digest = manifest.documents.get(name)
        quarantine.clear(place)
        if digest is None:
            remove(place)
        elif os.path.lexists(folder / name):
            if sha256(folder / name, OUTPUT_LIMIT) != digest:
                quarantine.take(folder / name, "differs from its checksum")
                continue
            with writing(place):
                os.replace(folder / name, place)
    with writing(output):
        sync_directory(output)
    _discard(folder)
    return True


def _discard(folder: Path) -> None:
    """Remove a folder so that a kill in between leaves none without its manifest."""
    temporary = folder.with_name(temporary_name())
    with writing(folder):
        try:
            os.rename(folder, temporary)
        except FileNotFoundError:
            return
    remove(temporary)

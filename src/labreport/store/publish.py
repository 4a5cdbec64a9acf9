"""Puts a complete report in place of the last one at a single instant.

report/.builds/ID/report.html, report.pdf, answers.json     complete, and never changed
report/.builds/current -> ID                                 one rename swaps all of them
report/report.html -> .builds/current/report.html            made once
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from labreport.errors import StoreError
from labreport.store.files import (
    cannot_write,
    make_directory,
    shown,
    sync_directory,
    temporary_name,
    write_atomically,
    write_new,
)

BUILDS = ".builds"
CURRENT = "current"
DOCUMENTS = ("report.html", "report.pdf", "answers.json")
_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.ENOSYS)


def publish(directory: Path, files: Mapping[str, Path | bytes]) -> list[str]:
    """Make `files` (names to contents, or to paths of them) the report in `directory`.

    A document that is not among them, such as a PDF that could not be made, is there no more, rather
    than an old one beside new ones. The build before is kept for whoever is reading it; older ones
    are removed. Returns one line for each thing that the user should know. Raises `StoreError`; the
    report is then the one it was.
    """
    unknown = set(files) - set(DOCUMENTS)
    if unknown:
        raise ValueError(f"{sorted(unknown)[0]!r} is no document; there are {', '.join(DOCUMENTS)}")
    builds = directory / BUILDS
    make_directory(builds)
    build = _write_build(builds, files)
    notices = _move_aside(builds / CURRENT)
    for name in DOCUMENTS:
        notices += _move_aside(directory / name)
    before = _target(builds / CURRENT)
    # Links come before the swap, so that on first publication, too, all documents appear at once; but
    # a file that no build has is not given up before there is one
    early = [
        name for name in files if not (directory / name).is_file() or (builds / CURRENT / name).is_file()
    ]
    if not (all(_put_link(directory / name) for name in early) and _link(build.name, builds / CURRENT)):
        shutil.rmtree(build)
        return notices + _publish_one_by_one(directory, files)
    for name in DOCUMENTS:
        if name in files:
            _put_link(directory / name)
        else:
            _remove(directory / name)
    _remove_builds(builds, keep={CURRENT, build.name, before})
    return notices


def _write_build(builds: Path, files: Mapping[str, Path | bytes]) -> Path:
    """A folder with all of `files`, on the disk when this returns."""
    unfinished = builds / temporary_name()
    build = builds / os.urandom(8).hex()
    path = unfinished
    try:
        unfinished.mkdir()
        for name, content in files.items():
            path = unfinished / name
            write_new(path, content if isinstance(content, bytes) else content.read_bytes())
        sync_directory(unfinished)
        os.rename(unfinished, build)
        sync_directory(builds)
    except OSError as error:
        with suppress(OSError):
            shutil.rmtree(unfinished)
        raise cannot_write(path, error) from error
    return build


def _link(target: str, link: Path) -> bool:
    """Point `link` at `target`, at once and durably; False where the file system has no links."""
    temporary = link.with_name(temporary_name())
    try:
        try:
            os.symlink(target, temporary)
        except OSError as error:
            if error.errno in _NO_LINKS:
                return False
            raise
        try:
            os.replace(temporary, link)
        except BaseException:
            with suppress(OSError):
                os.unlink(temporary)
            raise
        sync_directory(link.parent)
    except OSError as error:
        raise cannot_write(link, error) from error
    return True


def _put_link(path: Path) -> bool:
    """The document's link, unless it is there; False where the file system has no links."""
    target = f"{BUILDS}/{CURRENT}/{path.name}"
    return _target(path) == target or _link(target, path)


def _remove(path: Path) -> None:
    """A document that is no more."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise cannot_write(path, error) from error


def _publish_one_by_one(directory: Path, files: Mapping[str, Path | bytes]) -> list[str]:
    """For file systems without links: no longer one instant, so what is left out goes first."""
    for name in DOCUMENTS:
        if name not in files:
            _remove(directory / name)
    for name, content in files.items():
        write_atomically(directory / name, content if isinstance(content, bytes) else content.read_bytes())
    return [f"{shown(directory)} cannot hold links: the documents were replaced one by one, not all at once"]


def _move_aside(path: Path) -> list[str]:
    """Make room where a folder stands in a document's place."""
    if path.is_symlink() or not path.is_dir():
        return []
    aside = path.with_name(f"{path.name}.{os.urandom(4).hex()}")
    try:
        os.rename(path, aside)
    except OSError as error:
        raise StoreError(f"cannot move the folder {shown(path)}: {error.strerror}; move it away") from error
    return [f"{shown(path)} was a folder; it is now {aside.name}"]


def _target(link: Path) -> str:
    """What a link says; empty where there is no link."""
    try:
        return os.readlink(link)
    except OSError:
        return ""


def _remove_builds(builds: Path, keep: set[str]) -> None:
    """Old builds only take room: what cannot be removed now is removed next time."""
    for name in os.listdir(builds):
        if name not in keep:
            shutil.rmtree(builds / name, ignore_errors=True)

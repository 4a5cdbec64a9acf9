"""What a Dask worker does to take part; it gets this file as text, and needs nothing but Python.

It keeps code and data on its disk under the names of their hashes, and checks them. The public functions are
called by name through `answer`, with plain values only.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import stat
import subprocess
import sys
import tempfile
import threading
import time
import uuid
import zipfile
from typing import Any

MANIFEST = "parcel.json"
KEPT_SECONDS = 30 * 86_400
"""Code that was not used for so long is removed."""
ROOM = 16_000_000
"""Bytes that are to be left on the disk."""

_lock = threading.Lock()


class Refused(Exception):
    """This worker cannot be used; the text says why."""


def answer(what: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """Call a function of this file; what it refuses is returned as text, not raised."""
    try:
        return {"found": globals()[what](**arguments)}
    except Refused as refusal:
        return {"refused": str(refusal)}
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        return {"refused": f"{error.strerror or error}{where}"}


def facts(needed: int) -> dict[str, Any]:
    """What the worker is, and where it can keep `needed` bytes."""
    if sys.version_info < (3, 11):  # noqa: UP036 - a worker may have any
        raise Refused(f"has Python {sys.version.split()[0]}; 3.11 or newer is needed")
    try:
        cores = len(os.sched_getaffinity(0))
    except AttributeError:
        cores = os.cpu_count() or 1
    return {"cores": cores, "folder": _folder(needed)}


def lacking(folder: str, digests: list[str]) -> list[str]:
    """Which of the files named by their SHA-256 are not there as they should be."""
    return [digest for digest in digests if not _is_whole(_blob(folder, digest), digest)]


def receive(folder: str, digest: str, part: str, data: bytes, last: bool) -> bool:
    """The next bytes of a file; with the last it is checked, and gets its name."""
    path = os.path.join(folder, f".part-{part}")
    try:
        with open(path, "ab") as file:
            file.write(data)
        if last and not _is_whole(path, digest):
            raise Refused(f"what it received of {digest[:12]} is not what was sent")
    except (OSError, Refused):
        if os.path.lexists(path):
            os.unlink(path)
        raise
    if last:
        os.replace(path, _blob(folder, digest))
    return last


def unpack(folder: str, archive: str) -> str:
    """The folder with an archive's code and the data that it names; made unless it is there and whole."""
    tree = os.path.join(folder, f"tree-{archive}")
    with open(_blob(folder, archive), "rb") as file, zipfile.ZipFile(io.BytesIO(file.read())) as content:
        files = {name: content.read(name) for name in content.namelist()}
    data = json.loads(files[MANIFEST])["data"]
    with _lock:
        if not _holds(tree, files):
            fresh = tempfile.mkdtemp(prefix=".tree-", dir=folder)
            for name, text in files.items():
                with open(_inside(fresh, name), "wb") as written:
                    written.write(text)
            shutil.rmtree(tree, ignore_errors=True)
            try:
                os.rename(fresh, tree)
            except OSError:  # another worker of this machine was faster
                shutil.rmtree(fresh, ignore_errors=True)
        for name, digest in data.items():
            if not _is_whole(os.path.join(tree, name), digest):
                _link(_blob(folder, digest), _inside(tree, name))
        os.utime(tree)
        _tidy(folder)
    return tree


def inspect(tree: str, environment: dict[str, str], claims: list[Any], start: str) -> list[str]:
    """In how far this machine differs from what the keys of the results say, one text for each difference."""
    ran = subprocess.run(
        [sys.executable, "-P", "-c", start, tree, "inspect"],
        input=json.dumps(claims),
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        check=False,
    )
    if ran.returncode != 0:
        last = (ran.stderr.strip().splitlines() or [f"its process ended with {ran.returncode}"])[-1]
        lacks = last.rpartition("ModuleNotFoundError: No module named ")[2].strip("'")
        raise Refused(f"has no {lacks}" if lacks != last else last)
    found: list[str] = json.loads(ran.stdout.splitlines()[-1])
    return found


def _folder(needed: int) -> str:
    """A folder of this user, with room, that stays from one start of the worker to the next."""
    found = []
    for base in (tempfile.gettempdir(), "/dev/shm"):
        if not os.path.isdir(base):
            continue
        folder = os.path.join(base, f"labreport-{os.getuid()}")
        try:
            os.makedirs(folder, mode=0o700, exist_ok=True)
            status = os.lstat(folder)
            if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid() or status.st_mode & 0o022:
                raise OSError(0, "can be written by somebody else")
            free = shutil.disk_usage(folder).free
            if free < needed + ROOM:
                raise OSError(0, f"has {free / 1e6:.0f} MB free, of {(needed + ROOM) / 1e6:.0f} MB needed")
            return folder
        except OSError as error:
            found.append(f"{folder} {error.strerror or error}")
    raise Refused(f"has no disk to work on: {'; '.join(found)}")


def _blob(folder: str, digest: str) -> str:
    return os.path.join(folder, f"file-{digest}")


def _is_whole(path: str, digest: str) -> bool:
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == digest
    except OSError:
        return False


def _holds(tree: str, files: dict[str, bytes]) -> bool:
    """Whether a folder has these files, byte for byte."""
    for name, text in files.items():
        try:
            with open(os.path.join(tree, name), "rb") as file:
                if file.read() != text:
                    return False
        except OSError:
            return False
    return True


def _inside(folder: str, name: str) -> str:
    path = os.path.normpath(os.path.join(folder, name))
    if not path.startswith(folder + os.sep):
        raise Refused(f"{name!r} is not a path below the project")
    os.makedirs(os.path.dirname(path), exist_ok=True)
    return path


def _link(source: str, path: str) -> None:
    """The same file under another name, which appears at once; a copy where there are no hard links."""
    fresh = f"{path}.{uuid.uuid4().hex}"
    try:
        os.link(source, fresh)
    except OSError:
        shutil.copyfile(source, fresh)
    os.replace(fresh, path)


def _tidy(folder: str) -> None:
    """Remove code of long ago, and what was left half done; data stay."""
    for entry in os.scandir(folder):
        old = time.time() - entry.stat().st_mtime > KEPT_SECONDS
        if old and entry.name.startswith(("tree-", ".tree-", ".part-")):
            if entry.is_dir():
                shutil.rmtree(entry.path, ignore_errors=True)
            else:
                os.unlink(entry.path)

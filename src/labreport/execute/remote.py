"""What a Dask worker does to carry out runs; it gets this file as text, and needs only Dask and Python.

It keeps files on its disk under the names of their hashes, and checks them. Each lane has a process of its
own, whose messages are held here unread until they are fetched. The public functions are called by name
through `answer`, with plain values only.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import stat
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from multiprocessing import Pipe
from typing import Any

MANIFEST = "parcel.json"
"""The file of an archive that names the data beside the code."""
KEPT_SECONDS = 30 * 86_400
"""Code that was not removed for so long is removed."""
ROOM = 16_000_000
"""Bytes that are to be left on the disk."""
HELD = 64_000_000
"""Bytes that may wait to be fetched; above, the run waits."""
LOOK_SECONDS = 0.2
"""Between two looks whether the run is still wanted."""

_lanes: dict[str, tuple[subprocess.Popen[bytes], Any]] = {}
"""Lane → process, and the way to it."""
_held: dict[str, tuple[str, dict[int, bytes]]] = {}
"""Lane → run, and its messages by number."""
_trees: dict[str, list[str]] = {}
"""Build → folders with code."""
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


def offer(needed: int, digests: list[str]) -> dict[str, Any]:
    """What the worker has: cores, a folder for `needed` bytes, and which of the files are lacking in it."""
    if sys.version_info < (3, 11):  # noqa: UP036 - a worker may have any
        raise Refused(f"has Python {sys.version.split()[0]}; 3.11 or newer is needed")
    try:
        cores = len(os.sched_getaffinity(0))
    except AttributeError:
        cores = os.cpu_count() or 1
    folder = _folder(needed)
    lacking = [digest for digest in digests if not _is_whole(_file(folder, digest), digest)]
    return {"cores": cores, "folder": folder, "lacking": lacking}


def receive(folder: str, digest: str, part: str, data: bytes) -> None:
    """The next bytes of a file; after the last, nothing: then it is checked, and gets its name."""
    path = os.path.join(folder, f".part-{part}")
    try:
        with open(path, "ab") as file:
            file.write(data)
        if not data:
            if not _is_whole(path, digest):
                raise Refused(f"what it received of {digest[:12]} is not what was sent")
            os.replace(path, _file(folder, digest))
    except (OSError, Refused):
        if os.path.lexists(path):
            os.unlink(path)
        raise


def unpack(folder: str, archive: str, build: str) -> str:
    """A new folder with an archive's code and the data that it names; it is removed with the build."""
    _tidy(folder)
    tree = tempfile.mkdtemp(prefix="tree-", dir=folder)
    _trees.setdefault(build, []).append(tree)
    with zipfile.ZipFile(_file(folder, archive)) as content:
        content.extractall(tree)
        data = json.loads(content.read(MANIFEST))["data"]
    for name, digest in data.items():
        path = os.path.join(tree, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        try:
            os.link(_file(folder, digest), path)
        except OSError:  # there are no hard links
            shutil.copyfile(_file(folder, digest), path)
    return tree


def carry_out(
    lane: str, tree: str, environment: dict[str, str], start: str, task: bytes, run: str
) -> dict[str, Any]:
    """One run, in the process of its lane; what was not fetched of its messages, and why it ended early.

    Raises `Refused` where that process says that its result would not be what it is called.
    """
    from distributed import get_worker

    worker, held = get_worker(), dict[int, bytes]()
    _held[lane] = run, held
    command = [sys.executable, "-P", "-c", start, tree]
    try:
        try:
            channel = _process(lane, command, environment)
            channel.send_bytes(task)
        except OSError:  # it has ended for want of work
            end(lane)
            channel = _process(lane, command, environment)
            channel.send_bytes(task)
        number, last = 0, False
        while not last:
            if channel.poll(LOOK_SECONDS):
                number, message = number + 1, channel.recv_bytes()
                if message[:1] == b"R":
                    raise Refused(message[1:].decode())
                held[number], last = message, message[:1] == b"O"
            while _is_wanted(worker, run) and sum(map(len, list(held.values()))) > HELD and not last:
                time.sleep(LOOK_SECONDS)
            if not _is_wanted(worker, run):
                end(lane)
                return {"messages": {}, "ended": "it is not wanted any more"}
        ended = ""
    except (EOFError, OSError) as error:
        code = end(lane)
        ended = f"its process ended with exit code {code}" if code is not None else f"{error!r}"
    return {"messages": dict(held), "ended": ended}


def collect(seen: dict[str, tuple[str, int]]) -> dict[str, dict[int, bytes]]:
    """The messages of some lanes, by number; of which run is asked, and the last that has arrived."""
    found = {}
    for lane, (run, number) in seen.items():
        known, held = _held.get(lane, ("", {}))
        if known == run:
            for earlier in [one for one in list(held) if one <= number]:
                held.pop(earlier, None)
            found[lane] = dict(held)
    return found


def end(lane: str) -> int | None:
    """End the process of a lane; its exit code, if it had ended by itself."""
    with _lock:
        found = _lanes.pop(lane, None)
    if found is None:
        return None
    process, channel = found
    channel.close()
    try:
        return int(process.wait(timeout=0.2))
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return None


def end_all(build: str) -> None:
    """End the processes of all lanes of a build, whose names begin so, and remove its code."""
    mine = [name for name in (*_lanes, *_held) if name.startswith(build)]
    for process, _ in [_lanes[lane] for lane in mine if lane in _lanes]:
        process.kill()
    for lane in mine:
        end(lane)
        _held.pop(lane, None)
    for tree in _trees.pop(build, []):
        shutil.rmtree(tree, ignore_errors=True)


def _process(lane: str, command: list[str], environment: dict[str, str]) -> Any:
    """The way to the process of a lane, which is started unless there is one."""
    with _lock:
        found = _lanes.get(lane)
    if found is not None and found[0].poll() is None:
        return found[1]
    end(lane)
    ours, other = Pipe()
    with other:
        process = subprocess.Popen(
            [*command, str(other.fileno())],
            pass_fds=[other.fileno()],
            stdin=subprocess.DEVNULL,
            env={**os.environ, **environment},
        )
    with _lock:
        _lanes[lane] = process, ours
    return ours


def _is_wanted(worker: Any, run: str) -> bool:
    """Whether the scheduler still wants the task: its client may have gone, or the scheduler itself."""
    task = worker.state.tasks.get(run)
    return (
        worker.status.name in ("running", "paused")
        and task is not None
        and task.state not in ("cancelled", "resumed", "released", "forgotten")
    )


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


def _file(folder: str, digest: str) -> str:
    return os.path.join(folder, f"file-{digest}")


def _is_whole(path: str, digest: str) -> bool:
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == digest
    except OSError:
        return False


def _tidy(folder: str) -> None:
    """Remove code of long ago, and what was left half done; data stay."""
    for entry in os.scandir(folder):
        if entry.name.startswith(("tree-", ".part-")):
            if time.time() - entry.stat().st_mtime < KEPT_SECONDS:
                continue
            if entry.is_dir():
                shutil.rmtree(entry.path, ignore_errors=True)
            else:
                os.unlink(entry.path)

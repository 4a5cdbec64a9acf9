"""What a Dask worker does to carry out runs; it gets this file as text, and needs only Dask and Python.

It starts a process of its own for each lane, and passes on what such a process sends, without reading it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from multiprocessing import Pipe
from typing import Any

INLINE = 16_384
"""Bytes of the largest message that goes through the scheduler's log of events; others are fetched."""
HELD = 64_000_000
"""Bytes that may wait to be fetched; above, the run waits."""
FLUSH_SECONDS = 0.1
"""How long small messages of a run are collected."""
LOOK_SECONDS = 0.2
"""Between two looks whether the run is still wanted."""

_lanes: dict[str, tuple[str, Any, Any]] = {}
"""Lane → code, process, and the way to it."""
_held: dict[str, dict[int, bytes]] = {}
"""Lane → messages that wait to be fetched, by number."""
_lock = threading.Lock()


def answer(what: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """Call a function of this file."""
    return {"found": globals()[what](**arguments)}


def carry_out(
    lane: str, tree: str, environment: dict[str, str], start: str, topic: str, task: bytes, run: str
) -> None:
    """One run, in the process of its lane; all that it sends goes to `topic`, at last why it ended."""
    from distributed import get_worker

    worker = get_worker()
    tell = _Teller(worker, topic, lane, run)
    command = [sys.executable, "-P", "-c", start, tree, "serve"]
    try:
        channel = _process(lane, tree, command, environment)
        try:
            channel.send_bytes(task)
        except OSError:  # it has ended for want of work
            end(lane)
            channel = _process(lane, tree, command, environment)
            channel.send_bytes(task)
        while True:
            if channel.poll(FLUSH_SECONDS if tell.waiting else LOOK_SECONDS):
                message = channel.recv_bytes()
                tell(message)
                if message[:1] == b"O":
                    return tell.end("")
            else:
                tell.flush()
            if not _wanted(worker, run):
                end(lane)
                return tell.end("it is not wanted any more")
            while tell.crowded and _wanted(worker, run):
                time.sleep(LOOK_SECONDS)
    except (EOFError, OSError) as error:
        code = end(lane)
        return tell.end(f"its process ended with exit code {code}" if code is not None else f"{error!r}")


def take(lane: str, number: int) -> bytes | None:
    """A message that was too large for the log of events; what came before it has arrived."""
    held = _held.get(lane, {})
    for earlier in [known for known in held if known < number]:
        held.pop(earlier, None)
    return held.get(number)


def end(lane: str) -> int | None:
    """End the process of a lane; its exit code, if it had ended by itself."""
    with _lock:
        found = _lanes.pop(lane, None)
    if found is None:
        return None
    process, channel = found[1:]
    channel.close()
    try:
        return int(process.wait(timeout=0.2))
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return None


def end_all(session: str) -> None:
    """End the processes of all lanes whose names begin so."""
    mine = [name for name in (*_lanes, *_held) if name.startswith(session)]
    for process in [_lanes[lane][1] for lane in mine if lane in _lanes]:
        process.kill()
    for lane in mine:
        end(lane)
        _held.pop(lane, None)


class _Teller:
    """Passes messages of one run on, in order: small ones together, large ones by number."""

    def __init__(self, worker: Any, topic: str, lane: str, run: str) -> None:
        self._send = lambda frames: worker.log_event(topic, {"lane": lane, "run": run, "frames": frames})
        self._held: dict[int, bytes] = {}
        _held[lane] = self._held
        self._number = 0
        self._since = 0.0
        self.waiting: list[list[Any]] = []

    def __call__(self, message: bytes) -> None:
        self._since = self._since if self.waiting else time.monotonic()
        if len(message) <= INLINE:
            self.waiting.append(["here", message])
        else:
            self._number += 1
            self._held[self._number] = message
            self.waiting.append(["held", self._number])
        size = sum(len(content) for kind, content in self.waiting if kind == "here")
        if size > INLINE or time.monotonic() - self._since > FLUSH_SECONDS:
            self.flush()

    @property
    def crowded(self) -> bool:
        """Whether more waits to be fetched than should."""
        return len(self._held) > 1 and sum(map(len, list(self._held.values()))) > HELD

    def flush(self) -> None:
        """Send what was collected."""
        if self.waiting:
            self._send(self.waiting)
            self.waiting = []

    def end(self, why: str) -> None:
        """The last message of the run."""
        self.waiting.append(["end", why])
        self.flush()


def _process(lane: str, tree: str, command: list[str], environment: dict[str, str]) -> Any:
    """The way to the process of a lane, which is started unless there is one with this code."""
    with _lock:
        found = _lanes.get(lane)
    if found is not None and found[0] == tree and found[1].poll() is None:
        return found[2]
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
        _lanes[lane] = (tree, process, ours)
    return ours


def _wanted(worker: Any, run: str) -> bool:
    """Whether the scheduler still wants the task: its client may have gone, or the scheduler itself."""
    task = worker.state.tasks.get(run)
    return (
        worker.status.name in ("running", "paused")
        and task is not None
        and task.state not in ("cancelled", "resumed", "released", "forgotten")
    )

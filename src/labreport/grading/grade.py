"""All submissions, each read in a long-lived worker process, and those that are the same.

A file that takes too long costs its worker, never the others.
"""

from __future__ import annotations

import os
import select
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec

from labreport.errors import LabReportError
from labreport.grading.expected import Expected, Graded, unread
from labreport.grading.folder import Found

SECONDS = 10.0
"""Time for one file; an ordinary one takes a few hundredths of a second."""
REPLY_LIMIT = 8_000_000
"""Bytes of one reply."""
ENDED = "ended the process that read it, by its use of memory or otherwise"
WORKERS = 8
"""Processes at most; as many as there are cores otherwise."""
REFERENCE = "the reference"
_PROGRAM = (
    "import sys; sys.path.insert(0, {own!r}); sys.path += {others!r}\n"
    "from labreport.grading.worker import main; main()"
)


@dataclass(frozen=True)
class Result:
    """A submission's name and what it got."""

    name: str
    graded: Graded


def grade_all(expected: Expected, found: Sequence[Found], seconds: float = SECONDS) -> list[Result]:
    """Every submission graded, in the order given, whatever some of them do."""
    graded = {index: unread(expected, one.problem) for index, one in enumerate(found) if one.path is None}
    readable = [index for index in range(len(found)) if index not in graded]
    requests = [os.fsencode(str(found[index].path)).hex().encode() for index in readable]
    workers = min(WORKERS, os.cpu_count() or 1, len(requests))
    greeting = msgspec.json.encode(expected)
    for item, reply in ask_all(_command(), greeting, requests, workers, seconds):
        graded[readable[item]] = (
            unread(expected, reply) if isinstance(reply, str) else msgspec.json.decode(reply, type=Graded)
        )
    return [Result(one.name, graded[index]) for index, one in enumerate(found)]


def same(results: Sequence[Result], content: str = "", numbers: str = "") -> list[tuple[str, list[str]]]:
    """Groups of names with what they share: `identical file` or `identical numbers`.

    `content` and `numbers` are those of the reference. Two honest runs of the same seeds on machines of
    one type can have identical numbers; a group of identical files is not listed a second time.
    """
    files: dict[str, list[str]] = {content: [REFERENCE]} if content else {}
    figures: dict[str, list[str]] = {numbers: [REFERENCE]} if numbers else {}
    for result in results:
        if result.graded.content:
            files.setdefault(result.graded.content, []).append(result.name)
        if result.graded.numbers:
            figures.setdefault(result.graded.numbers, []).append(result.name)
    groups = [names for names in files.values() if len(names) > 1]
    return [("identical file", names) for names in groups] + [
        ("identical numbers", names) for names in figures.values() if len(names) > 1 and names not in groups
    ]


def _command() -> list[str]:
    """An isolated interpreter: neither the current folder nor the environment adds code to it."""
    own = str(Path(__file__).resolve().parents[2])
    others = [os.path.abspath(entry) for entry in sys.path if entry]
    return [sys.executable, "-I", "-c", _PROGRAM.format(own=own, others=others)]


# Worker processes


def ask_all(
    command: Sequence[str], greeting: bytes, requests: Sequence[bytes], workers: int, seconds: float = SECONDS
) -> Iterator[tuple[int, bytes | str]]:
    """Pairs of a request's index and its reply, in the order in which they come.

    Each of up to `workers` processes runs `command`, gets `greeting` as its first line, and answers each
    request, one line, with one line. Instead of a reply comes a text that completes a sentence about the
    request, when its process took more than `seconds` or ended. Raises `LabReportError` when no process
    can be started. All processes have ended when the iterator is closed.
    """
    started: list[subprocess.Popen[bytes]] = []
    own, closing = threading.local(), threading.Event()

    def ask(request: bytes) -> bytes | str:
        process: subprocess.Popen[bytes] | None = getattr(own, "process", None)
        if process is None or process.poll() is not None:
            process = own.process = _start(command, greeting)
            started.append(process)
        return "is not read any more" if closing.is_set() else _exchange(process, request, seconds)

    threads = ThreadPoolExecutor(max(workers, 1))
    try:
        waiting = {threads.submit(ask, request): place for place, request in enumerate(requests)}
        for done in as_completed(waiting):
            yield waiting[done], done.result()
    finally:
        closing.set()
        for process in tuple(started):
            process.kill()
        threads.shutdown(cancel_futures=True)
        for process in started:
            _end(process)


def _start(command: Sequence[str], greeting: bytes) -> subprocess.Popen[bytes]:
    try:
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd="/"
        )
    except OSError as error:
        raise LabReportError(f"cannot start a process to read submissions: {error}") from None
    _send(process, greeting)
    return process


def _send(process: subprocess.Popen[bytes], line: bytes) -> None:
    assert process.stdin is not None
    with suppress(OSError):  # it has ended; its output says so
        process.stdin.write(line + b"\n")
        process.stdin.flush()


def _exchange(process: subprocess.Popen[bytes], request: bytes, seconds: float) -> bytes | str:
    """The reply to a request, or the problem for which the process was ended."""
    assert process.stdout is not None
    deadline, reply = time.monotonic() + seconds, bytearray()
    _send(process, request)
    while not reply.endswith(b"\n"):
        ready, _, _ = select.select([process.stdout], [], [], max(0.0, deadline - time.monotonic()))
        data = os.read(process.stdout.fileno(), 1 << 16) if ready else b""
        reply += data
        if not data or len(reply) > REPLY_LIMIT:
            _end(process)
            if not ready:
                return f"takes more than {seconds:g} s to read"
            return "needs too long a reply" if data else ENDED
    return bytes(reply)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process and close its streams, once."""
    assert process.stdout is not None
    if not process.stdout.closed:
        process.kill()
        process.communicate()

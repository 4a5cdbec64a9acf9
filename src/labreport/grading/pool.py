"""Long-lived worker processes: a file that takes too long costs its worker, never the others."""

from __future__ import annotations

import os
import selectors
import subprocess
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import IO

from labreport.errors import LabReportError

SECONDS = 10.0
"""Time for one file; an ordinary one takes a few hundredths of a second."""
REPLY_LIMIT = 8_000_000
"""Bytes of one reply."""


@dataclass
class _Worker:
    process: subprocess.Popen[bytes]
    item: int
    deadline: float
    reply: bytearray = field(default_factory=bytearray)

    @property
    def output(self) -> IO[bytes]:
        assert self.process.stdout is not None
        return self.process.stdout

    def ask(self, item: int, request: bytes, seconds: float) -> None:
        assert self.process.stdin is not None
        self.item, self.deadline = item, time.monotonic() + seconds
        self.reply.clear()
        self.process.stdin.write(request + b"\n")
        self.process.stdin.flush()


def ask_all(
    command: Sequence[str], greeting: bytes, requests: Sequence[bytes], workers: int, seconds: float = SECONDS
) -> Iterator[tuple[int, bytes | str]]:
    """Pairs of a request's index and its reply, in the order in which they come.

    Each of up to `workers` processes runs `command`, gets `greeting` as its first line, and answers each
    request, one line, with one line. Instead of a reply comes a text that completes a sentence about the
    request, when its process took more than `seconds` or ended. Raises `LabReportError` when no process
    can be started. All processes have ended when the iterator is closed.
    """
    waiting = deque(range(len(requests)))
    with selectors.DefaultSelector() as selector:
        alive: dict[int, _Worker] = {}
        try:
            while waiting or alive:
                while waiting and len(alive) < workers:
                    worker = _start(command, greeting)
                    alive[worker.output.fileno()] = worker
                    selector.register(worker.output, selectors.EVENT_READ)
                    _give(worker, waiting, requests, seconds)
                soonest = min(worker.deadline for worker in alive.values())
                for key, _ in selector.select(max(0.0, soonest - time.monotonic())):
                    worker = alive[key.fd]
                    outcome = _receive(worker)
                    if outcome is None:
                        continue
                    yield worker.item, outcome
                    if isinstance(outcome, bytes) and waiting:
                        _give(worker, waiting, requests, seconds)
                    else:
                        selector.unregister(worker.output)
                        _end(alive.pop(key.fd))
                for late in [each for each in alive.values() if each.deadline <= time.monotonic()]:
                    selector.unregister(late.output)
                    _end(alive.pop(late.output.fileno()))
                    yield late.item, f"takes more than {seconds:g} s to read"
        finally:
            for worker in alive.values():
                _end(worker)


def _start(command: Sequence[str], greeting: bytes) -> _Worker:
    try:
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd="/"
        )
        assert process.stdin is not None
        process.stdin.write(greeting + b"\n")
        process.stdin.flush()
    except OSError as error:
        raise LabReportError(f"cannot start a process to read submissions: {error}") from None
    return _Worker(process, -1, 0.0)


def _give(worker: _Worker, waiting: deque[int], requests: Sequence[bytes], seconds: float) -> None:
    item = waiting.popleft()
    try:
        worker.ask(item, requests[item], seconds)
    except OSError:
        worker.item = item  # it has ended; its output says so


def _receive(worker: _Worker) -> bytes | str | None:
    """A whole reply, a problem, or None while the reply is not complete."""
    data = os.read(worker.output.fileno(), 1 << 16)
    if not data:
        return "ended the process that read it, by its use of memory or otherwise"
    worker.reply += data
    if len(worker.reply) > REPLY_LIMIT:
        return "needs too long a reply"
    return bytes(worker.reply) if worker.reply.endswith(b"\n") else None


def _end(worker: _Worker) -> None:
    worker.process.kill()
    worker.process.wait()
    for stream in (worker.process.stdin, worker.process.stdout):
        close: Callable[[], None] | None = getattr(stream, "close", None)
        if close is not None:
            try:
                close()
            except OSError:
                continue

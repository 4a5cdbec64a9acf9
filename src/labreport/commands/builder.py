"""Builds, one at a time, each in a process that was ready for it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

from labreport import warm
from labreport.errors import LabReportError
from labreport.processes import safe_spawn

Event = Mapping[str, Any]
END_SECONDS = 2.0
"""How long the process that forks may take to end."""


class _Fork:
    """One process that loads, is ready, and builds; `heard` is called in another thread with what it sends.

    An empty event means that it has ended. Its number comes first, before anything of the project is loaded,
    so that it can be ended whatever that does.
    """

    def __init__(self, channel: socket.socket, heard: Callable[[_Fork, Event], None]) -> None:
        self._channel = channel
        self._heard = heard
        self._pid = 0
        self._ended = False
        threading.Thread(target=self._listen, daemon=True).start()

    def ask(self, what: bytes) -> None:
        """Send one word."""
        with suppress(OSError):  # it has died; `heard` is called
            self._channel.sendall(what + b"\n")

    def end(self) -> None:
        """End it at once."""
        self._ended = True
        if self._pid:
            with suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGKILL)

    def _listen(self) -> None:
        with self._channel, self._channel.makefile("rb") as stream, suppress(OSError, ValueError):
            for line in stream:
                event: Event = json.loads(line)
                self._pid = event.get("pid", self._pid)
                if self._ended:
                    self.end()
                elif "pid" not in event:
                    self._heard(self, event)
        self._pid = 0
        self._heard(self, {})


class Builder:
    """Runs builds with the options `words`; `happened` is called in another thread with what they send.

    An empty event means that the process of the build has ended.
    """

    def __init__(self, words: Sequence[str], happened: Callable[[Event], None]) -> None:
        self._happened = happened
        self._words = [str(Path(__file__).parents[2]), *words]
        self._server: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._ready: _Fork | None = None
        self._running: _Fork | None = None

    def prepare(self, renew: bool = False) -> None:
        """Keep a process ready; with `renew`, another in place of one that does."""
        ready = self._ready
        if ready is not None and not renew:
            return
        if ready is not None:
            self._ready = None
            ready.end()
        for _ in range(2):
            ours, theirs = socket.socketpair()
            with theirs, suppress(OSError):
                if self._control is None:
                    self._start()
                assert self._control is not None
                socket.send_fds(self._control, [b"f"], [theirs.fileno()])
                self._ready = _Fork(ours, self._heard)
                return
            ours.close()
            self._stop()  # it was killed; another one is started
        raise LabReportError("the process that builds cannot be started, or ends at once; run watch again")

    def build(self) -> None:
        """Have the process that is ready build."""
        self.prepare()
        assert self._ready is not None
        self._running, self._ready = self._ready, None
        self._running.ask(b"build")

    def ask_wanted(self) -> None:
        """Have the process that is ready send the keys of the results that it would make, as `wanted`."""
        if self._ready is not None:
            self._ready.ask(b"wanted")

    def kill(self) -> None:
        """End the running build; what it has trained is kept, and the next one tidies up."""
        if self._running is not None:
            self._running.end()

    def __enter__(self) -> Builder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()
        if self._ready is not None:
            self._ready.end()
        self._stop()

    def _heard(self, fork: _Fork, event: Event) -> None:
        if fork is self._running:
            if not event:
                self._running = None
            self._happened(event)
        elif fork is self._ready:
            if not event:
                self._ready = None
            elif "wanted" in event:
                self._happened(event)

    def _start(self) -> None:
        self._control, theirs = socket.socketpair()
        command = [sys.executable, "-P", str(warm.__file__), *self._words]
        # Ctrl-C reaches every process of the terminal: this one must not meet it half imported
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGHUP})
        try:
            with theirs, safe_spawn():
                self._server = subprocess.Popen(command, stdin=theirs.fileno())
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def _stop(self) -> None:
        if self._control is not None:
            self._control.close()  # it removes its temporary folder and ends
            self._control = None
        if self._server is not None:
            try:
                self._server.wait(END_SECONDS)
            except subprocess.TimeoutExpired:
                self._server.kill()
                self._server.wait()
            self._server = None

"""Builds, one at a time, each in a process that was ready for it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

from labreport import warm
from labreport.processes import safe_spawn

Event = Mapping[str, Any]
FONTS = "LABREPORT_FONTS"
"""`labreport.page.webfonts.KEPT`, which is not imported here: pages are made elsewhere."""


class Builder:
    """Runs builds with the options `words`; `happened` is called in another thread with what they send.

    An empty event means that the process of the build has ended.
    """

    def __init__(self, words: Sequence[str], happened: Callable[[Event], None]) -> None:
        self._happened = happened
        self._words = [str(Path(__file__).parents[2]), *words]
        self._fonts = tempfile.TemporaryDirectory()
        self._server: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._ready: socket.socket | None = None
        self._pid = 0

    def prepare(self, renew: bool = False) -> None:
        """Keep a process ready; with `renew`, another in place of one that does."""
        if renew and self._ready is not None:
            self._ready.close()
            self._ready = None
        if self._ready is not None:
            return
        if self._control is None:
            self._start()
        assert self._control is not None
        self._ready, theirs = socket.socketpair()
        with theirs:
            socket.send_fds(self._control, [b"f"], [theirs.fileno()])

    def build(self) -> None:
        """Have the process that is ready build."""
        self.prepare()
        assert self._ready is not None
        channel, self._ready = self._ready, None
        with suppress(OSError):  # it has died; `happened` is called
            channel.sendall(b"build\n")
        threading.Thread(target=self._listen, args=(channel,), daemon=True).start()

    def kill(self) -> None:
        """End the running build; what it has trained is kept, and the next one tidies up."""
        pid, self._pid = self._pid, 0
        if pid:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def __enter__(self) -> Builder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()
        for channel in (self._ready, self._control):
            if channel is not None:
                channel.close()
        if self._server is not None:
            self._server.kill()
            self._server.wait()
        self._fonts.cleanup()

    def _start(self) -> None:
        self._control, theirs = socket.socketpair()
        command = [sys.executable, "-P", str(warm.__file__), *self._words]
        # Ctrl-C reaches every process of the terminal: this one must not meet it half imported
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            with theirs, safe_spawn():
                variables = {**os.environ, FONTS: self._fonts.name}
                self._server = subprocess.Popen(command, stdin=theirs.fileno(), env=variables)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def _listen(self, channel: socket.socket) -> None:
        with channel, channel.makefile("rb") as stream, suppress(OSError):
            for line in stream:
                event: Event = json.loads(line)
                if "ready" in event:
                    self._pid = event["ready"]
                else:
                    self._happened(event)
        self._pid = 0
        self._happened({})

"""`watch`: rebuild on a change of templates, styles or code, and show it in the browser."""

from __future__ import annotations

import argparse
import os
import signal
import socket
import subprocess
import sys
import threading
import webbrowser
from collections.abc import Iterable, Mapping
from contextlib import suppress
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from pathlib import Path
from pickle import UnpicklingError
from typing import Any, NamedTuple

from labreport import warm
from labreport.commands.serving import PageServer
from labreport.console.terminal import Terminal
from labreport.errors import LabReportError, UsageError
from labreport.frame import FOLDER
from labreport.locate import find_project
from labreport.processes import safe_spawn

ENGINE = Path(__file__).parents[1]
STEP_MS = 20
"""Milliseconds without another change after which a change is acted on."""
QUIET_MS = 200
"""Milliseconds without any change after which it is known that changes are looked for."""
TRAINING, PAPER, DONE = "training", "paper", "done"
Event = Mapping[str, Any]
PID_BYTES = 20
END_SECONDS = 2.0
"""How long the process that forks may take to end."""


def run(arguments: argparse.Namespace, root: Path, terminal: Terminal) -> int:
    """Serve the report on this machine until interrupted; every change is a build of its own process."""
    try:
        import watchfiles
    except ImportError:
        raise UsageError("watch needs the package watchfiles, which is not installed") from None
    place = find_project(root)
    words = map(str, (root, arguments.output, arguments.seeds or 0, arguments.jobs))
    usual, output = watchfiles.DefaultFilter(), f"{arguments.output}/"
    folders = [folder for folder in {place.source, place.templates, ENGINE} if folder.is_dir()]
    texts = (f"{place.templates}/", f"{FOLDER}/")
    watching, ended = threading.Event(), threading.Event()
    builder = Builder(words)

    def look() -> None:
        """Runs beside the builds, so that an edit during one is noticed."""
        try:
            for changes in watchfiles.watch(
                *folders,
                watch_filter=lambda change, path: usual(change, path) and not path.startswith(output),
                step=STEP_MS,
                debounce=10 * STEP_MS,
                stop_event=ended,
                rust_timeout=QUIET_MS,
                yield_on_timeout=True,
            ):
                watching.set()
                if changes:
                    code = any(not path.startswith(texts) for _, path in changes)
                    builder.changes.send({"changed": code})
        finally:
            watching.set()

    with PageServer(arguments.output / "report.html") as server, builder:
        threading.Thread(target=look, daemon=True).start()
        terminal.say(f"Watching; the report is at {server.address} (Ctrl-C ends)")
        if arguments.open:
            webbrowser.open(server.address)
        try:
            builder.prepare()
            watching.wait()  # an edit that comes before anybody watches would be missed
            _follow(builder, server)
        finally:
            ended.set()
    return 0


def _follow(builder: Builder, server: PageServer) -> None:
    """Build at once, and after each change, without end.

    A build starts over for a change, unless it trains what is still wanted.
    """
    builder.build()
    building, phase, due, again = True, "", False, False
    training: set[str] = set()
    problems: list[str] = []
    while True:
        event = builder.next()
        if "ended" in event:
            building = False
            if not (phase or due or again):
                due = again = True  # it has died before it began, perhaps with the process that forks
            elif phase != DONE and not due:
                server.show([*problems, "the build has died; the terminal may say why"])
        elif "changed" in event:
            due, again = True, False
            code = event["changed"]
            builder.prepare(renew=code)
            if building and phase == TRAINING and code:
                builder.ask_wanted()
            elif building and phase not in (TRAINING, DONE):
                builder.kill()
        elif "wanted" in event:
            if building and phase == TRAINING and not training & set(event["wanted"]):
                builder.kill()  # nothing that it trains is of use any more
        elif "phase" in event:
            phase, training = event["phase"], set(event["keys"])
            if phase == PAPER:
                server.show(problems)
                builder.prepare()
        elif "error" in event:
            problems.append(event["error"])
            server.show(problems)
        elif "outdated" in event:
            due = True
            builder.prepare(renew=True)
        elif "done" in event:
            phase = DONE
            if not due:
                server.show(problems)
                builder.prepare()
        if due and not building:
            builder.build()
            building, phase, due = True, "", False
            problems = []


class Builder:
    """Runs builds, each in a process of its own that has loaded what it needs and was given `words`.

    What is sent to `changes` happens, too. The event `ended` means that the process of the build has ended.
    """

    def __init__(self, words: Iterable[str]) -> None:
        self._changes, self.changes = Pipe(duplex=False)
        self._words = [str(Path(__file__).parents[2]), *words]
        self._server: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._ready: _Fork | None = None
        self._running: _Fork | None = None

    def next(self) -> Event:
        """What happens next: a change, or what the build sends, or the keys of the one that is ready."""
        while True:
            forks = {fork.channel: fork for fork in (self._ready, self._running) if fork is not None}
            channel: Any = wait([*forks, self._changes])[0]
            try:
                event: Event = channel.recv()
            except (OSError, EOFError, UnpicklingError):
                event = {"ended": True}
            if channel not in forks or forks[channel] is self._running:
                self._running = None if "ended" in event else self._running
                return event
            if "wanted" in event:
                return event
            self._ready = None if "ended" in event else self._ready

    def prepare(self, renew: bool = False) -> None:
        """Keep a process ready; with `renew`, another in place of one that does."""
        if self._ready is not None and renew:
            self._ready.end()
            self._ready = None
        for _ in range(2):
            if self._ready is not None:
                return
            ours, theirs = Pipe()
            with theirs, suppress(OSError, ValueError):  # it was killed; another one is started
                control = self._control or self._start()
                socket.send_fds(control, [b"f"], [theirs.fileno()])
                self._ready = _Fork(int(control.recv(PID_BYTES)), ours)
                return
            ours.close()
            self._stop()
        raise LabReportError("the process that builds cannot be started, or ends at once; run watch again")

    def build(self) -> None:
        """Have the process that is ready build."""
        self.prepare()
        self._running, self._ready = self._ready, None
        if self._running is not None:
            self._running.ask("build")

    def ask_wanted(self) -> None:
        """Have the process that is ready send the keys of the results that it would make, as `wanted`."""
        if self._ready is not None:
            self._ready.ask("wanted")

    def kill(self) -> None:
        """End the running build; what it has trained is kept, and the next one tidies up."""
        if self._running is not None:
            self._running.end()

    def __enter__(self) -> Builder:
        return self

    def __exit__(self, *raised: object) -> None:
        self.kill()
        if self._ready is not None:
            self._ready.end()
        self._stop()

    def _start(self) -> socket.socket:
        self._control, theirs = socket.socketpair()
        command = [sys.executable, "-P", str(warm.__file__), *self._words]
        # Ctrl-C reaches every process of the terminal: this one must not meet it half imported
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGHUP})
        try:
            with theirs, safe_spawn():
                self._server = subprocess.Popen(command, stdin=theirs.fileno())
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        return self._control

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


class _Fork(NamedTuple):
    """One process that loads, is ready, and builds."""

    pid: int
    channel: Connection

    def ask(self, what: str) -> None:
        """Send one word."""
        with suppress(OSError):  # it has died; that is heard of
            self.channel.send(what)

    def end(self) -> None:
        """End it at once."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

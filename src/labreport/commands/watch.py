"""`watch`: rebuild on a change of templates, styles or code, and show it in the browser.

The report is on a port of this machine, with a few lines that reload it and show errors over it.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import html
import http.server
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import webbrowser
from collections.abc import Iterable, Mapping
from contextlib import suppress
from http import HTTPStatus
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from pathlib import Path
from pickle import UnpicklingError
from typing import Any, NamedTuple

from labreport import forkserver
from labreport.console.terminal import Terminal
from labreport.errors import LabReportError, StoreError, UsageError
from labreport.frame import FOLDER
from labreport.locate import find_project
from labreport.processes import safe_spawn
from labreport.program import said
from labreport.store.files import Damaged, read_regular

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
HOST = "127.0.0.1"
BESIDE = {"report.pdf": "application/pdf", "answers.json": "application/json"}
"""What the page links to, with its type. Browsers show a PDF with code of their own."""
CONNECTIONS = 16
"""Connections at one time; others are closed at once."""
SECONDS = 10.0
"""The longest that one connection may last."""
PAGE_LIMIT = 1 << 30
"""Bytes of a document that is served."""
HOLD_SECONDS = 8.0
"""How long an answer about what is there waits for something new; shorter than `SECONDS`."""
_LOOK = 0.02
RELOAD = """
(async () => {
  const box = document.createElement("div");
  box.setAttribute("role", "alert");
  box.style.cssText = "position: fixed; inset: 0 0 auto 0; z-index: 9999; padding: 1rem; background: #a11;" +
    "color: #fff; font: 0.95rem/1.4 monospace; white-space: pre-wrap; max-height: 60vh; overflow: auto";
  let seen = null;
  for (;;) {
    try {
      const asked = seen === null ? "" : seen.token;
      const now = await (await fetch("/version?seen=" + asked, {cache: "no-store"})).json();
      if (seen !== null && now.page !== seen.page) location.reload();
      seen = now;
      box.textContent = now.problems.join("\\n");
      if (now.problems.length === 0) box.remove();
      else document.body.append(box);
    } catch (error) {
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
})();
"""
"""Waits at the server for another version of the page, and shows errors over it."""
EMPTY = (
    '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Report</title>'
    '<meta http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;"></head>'
    "<body><p>The report is not built yet. This page shows it as soon as it is.</p></body></html>"
)
_POLICY = re.compile(r'(<meta http-equiv="Content-Security-Policy" content=")([^"]*)(">)')


def run(arguments: argparse.Namespace, root: Path, terminal: Terminal) -> int:
    """Serve the report on this machine until interrupted; every change is a build of its own process."""
    try:
        import watchfiles
    except ImportError:
        raise UsageError("watch needs the package watchfiles, which is not installed") from None
    place = find_project(root)
    words = map(str, (root, arguments.output, arguments.seeds or 0, arguments.jobs, said()))
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
        command = [sys.executable, "-P", str(forkserver.__file__), *self._words]
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


class PageServer(http.server.ThreadingHTTPServer):
    """Serves one page while inside its context. Only requests that name this server are answered."""

    daemon_threads = True
    request_queue_size = 2 * CONNECTIONS

    def __init__(self, page: Path) -> None:
        self.page = page
        self._problems: tuple[str, ...] = ()
        self._free = threading.BoundedSemaphore(CONNECTIONS)
        super().__init__((HOST, 0), _Request)
        self.port: int = self.server_address[1]
        self.names = {f"{name}:{self.port}" for name in (HOST, "localhost")}
        self.address = f"http://{HOST}:{self.port}/"

    def show(self, problems: Iterable[str]) -> None:
        """Show these errors, a line each, over the page from now on; none takes them away."""
        self._problems = tuple(problems)

    def state(self) -> dict[str, Any]:
        """The version of the page, empty where there is none; what is wrong; and a token for both."""
        problems = self._problems
        try:
            status = self.page.stat()
            page = f"{status.st_mtime_ns}.{status.st_ino}"
        except OSError:
            page = ""
        token = hashlib.sha256("\n".join((page, *problems)).encode("utf-8", "replace")).hexdigest()
        return {"page": page, "problems": problems, "token": token}

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer in a thread, unless too many are at work."""
        if self._free.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Answer, and close the connection in any case after `SECONDS`."""
        end = threading.Timer(SECONDS, _close, (request,))
        end.daemon = True
        end.start()
        try:
            super().process_request_thread(request, client_address)
        finally:
            end.cancel()
            self._free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of connections that break."""

    def __enter__(self) -> PageServer:
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *raised: object) -> None:
        self.shutdown()
        self.server_close()


def reloading(page: str) -> tuple[str, str] | None:
    """The page with the lines that reload it, and its policy, which allows them and nothing else more.

    None where the page has no policy.
    """
    found = _POLICY.search(page)
    if found is None:
        return None
    digest = base64.b64encode(hashlib.sha256(RELOAD.encode()).digest()).decode("ascii")
    parts = [part.strip() for part in html.unescape(found[2]).split(";")]
    scripts = [part for part in parts if part.startswith("script-src ") and part != "script-src 'none'"]
    kept = [part for part in parts if not part.startswith(("script-src", "connect-src"))]
    allowed = f"{scripts[0] if scripts else 'script-src'} 'sha256-{digest}'"
    policy = "; ".join([*kept, allowed, "connect-src 'self'"])
    begin, end = found.span()
    page = f"{page[:begin]}{found[1]}{html.escape(policy)}{found[3]}{page[end:]}"
    before, body, after = page.rpartition("</body>")
    return f"{before}<script>{RELOAD}</script>{body}{after}", policy


def _close(connection: socket.socket) -> None:
    with suppress(OSError):  # it has ended meanwhile
        connection.shutdown(socket.SHUT_RDWR)


class _Request(http.server.BaseHTTPRequestHandler):
    """The page at `/`, its version at `/version`, and the documents beside it by their names."""

    timeout = SECONDS
    server: PageServer

    def do_GET(self) -> None:
        """Answer, if the request was meant for this server: another name may be a foreign page's trick."""
        if [name.lower() for name in self.headers.get_all("Host", [])] not in (
            [name] for name in self.server.names
        ):
            self.send_error(HTTPStatus.MISDIRECTED_REQUEST, f"this is {self.server.address}")
            return
        try:
            path, _, seen = self.path.partition("?seen=")
            if path == "/version":
                self._send(self._news(seen), "application/json", "default-src 'none'")
            elif self.path == "/":
                self._send_page()
            elif self.path[1:] in BESIDE:
                self._send_beside(self.path[1:])
            else:
                self.send_error(HTTPStatus.NOT_FOUND)
        except OSError:
            self.close_connection = True  # the browser has gone

    def do_HEAD(self) -> None:
        """The same without the body. Any other method is refused by the base class."""
        self.do_GET()

    def _news(self, seen: str) -> str:
        """What is there, as JSON; where that was `seen` already, once it is another, or after a while."""
        deadline = time.monotonic() + HOLD_SECONDS
        state = self.server.state()
        while state["token"] == seen and time.monotonic() < deadline:
            time.sleep(_LOOK)
            state = self.server.state()
        return json.dumps(state)

    def _send_page(self) -> None:
        status = HTTPStatus.OK
        try:
            page = read_regular(self.server.page, PAGE_LIMIT).decode("utf-8", "replace")
        except (OSError, Damaged, StoreError):
            page, status = EMPTY, HTTPStatus.SERVICE_UNAVAILABLE
        found = reloading(page)
        if found is None:
            self.send_error(HTTPStatus.SERVICE_UNAVAILABLE, "the page has no Content-Security-Policy")
        else:
            self._send(found[0], "text/html; charset=utf-8", f"{found[1]}; frame-ancestors 'none'", status)

    def _send_beside(self, name: str) -> None:
        try:
            content = read_regular(self.server.page.with_name(name), PAGE_LIMIT)
        except (OSError, Damaged, StoreError):
            self.send_error(HTTPStatus.NOT_FOUND, f"{name} is not there yet")
        else:
            self._send(content, BESIDE[name], "default-src 'none'")

    def _send(self, content: str | bytes, kind: str, policy: str, status: HTTPStatus = HTTPStatus.OK) -> None:
        body = content.encode() if isinstance(content, str) else content
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", policy)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *arguments: Any) -> None:
        """Say nothing of requests."""

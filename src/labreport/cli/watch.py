"""`watch`: build on every change, in a fork of a process with the libraries loaded; the page follows."""

from __future__ import annotations

import argparse
import http.server
import multiprocessing
import os
import signal
import threading
import webbrowser
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from labreport.cli.terminal import Terminal, guarded

HOST = "127.0.0.1"
BESIDE = {"report.pdf": "application/pdf", "answers.json": "application/json"}
"""What the page links to, with its type."""
LIBRARIES = (
    "argparse brotli filelock fontTools.subset jinja2 markdown_it matplotlib.backends.backend_svg "
    "matplotlib.figure mdit_py_plugins.dollarmath numpy pandas pikepdf pygments rich.progress "
    "safetensors.numpy scipy.special scipy.stats seaborn weasyprint"
)
"""What builds import; one that is not listed only makes them slower."""
STEP_MS, QUIET_MS = 20, 200
"""Milliseconds without another change until one is acted on; and without any, until others are looked for."""
PATIENCE = 6.0
"""Seconds that a build that is stopped may take to write the states of its runs."""
EMPTY = "<!DOCTYPE html><html lang='en'><title>Report</title><body><main>{}</main></body></html>"


def watch(arguments: argparse.Namespace, folder: Path, terminal: Terminal) -> int:
    """Serve the report on this machine, and build it again on every change, until interrupted."""
    from watchfiles import DefaultFilter
    from watchfiles import watch as changes

    from labreport.project import located

    module, source = located(folder)
    package = source.joinpath(*module.split(".")[:-1])
    engine = Path(__file__).parents[1]
    folders = [each for each in {package, folder / "templates", engine} if each.is_dir()]
    usual, output = DefaultFilter(), f"{arguments.output}{os.sep}"
    texts = f"{folder / 'templates'}{os.sep}"
    with PageServer(arguments.output) as server, Builder(arguments, folder, server.show) as builder:
        terminal.say(f"Watching; the report is at {server.address} (Ctrl-C ends)")
        if arguments.open:
            webbrowser.open(server.address)
        begun = False
        for edits in changes(
            *folders,
            watch_filter=lambda change, path: usual(change, path) and not path.startswith(output),
            step=STEP_MS,
            debounce=10 * STEP_MS,
            rust_timeout=QUIET_MS,
            yield_on_timeout=True,
            raise_interrupt=True,
        ):
            if edits or not begun:  # an edit that came before anybody looked for one would be missed
                builder.changed(begun and all(path.startswith(texts) for _, path in edits))
                begun = True
    return 0


class Builder:
    """Runs builds, each in a process of its own; one that is under way is stopped for the next."""

    def __init__(self, arguments: argparse.Namespace, folder: Path, show: Callable[[str], None]) -> None:
        self._words = (str(folder), str(arguments.output), arguments.seeds, arguments.jobs, arguments.debug)
        self._show = show
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(LIBRARIES.split())
        self._process: Any = None
        self._running = self._again = False
        self._lock = threading.Lock()

    def changed(self, only_texts: bool) -> None:
        """Build after an edit: at once, or after the runs under way where it is no matter of theirs."""
        with self._lock:
            self._again = only_texts and self._running
            if not self._again:
                self.build()

    def build(self) -> None:
        """Stop the build that is under way, if one is, and begin another."""
        self.stop()
        self._running = False
        ours, theirs = self._context.Pipe(duplex=False)
        self._process = self._context.Process(target=_build, args=(theirs, *self._words))
        # Ctrl-C reaches every process of the terminal; those that build are to hear of it from this one only
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        self._process.start()
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        theirs.close()
        threading.Thread(target=self._listen, args=(ours,), daemon=True).start()

    def stop(self) -> None:
        """Have the build end; its runs keep what they have done."""
        if self._process is None:
            return
        if self._process.is_alive():
            with suppress(ProcessLookupError):
                os.kill(self._process.pid, signal.SIGTERM)
        self._process.join(PATIENCE)
        self._process.kill()
        self._process.join()

    def _listen(self, channel: Connection) -> None:
        with suppress(EOFError, OSError):
            while True:
                self._running, error = channel.recv()
                if error is not None:
                    self._show(error)
        with self._lock:
            if self._again:
                self._again = False
                self.build()

    def __enter__(self) -> Builder:
        return self

    def __exit__(self, *raised: object) -> None:
        self.stop()


def _build(channel: Connection, folder: str, output: str, seeds: int | None, jobs: int, debug: bool) -> None:
    """Build once, and send whether runs are under way, and at news what is wrong: nothing, or a text."""
    from labreport.build import Request
    from labreport.cli.commands import carried_out
    from labreport.cli.progress import Progress
    from labreport.plan import DOCUMENTS

    wrong: list[str] = []

    class Heard(Terminal):
        def error(self, error: BaseException | str) -> None:
            super().error(error)
            wrong.append(str(error))
            channel.send((False, "\n".join(wrong)))

    class Sending(Progress):
        def running(self, *arguments: Any) -> None:
            super().running(*arguments)
            channel.send((True, None))

        def published(self, name: str) -> None:
            if name == DOCUMENTS["page"]:
                channel.send((False, "\n".join(wrong)))

    terminal = Heard(debug=debug)
    request = Request(Path(folder), Path(output), seeds=seeds, jobs=jobs)
    guarded(lambda: carried_out(request, terminal, Sending(terminal)), terminal, "")
    with suppress(OSError):
        channel.send((False, "\n".join(wrong)))


class PageServer(http.server.ThreadingHTTPServer):
    """Serves the page of a folder on this machine only, to requests that name this server."""

    daemon_threads = True

    def __init__(self, output: Path) -> None:
        super().__init__((HOST, 0), _Request)
        self.output, self.error, self.version = output, "", 0
        self.given = 0
        """The version of the page that was asked for last."""
        self.news = threading.Condition()
        self.port: int = self.server_address[1]
        self.address = f"http://{HOST}:{self.port}/"

    def show(self, error: str) -> None:
        """Have every open page load again; with an error, it is shown on it."""
        with self.news:
            self.error, self.version = error, self.version + 1
            self.news.notify_all()

    def wait(self, seen: int) -> int:
        """Wait for another version than `seen`, for some seconds; the version then."""
        with self.news:
            self.news.wait_for(lambda: self.version != seen, 15)
            return self.version

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of connections that break."""

    def __enter__(self) -> PageServer:
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *raised: object) -> None:
        self.shutdown()
        self.server_close()


class _Request(http.server.BaseHTTPRequestHandler):
    """The page at `/`, news of it at `/events`, and the documents beside it by their names."""

    server: PageServer

    def do_GET(self) -> None:
        """Answer, if the request was meant for this server: another name may be a foreign page's trick."""
        if self.headers.get("Host") not in (f"{HOST}:{self.server.port}", f"localhost:{self.server.port}"):
            self.send_error(421, f"this is {self.server.address}")
        elif self.path == "/events":
            self._events()
        elif self.path == "/" or self.path[1:] in BESIDE:
            self._file(self.path[1:])
        else:
            self.send_error(404)

    def _file(self, name: str) -> None:
        from labreport.page.document import served

        try:
            content = (self.server.output / (name or "report.html")).read_bytes()
        except OSError:
            if name:
                self.send_error(404, f"{name} is not there yet")
                return
            content = EMPTY.format(
                "The report is not built yet. This page shows it as soon as it is."
            ).encode()
        if not name:
            self.server.given = self.server.version
            content = served(content.decode(), self.server.error).encode()
        self.send_response(200)
        self.send_header("Content-Type", BESIDE.get(name, "text/html; charset=utf-8"))
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(content)

    def _events(self) -> None:
        """One message for each build, as long as the page is open."""
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        seen = self.server.given
        with suppress(OSError):  # the browser has gone
            while True:
                now = self.server.wait(seen)
                self.wfile.write(b": still here\n\n" if now == seen else b"data: %d\n\n" % now)
                self.wfile.flush()
                seen = now

    def log_message(self, *arguments: Any) -> None:
        """Say nothing of requests."""

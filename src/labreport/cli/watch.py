"""`watch`: build on every change, in a fork of a process with the libraries loaded; the page follows."""

from __future__ import annotations

import argparse
import http.server
import multiprocessing
import os
import signal
import threading
import webbrowser
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, suppress
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from labreport.cli.terminal import Terminal, guarded
from labreport.errors import LabReportError

HOST = "127.0.0.1"
BESIDE = {"report.pdf": "application/pdf", "answers.json": "application/json"}
"""What the page links to, with its type."""
LIBRARIES = (
    "argparse brotli filelock fontTools.subset jinja2 markdown_it matplotlib.backends.backend_svg "
    "matplotlib.figure mdit_py_plugins.dollarmath numpy pandas pikepdf pygments rich.progress "
    "safetensors.numpy scipy.special scipy.stats seaborn weasyprint"
)
"""What builds import; one that is not listed only makes them slower."""
PATIENCE = 6.0
"""Seconds that a build that is stopped may take to write the states of its runs."""
EMPTY = (
    "<!DOCTYPE html><html lang='en'><title>Report</title><body><main>"
    "The report is not built yet. This page shows it as soon as it is.</main></body></html>"
)


def watch(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Serve the report on this machine, and build it again on every change, until interrupted."""
    from watchfiles import DefaultFilter
    from watchfiles import watch as changes

    from labreport.project import located

    module, source = located(arguments.project)
    templates, engine = arguments.project / "templates", Path(__file__).parents[1]
    folders = {source.joinpath(*module.split(".")[:-1]), templates, engine}
    usual, output, texts = DefaultFilter(), f"{arguments.output}{os.sep}", f"{templates}{os.sep}"
    with PageServer(arguments.output) as server, closing(Builder(arguments, server.show)) as builder:
        terminal.say(f"Watching; the report is at {server.address} (Ctrl-C ends)")
        if arguments.open:
            webbrowser.open(server.address)
        for edits in changes(
            *filter(Path.is_dir, folders),
            watch_filter=lambda change, path: usual(change, path) and not path.startswith(output),
            step=20,  # milliseconds without another change until one is acted on
            debounce=200,
            rust_timeout=200,  # milliseconds without any change until others are looked for
            yield_on_timeout=True,
            raise_interrupt=True,
        ):
            if edits or not builder.process:  # an edit that came before any was looked for would be missed
                builder.changed(all(path.startswith(texts) for _, path in edits))
    return 0


class Builder:
    """Runs builds, each in a process of its own; one that is under way is stopped for the next."""

    def __init__(self, arguments: argparse.Namespace, show: Callable[[str], None]) -> None:
        self._arguments, self._show = arguments, show
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(LIBRARIES.split())
        self.process: BaseProcess | None = None
        self._running = self._again = False
        self._lock = threading.Lock()

    def changed(self, only_texts: bool) -> None:
        """Build after an edit: at once, or after the runs under way where it is no matter of theirs."""
        with self._lock:
            self._again = only_texts and self._running
            if not self._again:
                self._build()

    def _build(self) -> None:
        self.close()
        self._running = False
        ours, theirs = self._context.Pipe(duplex=False)
        self.process = self._context.Process(target=_build, args=(theirs, self._arguments))
        # Ctrl-C reaches every process of the terminal; those that build are to hear of it from this one only
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        self.process.start()
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        theirs.close()
        threading.Thread(target=self._listen, args=(ours,), daemon=True).start()

    def close(self) -> None:
        """Have the build end that is under way, if one is; its runs keep what they have done."""
        if self.process:
            if self.process.is_alive():
                self.process.terminate()
            self.process.join(PATIENCE)
            self.process.kill()
            self.process.join()

    def _listen(self, channel: Connection) -> None:
        with suppress(EOFError, OSError):
            while True:
                news = channel.recv()
                self._running = news is None
                if news is not None:
                    self._show(news)
        with self._lock:
            if self._again:
                self._again = False
                self._build()


def _build(channel: Connection, arguments: argparse.Namespace) -> None:
    """Build once; send None when runs begin, and when there is news, what is wrong, or the empty text."""
    from labreport.build import Request
    from labreport.cli.commands import carried_out
    from labreport.cli.progress import Progress
    from labreport.plan import DOCUMENTS

    class Heard(Terminal):
        def error(self, error: LabReportError) -> None:
            super().error(error)
            channel.send(str(error))

    class Sending(Progress):
        def running(self, *tasks: Any) -> None:
            super().running(*tasks)
            channel.send(None)

        def published(self, name: str) -> None:
            if name == DOCUMENTS["page"]:
                channel.send("")

    terminal = Heard(debug=arguments.debug)
    request = Request(arguments.project, arguments.output, seeds=arguments.seeds, jobs=arguments.jobs)
    if not guarded(lambda: carried_out(request, terminal, Sending(terminal)), terminal, ""):
        channel.send("")


class PageServer(http.server.ThreadingHTTPServer):
    """Serves the page of a folder on this machine only, to requests that name this server."""

    def __init__(self, output: Path) -> None:
        super().__init__((HOST, 0), _Request)
        self.output, self.error = output, ""
        self.version = self.given = 0
        """The version of the page, and the one that was asked for last."""
        self.news = threading.Condition()
        self.address = f"http://{HOST}:{self.server_port}/"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def show(self, error: str) -> None:
        """Have every open page load again; with an error, it is shown on it."""
        with self.news:
            self.error, self.version = error, self.version + 1
            self.news.notify_all()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of connections that break, as that of every page that is closed."""

    def __exit__(self, *raised: object) -> None:
        self.shutdown()
        self.server_close()


class _Request(http.server.BaseHTTPRequestHandler):
    """The page at `/`, news of it at `/events`, and the documents beside it by their names."""

    server: PageServer

    def do_GET(self) -> None:
        """Answer, if the request was meant for this server: another name may be a foreign page's trick."""
        from labreport.page.document import served

        server, name = self.server, self.path[1:]
        file = server.output / (name or "report.html")
        if self.headers.get("Host") not in (
            f"{HOST}:{server.server_port}",
            f"localhost:{server.server_port}",
        ):
            self.send_error(421, f"this is {server.address}")
        elif name == "events":
            self._send("text/event-stream", self._news())
        elif not name:
            server.given = server.version
            page = file.read_bytes().decode() if file.is_file() else EMPTY
            self._send("text/html; charset=utf-8", [served(page, server.error).encode()])
        elif name in BESIDE and file.is_file():
            self._send(BESIDE[name], [file.read_bytes()])
        else:
            self.send_error(404, "it is not there, or not yet")

    def _send(self, kind: str, parts: Iterable[bytes]) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        for part in parts:
            self.wfile.write(part)

    def _news(self) -> Iterator[bytes]:
        """One message for each build, as long as the page is open."""
        server, seen = self.server, self.server.given
        while True:
            with server.news:
                if server.version == seen:
                    server.news.wait(15)
                now = server.version
            yield b": still here\n\n" if now == seen else b"data: %d\n\n" % now
            seen = now

    def log_message(self, *arguments: Any) -> None:
        """Say nothing of requests."""

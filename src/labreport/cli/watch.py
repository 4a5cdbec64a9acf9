"""`watch`: build on every change, in a fork of a process with the libraries loaded; the page follows."""

from __future__ import annotations

import argparse
import http.server
import multiprocessing
import os
import signal
import threading
import time
import webbrowser
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Any

from watchfiles import DefaultFilter
from watchfiles import watch as changes

from labreport.cli.build import carry_out
from labreport.cli.progress import Progress
from labreport.cli.terminal import Terminal, guarded
from labreport.errors import LabReportError
from labreport.page.document import served
from labreport.project import locate_project

HOST = "127.0.0.1"
TYPES = {
    "": "text/html; charset=utf-8",
    "events": "text/event-stream",
    "report.pdf": "application/pdf",
    "answers.json": "application/json",
}
"""What is served: the page, news of it, and what it links to."""
LIBRARIES = (
    "argparse brotli filelock fontTools.subset jinja2 markdown_it matplotlib.backends.backend_svg "
    "matplotlib.figure mdit_py_plugins.dollarmath numpy pandas pikepdf pygments rich.progress "
    "safetensors.numpy scipy.special scipy.stats seaborn weasyprint"
)
"""What builds import; one that is not listed only makes them slower."""
EMPTY = (
    "<!DOCTYPE html><html lang='en'><title>Report</title><body><main>"
    "The report is not built yet. This page shows it as soon as it is.</main></body></html>"
)


def watch(arguments: argparse.Namespace, terminal: Terminal) -> None:
    """Serve the report on this machine, and build it again on every change, until interrupted."""
    module, source = locate_project(arguments.project)
    templates, engine = arguments.project / "templates", Path(__file__).parents[1]
    folders = {source.joinpath(*module.split(".")[:-1]), templates, engine}
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(LIBRARIES.split())
    building: BuildProcess | None = None
    with PageServer(arguments.output) as server, ExitStack() as under_way:
        terminal.say(f"Watching; the report is at {server.address} (Ctrl-C ends)")
        if arguments.open:
            webbrowser.open(server.address)
        waiting = True  # for the first build, too: an edit before any was looked for would be missed
        for edits in changes(
            *filter(Path.is_dir, folders),
            watch_filter=DefaultFilter(ignore_paths=[f"{arguments.output}{os.sep}"]),
            step=20,  # milliseconds without another change until one is acted on
            debounce=200,
            rust_timeout=50,  # milliseconds without any change until news of the build are looked for
            yield_on_timeout=True,
            raise_interrupt=True,
        ):
            for error in building.news() if building else ():
                server.error = error
            if edits or waiting:  # runs that are under way go on where only texts are edited
                only_texts = all(Path(path).is_relative_to(templates) for _, path in edits)
                waiting = building is not None and building.running and only_texts
                if not waiting:
                    under_way.close()
                    building = BuildProcess(context, arguments)
                    under_way.callback(building.stop)


class BuildProcess:
    """A build in a process of its own; `running` while its runs are under way."""

    def __init__(self, context: ForkServerContext, arguments: argparse.Namespace) -> None:
        self.running = False
        self._channel, theirs = context.Pipe(duplex=False)
        self._process = context.Process(target=_build, args=(theirs, arguments))
        # Ctrl-C reaches every process of the terminal; those that build are to hear of it from this one only
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        self._process.start()
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        theirs.close()

    def news(self) -> Iterator[str]:
        """What it has said since: what is wrong, or the empty text when there is a page."""
        with suppress(EOFError, OSError):
            while self._channel.poll():
                self.running = False
                said = self._channel.recv()
                self.running = said is None
                if said is not None:
                    yield said

    def stop(self) -> None:
        """Have it end; its runs keep what they have done."""
        if self._process.is_alive():
            self._process.terminate()
        self._process.join(6.0)  # seconds, in which the states of its runs are written
        self._process.kill()
        self._process.join()


def _build(channel: Connection, arguments: argparse.Namespace) -> None:
    """Build once; send None when runs begin, and when there is news, what is wrong, or the empty text."""

    class Heard(Terminal):
        def error(self, error: LabReportError) -> None:
            super().error(error)
            channel.send(str(error))

    class Sending(Progress):
        def running(self, *tasks: Any) -> None:
            super().running(*tasks)
            channel.send(None)

    terminal = Heard(debug=arguments.debug)
    if not guarded(lambda: carry_out(arguments, terminal, Sending(terminal)), terminal, ""):
        channel.send("")


class PageServer(http.server.ThreadingHTTPServer):
    """Serves the page of a folder on this machine only, to requests that name this server."""

    def __init__(self, output: Path) -> None:
        super().__init__((HOST, 0), _Request)
        self.output, self.error = output, ""
        self.address = f"http://{HOST}:{self.server_port}/"
        self.given = self.state()
        """What was given last to one who asked for the page."""
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def state(self) -> tuple[str, int]:
        """What an open page is loaded again for: what is wrong, and when the page was written."""
        page = self.output / "report.html"
        return self.error, page.stat().st_mtime_ns if page.is_file() else 0

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
        name, port = self.path[1:], self.server.server_port
        if self.headers.get("Host") not in (f"{HOST}:{port}", f"localhost:{port}"):
            self.send_error(421, f"this is {self.server.address}")
        elif name not in TYPES or ("." in name and not (self.server.output / name).is_file()):
            self.send_error(404, "it is not there, or not yet")
        else:
            self.send_response(200)
            self.send_header("Content-Type", TYPES[name])
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            self.wfile.write(self._content(name))

    def _content(self, name: str) -> bytes:
        """What is asked for; of the events one, as soon as the page is another."""
        server, seen = self.server, self.server.given
        if name == "events":
            while server.state() == seen:
                time.sleep(0.05)
            return b"data: another page\n\n"
        file = server.output / (name or "report.html")
        if name:
            return file.read_bytes()
        server.given = server.state()
        page = file.read_bytes().decode() if file.is_file() else EMPTY
        return served(page, server.error).encode()

    def log_message(self, *arguments: Any) -> None:
        """Say nothing of requests."""

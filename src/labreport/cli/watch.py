"""`watch`: build on every change, in a fork of a process that has imported the libraries; reload the page."""

from __future__ import annotations

import http.server
import multiprocessing
import os
import signal
import threading
import time
import webbrowser
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import NamedTuple

from watchfiles import DefaultFilter
from watchfiles import watch as watch_files

from labreport.check.changes import LAST_BUILD, LastBuild
from labreport.cli.build import make_report, summarise
from labreport.cli.parser import Arguments
from labreport.cli.progress import Progress
from labreport.cli.terminal import Terminal, guarded
from labreport.filestat import stat_of
from labreport.page.document import served
from labreport.plan import DOCUMENTS
from labreport.plan.stamped import StampedFiles, files_behind
from labreport.project import locate_project

HOST = "127.0.0.1"
POLL = 0.05
"""Seconds between two looks of the server: whether it should end, and whether the page changed."""
PAGE = DOCUMENTS["page"]
TYPES = {
    "": "text/html; charset=utf-8",
    "events": "text/event-stream",
    "report.pdf": "application/pdf",
    "answers.json": "application/json",
}
"""The content type of each path that is served: the page, its events, and the files it links to."""
LIBRARIES = (
    "argparse brotli filelock fontTools.subset jinja2 markdown_it matplotlib.backends.backend_svg "
    "matplotlib.figure mdit_py_plugins.dollarmath numpy pandas pikepdf pygments rich.progress "
    "safetensors.numpy scipy.special scipy.stats seaborn weasyprint"
)
"""The libraries that builds import; a missing one only makes builds slower."""
EMPTY = (
    "<!DOCTYPE html><html lang='en'><title>Report</title><body><main>"
    "The report is not built yet. This page shows it as soon as it is.</main></body></html>"
)


def watch(arguments: Arguments, terminal: Terminal) -> None:
    """Serve the report on this machine, and build it again on every change, until interrupted."""
    templates, output = (arguments.project / "templates").resolve(), arguments.output.resolve()
    _, source = locate_project(arguments.project)
    folders = [folder for folder in (source, templates) if folder.is_dir()]
    files = WatchedFiles([*folders, output])
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(LIBRARIES.split())
    build: BuildProcess | None = None
    with PageServer(arguments.output) as server, ExitStack() as under_way:
        terminal.say(f"Watching; the report is at {server.address} (Ctrl-C ends)")
        if arguments.open:
            webbrowser.open(server.address)
        is_build_due = True  # built after watching began, so that no edit is missed
        for edits in edits_below(folders, output):
            if build is not None:
                for outcome in build.outcomes():
                    server.error = outcome.error
                    files.expect(outcome.files)
            edits |= files.edited()
            if not edits and not is_build_due:
                continue
            is_build_due = True
            has_new_code = not all(path.is_relative_to(templates) for path in edits)
            if build is not None and build.is_running and not has_new_code:
                continue  # an edit of texts does not interrupt runs under way
            under_way.close()
            build = BuildProcess(context, arguments)
            under_way.callback(build.stop)
            is_build_due = False


def edits_below(folders: Sequence[Path], output: Path) -> Iterator[set[Path]]:
    """Yield the set of edited files in some folders, and, when there are none for a moment, an empty set.

    Files of the report, in `output`, are left out.
    """
    report = f"{output}{os.sep}"
    changes = watch_files(
        *folders,
        watch_filter=DefaultFilter(ignore_paths=[report]),
        step=20,  # milliseconds without a further change before edits are handled
        debounce=200,
        rust_timeout=50,  # milliseconds without any change before the state of the build is checked
        yield_on_timeout=True,
        raise_interrupt=True,
    )
    for edits in changes:
        yield {Path(path) for _, path in edits}


class WatchedFiles:
    """The files that the last build depended on, except those in the folders `ignored`."""

    def __init__(self, ignored: Sequence[Path]) -> None:
        self._ignored = ignored
        self._stats: StampedFiles = {}

    def expect(self, files: StampedFiles) -> None:
        """Watch these files from now on; an empty mapping, of a project that could not be loaded, is ignored.

        A file that is already watched keeps its state, since it may have been edited during the build.
        """
        if not files:
            return
        stats: StampedFiles = {}
        for path, stat in files.items():
            resolved = Path(path).resolve()
            if not any(resolved.is_relative_to(folder) for folder in self._ignored):
                stats[path] = self._stats.get(path, stat)
        self._stats = stats

    def edited(self) -> set[Path]:
        """The files that were edited, added or removed since the last call."""
        edited = set()
        for path, stat in self._stats.items():
            stat_now = stat_of(path)
            if stat_now != stat:
                self._stats[path] = stat_now
                edited.add(Path(path))
        return edited


class Outcome(NamedTuple):
    """The error of a build, or an empty text, and the files that it depended on.

    There are no files if the project could not be loaded.
    """

    error: str
    files: StampedFiles


class BuildProcess:
    """A build in a separate process."""

    def __init__(self, context: ForkServerContext, arguments: Arguments) -> None:
        self._runs_begin = context.Event()
        self._outcomes, sender = context.Pipe(duplex=False)
        self._process = context.Process(target=_build, args=(sender, self._runs_begin.set, arguments))
        # Ctrl-C goes to all processes of the terminal, but the build should be ended only by this process
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        self._process.start()
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        sender.close()

    @property
    def is_running(self) -> bool:
        """Whether its runs are under way."""
        return self._runs_begin.is_set() and self._process.is_alive()

    def outcomes(self) -> Iterator[Outcome]:
        """Yield the outcome of a build that ended; nothing before it ends."""
        with suppress(EOFError, OSError):
            while self._outcomes.poll():
                yield self._outcomes.recv()

    def stop(self) -> None:
        """End the build; its runs store their state, from which they continue later."""
        if self._process.is_alive():
            self._process.terminate()
        self._process.join(6.0)  # seconds, for storing the states of its runs
        self._process.kill()
        self._process.join()


def _build(sender: Connection, runs_begin: Callable[[], None], arguments: Arguments) -> None:
    """Build once, and send the outcome; nothing if it was interrupted."""
    terminal = Terminal(debug=arguments.debug)
    files: StampedFiles = {}

    def build() -> int:
        built = make_report(arguments, Progress(terminal, runs_begin))
        files.update(files_behind(built.plan))
        return summarise(arguments, terminal, built)

    exit_code = guarded(build, terminal, "")
    was_interrupted = exit_code != 0 and not terminal.last_error
    if not was_interrupted:
        sender.send(Outcome(terminal.last_error, files))


class PageServer(http.server.ThreadingHTTPServer):
    """Serves the page of a report to this machine only, and only if the request names this server."""

    def __init__(self, output: Path) -> None:
        super().__init__((HOST, 0), _Request)
        self.output, self.error = output, ""
        """`error` is the error of the last build, or empty."""
        self.address = f"http://{HOST}:{self.server_port}/"
        self.last_served = self.state()
        threading.Thread(target=self.serve_forever, args=(POLL,), daemon=True).start()

    def state(self) -> tuple[str, list[int]]:
        """The error, and when page and changes were written; the page is reloaded if these differ."""
        files = [self.output / PAGE, self.output / LAST_BUILD]
        times = [file.stat().st_mtime_ns for file in files if file.is_file()]
        return self.error, times

    def page(self) -> str:
        """The page with the error and the changes of the last build."""
        self.last_served = self.state()
        file = self.output / PAGE
        if not file.is_file():
            return served(EMPTY, self.error)
        last_build = LastBuild.read(self.output)
        fallen = {(claim.file, claim.line) for claim in last_build.fallen}
        return served(file.read_text(encoding="utf-8"), self.error, last_build.was, fallen)

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore connections that break, which happens whenever a page is closed."""

    def __exit__(self, *raised: object) -> None:
        self.shutdown()
        self.server_close()


class _Request(http.server.BaseHTTPRequestHandler):
    """Serves the page at `/`, its events at `/events`, and documents by their names."""

    server: PageServer

    def do_GET(self) -> None:
        """Answer a request that names this server as host.

        Others are refused, since a page of another site could reach this server by DNS rebinding.
        """
        name, port = self.path[1:], self.server.server_port
        is_lost = "." in name and not (self.server.output / name).is_file()
        if self.headers.get("Host") not in (f"{HOST}:{port}", f"localhost:{port}"):
            self.send_error(421, f"this is {self.server.address}")
        elif name not in TYPES or is_lost:
            self.send_error(404, "it is not there, or not yet")
        else:
            self.send_response(200)
            self.send_header("Content-Type", TYPES[name])
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            self.wfile.write(self._content(name))

    def _content(self, name: str) -> bytes:
        """The content of a path; `/events` waits until the page has changed."""
        server = self.server
        if name == "":
            return server.page().encode()
        if name != "events":
            return (server.output / name).read_bytes()
        seen = server.last_served
        while server.state() == seen:
            time.sleep(POLL)
        return b"data: another page\n\n"

    def log_message(self, *arguments: object) -> None:
        """Print nothing for requests."""

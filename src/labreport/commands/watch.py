"""`watch`: rebuild on a change of templates, styles or code, and show it in the browser."""

from __future__ import annotations

import argparse
import os
import queue
import threading
import webbrowser
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from labreport.commands.builder import Builder, Event
from labreport.commands.serving import PageServer
from labreport.console.terminal import Terminal
from labreport.errors import UsageError
from labreport.frame import FOLDER
from labreport.locate import find_project

ENGINE = Path(__file__).parents[1]
STEP_MS = 20
"""Milliseconds without another change after which a change is acted on."""
Files = Mapping[str, tuple[int, int, int]]
_SKIPPED = ("__pycache__", ".git", "node_modules", ".venv")
TRAINING, PAPER, DONE = "training", "paper", "done"


def run(arguments: argparse.Namespace, root: Path, terminal: Terminal) -> int:
    """Serve the report on this machine until interrupted; every change is a build of its own process."""
    try:
        import watchfiles
    except ImportError:
        raise UsageError("watch needs the package watchfiles, which is not installed") from None
    place = find_project(root)
    words = ["--project", str(root), "--output", str(arguments.output)]
    words += ["--seeds", str(arguments.seeds)] if arguments.seeds else []
    words += ["--jobs", str(arguments.jobs)] if arguments.jobs else []
    usual, output = watchfiles.DefaultFilter(), f"{arguments.output}/"
    folders = [folder for folder in {place.source, place.templates, ENGINE} if folder.is_dir()]
    texts = (f"{place.templates}/", f"{FOLDER}/")
    events: queue.SimpleQueue[Event] = queue.SimpleQueue()
    ended = threading.Event()

    def look() -> None:
        """Runs beside the builds, so that an edit during one is noticed."""
        for changes in watchfiles.watch(
            *folders,
            watch_filter=lambda change, path: usual(change, path) and not path.startswith(output),
            step=STEP_MS,
            debounce=10 * STEP_MS,
            stop_event=ended,
        ):
            code = any(not path.startswith(texts) for _, path in changes)
            events.put({"changed": True, "code": code})

    def files() -> Files:
        """What is watched, as it is now."""
        return {
            path: (status.st_mtime_ns, status.st_size, status.st_ino)
            for folder in folders
            for path, status in _walk(folder)
            if usual(watchfiles.Change.modified, path) and not path.startswith(output)
        }

    watching = threading.Thread(target=look, daemon=True)
    with PageServer(arguments.output / "report.html") as server, Builder(words, events.put) as builder:
        builder.prepare()
        watching.start()
        terminal.say(f"Watching; the report is at {server.address} (Ctrl-C ends)")
        if arguments.open:
            webbrowser.open(server.address)
        try:
            _follow(events, builder, server, files)
        finally:
            ended.set()
    return 0


def _walk(folder: Path) -> Iterator[tuple[str, os.stat_result]]:
    for parent, names, files in os.walk(folder):
        names[:] = [name for name in names if name not in _SKIPPED]
        for name in files:
            with suppress(OSError):
                path = os.path.join(parent, name)
                yield path, os.stat(path)


def _follow(
    events: queue.SimpleQueue[Event], builder: Builder, server: PageServer, files: Callable[[], Files]
) -> None:
    """Build at once, and after each change, without end.

    A build starts over for a change, unless it trains what is still wanted. `files` are looked at before and
    after a build: an edit may come before anybody watches.
    """
    before = files()
    builder.build()
    building, phase, due = True, "", False
    training: set[str] = set()
    problems: list[str] = []
    while True:
        event = events.get()
        if not event:
            building = False
            if phase != DONE and not due:
                server.show([*problems, "the build has died; the terminal may say why"])
        elif "changed" in event:
            due = True
            builder.prepare(renew=event["code"])
            if building and phase == TRAINING and event["code"]:
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
            if not due and files() != before:
                due = True
                builder.prepare(renew=True)
            if not due:
                server.show(problems)
                builder.prepare()
        if due and not building:
            before = files()
            builder.build()
            building, phase, due = True, "", False
            problems = []

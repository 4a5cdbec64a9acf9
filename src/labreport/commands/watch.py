"""`watch`: rebuild on a change of templates, styles or code, and show it in the browser."""

from __future__ import annotations

import argparse
import queue
import threading
import webbrowser
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

    watching = threading.Thread(target=look, daemon=True)
    with PageServer(arguments.output / "report.html") as server, Builder(words, events.put) as builder:
        builder.prepare()
        watching.start()
        terminal.say(f"Watching; the report is at {server.address} (Ctrl-C ends)")
        if arguments.open:
            webbrowser.open(server.address)
        try:
            _follow(events, builder, server)
        finally:
            ended.set()
    return 0


def _follow(events: queue.SimpleQueue[Event], builder: Builder, server: PageServer) -> None:
    """Build at once, and after each change; a build that no longer trains starts over, without end."""
    builder.build()
    building, phase, due = True, "", False
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
            if building and phase not in (TRAINING, DONE):
                builder.kill()
        elif "phase" in event:
            phase = event["phase"]
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

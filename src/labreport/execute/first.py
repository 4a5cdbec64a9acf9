"""The first report: from one seed of every experiment, made in another process while training continues."""

from __future__ import annotations

import io
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path

from labreport.console.plan import report
from labreport.console.progress import Progress
from labreport.console.terminal import Terminal, shown
from labreport.errors import LabReportError
from labreport.execute.making import make_report
from labreport.execute.session import LEDGER, Build, Request, Session, open_session
from labreport.locate import find_project
from labreport.nodes.unfold import unfold
from labreport.plan.ledger import Ledger
from labreport.processes import Child
from labreport.store.output import complete

MAKE = "labreport.execute.first:make_first"
"""What the process does that makes it."""
WORTH_SECONDS = 60.0
"""Seconds of training that must be left: with less, the whole report comes soon after the first."""


def wanted(session: Session, request: Request) -> bool:
    """Whether there is no report yet, and the whole one is asked for, of more than one seed."""
    return not (request.targets or request.force is None or request.force or report(session.output)) and (
        session.seeds > 1
    )


class FirstReport:
    """Waits for the results of the first seed, and has a report made of them; `keys` are those results'.

    It is the same build, of one seed, in a process of its own, which ends on leaving the context; what it
    has made by then stays. That it fails is not an error: the whole report follows.
    """

    def __init__(self, session: Session, terminal: Terminal) -> None:
        self._session = session
        self._terminal = terminal
        results = unfold(session.project, 1).of_kind("result")
        statuses = [session.planner.status(node.name) for node in results]
        self.keys = frozenset(status.key for status in statuses)
        self._missing = {status.key for status in statuses if not status.fresh}
        self._child: Child | None = None
        self._published = False
        self.made: list[str] = []
        """Names of nodes that it made; empty until it has published a page."""

    def trained(self, key: str) -> None:
        """The result under this key is stored."""
        self._missing.discard(key)

    def look(self, seconds_left: float | None) -> None:
        """Start once all results are there, if training then takes a while still; say what came of it."""
        if self._child is None:
            if not self._missing and (seconds_left or 0.0) >= WORTH_SECONDS:
                self._start()
            return
        with suppress(EOFError, OSError):
            while self._child.connection.poll():
                name, problem = self._child.connection.recv()
                if problem:
                    self._terminal.warn(f"the first report is not complete: {problem}; training continues")
                    continue
                self._published = True
                path = shown(str(self._session.output / name))
                self._terminal.say(f"First report, from one seed; more follow: {path}")

    def __enter__(self) -> FirstReport:
        return self

    def __exit__(self, *raised: object) -> None:
        if self._child is None:
            return
        self.look(None)
        self._child.end()
        session = self._session
        complete(session.output, session.quarantine)
        if self._published:
            self.made = _adopt(session)

    def _start(self) -> None:
        try:
            self._child = Child(MAKE, str(self._session.place.root), str(self._session.output))
        except (OSError, RuntimeError) as error:
            self._terminal.warn(f"the first report is not made: {error}; training continues")
            self._missing.add("")  # it is not tried again


def make_first(channel: Connection, root: str, folder: str) -> None:
    """What the process does: build with one seed; send the name of each document, or what went wrong."""
    terminal, output = Terminal(quiet=True, err=io.StringIO()), Path(folder)
    try:
        place = find_project(Path(root))
        session = open_session(place, output, 1, repair=False, preliminary=True)
        request = Request(place, output, jobs=1, told=lambda phase: channel.send(("report.html", "")))
        build = Build(session, request, terminal, Progress(terminal))
        try:
            make_report(build, session.planner.plan())
        finally:
            session.save()
    except LabReportError as error:
        channel.send(("", str(error)))
        return
    if build.problems:
        channel.send(("", build.problems[0]))
    elif build.made:
        channel.send(("report.pdf", ""))


def _adopt(session: Session) -> list[str]:
    """Know of what the other process made, so that nothing is made twice and what is published is known.

    Returned are the names of what it made.
    """
    made = Ledger.load(session.output / LEDGER, session.quarantine)
    session.ledger.seeds = made.seeds
    session.ledger.groups.update(made.groups)
    new = [name for name in made.nodes if name not in session.ledger.nodes]
    for name in new:
        session.ledger.nodes[name] = made.nodes[name]
        session.digests.forget(session.output / path for path in made.nodes[name].files)
    return new

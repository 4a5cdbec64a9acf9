"""From stored results to the published report: answers, figures and sections, then the documents.

The first report is made from one seed of every experiment, in another process while training continues.
"""

from __future__ import annotations

import io
import itertools
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path

from labreport.console.plan import report
from labreport.console.progress import Progress
from labreport.console.terminal import Terminal, shown
from labreport.errors import LabReportError, OutdatedCode, RenderError, StoreError
from labreport.execute.pace import PAGE, PAPER, note, part_of, was_slower
from labreport.execute.session import LEDGER, Build, Request, Session, open_session
from labreport.locate import find_project
from labreport.nodes.document import DocumentNode, PaperDocument
from labreport.nodes.unfold import unfold
from labreport.nodes.workshop import Press, Workshop
from labreport.pdf.separate import Writer
from labreport.plan.ledger import Ledger
from labreport.plan.nodes import Node, Plan
from labreport.processes import Child, Made, in_forks, made
from labreport.store.files import TEMPORARY
from labreport.store.output import complete, publish

TOGETHER = ("figure", "section")
"""Kinds of nodes that do not read others of their kind."""
MAKE = "labreport.execute.making:make_first"
"""What the process does that makes it."""
WORTH_SECONDS = 60.0
"""Seconds of training that must be left: with less, the whole report comes soon after the first."""


def make_report(build: Build, plan: Plan) -> Workshop:
    """Make what is stale of `plan`, and publish it; the results that it reads are there.

    What fails is shown, and noted in the build. Raises `AuditError` where a number on the page
    cannot be traced, and `OutdatedCode` where something was edited that is not any more what was planned.
    """
    session, progress = build.session, build.progress
    workshop, planner = session.workshop(), session.planner
    workshop.check_unedited()
    progress.to_make(sum(status.node.cached for status in plan.stale()) + 2)
    with Writer(workshop.templates, session.output) as writer:
        if any(isinstance(status.node, PaperDocument) for status in plan.stale()):
            writer.start()
        _make(build, plan, workshop)
        names = [status.name for status in plan.statuses if status.node.kind != "document"]
        lost = next((name for name in names if not planner.status(name).fresh), None)
        if lost is not None and build.exit_code == 0:
            build.problems.append(f"{lost}: its file was written and is not there any more; run again")
            build.terminal.error(build.problems[-1])
        rest = [node.name for node in session.graph.nodes.values() if node.kind != "document"]
        if build.exit_code == 0 and all(planner.status(name).fresh for name in rest):
            publish_documents(build, workshop, writer)  # else it would be out of date
    note(session, progress.took, build.made, was_slower(progress.time, build.processes))
    return workshop


def _make(build: Build, plan: Plan, workshop: Workshop) -> None:
    """Answers, figures and sections; one that fails, or waits for one that did, leaves the rest be.

    Figures do not read each other, nor do sections: those are made several at a time.
    """
    progress = build.progress
    blocked: set[str] = set()
    for kind, together in itertools.groupby(plan.statuses, key=lambda status: status.node.kind):
        due: list[Node] = []
        for status in together:
            node = status.node
            if blocked & set(node.reads):
                blocked.add(node.name)
            elif not workshop.planner.status(node.name).fresh:
                if not node.cached:
                    blocked.add(node.name)
                elif kind in TOGETHER:
                    due.append(node)
                else:
                    progress.making(kind, node.slug, node.name)
                    blocked |= _keep(build, workshop, [node], [made(workshop.made, node)])
            elif node.cached:
                progress.time.end(part_of(node))  # it need not be made
        if due:
            begun = 0

            def taken_up(number: int, due: Sequence[Node] = due) -> None:
                nonlocal begun
                for node in due[begun : number + 1]:
                    progress.making(node.kind, node.slug, node.name)
                begun = number + 1

            found = in_forks(workshop.made, due, build.processes, taken_up=taken_up)
            blocked |= _keep(build, workshop, due, found)


def _keep(build: Build, workshop: Workshop, nodes: Sequence[Node], found: Iterable[Made]) -> set[str]:
    """Keep what was made; show what was raised, and return the names of what is not there for it.

    Raises what is not a `RenderError`.
    """
    build.progress.made()
    workshop.check_unedited()
    failed = set()
    for node, (payload, error) in zip(nodes, found, strict=True):
        if error is None:
            workshop.keep(node, payload)
            build.made.append(node.name)
            if flaws := node.flaws(payload):
                build.terminal.warn(flaws)
        elif isinstance(error, RenderError):
            failed.add(node.name)
            build.failed(error)
        else:
            raise error
    return failed


def publish_documents(build: Build, workshop: Workshop, writer: Writer) -> None:
    """Make the stale documents, audit them, and put the report in place.

    The page and the answers are made in several processes, and published as soon as they are there. The PDF,
    by far the longest, is written in `writer`'s process meanwhile and published behind them; until then,
    there is none. Raises `AuditError` where a number that is printed on the page cannot be traced; the
    previous report then stays. What is wrong with the PDF is noted: there is no PDF then.
    """
    session, progress = build.session, build.progress
    documents = [node for node in session.graph.of_kind("document") if isinstance(node, DocumentNode)]
    stale = [node for node in documents if not session.planner.status(node.name).fresh]
    first, last = ([node for node in stale if node.last is last] for last in (False, True))
    if not stale:
        return
    progress.making("document", "report.html", PAGE)
    with tempfile.TemporaryDirectory(prefix=TEMPORARY, dir=session.output) as scratch:
        press = Press(workshop, writer, Path(scratch))

        def begin() -> None:
            for node in stale:
                node.begin(press)

        found = in_forks(lambda node: node.finish(press), first, build.processes, begin)
        workshop.check_unedited()
        for _, error in found:
            if error is not None:
                raise error
        if first:
            _put(build, {node: content for node, (content, _) in zip(first, found, strict=True)})
        if last:
            session.save()  # a kill from here on leaves a report that lacks its PDF and nothing else
            progress.making("document", "report.pdf", PAPER)
            build.request.told("paper")
        for node in last:
            try:
                content = node.finish(press)
                workshop.check_unedited()
            except (StoreError, OutdatedCode):
                raise  # the disk, or an edit, whatever is made
            except LabReportError as error:
                build.failed(error)
            else:
                _put(build, {node: content})
    progress.made()


def _put(build: Build, made: Mapping[DocumentNode, Path | bytes]) -> None:
    """Publish documents beside those that are fresh; report to the planner what was published."""
    session, planner = build.session, build.session.planner
    kept = {
        node.published: planner.put_out(node.name)
        for node in session.graph.of_kind("document")
        if isinstance(node, DocumentNode) and node not in made and planner.status(node.name).fresh
    }
    files = {node.published: content for node, content in made.items()}
    publish(session.output, files, session.quarantine, kept)
    session.ledger.seeds = session.seeds
    for node in made:
        planner.made(planner.status(node.name), session.output / node.published)
        build.made.append(node.name)


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

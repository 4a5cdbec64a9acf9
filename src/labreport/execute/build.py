"""One build: plan, train, make, publish, and say what came of it."""

from __future__ import annotations

import time

from labreport.console.plan import show_plan
from labreport.console.summary import show_changes, show_summary
from labreport.console.terminal import Terminal
from labreport.errors import StoreError
from labreport.execute.making import make_report
from labreport.execute.numbers import changes, headline_sources, numbers
from labreport.execute.request import Outcome, Request
from labreport.execute.session import Session, open_session
from labreport.execute.training import cores, train
from labreport.nodes.workshop import Workshop
from labreport.plan.stamp import remove_stamp, write_stamp
from labreport.store.files import remove
from labreport.store.lock import output_lock
from labreport.store.output import MARK, mark_as_own, remove_strays
from labreport.store.publish import complete
from labreport.store.quarantine import Quarantine


def build(request: Request, terminal: Terminal) -> Outcome:
    """Make what is stale. Raises `LabReportError` for what stops the whole build."""
    started = time.monotonic()
    _check_names(request)
    with output_lock(request.output, request.place, request.lock_timeout, terminal.say, request.adopt):
        remove_strays(request.output)
        quarantine = Quarantine(request.output)
        complete(request.output, quarantine)
        session = open_session(
            request.place, request.output, request.seeds, request.force, loaded=request.loaded
        )
        names = [name for word in request.targets for name in session.graph.resolve(word)] or None
        plan = session.planner.plan(names)
        for path in session.planner.views.leftovers():
            remove(path)
        _show_notices(quarantine, terminal)
        _show_notices(session.quarantine, terminal)
        outcome = Outcome()
        if plan.stale():
            show_plan(terminal, plan, request.verbose)
            remove_stamp(request.output)
        try:
            request.told("training")
            early = train(session, request, plan, terminal, outcome)
            session.planner.forget()
            request.told("making")
            workshop = make_report(
                session, plan, terminal, outcome, request.jobs or cores(), lambda: request.told("paper")
            )
            _pack(session, terminal)
            outcome.made += [name for name in early if _counts(session, name) and name not in outcome.made]
        finally:
            mark_as_own(request.output, request.place)  # it may have been removed meanwhile
            session.save()
        _show_notices(session.quarantine, terminal)
        outcome.seconds = time.monotonic() - started
        if any(name.startswith("document/") for name in outcome.made):
            found = _changes(session, workshop)
            show_changes(terminal, [] if early else found)
            session.save()
        if names is None and outcome.exit_code == 0:
            folders = session.data_folders
            write_stamp(session.place.root, request.output, session.digests, request.arguments, folders)
        work = session.project.work
        show_summary(
            terminal, session.output, outcome.trained, outcome.made, outcome.seconds, outcome.errors, work
        )
    return outcome


def _pack(session: Session, terminal: Terminal) -> None:
    """Put small results into packs: nobody waits for it, and a failure is not an error."""
    try:
        session.pack()
    except StoreError as error:
        terminal.warn(str(error))


def _check_names(request: Request) -> None:
    """Raise `UnknownName` before anything is written, where the folder is not this project's yet."""
    if (request.targets or request.force) and not request.adopt and not (request.output / MARK).exists():
        session = open_session(request.place, request.output, request.seeds, request.force, repair=False)
        for word in request.targets:
            session.graph.resolve(word)


def _counts(session: Session, name: str) -> bool:
    """Whether what was made for the first report is part of the whole one."""
    node = session.graph.nodes.get(name)
    return node is not None and node.kind != "result" and session.planner.status(name).fresh


def _changes(session: Session, workshop: Workshop) -> list[str]:
    """What the answers say now that they did not say when last published."""
    now = numbers(workshop.all_answers())
    found = changes(session.ledger.numbers, now, headline_sources(workshop.sections()))
    session.ledger.numbers.clear()
    session.ledger.numbers.update(now)
    return found


def _show_notices(quarantine: Quarantine, terminal: Terminal) -> None:
    for notice in quarantine.notices:
        terminal.warn(notice)
    quarantine.notices.clear()

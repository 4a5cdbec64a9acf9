"""One build: plan, train, make, publish, and say what came of it."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator

from labreport.authoring import at
from labreport.authoring import written as line_of
from labreport.console.plan import about, changes, numbers, show_changes, show_plan, show_summary
from labreport.console.progress import Progress
from labreport.console.terminal import Terminal
from labreport.errors import LabReportError, RenderError, StoreError, all_at_once, did_you_mean
from labreport.execute.making import make_report
from labreport.execute.pace import foresee
from labreport.execute.session import (
    Build,
    Request,
    Session,
    open_session,
    other_seeds,
    own_modules,
    titles,
    unused,
)
from labreport.execute.training import Trainings, train, trainings
from labreport.frame import Lookup
from labreport.nodes.content import QUESTION_FRAMES, SECTION_FRAME
from labreport.nodes.document import DOCUMENT_FRAMES
from labreport.nodes.workshop import Workshop
from labreport.outline import Question, Section
from labreport.plan.ledger import Change, remove_stamp, write_stamp
from labreport.plan.nodes import Plan
from labreport.program import nearby
from labreport.store.files import Quarantine, remove
from labreport.store.output import complete, mark_as_own, output_lock, remove_strays

WORTH_SAYING = 10.0
"""Seconds from which how long a build takes is said before it begins."""


def build(request: Request, terminal: Terminal) -> int:
    """Make what is stale; the exit code. Raises `LabReportError` for what stops the whole build."""
    started = time.monotonic()
    progress = Progress(terminal, doing="looking for what changed")
    _check_names(request)
    with output_lock(request.output, request.place, request.lock_timeout, terminal.say, request.adopt):
        with progress.shown():
            found, changed = _made(request, terminal, progress)
            session = found.session
            if not request.targets and found.exit_code == 0:
                folders = session.data_folders
                write_stamp(session.place.root, request.output, session.digests, request.arguments, folders)
        seconds = time.monotonic() - started
        told = [one.plain() for one in changed]
        terminal.tell(trained=found.trained, made=found.made, changed=told, seconds=seconds)
        if changed:
            show_changes(terminal, changed, titles(session.project.outline))
        show_summary(
            terminal,
            session.output,
            found.trained,
            found.made,
            seconds,
            found.errors,
            session.project.work,
            watched=request.watched,
            chosen=bool(request.targets),
            arguments=request.arguments,
        )
    return found.exit_code


def _made(request: Request, terminal: Terminal, progress: Progress) -> tuple[Build, list[Change]]:
    """Plan, train and make; what came of it, and what the answers say now that they did not say before."""
    remove_strays(request.output)
    quarantine = Quarantine(request.output)
    complete(request.output, quarantine)
    session = open_session(request.place, request.output, request.seeds, request.force)
    session.quarantine.notices[:0] = quarantine.notices
    build = Build(session, request, terminal, progress)
    names = [name for word in request.targets for name in session.graph.resolve(word)] or None
    try:
        plan = session.planner.plan(names)
    except LabReportError:
        check_templates_of(session)  # which says in which line the mistake is
        raise
    for path in session.planner.leftovers():
        remove(path)
    build.show_notices()
    work = trainings(session, plan.stale("result"))
    notes = [*other_seeds(session, request.seeds), *unused(session)]
    for line in [*notes, *(check_templates_of(session) if plan.stale("section") else ())]:
        terminal.warn(line)
    if plan.stale():
        show_plan(terminal, plan, request.verbose)
        remove_stamp(request.output)
        _expect(build, plan, work)
    changed: list[Change] = []
    try:
        early = train(build, work)
        session.planner.forget()
        request.told("making")
        workshop = make_report(build, plan)
        try:
            session.pack()
        except StoreError as error:  # nobody waits for it
            terminal.warn(str(error))
        made = build.made
        made += [name for name in early if _counts(session, name) and name not in made]
        if build.exit_code == 0:  # else what the report says is as before
            changed = _changed(build, workshop, first=bool(early))
    finally:
        mark_as_own(request.output, request.place)  # it may have been removed meanwhile
        session.save()
    build.show_notices()
    return build, changed


def _changed(build: Build, workshop: Workshop, first: bool) -> list[Change]:
    """Keep what the answers of the sections that were made say now; what is other than before.

    Nothing is, where this is the `first` report.
    """
    made, ledger = build.made, build.session.ledger
    whole = any(name.startswith("document/") for name in made)
    outline = build.session.project.outline
    sections = [one for one in outline.sections if whole or f"section/{one.slug}" in made]
    if not sections:
        return []
    rendered = [workshop.payload(f"section/{one.slug}") for one in sections]
    answers = workshop.answers([question.slug for one in sections for question in one.questions])
    now = numbers(answers, rendered)
    found = [] if first else changes(ledger.numbers, now, answers, rendered)
    ledger.numbers = now if whole else {**ledger.numbers, **now}
    ledger.changed = found or ledger.changed
    return found


def _expect(build: Build, plan: Plan, work: Trainings) -> None:
    """What the screen knows of all that is to be done, and a line of how long it takes, if that is long."""
    scheduler, time = build.request.scheduler, build.progress.time
    lanes = 1 if scheduler else min(build.processes, max(len(work.tasks), 1))
    foresee(build.session, plan, work.tasks, time, lanes)
    total = time.seconds()
    if total is not None and total >= WORTH_SAYING and not scheduler:
        build.terminal.say(f"This will take about {about(total)}.")


def _check_names(request: Request) -> None:
    """Raise `UnknownName` before anything is written, and before another build is waited for."""
    if (request.targets or request.force) and not request.adopt:
        session = open_session(request.place, request.output, request.seeds, request.force, repair=False)
        for word in request.targets:
            session.graph.resolve(word)


def check_templates_of(session: Session) -> list[str]:
    """What may be wrong with the project's templates. Raises `RenderError` for what is wrong, all of it."""
    from labreport.audit import check_templates
    from labreport.page import claim, names_one

    fingerprints, outline = session.planner.fingerprints, session.project.outline
    found = [one.with_templates(fingerprints.has_template, SECTION_FRAME) for one in outline.sections]
    sections = {one.slug: one.template for one in found}
    questions = {one.slug: one.template for section in found for one in section.questions}
    written = fingerprints.written()
    code = [path.read_text(encoding="utf-8") for path in own_modules(session)]
    try:
        named = filter(None, (*sections.values(), *questions.values()))
        used = fingerprints.used(*named, *QUESTION_FRAMES, *DOCUMENT_FRAMES)
        used |= {name for name in written if any(name in text for text in code)}
    except LabReportError:  # one that is not there, of which more is said below
        used = set(written)
    targets = {*sections, *questions, *(one.slug for one in outline.figures)}
    names = {name for one in session.project.all_experiments for name in (one.name, one.title) if name}
    bibliography = fingerprints.bibliography()
    wrong, notes = check_templates(
        session.place.templates, written, used, questions, sections, targets, names, bibliography
    )
    lookup = Lookup(session.place.templates)
    readers: tuple[Section | Question, ...] = (*outline.sections, *outline.questions)
    for reader in readers:
        if reader.template and lookup.find(reader.template) is None:
            text = f"there is no template {reader.template!r}{did_you_mean(reader.template, written)}"
            where = line_of(reader.place, "template", reader.template)
            wrong.append(
                at(where, f"{text.removesuffix('.')}; it is looked for in {nearby(lookup.templates)}")
            )
    said = [(one.place, one.title) for one in found]
    said += [(one.place, one.text) for one in outline.questions if names_one(one.text, names)]
    wrong += [at(place, f"{text!r} {problem}") for place, text in said if (problem := claim(text))]
    if wrong:
        raise all_at_once(RenderError, wrong)
    return [*notes, *_not_shown(found, lookup)]


def _not_shown(sections: Iterable[Section], lookup: Lookup) -> Iterator[str]:
    """A line for each figure that a question declares and that its own template shows nowhere."""
    for section in sections:
        for question in section.questions:
            files = filter(None, map(lookup.find, (question.template, section.template)))
            prose = "".join(path.read_text(encoding="utf-8") for path in files if question.template)
            for slug in question.figures:
                if question.template and slug not in prose and "question.figures" not in prose:
                    yield at(
                        question.place,
                        f'figure {slug!r} is drawn and shown nowhere; write {{% call figure("{slug}") %}} in '
                        f"{lookup.shown(question.template)}, or take it out of figures=",
                    )


def _counts(session: Session, name: str) -> bool:
    """Whether what was made for the first report is part of the whole one."""
    node = session.graph.nodes.get(name)
    return node is not None and node.kind != "result" and session.planner.status(name).fresh

"""Check every stored byte, then every answer independently, then repeat one training."""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from operator import attrgetter
from pathlib import Path
from typing import Any

from labreport.checks import Check, summary
from labreport.console.progress import Progress
from labreport.console.terminal import Terminal, shown
from labreport.errors import StoreError
from labreport.execute.lanes import ProcessLane
from labreport.execute.session import Session, open_session
from labreport.execute.tasks import trainings
from labreport.execute.train import Trainer
from labreport.fingerprint.files import Digests
from labreport.locate import Place, find_project
from labreport.nodes.answer import AnswerNode
from labreport.nodes.calls import function
from labreport.nodes.result import ResultNode
from labreport.plan.nodes import Plan, State, Status
from labreport.plan.reasons import Forced
from labreport.store.files import Damaged, read_regular
from labreport.store.lock import output_lock
from labreport.store.publish import DOCUMENTS
from labreport.trajectory import Trajectory

LIMIT = 64_000_000
"""Bytes that a published document may have."""
FILES = "files, every byte"
ANSWERS = "answers, computed again from the stored results"
TRAINING = "a training drawn at random, repeated to equal bits"
NAME = attrgetter("name")
UNREPEATABLE = frozenset({"seconds"})
"""Members of a record that differ from run to run: times."""


def run(arguments: argparse.Namespace, root: Path, terminal: Terminal) -> int:
    """Carry out the command."""
    return verify(terminal, find_project(root), arguments.output, arguments.seeds, arguments.lock_timeout)


def verify(
    terminal: Terminal, place: Place, output: Path, seeds: int | None, lock_timeout: float = -1.0
) -> int:
    """A line for each check of the published report; 1 when any fails.

    With `seeds` None, it is checked with the seeds that it was built with. Holds the lock, so that a build
    beside it is not taken for damage.
    """
    with output_lock(output, place, lock_timeout, terminal.say):
        session = open_session(place, output, seeds, repair=False, published=True)
        plan = session.planner.plan()
        checks = []
        for check in _checks(session, plan):
            checks.append(check)
            word = terminal.paint("ok", "green") if check.passed else terminal.paint("differs", "red")
            line = f"{word}  {shown(check.name)}  {terminal.paint(shown(check.detail), 'dim')}"
            if check.passed:
                terminal.say(line)
            else:
                terminal.result(line)
        failed = sum(not check.passed for check in checks)
        passed = len(checks) - failed
        terminal.result(f"{passed} check{'s' if passed != 1 else ''} passed, {failed} failed.")
        _keep(terminal, session, checks)
    return 1 if failed else 0


def _keep(terminal: Terminal, session: Session, checks: Sequence[Check]) -> None:
    """Keep a summary for the answer that tells of it, if the outline has one and all others are there."""
    planner, found = session.planner, summary(checks)
    for node in session.graph.nodes.values():
        reports = isinstance(node, AnswerNode) and node.question.reads_verification
        if not reports or not all(planner.put_out(name) for name in node.reads):
            continue
        if planner.verification.found(node, planner.put_out) != found:
            planner.verification.keep(node, planner.put_out, found)
            terminal.say("Run the build again to record this in the report.")


def _checks(session: Session, plan: Plan) -> Iterator[Check]:
    fresh = [
        status for status in plan.statuses if status.node.kind == "result" and status.state is State.FRESH
    ]
    stored = {status.key: status for status in fresh}
    yield from _bytes(session, plan, stored)
    yield from _published(session)
    if len(fresh) < sum(status.node.kind == "result" for status in plan.statuses):
        yield Check("results", False, "some are not there; run python build.py, then verify again", FILES)
        return
    yield from _recomputed(session)
    project = session.project
    if project.verify:
        reader = session.reader()
        names = (*map(NAME, project.experiments), *map(NAME, project.studies))
        yield from function(project.verify, "project.verify")(reader.results("verify", names))
    if stored:
        yield _retrained(session, random.SystemRandom().choice(list(stored.values())))


def _bytes(session: Session, plan: Plan, stored: dict[str, Status]) -> Iterator[Check]:
    """Every file of every live result, read in full."""
    digests = Digests(session.place.root, output=session.output)
    bad = [status.name for status in stored.values() if not _whole(session, status, digests)]
    bad += [f"{status.name} ({status.reasons[0]})" for status in plan.stale("result")]
    yield Check(
        "store",
        not bad,
        f"{len(stored)} results, every byte" if not bad else f"damaged or missing: {', '.join(bad[:5])}",
        FILES,
    )
    altered = []
    for status in plan.statuses:
        record = session.ledger.nodes.get(status.name)
        for path, written in (record.files if record else {}).items():
            if digests(session.output / path) != written:
                altered.append(path)
    yield Check("cache and documents", not altered, ", ".join(altered[:5]) or "as written", FILES)


def _whole(session: Session, status: Status, digests: Digests) -> bool:
    """Whether all that is read of a result is there, byte for byte."""
    assert isinstance(status.node, ResultNode)
    wish, sound = status.node.experiment, session.store.sound(status.key, digests)
    return sound is not None and sound.satisfies(wish.epochs, wish.snapshots)


def _published(session: Session) -> Iterator[Check]:
    """The documents against the answers: every printed number traced, once more."""
    from labreport.audit import audit_html
    from labreport.claims import Answer

    missing = [name for name in DOCUMENTS if not (session.output / name).is_file()]
    if missing:
        yield Check("documents", False, f"missing: {', '.join(missing)}", FILES)
        return
    try:
        answers = {slug: Answer.from_plain(plain) for slug, plain in _answers_json(session).items()}
        html = read_regular(session.output / "report.html", LIMIT).decode("utf-8")
    except (Damaged, LookupError, TypeError, ValueError, AttributeError) as error:
        yield Check("documents", False, f"damaged: {error}"[:200], FILES)
        return
    findings = [str(finding) for finding in audit_html(html, answers, session.place.templates)]
    yield Check(
        "report.html against answers.json",
        not findings,
        findings[0] if findings else "every number agrees",
        "the page's numbers, traced to the answers",
    )


def _recomputed(session: Session) -> Iterator[Check]:
    """Every answer from the stored results anew, against `answers.json`."""
    reader = session.reader()
    published = _answers_json(session)
    for question in session.project.outline.questions:
        results = reader.of_question(question)
        anew = json.loads(json.dumps(function(question.answer, question.slug)(results).to_plain()))
        found = published.get(question.slug, {})
        different = [part for part in ("quantities", "claims", "facts") if anew[part] != found.get(part)]
        count = len(anew["quantities"]) + len(anew["claims"])
        detail = (
            f"{count} quantities and claims" if not different else f"{different[0]} differ from answers.json"
        )
        yield Check(f"answer {question.slug}", not different, detail, ANSWERS)


def _answers_json(session: Session) -> dict[str, Any]:
    """The published answers by question; none where the file cannot be read."""
    try:
        found = json.loads(read_regular(session.output / "answers.json", LIMIT))
        questions = found["questions"]
    except (OSError, Damaged, StoreError, LookupError, TypeError, ValueError, RecursionError):
        return {}
    return questions if isinstance(questions, dict) else {}


def _retrained(session: Session, status: Status) -> Check:
    """One result, chosen at random, trained again from nothing: the same bits."""
    stored = session.store.get(status.key)
    assert stored is not None
    found: list[Trajectory] = []
    task = trainings(session, [replace(status, reasons=(Forced(),))]).tasks[0]
    # Only the snapshots of the last piece have their arrays: the pieces before are kept, too
    trainer = Trainer(
        [ProcessLane(session.project.threads, session.source)], lambda piece, finished: found.append(piece)
    )
    failures = trainer.run([task], Progress(Terminal(quiet=True), 1.0, 1))
    name = f"retrained {status.node.slug}"
    if failures:
        return Check(name, False, failures[0].cause, TRAINING)
    different = _differing(stored, found)
    return Check(
        name,
        not different,
        different[0] if different else f"{stored.epochs} epochs, equal bits",
        TRAINING,
    )


def _differing(stored: Trajectory, pieces: Sequence[Trajectory]) -> Sequence[str]:
    import numpy as np

    for number, (old, new) in enumerate(zip(stored.records, pieces[-1].records, strict=False), 1):
        if _repeatable(old) != _repeatable(json.loads(json.dumps(new))):
            return [f"its record of epoch {number} differs"]
    again = {epoch: kept for piece in pieces for epoch, kept in piece.snapshots.items() if kept.arrays}
    for epoch in sorted(set(stored.snapshots) & set(again)):
        for name, array in stored.snapshots[epoch].arrays.items():
            other = np.asarray(again[epoch].arrays[name])
            if array.dtype != other.dtype or array.tobytes() != other.tobytes():
                return [
                    f"array {name!r} at epoch {epoch} differs; equal bits need equal processor and libraries"
                ]
    return []


def _repeatable(record: Any) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name not in UNREPEATABLE}

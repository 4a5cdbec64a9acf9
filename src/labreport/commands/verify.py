"""Check every stored byte and document, every answer by other paths, and trainings by repeating them."""

from __future__ import annotations

import argparse
import re
import statistics
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any

from labreport.commands import write
from labreport.console.plan import counted, duration
from labreport.console.progress import Kind, Progress, TimeLeft
from labreport.console.terminal import Terminal, shown
from labreport.errors import StoreError
from labreport.execute import pace
from labreport.execute.session import Session, open_session
from labreport.locate import find_project
from labreport.nodes.content import AnswerNode
from labreport.processes import cores
from labreport.run import Check
from labreport.store.output import output_lock
from labreport.verification import Stage, remembering, stages

CHECKS = {
    "bytes": 7e-9,
    "page": 4.0,
    "document": 2.0,
    "answer": 0.2,
    "snapshot": 0.6,
    "typed": 0.6,
    "training": 1.0,
}
"""Seconds that a unit of each takes where none was checked before, on the machine where `pace.USUAL` was
measured; trainings are in seconds already."""
CHECK = f"{pace.MADE}check "
_WORDS = {"passed": ("ok", "green"), "failed": ("differs", "red"), "open": ("open", "yellow")}
_CASES = {"passed": "system-out", "failed": "failure", "open": "skipped"}
_NO_XML = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def run(arguments: argparse.Namespace, root: Path, terminal: Terminal) -> int:
    """A line for each check of the published report that fails, with `--verbose` for each; 1 when any fails.

    Without `--seeds`, it is checked with the seeds that it was built with. With `--quick`, only what takes
    seconds; else some trainings are repeated. What passed before and rests on the same is not computed again,
    unless with `--again`. Holds the lock, so that a build beside it is not taken for damage.
    """
    place, output, quick = find_project(root), arguments.output, arguments.quick
    with output_lock(output, place, arguments.lock_timeout, terminal.say):
        session = open_session(place, output, arguments.seeds, repair=False, published=True)
        plan = session.planner.plan()
        jobs = arguments.jobs or cores()
        every = stages(session, plan, terminal, quick=quick, repeat=arguments.repeat, jobs=jobs)
        parts = [remembering(part, arguments.again) for part in every]
        left = TimeLeft()
        foresee(session, ((part.kind, part.units) for part in parts), left)
        total = left.seconds() or 0.0
        now = ", ".join(part.words for part in parts if not part.since)
        terminal.say(f"This takes about {duration(max(total, 1.0))}: {now}.")
        for day, before in groupby((part for part in parts if part.since), lambda part: part.since):
            words = ", ".join(part.words for part in before)
            terminal.say(f"As on {day}, since nothing that it rests on has changed (--again): {words}.")
        if not quick and not session.project.verify:
            terminal.say(
                "No second path of this project's own: answers are computed again by the same code. "
                "A function named by Project(verify=...) would be one."
            )
        began, checks = time.monotonic(), []
        for check in _checked(session, parts, left, terminal):
            checks.append(check)
            word = terminal.paint(*_WORDS[check.result])
            line = f"{word}  {shown(check.name)}  {terminal.paint(shown(check.detail), 'dim')}"
            if check.result != "passed":
                terminal.result(line)
            elif arguments.verbose:
                terminal.say(line)
        passed, failed, left_open = (sum(check.result == one for check in checks) for one in _WORDS)
        terminal.tell(
            checks=[
                {name: getattr(one, name) for name in ("name", "kind", "result", "detail", "since")}
                for one in checks
            ]
        )
        if arguments.junit:
            write([(Path(arguments.junit), junit(checks))], lambda old: '<testsuite name="labreport' in old)
        took = duration(time.monotonic() - began)
        terminal.result(
            f"{counted(passed, 'check')} passed, {failed} failed"
            f"{f', {left_open} not compared' if left_open else ''} ({took})."
        )
        if not quick:
            _keep(terminal, session, checks)
        if session.ledger.nodes:  # it was read
            with suppress(StoreError):
                session.save()
    return 1 if failed else 0


def _checked(session: Session, parts: Sequence[Stage], left: TimeLeft, terminal: Terminal) -> Iterator[Check]:
    """All checks, with a row that says what is being done and how long the rest will take."""
    for number, part in enumerate(parts):
        progress = Progress(terminal, left, f"{number + 1}/{len(parts)} {part.words}")
        began = time.monotonic()
        left.begin(number)
        with progress.shown():
            yield from part.checks()
        left.work(number, 1.0)
        slow = pace.was_slower(left, cores())
        note(session, part.kind, part.units, time.monotonic() - began, slow)


def foresee(session: Session, checks: Iterable[tuple[str, float]], left: TimeLeft) -> None:
    """Say what so many units of each kind of `CHECKS` should take.

    A kind that was not checked before takes as much longer than usual as the report did in the last build.
    """
    paces, usual = session.ledger.paces, pace.usual_seconds(session)
    built = [paces[name] / usual[kind] for kind in usual if (name := f"{pace.MADE}{kind}") in paces]
    machine = statistics.median(built) if built else 1.0
    left.beside = pace.others()
    slow = pace.slower(cores(), left.beside)
    for number, (kind, units) in enumerate(checks):
        first = CHECKS[kind] * (1.0 if kind == "training" else machine)
        left.expect(number, slow * units * paces.get(f"{CHECK}{kind}", first), Kind.MADE)


def note(session: Session, kind: str, units: float, took: float, slow: float) -> None:
    """Keep how long so many units took, this time and the times before."""
    if units:
        now, paces = took / units / slow, session.ledger.paces
        paces[f"{CHECK}{kind}"] = (now + paces.get(f"{CHECK}{kind}", now)) / 2


def junit(checks: Sequence[Check]) -> str:
    """The checks as JUnit XML: a test case for each, by `kind`; what was not compared was skipped."""
    from xml.etree.ElementTree import Element, SubElement, tostring

    found = Counter(check.result for check in checks)
    counts = {"tests": len(checks), "failures": found["failed"], "skipped": found["open"]}
    suite = Element("testsuite", {"name": "labreport verify", **{name: str(n) for name, n in counts.items()}})
    for check in checks:
        name, kind, detail = (_NO_XML.sub("\ufffd", text) for text in (check.name, check.kind, check.detail))
        case = SubElement(suite, "testcase", {"classname": kind, "name": name})
        SubElement(case, _CASES[check.result]).text = detail
    return f'<?xml version="1.0" encoding="utf-8"?>\n{tostring(suite, encoding="unicode")}\n'


def _keep(terminal: Terminal, session: Session, checks: Sequence[Check]) -> None:
    """Keep a summary for the answer that reports it, if the outline has one and all others are there."""
    planner, found = session.planner, summary(checks)
    for node in session.graph.nodes.values():
        reports = isinstance(node, AnswerNode) and node.question.reads_verification
        if not reports or not all(planner.put_out(name) for name in node.reads):
            continue
        if (known := planner.verified(node)) is None or known.payload != found:
            planner.keep_verified(node, found)
            terminal.say("Run the build again to record this in the report.")


def summary(checks: Iterable[Check]) -> dict[str, Any]:
    """Plain values: of each `kind`, in order, how many `passed` of `all`; names of those that `failed`."""
    kinds: dict[str, dict[str, int]] = {}
    failed = []
    for check in filter(attrgetter("compared"), checks):
        counts = kinds.setdefault(check.kind, {"passed": 0, "all": 0})
        counts["passed"] += check.passed
        counts["all"] += 1
        if not check.passed:
            failed.append(check.name)
    return {"kinds": [{"kind": kind, **counts} for kind, counts in kinds.items()], "failed": failed}

"""What is stored and published: every byte, copies, the page and the answers against each other, figures."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from labreport.checks import Check
from labreport.errors import LabReportError, StoreError
from labreport.execute.session import Session
from labreport.fingerprint.canonical import digest
from labreport.fingerprint.files import Digests, sha256
from labreport.nodes.result import ResultNode
from labreport.plan.nodes import Plan, Status
from labreport.store.files import Damaged, read_regular
from labreport.store.publish import DOCUMENTS
from labreport.trajectory import STATE, Trajectory
from labreport.verification.drawn import compared, figures, misdrawn

LIMIT = 64_000_000
"""Bytes that a published document may have."""
FILES = "files, every byte"


def recorded_files(session: Session) -> Check:
    """The files of recorded runs, whose digests the report names."""
    published = results_of(session)
    files = {
        name: (
            table.folder / name,
            published.get(one.name, {}).get("recorded", {}).get("files", {}).get(name),
        )
        for one in session.project.all_experiments
        if (table := one.recorded)
        for name in table.files
    }
    bad = [name for name, (path, written) in files.items() if sha256(path) != written]
    detail = f"not as in the report: {', '.join(bad[:5])}" if bad else f"{len(files)} files, every byte"
    return Check("recorded runs", not bad, detail, FILES)


def stored_files(session: Session, plan: Plan, stored: Mapping[str, Status]) -> Iterator[Check]:
    """Every file of every live result, of the cache and of the documents, read in full."""
    digests = Digests(session.place.root, output=session.output)
    session.store.shelf.packs.forget()
    bad = [status.name for status in stored.values() if not _whole(session, status, digests)]
    bad += [f"{status.name} ({status.reasons[0]})" for status in plan.stale("result")]
    whole = f"{len(stored)} results, every byte"
    if stored or bad:
        yield Check("store", not bad, f"damaged or missing: {', '.join(bad[:5])}" if bad else whole, FILES)
    if any(one.recorded for one in session.project.all_experiments):
        yield recorded_files(session)
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


def documents(session: Session) -> Check | None:
    """A failed check where a published document is missing."""
    missing = [name for name in DOCUMENTS if not (session.output / name).is_file()]
    return Check("documents", False, f"missing: {', '.join(missing)}", FILES) if missing else None


def page_of(session: Session) -> str:
    """The published page. Raises `Damaged` and `ValueError`."""
    return read_regular(session.output / "report.html", LIMIT).decode("utf-8")


def answers_of(session: Session) -> dict[str, Any]:
    """The published answers by question, each with all measures; none where the file cannot be read."""
    measures = _published(session, "measures")
    return {
        slug: {**answer, "measures": measures}
        for slug, answer in _published(session, "questions").items()
        if isinstance(answer, dict)
    }


def results_of(session: Session) -> dict[str, Any]:
    """What is published of the results by experiment; nothing where the file cannot be read."""
    return _published(session, "results")


def _published(session: Session, part: str) -> dict[str, Any]:
    try:
        found = json.loads(read_regular(session.output / "answers.json", LIMIT))[part]
    except (OSError, Damaged, StoreError, LookupError, TypeError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


SMALL = 16
"""Arrays of fewer elements may be equal by chance, or because nothing has moved them."""
TIME = "seconds"
DIGITS = 8


def copies(trajectories: Mapping[str, Trajectory]) -> Iterator[str]:
    """A line for each stored training that holds what another one holds; `trajectories` are by name.

    Two trainings never take equal times to the last digit, so equal records are a copy. Weights of two
    seeds of one specification are equal only where the seed decides nothing; then they are for all seeds.
    """
    yield from _records(trajectories)
    groups: dict[str, dict[str, Trajectory]] = {}
    for name, found in trajectories.items():
        specification = {part: value for part, value in found.ingredients.items() if part != "seed"}
        groups.setdefault(digest(specification), {})[name] = found
    for group in groups.values():
        yield from _weights(group)


def _records(trajectories: Mapping[str, Trajectory]) -> Iterator[str]:
    first: dict[str, tuple[str, str]] = {}
    for name, found in trajectories.items():
        for epoch, record in enumerate(found.records, 1):
            if not _measured(record.get(TIME)):
                continue
            text = json.dumps(record, sort_keys=True)
            other, key = first.setdefault(f"{epoch} {text}", (name, found.key))
            if key != found.key:
                yield f"{name} has the record of {other} for epoch {epoch}, its time included"
                break


def _measured(seconds: Any) -> bool:
    """Whether a time has the digits of a clock: rounded ones may be equal by chance."""
    return isinstance(seconds, float) and len(repr(seconds).replace(".", "").strip("0")) >= DIGITS


def _weights(group: Mapping[str, Trajectory]) -> Iterator[str]:
    """Of one specification: arrays that two seeds share, unless all of them do."""
    keys = {found.key for found in group.values()}
    if len(keys) < 2:
        return
    owners: dict[tuple[int, str, str], dict[str, str]] = {}
    for name, found in group.items():
        for epoch, arrays in found.states.items():
            for array, content in _digests(arrays):
                owners.setdefault((epoch, array, content), {}).setdefault(found.key, name)
    told: set[str] = set()
    for (epoch, array, _), names in owners.items():
        first, *others = names.values()
        if others and len(names) < len(keys) and others[0] not in told:
            told.add(others[0])
            yield f"{others[0]} has array {array!r} of {first} at epoch {epoch}"


def _digests(arrays: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    import numpy

    for name, values in arrays.items():
        array = numpy.asarray(values)
        if name.startswith(STATE) and array.size >= SMALL and (array != array.flat[0]).any():
            yield name, hashlib.sha256(numpy.ascontiguousarray(array).tobytes()).hexdigest()


PAGE = "the page's numbers, traced to the answers"
EQUAL = "numbers that appear in several answers"
AGAIN = "numbers and findings, computed again by the page's script"
DRAWN = "figures, read off the page as it is drawn"
COPIES = "results that are copies of others"


def page(session: Session) -> Check:
    """Every printed number traced, and every finding compared with its answer, once more."""
    from labreport.audit import audit_html
    from labreport.stats import Answer

    try:
        answers = {slug: Answer.from_plain(plain) for slug, plain in answers_of(session).items()}
        html = page_of(session)
    except (Damaged, LookupError, TypeError, ValueError, AttributeError) as error:
        return Check("documents", False, f"damaged: {error}"[:200], FILES)
    declared = session.project.outline.declared
    findings = [str(each) for each in audit_html(html, answers, session.place.templates, (), declared)]
    name = "report.html against answers.json"
    return Check(name, not findings, findings[0] if findings else "every number agrees", PAGE)


def again(output: Path) -> Check:
    """Every number and judgement of `answers.json` from its own data, as `check` does."""
    from labreport.recheck.digests import changed
    from labreport.recheck.document import load
    from labreport.recheck.script import evaluate

    try:
        document = load(output / "answers.json")
        found = evaluate(document)
        different = [*found.differences, *changed(document)]
    except (LabReportError, LookupError, TypeError, AttributeError) as error:
        return Check("answers.json from its own data", False, str(error)[:200], AGAIN)
    detail = str(different[0]) if different else f"{found.numbers:,} numbers, {found.findings:,} findings"
    return Check("answers.json from its own data", not different, detail, AGAIN)


def equal(answers: Mapping[str, Any]) -> Check:
    """What two answers measured from one source, in one unit and under one name is one number."""
    first: dict[tuple[str, ...], tuple[str, Any]] = {}
    shared = 0
    for slug, answer in answers.items():
        for name, quantity in answer["quantities"].items():
            source, unit, value = quantity["source"], quantity["unit"], quantity["value"]
            if not source.get("measure") or source.get("kind", "measured") != "measured":
                continue
            known = (json.dumps(source, sort_keys=True), unit, name.rpartition(".")[2])
            address, other = first.setdefault(known, (f"{slug}#{name}", value))
            if address == f"{slug}#{name}":
                continue
            shared += 1
            if other != value:
                problem = f"{slug}#{name} is {value}, but {address} is {other}; both are from one source"
                return Check("equal numbers", False, problem, EQUAL)
    return Check("equal numbers", True, f"{shared} numbers that another answer has, too", EQUAL)


def drawn(session: Session) -> Iterator[Check]:
    """A check for each figure of the page."""
    try:
        found = list(figures(page_of(session)))
    except (Damaged, ValueError, LookupError, TypeError) as error:
        yield Check("figures", False, f"cannot be read: {error}"[:200], DRAWN)
        return
    for figure in found:
        wrong = list(misdrawn(figure))
        marks, others = compared(figure)
        detail = wrong[0] if wrong else f"every mark is in a row of its table, {len(figure.table)} rows"
        if others and not wrong:
            detail = (
                f"{detail}; not compared: {others}" if marks else f"not compared with its table: {others}"
            )
        yield Check(f"drawn {figure.slug}", not wrong, detail, DRAWN, bool(marks or wrong))


def copied(trajectories: Mapping[str, Trajectory]) -> Iterator[Check]:
    """One check of all stored results."""
    found = list(copies(trajectories))
    detail = found[0] if found else f"none among {len(trajectories)} results"
    yield Check("copied results", not found, detail, COPIES)

"""Every stored byte against its checksum, and the published documents as values."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from labreport.checks import Check
from labreport.errors import StoreError
from labreport.execute.session import Session
from labreport.fingerprint.files import Digests, sha256
from labreport.nodes.result import ResultNode
from labreport.plan.nodes import Plan, Status
from labreport.store.files import Damaged, read_regular
from labreport.store.publish import DOCUMENTS

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

"""The published page against its answers, the answers against each other, figures against their tables."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from labreport.checks import Check
from labreport.errors import LabReportError
from labreport.execute.session import Session
from labreport.store.files import Damaged
from labreport.trajectory import Trajectory
from labreport.verification.copies import copies
from labreport.verification.drawn import compared, figures, misdrawn
from labreport.verification.files import FILES, answers_of, page_of

PAGE = "the page's numbers, traced to the answers"
EQUAL = "numbers that appear in several answers"
AGAIN = "numbers and judgements, computed again by the page's script"
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
    detail = str(different[0]) if different else f"{found.numbers:,} numbers, {found.judgements:,} judgements"
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

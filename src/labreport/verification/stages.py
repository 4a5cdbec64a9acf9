"""What a verification does, in order, and about how long each part of it takes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from operator import attrgetter

from labreport.checks import Check
from labreport.console.plan import counted
from labreport.console.terminal import Terminal
from labreport.execute.session import Session
from labreport.nodes.workshop import function
from labreport.plan.nodes import Plan, State
from labreport.stats import Answer
from labreport.trajectory import Trajectory
from labreport.verification.published import (
    FILES,
    again,
    answers_of,
    copied,
    documents,
    drawn,
    equal,
    page,
    stored_files,
)
from labreport.verification.repeated import drawn_at_random, expected_seconds, repeated

ANSWERS = "answers, computed again from the stored results"
NAME = attrgetter("name")
BYTES_A_SECOND = 150e6
SECONDS_A_DOCUMENT = 2.0
SECONDS_AN_ANSWER = 0.2
SECONDS_A_SNAPSHOT = 0.6
"""Of each of the project's own checks: the whole data once through a model."""


@dataclass(frozen=True)
class Stage:
    """A part of a verification: what it does in words, its expected seconds, and its checks."""

    words: str
    seconds: float
    checks: Callable[[], Iterator[Check]]


def stages(
    session: Session, plan: Plan, terminal: Terminal, *, quick: bool, repeat: int | None, jobs: int
) -> Iterator[Stage]:
    """The parts in order: stored bytes and documents, then, unless `quick`, answers and trainings.

    So many trainings are repeated as `repeat` says, with None all of them, by `jobs` workers. What cannot be
    checked, because results are missing, is one check that says so.
    """
    results = [status for status in plan.statuses if status.node.kind == "result"]
    fresh = {status.key: status for status in results if status.state is State.FRESH}
    stored: dict[str, Trajectory] = {}
    for key, status in fresh.items():
        found = session.store.get(key)
        if found is not None:
            stored[status.name] = found
    size = sum(map(session.store.shelf.size, fresh))
    snapshots = sum(len(found.snapshots) for found in stored.values())
    yield Stage("every stored byte", 0.3 + size / BYTES_A_SECOND, lambda: stored_files(session, plan, fresh))
    if stored:
        yield Stage("copies of results", 0.3 + size / BYTES_A_SECOND, lambda: copied(stored))
    yield Stage("the published page", 2 * SECONDS_A_DOCUMENT, lambda: _documents(session))
    if quick:
        return
    if any(status.state is not State.FRESH for status in results):
        yield Stage("results that are not there", 0.0, _missing)
        return
    questions = session.project.outline.questions
    yield Stage("answers again", SECONDS_AN_ANSWER * len(questions), lambda: _recomputed(session))
    project = session.project
    if project.verify:
        names = (*map(NAME, project.experiments), *map(NAME, project.studies))
        check = function(project.verify, "project.verify")
        yield Stage(
            f"{snapshots} snapshots by other code",
            SECONDS_A_SNAPSHOT * snapshots,
            lambda: check(session.reader().results("verify", names)),
        )
    if project.verify_published:
        published = function(project.verify_published, "project.verify_published")
        yield Stage(
            "what the report says to type",
            SECONDS_A_SNAPSHOT * snapshots,
            lambda: published(session.output),
        )
    chosen = drawn_at_random(fresh, repeat)
    if chosen:
        yield Stage(
            f"{counted(len(chosen), project.work)} repeated",
            expected_seconds(session, chosen) / min(jobs, len(chosen)),
            lambda: repeated(session, chosen, terminal, jobs),
        )


def _documents(session: Session) -> Iterator[Check]:
    missing = documents(session)
    if missing:
        yield missing
        return
    yield page(session)
    yield again(session.output)
    yield equal(answers_of(session))
    yield from drawn(session)


def _missing() -> Iterator[Check]:
    yield Check("results", False, "some are not there; run the build, then verify again", FILES)


def _recomputed(session: Session) -> Iterator[Check]:
    """Every answer from the stored results again, against `answers.json`."""
    reader, published = session.reader(), answers_of(session)
    phrases = session.project.words.phrases
    for question in session.project.outline.questions:
        results = reader.of_question(question)
        answer: Answer = function(question.answer, question.slug)(results)
        again = json.loads(json.dumps(answer.to_plain(phrases)))
        found = published.get(question.slug, {})
        different = [part for part in ("quantities", "findings", "facts") if again[part] != found.get(part)]
        count = len(again["quantities"]) + len(again["findings"])
        detail = (
            f"{count} quantities and findings"
            if not different
            else f"{different[0]} differ from answers.json"
        )
        yield Check(f"answer {question.slug}", not different, detail, ANSWERS)

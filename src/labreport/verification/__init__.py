"""A published report checked by other paths than the one by which it was made.

What is stored and published is compared: every byte, copies, the page and the answers against each other,
figures; then answers are computed again, and trainings repeated from nothing, to be equal in every bit.

Checks that passed before on this machine are kept until something that they rest on changes. They are kept
for the user who verifies, and not beside the report: whoever hands a report over cannot hand over that it was
checked.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from labreport.audit import audit_html
from labreport.console.plan import counted
from labreport.console.progress import START, Progress
from labreport.console.terminal import Terminal
from labreport.errors import LabReportError, StoreError
from labreport.execute.one_step import TIMES
from labreport.execute.pace import MADE, STARTING, foresee_trainings
from labreport.execute.session import Session
from labreport.execute.training import ProcessLane, Trainer, remove_written, trainings
from labreport.fingerprint.canonical import digest
from labreport.fingerprint.files import Digests, sha256
from labreport.fingerprint.observed import noting
from labreport.nodes.content import ResultNode
from labreport.nodes.document import LIMIT, DocumentNode
from labreport.nodes.workshop import Press, function
from labreport.pdf.separate import Writer
from labreport.plan.nodes import Forced, Plan, State, Status
from labreport.recheck import changed, evaluate, load
from labreport.run import Check
from labreport.stats import Answer
from labreport.store.arrays import Filed
from labreport.store.files import Damaged, read_regular, write_atomically
from labreport.store.output import DOCUMENTS
from labreport.trajectory import STATE, Trajectory
from labreport.trajectory.store import StoredArrays
from labreport.verification.drawn import compared, figures, misdrawn

ENGINE = Path(__file__).parents[1]
FILES = "files, every byte"


def recorded_files(session: Session) -> Check:
    """The files of recorded runs, whose digests the report names."""
    published, sound = _published(session, "results"), dict[str, bool]()
    for one in session.project.all_experiments:
        if table := one.recorded:
            written = published.get(one.name, {}).get("recorded", {}).get("files", {})
            sound |= {name: sha256(table.folder / name) == written.get(name) for name in table.files}
    bad = [name for name in sound if not sound[name]]
    detail = f"not as in the report: {', '.join(bad[:5])}" if bad else f"{len(sound)} files, every byte"
    return Check("recorded runs", not bad, detail, FILES)


def stored_files(session: Session, plan: Plan, stored: Mapping[str, Status]) -> Iterator[Check]:
    """Every file of every live result, of the cache and of the documents, read in full."""
    digests = Digests(session.place.root, output=session.output)
    session.store.forget()
    bad = [status.name for status in stored.values() if not _whole(session, status, digests)]
    bad += [f"{status.name} ({status.reasons[0]})" for status in plan.stale("result")]
    whole = f"{len(stored)} results, every byte"
    if stored or bad:
        yield Check("store", not bad, f"damaged or missing: {', '.join(bad[:5])}" if bad else whole, FILES)
    for one in session.planner.kept_by_decision(status.node for status in stored.values()):
        why = f"not computed by the code that is here; {one['by']}, {one['at'][:10]}: {one['because']}"
        yield Check(f"kept by decision: {', '.join(one['results'])}", True, why, FILES, compared=False)
    if any(one.recorded for one in session.project.all_experiments):
        yield recorded_files(session)
    records = [session.ledger.nodes.get(status.name) for status in plan.statuses]
    files = [file for record in records if record for file in record.files.items()]
    altered = [path for path, written in files if digests(session.output / path) != written]
    unknown = [
        status.node.label
        for status, record in zip(plan.statuses, records, strict=True)
        if record is None and status.node.kind == "document"
    ]
    wrong = [*(f"no record of how {name} was made; build again" for name in unknown[:1]), *altered]
    yield Check("cache and documents", not wrong, ", ".join(wrong[:5]) or "as written", FILES)


def _whole(session: Session, status: Status, digests: Digests) -> bool:
    """Whether all that is read of a result is there, byte for byte."""
    assert isinstance(status.node, ResultNode)
    wish, sound = status.node.experiment, session.store.sound(status.key, digests)
    return sound is not None and sound.satisfies(wish.epochs, wish.snapshots)


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
        number = array.dtype.kind in "fc"
        finite = array[numpy.isfinite(array)] if number else array.reshape(-1)  # what diverged is alike
        if name.startswith(STATE) and finite.size >= SMALL and (finite != finite[0]).any():
            yield name, hashlib.sha256(numpy.ascontiguousarray(array).data).hexdigest()


PAGE = "the page's numbers, traced to the answers"
EQUAL = "numbers that appear in several answers"
AGAIN = "numbers and findings, computed again by the page's script"
DRAWN = "figures, read off the page as it is drawn"
COPIES = "results that are copies of others"


def page(session: Session) -> Check:
    """Every printed number traced, and every finding compared with its answer, once more."""
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
    first: dict[str, tuple[str, Any]] = {}
    shared = 0
    for slug, answer in answers.items():
        for name, quantity in answer["quantities"].items():
            own, source, value = f"{slug}#{name}", quantity["source"], quantity["value"]
            if not source.get("measure") or source.get("kind", "measured") != "measured":
                continue
            known = json.dumps([source, quantity["unit"], name.rpartition(".")[2]], sort_keys=True)
            address, other = first.setdefault(known, (own, value))
            shared += address != own
            if other != value:
                problem = f"{own} is {value}, but {address} is {other}; both are from one source"
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
        detail = f"every mark is in a row of its table, {len(figure.table)} rows"
        if others:
            detail = (
                f"{detail}; not compared: {others}" if marks else f"not compared with its table: {others}"
            )
        detail = wrong[0] if wrong else detail
        yield Check(f"drawn {figure.slug}", not wrong, detail, DRAWN, bool(marks or wrong))


def copied(trajectories: Mapping[str, Trajectory]) -> Iterator[Check]:
    """One check of all stored results."""
    found = list(copies(trajectories))
    detail = found[0] if found else f"none among {len(trajectories)} results"
    yield Check("copied results", not found, detail, COPIES)


ANSWERS = "answers, computed again from the stored results"
MADE_AGAIN = "documents, rendered again from the stored answers"


@dataclass(frozen=True)
class Stage:
    """A part of a verification: what it does in words, its checks, and so many units of a kind of
    `labreport.commands.verify.CHECKS`.

    `rests_on` is a digest of all that decides them, empty where they are made every time; `since` is the day
    of checks that were made before.
    """

    words: str
    kind: str
    units: float
    checks: Callable[[], Iterator[Check]]
    rests_on: str = ""
    since: str = ""


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
    size = sum(map(session.store.size, fresh))
    snapshots = sum(len(found.snapshots) for found in stored.values())
    yield Stage("every stored byte", "bytes", size, lambda: stored_files(session, plan, fresh))
    if stored:
        yield Stage("copies of results", "bytes", size, lambda: copied(stored))
    yield Stage("the published page", "page", 1, lambda: _documents(session))
    if quick:
        return
    if any(status.state is not State.FRESH for status in results):
        yield Stage("results that are not there", "page", 0, _missing)
        return
    documents = [status for status in plan.statuses if isinstance(status.node, DocumentNode)]
    published = {
        status.node.published: sha256(session.output / status.node.published)
        for status in documents
        if isinstance(status.node, DocumentNode)
    }
    project, questions = session.project, session.project.outline.questions

    engine = [sha256(path) for path in sorted(ENGINE.rglob("*.py"))]

    def rests_on(*code: str, **more: Any) -> str:
        """The results, what is published, code of the project, and all of the engine's."""
        found = session.planner.fingerprints.code_here(*code)
        outputs = {status.key: status.output for status in fresh.values()}
        return digest({**found, "results": outputs, "published": published, "engine": engine, **more})

    yield Stage(
        "documents again",
        "document",
        len(documents),
        lambda: _made_again(session, documents),
        rests_on(made={status.name: status.key for status in documents}),
    )
    yield Stage(
        "answers again",
        "answer",
        len(questions),
        lambda: _recomputed(session),
        rests_on(*(question.answer for question in questions)),
    )
    if project.verify:
        names = (*(one.name for one in project.experiments), *(one.name for one in project.studies))
        check = project.verify
        yield Stage(
            f"{snapshots} snapshots by other code",
            "snapshot",
            snapshots,
            lambda: function(check, "project.verify")(session.reader().results("verify", names)),
            rests_on(project.verify),
        )
    if project.verify_published:
        typed = project.verify_published
        yield Stage(
            "what the report says to type",
            "typed",
            snapshots,
            lambda: function(typed, "project.verify_published")(session.output),
            rests_on(project.verify_published),
        )
    chosen = drawn_at_random(fresh, repeat)
    if chosen:
        yield Stage(
            f"{counted(len(chosen), project.work)} repeated",
            "training",
            expected_seconds(session, chosen) / min(jobs, len(chosen)),
            lambda: repeated(session, chosen, terminal, jobs),
            rests_on(repeat=len(chosen)),
        )


def _documents(session: Session) -> Iterator[Check]:
    missing = [name for name in DOCUMENTS if not (session.output / name).is_file()]
    if missing:
        yield Check("documents", False, f"missing: {', '.join(missing)}", FILES)
        return
    yield page(session)
    yield again(session.output)
    yield equal(answers_of(session))
    yield from drawn(session)


def _made_again(session: Session, documents: Sequence[Status]) -> Iterator[Check]:
    """Every document once more, in a folder of its own, against the published one, byte for byte."""
    fresh = [
        status.node
        for status in documents
        if isinstance(status.node, DocumentNode) and status.state is State.FRESH
    ]
    for status in documents:
        if status.state is not State.FRESH and status.name in session.ledger.nodes:
            reason = f"not rendered again, since it is not up to date: {status.reasons[0]}"
            yield Check(f"{status.node.label} again", True, reason, MADE_AGAIN, False)
    workshop = session.workshop()
    with (
        tempfile.TemporaryDirectory() as scratch,
        Writer(workshop.templates, session.output) as writer,
    ):
        press = Press(workshop, writer, Path(scratch))
        for node in fresh:
            node.begin(press)
        for node in fresh:
            published = read_regular(session.output / node.published, LIMIT)
            try:
                content = node.finish(press)
            except LabReportError as error:
                yield Check(f"{node.label} again", False, str(error)[:200], MADE_AGAIN)
                continue
            again = content if isinstance(content, bytes) else content.read_bytes()
            detail = "every byte" if again == published else "is not what the stored answers give"
            yield Check(f"{node.label} again", again == published, detail, MADE_AGAIN)


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
        detail = f"{len(again['quantities']) + len(again['findings'])} quantities and findings"
        if different:
            detail = f"{different[0]} differ from answers.json"
        yield Check(f"answer {question.slug}", not different, detail, ANSWERS)


def drawn_at_random(stored: Mapping[str, Status], count: int | None) -> list[Status]:
    """`count` of the results, each as likely as the others; all of them in order with None."""
    every = list(stored.values())
    if count is None or count >= len(every):
        return every
    return random.SystemRandom().sample(every, count)


def expected_seconds(session: Session, chosen: Sequence[Status]) -> float:
    """As long as they took, and the start of workers."""
    total = session.ledger.paces.get(f"{MADE}{START}", STARTING)
    for status in chosen:
        found = session.store.get(status.key)
        times = [record.get("seconds") for record in found.records] if found else []
        total += sum(time for time in times if isinstance(time, int | float))
    return total


def repeated(session: Session, chosen: Sequence[Status], terminal: Terminal, jobs: int) -> Iterator[Check]:
    """A check for each, all of them trained again by `jobs` workers."""
    found: dict[str, list[Trajectory]] = {}
    checks: dict[str, Check] = {}
    names = {status.key: f"{status.node.slug} again" for status in chosen}
    project, group = session.project, f"{session.project.work}s drawn at random, repeated to equal bits"
    stored = {status.key: session.store.get(status.key) for status in chosen}
    decided = {status.key: session.planner.decided.get(status.name) for status in chosen}

    def keep(piece: Trajectory, finished: bool) -> None:
        pieces = found.setdefault(piece.key, [])
        pieces.append(piece)
        before = stored[piece.key]
        if finished and before is not None:
            # Only the snapshots of the last piece have their arrays: the pieces before are kept, too
            different = next(_differing(before, pieces), "")
            extent = f"{counted(before.epochs, project.words.epoch)}, " if before.epochs > 1 else ""
            detail = different or f"{extent}equal bits"
            way = decided.get(piece.key)
            if way:  # neither a fault nor hidden: somebody has decided that the edit changes nothing
                again = "its decision does not say so; keep --undo takes it back" if different else ""
                detail = "; ".join(filter(None, (detail, str(way[-1][0]), again)))
            checks[piece.key] = Check(
                names[piece.key], not different or bool(way), detail, group, not different
            )
            for each in found.pop(piece.key):
                remove_written(each)

    again = [replace(status, reasons=(Forced(),)) for status in chosen if stored[status.key] is not None]
    session.quarantine.make_folder(session.store.folder)
    folder = str(session.store.folder)
    tasks = [replace(task, folder=folder) for task in trainings(session, again).tasks]
    lanes = [ProcessLane(project.threads, session.source) for _ in range(min(jobs, len(tasks)))]
    progress = Progress(terminal)
    foresee_trainings(session, tasks, progress.time, len(lanes))
    progress.trainings(len(tasks), project.work)
    with progress.shown():
        failures = Trainer(lanes, keep).run(tasks, progress)
    causes = {failure.task.key: failure.cause for failure in failures}
    for key, name in names.items():
        cause = causes.get(key, "its stored result cannot be read")
        yield checks.get(key) or Check(name, False, cause, group)


def _differing(stored: Trajectory, pieces: Sequence[Trajectory]) -> Iterator[str]:
    import numpy as np

    for number, (old, new) in enumerate(zip(stored.records, pieces[-1].records, strict=False), 1):
        if _repeatable(old) != _repeatable(new):
            yield f"its record number {number} differs"
    again = {epoch: kept for piece in pieces for epoch, kept in piece.snapshots.items() if kept.arrays}
    for epoch in sorted(set(stored.snapshots) & set(again)):
        one, new = stored.snapshots[epoch].arrays, again[epoch].arrays
        if isinstance(one, StoredArrays) and isinstance(new, Filed) and one.file.sha256 == new.digest:
            continue
        for name, array in stored.snapshots[epoch].arrays.items():
            if name.endswith(TIMES):
                continue  # a run that measures its own seconds keeps them in its state
            other = np.asarray(again[epoch].arrays[name])
            if array.dtype != other.dtype or array.tobytes() != other.tobytes():
                where = f"array {name!r} at epoch {epoch}"
                yield f"{where} differs; equal bits need equal processor and libraries"


def _repeatable(record: Any) -> str:
    """What must be equal, as a text: numbers that are not finite are equal, too."""
    kept = {name: value for name, value in record.items() if not name.endswith(TIMES)}
    return json.dumps(kept, sort_keys=True)


DAYS = 90
"""Checks that nobody asked for in so many days are dropped."""


def folder() -> Path | None:
    """In `LABREPORT_CACHE`, or where this user's programs keep what can be computed again; None without a
    home.
    """
    usual = "~/Library/Caches" if sys.platform == "darwin" else "~/.cache"
    here = Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser(usual)) / "labreport"
    found = Path(os.environ.get("LABREPORT_CACHE") or here) / "verified"
    return found if found.is_absolute() else None


def remembering(stage: Stage, again: bool) -> Stage:
    """The stage with the checks that it had before, where it rests on the same: nothing is left to do.

    With `again`, or where it does not, its checks are kept for the next time, when none of them has failed.
    """
    if not stage.rests_on or (kept := folder()) is None:
        return stage
    path = kept / f"{stage.rests_on}.json"
    if not again and (known := _recall(path)) is not None:
        return replace(stage, units=0, checks=lambda: iter(known), since=known[0].since)
    return replace(stage, checks=lambda: _kept(path, stage))


def _kept(path: Path, stage: Stage) -> Iterator[Check]:
    found = []
    with noting() as noted:
        for check in stage.checks():
            found.append(check)
            yield check
    if found and all(check.passed for check in found):
        _keep(path, found, {name: sha256(name) or "" for name in sorted(noted.files | noted.loaded)})


def _recall(path: Path) -> list[Check] | None:
    """None where there are none, or a file was edited that was read for them."""
    try:
        kept = json.loads(path.read_bytes())
        if any((sha256(name) or "") != digest for name, digest in kept["files"].items()):
            return None
        os.utime(path)
        return [replace(Check(**each), since=kept["at"]) for each in kept["checks"]]
    except (OSError, ValueError, LookupError, TypeError):
        return None


def _keep(path: Path, found: list[Check], files: Mapping[str, str]) -> None:
    content = {"at": time.strftime("%Y-%m-%d"), "files": files, "checks": [asdict(each) for each in found]}
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        for old in path.parent.glob("*.json"):
            if time.time() - old.stat().st_mtime > DAYS * 86_400:
                old.unlink()
        write_atomically(path, json.dumps(content).encode())

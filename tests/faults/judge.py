"""What must hold after every trial."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from faults import formats
from faults.formats import Stored, documents, listing
from faults.wishes import Wanted, wanted
from faults.world import Place, Ran

PAGE, PAPER = "report.html", "report.pdf"
Event = tuple[str, str, int]
"""A line of the log of trainings: `start` or `epoch`, which walk and seed, which epoch."""


class Lost(Exception):
    """A promise is broken; the text says which."""


def require(condition: object, promise: str) -> None:
    """Raise `Lost` unless the promise is kept."""
    if not condition:
        raise Lost(promise)


def after_fault(
    place: Place, ran: Ran | None, start: int, killed: bool, before: Mapping[str, Stored] | None = None
) -> dict[str, Stored]:
    """Judge what a fault has left, before anything is repaired; what is stored of each walk and seed.

    `start` is the number of seeds of the report that was there, 0 for none; `before` is what was stored.
    """
    if ran is not None:
        require(not shows_traceback(ran), f"no traceback: {ran.err[-2000:]}")
        if not killed and ran.code != 0:
            require(ran.code in (1, 2), f"exit code 1 or 2, not {ran.code}: {ran.err[-500:]}")
            require(ran.err.strip(), "a failure says why")
    deadline = time.monotonic() + 5
    while place.orphans() and time.monotonic() < deadline:
        time.sleep(0.05)
    require(not place.orphans(), f"no process is left: {place.orphans()}")
    live = trajectories(place.report)
    if before is None:
        before = trajectories(place.world.references[start]) if start else {}
    lost = [walk for walk, old in before.items() if walk not in live or live[walk].epochs < old.epochs]
    require(not lost, f"no stored epoch is lost: {lost}")
    published(place, start)
    status = place.run("status")
    require(
        status.code in (0, 1) and "Traceback" not in status.err,
        f"status works: {status.code} {status.err[-500:]}",
    )
    return live


def published(place: Place, start: int) -> None:
    """Each document is the previous or the new one; where some are new and some not, a run will finish it.

    A new page may be there without its PDF, which follows it; an old PDF is never beside a new page.
    """
    shown = documents(place.report)
    old = documents(place.world.references[start]) if start else {}
    new = documents(place.world.references[place.seeds])
    without = {name: content for name, content in new.items() if name != PAPER}
    follows = shown.get(PAGE) == new.get(PAGE) and PAPER not in shown
    for name in formats.DOCUMENTS:
        require(
            shown.get(name) in (old.get(name), new.get(name)) or (name == PAPER and follows),
            f"{name} is the previous or the new one",
        )
    begun = (place.report / formats.PUBLISHING).is_dir()
    require(begun or shown in (old, new, without), f"the report is of one build: {sorted(shown)}")


def shows_traceback(ran: Ran) -> bool:
    """Whether one of this program reached the user.

    Where a fault hits the interpreter's own pipes and semaphores, its own last words are its own.
    """
    said = ran.err + ran.out
    return "Traceback" in said and ("src/labreport/" in said or "build.py" in said)


def trajectories(report: Path) -> dict[str, Stored]:
    """What is stored of each walk and seed, as the log names them; a damaged one is a broken promise."""
    found, damaged = formats.stored(report)
    require(not damaged, f"no bad live entry: {damaged}")
    return {value.walk: value for value in found.values()}


def recovers(
    place: Place, live: Mapping[str, Stored], quarantine: bool = False, more_results: bool = False
) -> Ran:
    """Judge the next plain build: it works, repeats nothing, and leaves what an undisturbed one does."""
    ran = goes_on(place, live)
    settled(place, quarantine, more_results)
    return ran


def goes_on(place: Place, live: Mapping[str, Stored], *targets: str) -> Ran:
    """Judge a build of `targets` (none: everything) that is left alone: it works, and repeats nothing."""
    trained = len(trainings(place))
    ran = place.run(*targets)
    require(ran.code == 0, f"the next build works: {ran.code} {ran.err[-1000:]}")
    require(not shows_traceback(ran), f"no traceback: {ran.err[-1000:]}")
    new = trainings(place)[trained:]
    again = repeated(new, live, wanted(place.seeds, targets))
    require(not again, f"no finished epoch is trained again: {again}")
    twice = [event for event, count in Counter(new).items() if count > 1]
    require(not twice, f"no epoch is trained twice by one build: {twice}")
    return ran


def repeated(
    trained: Sequence[Event], live: Mapping[str, Stored], wishes: Mapping[str, Wanted]
) -> list[tuple[str, int]]:
    """Epochs that were trained although they were stored, except for those that a new snapshot needs.

    A snapshot that is newly wanted before the end is reached from the last state before it.
    """
    found = []
    for event, walk, epoch in trained:
        known = live.get(walk)
        if event != "epoch" or known is None or epoch > known.epochs:
            continue
        missing = wishes[walk].snapshots - set(known.snapshots) if walk in wishes else set()
        needed = {
            number
            for snapshot in missing
            for number in range(max((s for s in known.states if s <= snapshot), default=0) + 1, snapshot + 1)
        }
        if epoch not in needed:
            found.append((walk, epoch))
    return found


def settled(place: Place, quarantine: bool = False, more_results: bool = False) -> None:
    """Judge a complete report: equal to an undisturbed one, verified, and nothing beside it.

    `quarantine`: damaged files may have been kept; `more_results`: results of more seeds may be there.
    """
    reference = place.world.references[place.seeds]
    require(documents(place.report) == documents(reference), "documents equal those of an undisturbed build")
    equal_results(place.report, reference)
    found, expected = listing(place.report), listing(reference)
    if quarantine:
        found = {path for path in found if formats.QUARANTINE not in path.split("/")}
    if more_results:
        found = {path for path in found if path in expected or not formats.key_of(path)}
    require(found == expected, f"no file is left over or missing: {sorted(found ^ expected)[:6]}")
    require(not formats.orphans(place.report), f"arrays of no one: {formats.orphans(place.report)[:3]}")
    status = place.run("status")
    require(status.code == 0, f"all is fresh: {status.out[-1000:]}{status.err[-500:]}")
    verify = place.run("verify", environment={"STANDIN_LOG": ""})
    require(verify.code == 0, f"verify finds nothing: {verify.out[-1000:]}{verify.err[-500:]}")


def equal_results(report: Path, reference: Path, walks: Collection[str] = ()) -> None:
    """Judge that results (of some walks, or of all) have the bits of an undisturbed build, and an origin."""
    mine, others = trajectories(report), trajectories(reference)
    for walk, other in others.items():
        if walks and walk not in walks:
            continue
        require(walk in mine, f"{walk} is there")
        found = mine[walk]
        require(found.records == other.records, f"the records of {walk} equal those of an undisturbed build")
        kept = {epoch: found.snapshots.get(epoch) for epoch in other.snapshots}
        require(kept == other.snapshots, f"the snapshots of {walk} equal: {sorted(found.snapshots)}")
        origin = {epoch for part in found.segments for epoch in range(part["first"], part["last"] + 1)}
        missing = set(range(1, found.epochs + 1)) - origin
        require(not missing, f"it is known where each epoch of {walk} was computed, but not of {missing}")
    arrays = formats.stored_arrays(reference)
    if walks:
        keys = {others[walk].key for walk in walks}
        arrays = {name for name in arrays if name.partition(".")[0] in keys}
    require(arrays <= formats.stored_arrays(report), "arrays equal those of an undisturbed build")


def trainings(place: Place) -> list[Event]:
    """What was trained so far."""
    return events(place.log)


def events(log: Path) -> list[Event]:
    """What a log of trainings says; nothing where there is none."""
    if not log.exists():
        return []
    found = []
    for line in log.read_text().splitlines():
        event, rate, noise, seed, epoch, _ = line.split()
        found.append((event, f"{rate} {noise} {seed}", int(epoch.partition("=")[2])))
    return found


def end(place: Place) -> None:
    """End what a trial has left running."""
    for session in place.sessions:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(session, signal.SIGKILL)
    deadline = time.monotonic() + 5
    while place.orphans() and time.monotonic() < deadline:
        time.sleep(0.01)

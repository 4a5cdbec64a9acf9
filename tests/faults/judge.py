"""What must hold after every trial."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import time
from pathlib import Path

from faults.world import DOCUMENTS, Place, Ran

from labreport.store import Entry, Store

_BUILD = re.compile(r"\.builds/[0-9a-f]{16}")
_LEFT_ALONE = {".lock", ".stamp", "ledger.json"}


class Lost(Exception):
    """A promise is broken; the text says which."""


def require(condition: object, promise: str) -> None:
    """Raise `Lost` unless the promise is kept."""
    if not condition:
        raise Lost(promise)


def after_fault(place: Place, ran: Ran | None, start: int, killed: bool) -> dict[str, int]:
    """Judge what a fault has left, before anything is mended; epochs by key of the live entries."""
    if ran is not None:
        require(not shows_traceback(ran), f"no traceback: {ran.err[-2000:]}")
        if not killed and ran.code != 0:
            require(ran.code in (1, 2), f"exit code 1 or 2, not {ran.code}: {ran.err[-500:]}")
            require(ran.err.strip(), "a failure says why")
    deadline = time.monotonic() + 5
    while place.orphans() and time.monotonic() < deadline:
        time.sleep(0.05)
    require(not place.orphans(), f"no process is left: {place.orphans()}")
    live = entries(place)
    shown = documents(place.report)
    wholes = [{}] if not start else [documents(place.world.references[start])]
    wholes.append(documents(place.world.references[place.seeds]))
    require(shown in wholes, f"the report is the previous or the new one, whole: {sorted(shown)}")
    status = place.run("status")
    require(
        status.code in (0, 1) and "Traceback" not in status.err,
        f"status works: {status.code} {status.err[-500:]}",
    )
    return live


def shows_traceback(ran: Ran) -> bool:
    """Whether one of this program reached the user.

    Where a fault hits the interpreter's own pipes and semaphores, its own last words are its own.
    """
    said = ran.err + ran.out
    return "Traceback" in said and ("src/labreport/" in said or "build.py" in said)


def entries(place: Place) -> dict[str, int]:
    """Epochs by key of every live entry; a damaged one is a broken promise."""
    store = Store(place.report / "results", mend=False)
    found = {}
    for key in [*store.keys()]:
        entry = store.entry(key) if store.check(key) else None
        require(entry is not None, f"no bad live entry: {store.notices}")
        assert entry is not None
        found[key] = len(entry.records)
    return found


def recovers(place: Place, live: dict[str, int], quarantine: bool = False) -> Ran:
    """Judge the next plain build: it works, repeats nothing, and leaves what an undisturbed one does."""
    trained = len(trainings(place))
    progress = checkpoints(place)
    ran = place.run()
    require(ran.code == 0, f"the next build works: {ran.code} {ran.err[-1000:]}")
    require(not shows_traceback(ran), f"no traceback: {ran.err[-1000:]}")
    names = {identity(entry.ingredients): key for key, entry in all_entries(place.report).items()}
    first: dict[str, int] = {}
    for line in trainings(place)[trained:]:
        event, walk, epoch = line
        key = names.get(walk, "")
        require(live.get(key, 0) < 5, f"no finished training is repeated: {walk}")
        if event == "epoch":
            first.setdefault(key, epoch)
    for key, epoch in first.items():
        done = progress.get(key, 0)
        require(epoch == done + 1, f"a run goes on from its checkpoint: epoch {epoch} after {done}")
    settled(place, quarantine)
    return ran


def settled(place: Place, quarantine: bool = False) -> None:
    """Judge a complete report: equal to an undisturbed one, verified, and nothing beside it."""
    reference = place.world.references[place.seeds]
    require(documents(place.report) == documents(reference), "documents equal those of an undisturbed build")
    found, wanted = listing(place.report), listing(reference)
    if quarantine:
        found = {path for path in found if "quarantine" not in path}
    require(found == wanted, f"no file is left over or missing: {sorted(found ^ wanted)[:6]}")
    for key, entry in all_entries(reference).items():
        mine = Store(place.report / "results", mend=False).entry(key)
        require(
            mine is not None
            and (mine.records, mine.snapshots, mine.arrays) == (entry.records, entry.snapshots, entry.arrays),
            f"result {entry.name} equals that of an undisturbed build",
        )
    entries(place)
    status = place.run("status")
    require(status.code == 0, f"all is fresh: {status.out[-1000:]}{status.err[-500:]}")
    verify = place.run("verify", environment={"STANDIN_LOG": ""})
    require(verify.code == 0, f"verify finds nothing: {verify.out[-1000:]}{verify.err[-500:]}")


def documents(report: Path) -> dict[str, bytes]:
    """The published documents that can be read."""
    return {name: (report / name).read_bytes() for name in DOCUMENTS if (report / name).is_file()}


def listing(report: Path) -> set[str]:
    """Every file below the report, builds without their names, the previous one left out."""
    current = (report / ".builds" / "current").resolve().name
    found = set()
    for path in report.rglob("*"):
        name = str(path.relative_to(report))
        if path.is_dir() and not path.is_symlink():
            continue
        previous = name.startswith(".builds/") and name.split("/")[1] not in (current, "current")
        if previous and ".tmp" not in name:
            continue
        if name not in _LEFT_ALONE:
            found.add(_BUILD.sub(".builds/ID", name))
    return found


def trainings(place: Place) -> list[tuple[str, str, int]]:
    """What was trained so far: event, which walk and seed, epoch."""
    if not place.log.exists():
        return []
    found = []
    for line in place.log.read_text().splitlines():
        event, rate, noise, seed, epoch, _ = line.split()
        found.append((event, f"{rate} {noise} {seed}", int(epoch.partition("=")[2])))
    return found


def identity(ingredients: object) -> str:
    """A result's walk and seed as the log names them."""
    plain = json.loads(json.dumps(ingredients))
    walk = plain["specification"]
    return f"rate={walk['rate']} noise={walk['noise']} seed={plain['seed']}"


def all_entries(report: Path) -> dict[str, Entry]:
    """The entries of a report by key."""
    store = Store(report / "results", mend=False)
    found = {key: store.entry(key) for key in [*store.keys()]}
    return {key: entry for key, entry in found.items() if entry is not None}


def checkpoints(place: Place) -> dict[str, int]:
    """Epochs by key of every checkpoint that can be read."""
    store = Store(place.report / "results", mend=False)
    found = {key: store.checkpoint(key) for key in [*store.checkpoints.keys()]}
    return {key: checkpoint.epoch for key, checkpoint in found.items() if checkpoint is not None}


def end(place: Place) -> None:
    """End what a trial has left running."""
    for session in place.sessions:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(session, signal.SIGKILL)
    deadline = time.monotonic() + 5
    while place.orphans() and time.monotonic() < deadline:
        time.sleep(0.01)

"""Trainings repeated from nothing, to be equal in every bit."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from labreport.checks import Check
from labreport.console.plan import counted
from labreport.console.progress import START, Progress
from labreport.console.terminal import Terminal
from labreport.execute.one_step import TIMES
from labreport.execute.pace import MADE, STARTING, foresee_trainings
from labreport.execute.session import Session
from labreport.execute.training import ProcessLane, Trainer, remove_written, trainings
from labreport.plan.nodes import Forced, Status
from labreport.store.arrays import Filed
from labreport.trajectory import Trajectory
from labreport.trajectory.store import StoredArrays

DRAWN = "drawn at random, repeated to equal bits"


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
    project, group = session.project, f"{session.project.work}s {DRAWN}"
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

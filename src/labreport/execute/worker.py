"""What runs inside a worker process: drive one run to its end, telling and saving on the way."""

from __future__ import annotations

import importlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labreport.execute.task import Finished, Resume, Task
from labreport.run import Run, Start

if TYPE_CHECKING:
    from labreport.store import Store

CHECKPOINT_SECONDS = 5.0
STATE = "state."
"""Prefix of the arrays with which a run goes on from a snapshot."""

Tell = Callable[[tuple[Any, ...]], None]

_channel: Any = None


def prepare(channel: Any, threads: int, source: str) -> None:
    """Initialise a worker process: its threads, its way to the parent, and its end with the parent's."""
    global _channel
    _channel = channel
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for name in (
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "MKL_NUM_THREADS",
        "TF_NUM_INTRAOP_THREADS",
        "TF_NUM_INTEROP_THREADS",
    ):
        os.environ[name] = str(threads)
    if source not in sys.path:
        sys.path.insert(0, source)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def perform(task: Task) -> Finished:
    """Carry out a task in a prepared worker process."""
    return drive(task, _tell)


def drive(task: Task, tell: Tell) -> Finished:
    """Train to `task.until`. Calls `tell` with (key, epoch, record) after every epoch."""
    resume = _later(task.resume, _checkpoint(task))
    records = list(resume.records) if resume else []
    snapshots = dict(resume.snapshots) if resume else {}
    arrays = {epoch: dict(kept) for epoch, kept in resume.kept.items()} if resume else {}
    epoch = resume.epoch if resume else 0
    first, before = epoch + 1, resume.segments if resume else ()

    def segments() -> tuple[Mapping[str, Any], ...]:
        own = {**where(task.threads), "first": first, "last": epoch}
        return (*before, own) if epoch >= first else before

    run = _start(task)(task.specification, task.seed, epoch, resume.state if resume else None)
    saved = time.monotonic()
    while epoch < task.until:
        record = run.advance()
        epoch += 1
        records.append(record)
        if epoch in task.snapshots or epoch == task.until:
            metrics, kept = run.snapshot()
            snapshots[epoch] = metrics
            arrays[epoch] = {**kept, **{f"{STATE}{name}": array for name, array in run.state().items()}}
        tell((task.key, epoch, record))
        # The end is saved too: a parent killed before it stores the result loses nothing
        if time.monotonic() - saved > CHECKPOINT_SECONDS or epoch == task.until:
            _save(task, run, epoch, records, snapshots, arrays, segments())
            saved = time.monotonic()
    return Finished(
        task.key,
        tuple(records),
        snapshots,
        arrays,
        segments(),
    )


def from_checkpoint(task: Task, store: Store) -> Resume | None:
    """Where a task's checkpoint lets it go on, if it has one."""
    found = store.checkpoint(task.key)
    if found is None or found.epoch > task.until:
        return None
    return Resume(
        found.epoch, tuple(found.records), found.snapshots, found.arrays, found.state, found.segments
    )


def where(threads: int) -> dict[str, Any]:
    """The machine and the moment, for people; no part of a result's identity."""
    import platform

    return {
        "processor": _processor(),
        "cores": os.cpu_count() or 1,
        "threads": threads,
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _start(task: Task) -> Start:
    if task.source not in sys.path:
        sys.path.insert(0, task.source)
    module, _, name = task.start.partition(":")
    start: Start = vars(importlib.import_module(module))[name]
    return start


def _checkpoint(task: Task) -> Resume | None:
    if task.checkpoints is None:
        return None
    from labreport.store import Store

    return from_checkpoint(task, Store(Path(task.checkpoints)))


def _save(
    task: Task,
    run: Run,
    epoch: int,
    records: list[Any],
    snapshots: dict[int, Any],
    arrays: dict[int, Any],
    segments: tuple[Mapping[str, Any], ...],
) -> None:
    if task.checkpoints is None:
        return
    from labreport.store import Checkpoint, Store

    checkpoint = Checkpoint(epoch, list(records), dict(snapshots), dict(arrays), run.state(), segments)
    Store(Path(task.checkpoints)).save_checkpoint(task.key, checkpoint)


def _later(first: Resume | None, second: Resume | None) -> Resume | None:
    if first is None or second is None:
        return first or second
    return second if second.epoch > first.epoch else first


def _tell(message: tuple[Any, ...]) -> None:
    try:
        _channel.send(message)
    except OSError:
        os._exit(1)


def _end_with_parent() -> None:
    """A worker never outlives the build: it waits for the parent's end, however that comes."""
    from multiprocessing import connection, parent_process

    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


def _processor() -> str:
    import platform

    try:
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as lines:
            for line in lines:
                if line.startswith(("model name", "Model")):
                    return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()

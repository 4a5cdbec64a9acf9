"""What an edit did: what the program calls fresh is made all the same, and compared.

Runs in a process of its own; the engine is imported when it is called, so that an edit of it counts.
"""

from __future__ import annotations

import json
import os
import pickle
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

DOCUMENTS = "documents.json"


@dataclass
class Verdict:
    """`rebuilt` and `changed` name nodes; `missed` those called fresh that come out different."""

    rebuilt: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    error: str = ""
    """Why the program ends with an error, which is not the same as a report out of date."""


def in_fork(function: Callable[[], Any]) -> Any:
    """What `function` returns in a fork of this process; what it does otherwise is gone."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(reading)
            with os.fdopen(writing, "wb") as pipe:
                pickle.dump(function(), pipe)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        data = pipe.read()
    os.waitpid(pid, 0)
    return pickle.loads(data) if data else None


@contextmanager
def trainer() -> Iterator[Callable[[Any], Any]]:
    """A process in which nothing of the project is loaded, for runs: they are workers' work."""
    to_child, from_parent = os.pipe(), os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            with (
                suppress(EOFError),
                os.fdopen(to_child[0], "rb") as asked,
                os.fdopen(from_parent[1], "wb") as told,
            ):
                os.close(to_child[1])
                source, tasks = pickle.load(asked)
                sys.path.insert(0, source)
                pickle.dump([_run(task) for task in pickle.loads(tasks)], told)
        finally:
            os._exit(0)
    os.close(to_child[0])
    os.close(from_parent[1])
    asking, answers = os.fdopen(to_child[1], "wb"), os.fdopen(from_parent[0], "rb")

    def carry_out(source: str, tasks: Any) -> Any:
        pickle.dump((source, pickle.dumps(tasks)), asking)
        asking.close()
        return pickle.load(answers)

    try:
        yield carry_out  # type: ignore[misc]
    finally:
        with suppress(OSError):
            asking.close()
        answers.close()
        os.waitpid(pid, 0)


def _run(task: Any) -> Any:
    from labreport.execute.worker import drive

    try:
        return drive(task, lambda message: None)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def judge(folder: Path, base: bool = False) -> Verdict:
    """Build the project in `folder`, whose report is in `report/`; with `base`, for the first time."""
    verdict = Verdict()
    with trainer() as carry_out:
        try:
            _judge(folder, base, verdict, carry_out)
        except BaseException as error:
            verdict.error = f"{type(error).__name__}: {error}"
    return verdict


def _judge(folder: Path, base: bool, verdict: Verdict, carry_out: Any) -> None:
    from labreport.errors import LabReportError
    from labreport.execute.session import open_session
    from labreport.execute.training import trainings
    from labreport.locate import find_project
    from labreport.nodes.workshop import Press
    from labreport.page import documents
    from labreport.plan.nodes import Forced

    vars(documents)["font_faces"] = lambda *_: ""  # fonts take longer than all the rest
    session = open_session(find_project(folder), folder / "report")
    planner = session.planner
    plan = planner.plan()
    results = [status for status in plan.statuses if status.node.kind == "result"]
    fresh = {status.name for status in results if status.fresh}
    work = trainings(session, [replace(status, reasons=(Forced(),)) for status in results])
    by_key = {task.key: [status for status in results if status.key == task.key] for task in work.tasks}
    for task, piece in zip(work.tasks, carry_out(str(session.source), work.tasks), strict=True):
        names = [status.name for status in by_key[task.key]]
        if isinstance(piece, str):
            if fresh & set(names):
                verdict.missed += names
            raise LabReportError(piece)
        if fresh & set(names):
            if _plain(piece) != _plain(session.store.get(task.key)):
                verdict.missed += names
            continue
        verdict.rebuilt += names
        verdict.changed += names
        work.keep(piece, True)
    planner.forget()
    workshop = session.workshop()
    for status in plan.statuses:
        node = status.node
        if not node.cached:
            continue
        before = session.cache.get(node.kind, node.slug)
        now = planner.status(node.name)
        if now.fresh:
            assert before is not None
            if _text(node.make(workshop)) != _text(before.payload):
                verdict.missed.append(node.name)
            continue
        workshop.keep(node, workshop.made(node))
        verdict.rebuilt.append(node.name)
        if before is None or _text(workshop.payload(node.name)) != _text(before.payload):
            verdict.changed.append(node.name)
    known = {} if base else json.loads((folder / "report" / DOCUMENTS).read_text())
    press = Press(workshop, None, folder)  # type: ignore[arg-type]  # nothing is set in type
    made = {}
    for node in session.graph.of_kind("document"):
        status = planner.status(node.name)
        if not status.fresh and verdict.changed and not base:
            verdict.rebuilt.append(node.name)
            continue
        content = node.render(press) if hasattr(node, "render") else node.finish(press).decode()  # type: ignore[attr-defined]
        made[node.name] = sha256(content.encode()).hexdigest()
        if not base and status.fresh and made[node.name] != known[node.name]:
            verdict.missed.append(node.name)
        elif not status.fresh:
            verdict.rebuilt.append(node.name)
            if made[node.name] != known.get(node.name):
                verdict.changed.append(node.name)
        if base:
            path = folder / "report" / node.published  # type: ignore[attr-defined]
            path.write_text(content)
            planner.made(planner.status(node.name), path)
    if base:
        (folder / "report" / DOCUMENTS).write_text(json.dumps(made))
        session.save()


def _plain(trajectory: Any) -> Any:
    """Records without times, and the bytes of all arrays."""
    from numpy import asarray

    records = [
        {name: value for name, value in one.items() if name != "seconds"} for one in trajectory.records
    ]
    arrays = {
        f"{epoch} {name}": (str(asarray(array).dtype), asarray(array).tobytes())
        for epoch, kept in trajectory.snapshots.items()
        for name, array in kept.arrays.items()
    }
    metrics = {epoch: kept.metrics for epoch, kept in trajectory.snapshots.items()}
    return _text([records, metrics]), arrays


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True)

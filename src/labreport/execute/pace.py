"""How long a build takes here: as it took before, else as the project's `cost` says.

What it took is kept as it would be with nothing beside it, and is expected as with what runs beside it now.
"""

from __future__ import annotations

import os
import statistics
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from labreport.console.progress import START, Kind, TimeLeft
from labreport.execute.session import Session
from labreport.execute.worker import Task
from labreport.nodes.document import DocumentNode
from labreport.plan.nodes import Node, Plan, Status
from labreport.processes import cores

MADE = "#"
"""How names of kinds begin among those of experiments, none of which has this sign."""
PAGE, PAPER = "page", "paper"
USUAL = {"answer": 0.2, "figure": 0.8, "section": 0.3}
"""Seconds that one thing of a kind takes where none was made before."""
DOCUMENTS = {PAGE: (0.5, 0.1), PAPER: (1.0, 0.5)}
"""Seconds of a document where none was made before: what all take, and so much for each answer and figure."""
STARTING = 1.5
"""Seconds that workers take to start where that was not measured before."""


def others() -> float:
    """How many processes of others compete with those of this program; 0 where that is not known.

    Where a processor is left, as many as ran in the last minute, but not more than do now: own ones ran in
    that minute, too. Where none is left, as many as this process has waited for, whatever their priority.
    """
    with suppress(OSError, ValueError, ZeroDivisionError):
        mean, _, _, running, *_ = Path("/proc/loadavg").read_text().replace("/", " ").split()
        ran, waited, _ = map(float, Path("/proc/self/schedstat").read_text().split())
        count = os.cpu_count() or 1
        return max(min(float(mean), float(running) - 1, count - 1), 0.0) + count * waited / ran
    return 0.0


def slower(processes: int, beside: float) -> float:
    """How many times as long so many processes take as they would with nothing `beside` them."""
    return max((min(processes, cores()) + beside) / (os.cpu_count() or 1), 1.0)


def was_slower(time: TimeLeft, processes: int) -> float:
    """The same for what began when `time` did and ends now."""
    return slower(processes, (time.beside + others()) / 2)


def foresee(session: Session, plan: Plan, tasks: Sequence[Task], time: TimeLeft, lanes: int) -> None:
    """Say what all of a build should take, as far as that is known."""
    foresee_trainings(session, tasks, time, lanes)
    slow = slower(cores(), time.beside)
    for part, seconds in making(session, plan.stale()).items():
        time.expect(part, slow * seconds, Kind.MADE)


def foresee_trainings(session: Session, tasks: Sequence[Task], time: TimeLeft, lanes: int) -> None:
    """The same of trainings, on so many lanes."""
    seconds = expected(session, tasks)
    time.known, time.lanes, time.beside = seconds is not None, max(lanes, 1), others()
    slow = slower(time.lanes, time.beside)
    if seconds:
        time.expect(START, slow * session.ledger.paces.get(f"{MADE}{START}", STARTING), Kind.SINGLY)
    for task, each in zip(tasks, seconds or [task.work for task in tasks], strict=True):
        time.expect(task.key, slow * each, Kind.SINGLY if task.exclusive else Kind.TOGETHER)


def expected(session: Session, tasks: Sequence[Task]) -> list[float] | None:
    """Seconds that each of the `tasks` will take on one lane; None where nothing is known of any of them."""
    known = {name: pace for name, pace in session.ledger.paces.items() if not name.startswith(MADE)}
    usual = statistics.median(known.values()) if known else 1.0 if session.project.cost else None
    if usual is None:
        return None
    return [task.work * known.get(task.name, usual) for task in tasks]


def making(session: Session, stale: Iterable[Status]) -> dict[str, float]:
    """Seconds that each thing will take that is made of the results: the page and what is published with it,
    and the paper, are one thing each.
    """
    usual = usual_seconds(session)
    paces = {kind: session.ledger.paces.get(f"{MADE}{kind}", seconds) for kind, seconds in usual.items()}
    nodes = [status.node for status in stale if status.node.kind != "result"]
    return {part_of(node): paces[node.kind if node.cached else part_of(node)] for node in nodes}


def part_of(node: Node) -> str:
    """What a node is made with: by itself, with the page, or as the paper."""
    if isinstance(node, DocumentNode):
        return PAPER if node.last else PAGE
    return node.name


def usual_seconds(session: Session) -> dict[str, float]:
    """Seconds of each kind where nothing was made before; documents by how much is in them."""
    content = sum(len(list(session.graph.of_kind(kind))) for kind in ("answer", "figure"))
    documents = {kind: alone + each * content for kind, (alone, each) in DOCUMENTS.items()}
    return {**USUAL, **documents}


def note_trainings(
    session: Session, took: Mapping[str, Sequence[tuple[bool, float]]], started: float, slow: float = 1.0
) -> None:
    """Keep how long a unit of work of each experiment took, and workers until they had done some.

    It is the mean of those tasks that were not the first of their lane, or else the quickest. Everything was
    so much `slow`er than with nothing beside it.
    """
    for name, each in took.items():
        warm = [pace for cold, pace in each if not cold]
        session.ledger.paces[name] = (
            statistics.fmean(warm) if warm else min(pace for _, pace in each)
        ) / slow
    if started:
        session.ledger.paces[f"{MADE}{START}"] = started / slow


def note(
    session: Session, took: Mapping[str, Sequence[float]], made: Sequence[str] = (), slow: float = 1.0
) -> None:
    """Keep how long things of each kind took, this time and the times before; `made` are names of nodes.

    Of several that are made at once, each took its share. The first page takes longer than those after it,
    for which its fonts are kept, and the paper is laid out meanwhile.
    """
    paces, usual = session.ledger.paces, usual_seconds(session)
    means: dict[str, float] = {}
    for kind, each in took.items():
        if each:
            count = sum(name.startswith(f"{kind}/") for name in made)
            means[kind] = sum(each) / max(count, len(each)) / slow
    if PAGE in means and f"{MADE}{PAGE}" not in paces:
        first = means[PAGE]
        means[PAGE] = min(first, usual[PAGE])
        if PAPER in means:
            means[PAPER] += min(first - means[PAGE], max(usual[PAPER] - means[PAPER], 0.0))
    for kind, mean in means.items():
        paces[f"{MADE}{kind}"] = (mean + paces.get(f"{MADE}{kind}", mean)) / 2

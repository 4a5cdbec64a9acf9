"""How long a build takes on this machine: as it took before, else as the project's `cost` says."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence

from labreport.console.progress import START, Kind, TimeLeft
from labreport.execute.session import Session
from labreport.execute.worker import Task
from labreport.nodes.document import DocumentNode
from labreport.plan.nodes import Node, Plan, Status

MADE = "#"
"""How names of kinds begin among those of experiments, none of which has this sign."""
PAGE, PAPER = "page", "paper"
USUAL = {"answer": 0.2, "figure": 0.8, "section": 0.3}
"""Seconds that one thing of a kind takes where none was made before."""
DOCUMENTS = {PAGE: (0.5, 0.1), PAPER: (1.0, 0.5)}
"""Seconds of a document where none was made before: what all take, and so much for each answer and figure."""
STARTING = 1.5
"""Seconds that workers take to start where that was not measured before."""


def foresee(session: Session, plan: Plan, tasks: Sequence[Task], time: TimeLeft, lanes: int) -> None:
    """Say what all of a build should take, as far as that is known."""
    foresee_trainings(session, tasks, time, lanes)
    for part, seconds in making(session, plan.stale()).items():
        time.expect(part, seconds, Kind.MADE)


def foresee_trainings(session: Session, tasks: Sequence[Task], time: TimeLeft, lanes: int) -> None:
    """The same of trainings, on so many lanes."""
    seconds = expected(session, tasks)
    time.known, time.lanes = seconds is not None, max(lanes, 1)
    if seconds:
        time.expect(START, session.ledger.paces.get(f"{MADE}{START}", STARTING), Kind.SINGLY)
    for task, each in zip(tasks, seconds or [task.work for task in tasks], strict=True):
        time.expect(task.key, each, Kind.SINGLY if task.exclusive else Kind.TOGETHER)


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
    usual = _usual(session)
    paces = {kind: session.ledger.paces.get(f"{MADE}{kind}", seconds) for kind, seconds in usual.items()}
    nodes = [status.node for status in stale if status.node.kind != "result"]
    return {part_of(node): paces[node.kind if node.cached else part_of(node)] for node in nodes}


def part_of(node: Node) -> str:
    """What a node is made with: by itself, with the page, or as the paper."""
    if isinstance(node, DocumentNode):
        return PAPER if node.last else PAGE
    return node.name


def _usual(session: Session) -> dict[str, float]:
    """Seconds of each kind where nothing was made before; documents by how much is in them."""
    content = sum(len(list(session.graph.of_kind(kind))) for kind in ("answer", "figure"))
    documents = {kind: alone + each * content for kind, (alone, each) in DOCUMENTS.items()}
    return {**USUAL, **documents}


def note_trainings(
    session: Session, took: Mapping[str, Sequence[tuple[bool, float]]], started: float
) -> None:
    """Keep how long a unit of work of each experiment took, and workers until they had done some.

    It is the mean of those tasks that were not the first of their lane, or else the quickest.
    """
    for name, each in took.items():
        warm = [pace for cold, pace in each if not cold]
        session.ledger.paces[name] = statistics.fmean(warm) if warm else min(pace for _, pace in each)
    if started:
        session.ledger.paces[f"{MADE}{START}"] = started


def note(session: Session, took: Mapping[str, Sequence[float]], made: Sequence[str] = ()) -> None:
    """Keep how long things of each kind took, this time and the times before; `made` are names of nodes.

    Of several that are made at once, each took its share. The first page takes longer than those after it,
    for which its fonts are kept, and the paper is laid out meanwhile.
    """
    paces, usual = session.ledger.paces, _usual(session)
    means: dict[str, float] = {}
    for kind, each in took.items():
        if each:
            count = sum(name.startswith(f"{kind}/") for name in made)
            means[kind] = sum(each) / max(count, len(each))
    if PAGE in means and f"{MADE}{PAGE}" not in paces:
        first = means[PAGE]
        means[PAGE] = min(first, usual[PAGE])
        if PAPER in means:
            means[PAPER] += min(first - means[PAGE], max(usual[PAPER] - means[PAPER], 0.0))
    for kind, mean in means.items():
        paces[f"{MADE}{kind}"] = (mean + paces.get(f"{MADE}{kind}", mean)) / 2

"""How long a build takes on this machine: as it took before, else as the project's `cost` says."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence

from labreport.console.time_left import Kind, TimeLeft
from labreport.execute.session import Session
from labreport.execute.task import Task
from labreport.nodes.document import DocumentNode
from labreport.plan.nodes import Node, Plan, Status

MADE = "#"
"""How names of kinds begin among those of experiments, none of which has this sign."""
PAGE, PAPER = "page", "paper"
USUAL = {"answer": 0.2, "figure": 0.8, "section": 0.3, PAGE: 4.0, PAPER: 20.0}
"""Seconds that one thing of a kind takes where none was made before."""


def foresee(session: Session, plan: Plan, tasks: Sequence[Task], time: TimeLeft, lanes: int) -> None:
    """Say what all of a build should take, as far as that is known."""
    foresee_trainings(session, tasks, time, lanes)
    for part, seconds in making(session, plan.stale()).items():
        time.expect(part, seconds, Kind.MADE)


def foresee_trainings(session: Session, tasks: Sequence[Task], time: TimeLeft, lanes: int) -> None:
    """The same of trainings, on so many lanes."""
    seconds = expected(session, tasks)
    time.known, time.lanes = seconds is not None, max(lanes, 1)
    for task, each in zip(tasks, seconds or [task.work for task in tasks], strict=True):
        time.expect(task.key, each, Kind.ALONE if task.exclusive else Kind.TOGETHER)


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
    paces = {kind: session.ledger.paces.get(f"{MADE}{kind}", usual) for kind, usual in USUAL.items()}
    nodes = [status.node for status in stale if status.node.kind != "result"]
    return {part_of(node): paces[node.kind if node.cached else part_of(node)] for node in nodes}


def part_of(node: Node) -> str:
    """What a node is made with: by itself, with the page, or as the paper."""
    if isinstance(node, DocumentNode):
        return PAPER if node.last else PAGE
    return node.name


def note(session: Session, took: Mapping[str, Sequence[float]]) -> None:
    """Keep how long things of each kind took, this time and the times before."""
    paces = session.ledger.paces
    for kind, each in took.items():
        if each:
            mean = statistics.fmean(each)
            paces[f"{MADE}{kind}"] = (mean + paces.get(f"{MADE}{kind}", mean)) / 2

"""How long a build takes on this machine: as it took before, else as the project's `cost` says."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence

from labreport.execute.session import Session
from labreport.execute.task import Task
from labreport.nodes.document import DocumentNode
from labreport.plan.nodes import Node, Status

MADE = "#"
"""How names of kinds begin among those of experiments, none of which has this sign."""
PAGE, PAPER = "page", "paper"
USUAL = {"answer": 0.2, "figure": 0.8, "section": 0.3, PAGE: 4.0, PAPER: 20.0}
"""Seconds that one thing of a kind takes where none was made before."""


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
    """Keep how long things of each kind took."""
    session.ledger.paces.update(
        {f"{MADE}{kind}": statistics.fmean(each) for kind, each in took.items() if each}
    )

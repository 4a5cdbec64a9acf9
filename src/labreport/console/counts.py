"""One vocabulary for amounts.

An *experiment* is declared once. A *training* (or what the project calls a run) is one seed of it, and may be
that of several experiments with one specification.
"""

from __future__ import annotations

from collections.abc import Iterable

from labreport.plan.nodes import Status

KINDS = ("recording", "result", "answer", "figure", "section", "document")


def counted(count: int, what: str) -> str:
    """`1 figure`, `1,200 figures`."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def work(statuses: Iterable[Status]) -> str:
    """Amounts by kind, results as the trainings that give them: `147 trainings, 29 answers`."""
    found = list(statuses)
    parts = []
    for kind in KINDS:
        same = [status for status in found if status.node.kind == kind]
        if kind == "result" and same:
            parts.append(counted(len({status.key for status in same}), same[0].node.work))
        elif same:
            parts.append(counted(len(same), kind))
    return ", ".join(parts)

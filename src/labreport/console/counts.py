"""One vocabulary for amounts.

An *experiment* is declared once; a *result* is one seed of one experiment; a *training* is what is really
trained, and may give the results of several experiments.
"""

from __future__ import annotations

from collections.abc import Iterable

from labreport.plan.nodes import Status

KINDS = ("recording", "result", "answer", "figure", "section", "document")


def counted(count: int, what: str) -> str:
    """`1 figure`, `1,200 figures`."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def items(statuses: Iterable[Status]) -> str:
    """Amounts by kind: `179 results, 29 answers, 19 figures`."""
    return _amounts(statuses, as_trainings=False)


def work(statuses: Iterable[Status]) -> str:
    """The same where results are still to be made: `147 trainings, 29 answers`."""
    return _amounts(statuses, as_trainings=True)


def _amounts(statuses: Iterable[Status], as_trainings: bool) -> str:
    found = list(statuses)
    parts = []
    for kind in KINDS:
        same = [status for status in found if status.node.kind == kind]
        if kind == "result" and as_trainings and same:
            parts.append(counted(len({status.key for status in same}), same[0].node.work))
        elif same:
            parts.append(counted(len(same), kind))
    return ", ".join(parts)

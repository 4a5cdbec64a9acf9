"""How long training takes on this machine: as it took before, else as the project's `cost` says."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from labreport.execute.session import Session
from labreport.execute.task import Task


def expected(session: Session, tasks: Sequence[Task], lanes: int) -> float | None:
    """Seconds that `tasks` will take on so many lanes; None where nothing is known of any of them."""
    known = session.ledger.paces
    usual = statistics.median(known.values()) if known else 1.0 if session.project.cost else None
    if usual is None:
        return None
    seconds = [task.work * known.get(task.name, usual) for task in tasks]
    return max(sum(seconds) / max(lanes, 1), max(seconds, default=0.0))

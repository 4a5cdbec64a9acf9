"""The training part of a build: what is said of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import trained as made

from labreport.execute.training import Trainings
from labreport.fingerprint.files import Digests
from labreport.trajectory import Store


def test_an_interruption_promises_what_is_on_the_disk(tmp_path: Path) -> None:
    """A checkpoint is named only where one was stored; what has none begins again."""
    session: Any = SimpleNamespace(
        store=Store(tmp_path), digests=Digests(tmp_path), project=SimpleNamespace(work="fit")
    )
    ones = [made.trained(2, (2,), seed=seed) for seed in range(5)]
    session.store.put(ones[4])
    empty = [replace(one, records=(), snapshots={}, segments=()) for one in ones]
    tasks = tuple(made.task(one, 4, (4,)) for one in empty)
    work = Trainings(session, tasks, frozenset({ones[2].key}))
    assert work.told() == "Interrupted; run the same command again."
    for task in tasks[:4]:
        work.prepare(task)
    assert work.told() == "Interrupted; run the same command again: 4 to begin from nothing."
    work.keep(ones[0], True)
    work.keep(ones[1], False)
    work.keep(ones[2], False)  # a forced one, which is kept in memory until it is finished
    told = "Interrupted; run the same command again: 1 fit finished, 1 to continue from its last checkpoint"
    assert work.told() == f"{told}, 2 to begin from nothing."
    work.prepare(tasks[2])
    assert work.told() == f"{told}, 2 to begin from nothing."
    work.prepare(tasks[4])
    assert "2 to continue from their last checkpoint" in work.told()

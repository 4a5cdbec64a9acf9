"""Whether the disk has room for what a build will store, found out before it begins."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress

from labreport.console.terminal import Terminal, shown
from labreport.execute.session import Session
from labreport.trajectory import Store

RESULT = 600_000
"""Bytes of a result where none is stored yet: about what a network of the exercise takes."""
REST = 20_000_000
"""Bytes of answers, figures and documents, and of what is written beside them before it takes their place."""


def check_room(session: Session, trainings: int, terminal: Terminal) -> None:
    """Warn where less is free than results of so many trainings, and the rest, are likely to need."""
    needed = REST + trainings * _usual(session.store)
    with suppress(OSError):
        free = shutil.disk_usage(session.output).free
        if free < needed:
            where = shown(str(session.output))
            terminal.warn(
                f"{where} has {free / 1e6:,.0f} MB free; this build may need {needed / 1e6:,.0f} MB"
            )


def _usual(store: Store) -> float:
    """Bytes of a stored result with its arrays, in the mean."""
    with suppress(OSError), os.scandir(store.folder) as entries:
        size = sum(entry.stat(follow_symlinks=False).st_size for entry in entries)
        return size / len(keys) if (keys := store.keys()) else RESULT
    return RESULT

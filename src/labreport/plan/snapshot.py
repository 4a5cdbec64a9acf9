"""The files and folders on which a finished report rests: while none of them changes, it is up to date."""

from __future__ import annotations

import os
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from labreport.filestat import stat_of
from labreport.plan.targets import DOCUMENTS, RunTarget
from labreport.results import Reads
from labreport.stale import module_files, paths_behind
from labreport.stale.sources import ENGINE_FOLDER

if TYPE_CHECKING:
    from labreport.filestat import FileStat
    from labreport.plan.plan import Plan

Snapshot: TypeAlias = "dict[str, FileStat | None]"
"""Absolute paths to the stats of what is there; None for what is not there."""


def files_behind(plan: Plan) -> Snapshot | None:
    """All that a report rests on, as it is now; None where that is not what was read.

    Folders say by their times that something was added. Those of results are looked at, not their files. What
    a function's table rests on is not known, so that there is no snapshot.
    """
    if any(table.path is None for table in plan.project.tables):
        return None
    snapshot: Snapshot = {}
    for path in _paths_behind(plan):
        snapshot[os.path.abspath(path)] = stat_of(path)
    # In this order: what is edited from here on differs from the snapshot
    has_changed = plan.dependencies.changed_since_loaded()
    return None if has_changed or plan.stale(plan.targets) or _changed_reads(plan) else snapshot


def _paths_behind(plan: Plan) -> Iterator[str | Path]:
    folder, templates = plan.project.folder, plan.project.folder / "templates"
    yield sysconfig.get_path("purelib")
    yield folder / "pyproject.toml"
    for path in module_files(plan.project):
        yield from (path, path.parent)
    for parent in (ENGINE_FOLDER, templates):
        yield parent
        yield from (path for path in parent.rglob("*") if "__pycache__" not in path.parts)
    for opened in plan.dependencies.files():
        yield from paths_behind(opened)
    for reads in _lists_of_reads(plan):
        for name in reads:
            yield from paths_behind(str(folder / name))
    yield from (plan.report / name for name in DOCUMENTS.values())
    for stored in (plan.store.folder, plan.cache.folder):
        yield from (path for path in (stored, *stored.glob("*/")) if path != plan.cache.folder)


def _lists_of_reads(plan: Plan) -> Iterator[Reads]:
    """The lists of what was read for everything that is stored, each once."""
    runs, entries = set(), set()
    for target in plan.targets:
        if isinstance(target, RunTarget):
            run = plan.run(target)
            runs.add(run.reads if run else "")
        else:
            entry = plan.cache.entry(target.kind, target.name)
            entries.add(entry.reads if entry else "")
    yield from (plan.store.reads.load(digest) or {} for digest in runs)
    yield from (plan.cache.reads.load(digest) or {} for digest in entries)


def _changed_reads(plan: Plan) -> bool:
    return any(plan.dependencies.changed_reads(reads) for reads in _lists_of_reads(plan))

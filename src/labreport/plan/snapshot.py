"""The files and folders on which a finished report rests: while none of them changes, it is up to date."""

from __future__ import annotations

import os
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from labreport.plan.targets import DOCUMENTS, RunTarget
from labreport.stale import module_files
from labreport.stale.sources import ENGINE_FOLDER

if TYPE_CHECKING:
    from labreport.plan.plan import Plan

Stat: TypeAlias = tuple[int, int]
"""When a file was written, in nanoseconds, and its bytes."""
Snapshot: TypeAlias = dict[str, Stat | None]
"""Absolute paths to what `os.stat` says of them; None for what is not there."""


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


def stat_of(path: str | Path) -> Stat | None:
    """When a file was written and its size; None where it is not there."""
    try:
        status = os.stat(path)
    except FileNotFoundError:
        return None
    return status.st_mtime_ns, status.st_size


def _paths_behind(plan: Plan) -> Iterator[Path]:
    project = plan.project
    yield Path(sysconfig.get_path("purelib"))
    yield project.folder / "pyproject.toml"
    for path in module_files(project):
        yield from (path, path.parent)
    yield from _all_below(ENGINE_FOLDER)
    yield project.folder / "templates"
    yield from _all_below(project.folder / "templates")
    for name in _declared_files(plan):
        yield project.package / name
    for table in project.tables:
        if table.path:
            yield table.path
    for name in _read_paths(plan):
        yield project.folder / name
    yield from (plan.report / name for name in DOCUMENTS.values())
    yield plan.store.folder
    yield from (path for path in plan.store.folder.glob("*") if path.is_dir())
    yield from plan.cache.folder.glob("*/")


def _all_below(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        if "__pycache__" not in path.parts:
            yield path


def _declared_files(plan: Plan) -> set[str]:
    names = set(plan.project.data_files)
    for experiment in plan.project.runs:
        names.update(experiment.files or ())
    for reader in (*plan.project.questions, *plan.project.figures):
        names.update(reader.data)
    return names


def _lists_of_reads(plan: Plan) -> Iterator[dict[str, str]]:
    """The lists of what was read for everything that is stored, each once."""
    runs: set[str] = set()
    entries: set[str] = set()
    for target in plan.targets:
        if isinstance(target, RunTarget):
            run = plan.run(target)
            runs.add(run.reads if run else "")
        else:
            entry = plan.cache.entry(target.kind, target.name)
            entries.add(entry.reads if entry else "")
    for digest in runs:
        yield dict(plan.store.reads.load(digest) or {})
    for digest in entries:
        yield dict(plan.cache.reads.load(digest) or {})


def _read_paths(plan: Plan) -> set[str]:
    paths: set[str] = set()
    for reads in _lists_of_reads(plan):
        paths.update(reads)
    return paths


def _changed_reads(plan: Plan) -> bool:
    return any(plan.dependencies.changed_reads(reads) for reads in _lists_of_reads(plan) if reads)

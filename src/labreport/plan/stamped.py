"""The stamp of a finished report: the stats of all files and folders on which it depends.

While none of them differs, the next build has nothing to do, and finds that out without loading the project.
"""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from labreport.filestat import stat_of
from labreport.plan.cache import CacheEntry
from labreport.plan.documents import DOCUMENTS
from labreport.plan.targets import RunTarget
from labreport.results import FileHashes, Run
from labreport.stale import engine_files, module_files

if TYPE_CHECKING:
    from labreport.filestat import FileStat
    from labreport.plan.plan import Plan

StampedFiles: TypeAlias = "dict[str, FileStat | None]"
"""Absolute path to stat; None for a path that does not exist."""


def files_to_stamp(plan: Plan) -> StampedFiles | None:
    """The stats of all files behind a report, or None if it cannot have a stamp.

    It has none if a file has changed since it was read, or if a function returns a table, which may depend on
    anything.
    """
    if any(table.path is None for table in plan.project.tables):
        return None
    files = files_behind(plan)
    # Only now: a file that is edited after this check differs from the stat above
    if plan.dependencies.changed_since_loaded() or plan.stale(plan.targets):
        return None
    return None if plan.dependencies.file_hasher.changed(_files_read(plan)) else files


def files_behind(plan: Plan) -> StampedFiles:
    """The stats of all files and folders on which a report depends, even if it could not be built.

    A new file is noticed by the time of its folder. For results and cache, only folders are listed.
    """
    return {os.path.abspath(path): stat_of(path) for path in _paths_behind(plan, _files_read(plan))}


def _paths_behind(plan: Plan, file_hashes: FileHashes) -> Iterator[str | Path]:
    yield sysconfig.get_path("purelib")
    yield from filter(None, sys.path)  # libraries of PYTHONPATH and of the user's folder
    yield plan.project.folder / "pyproject.toml"
    for path in module_files(plan.project):
        yield from (path, path.parent)
    yield plan.templates
    yield from plan.templates.rglob("*")
    yield from engine_files()  # not their folders, in which Python writes compiled code at any time
    for opened in plan.dependencies.files().union(file_hashes):
        yield from plan.dependencies.file_hasher.paths_behind(opened)
    for reader in plan.project.questions + plan.project.figures:  # of one that failed, no list is stored
        yield from (declared.path for declared in reader.tables_and_values if declared.path)
    yield from (plan.report / name for name in DOCUMENTS.values())
    yield plan.store.folder
    for folder in (plan.store.folder, plan.cache.folder):
        yield from folder.glob("*/")


def _files_read(plan: Plan) -> dict[str, str]:
    """The files that were read for all stored targets, with their hashes."""
    file_hashes: dict[str, str] = {}
    stored: Run | CacheEntry | None
    for target in plan.targets:
        if isinstance(target, RunTarget):
            stored, lists = plan.run(target), plan.store.file_lists
        else:
            stored, lists = plan.cache.entry(target.kind, target.name), plan.cache.file_lists
        if stored is not None:
            file_hashes |= lists.load(stored.file_list_hash) or {}
    return file_hashes

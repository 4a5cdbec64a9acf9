"""Digests of files, and of the names in folders; a file that has not changed since is not read again."""

from __future__ import annotations

import glob
import os
import time
from collections.abc import Mapping
from contextlib import suppress
from functools import cached_property
from pathlib import Path

from labreport.filestat import stat_of
from labreport.results import files
from labreport.stale.sources import MARKER

MISSING = "missing"
"""Stands for the digest of a file that is not there."""
_NOT_LISTED = (".py", ".pyc", ".ipynb", "__pycache__")
"""Endings of names beside the data, whose coming and going changes no result."""
_SETTLED = 2.0
"""Seconds after which another writing of a file has another time."""


class FileDigests:
    """The digests of files, remembered with their stats in the file `cache`.

    A relative path is below the `folder`, that of the project.
    """

    def __init__(self, folder: Path, cache: Path | None = None) -> None:
        self.pinned: dict[str, str] = {}
        """The files that must not change, with their digests."""
        self._folder = folder
        self._cache = cache
        self._is_new = False

    @cached_property
    def _known(self) -> dict[str, list[int | str]]:
        """The stat of each file, and behind it the SHA-256 that the file had then."""
        if self._cache is not None:
            with suppress(files.Damaged):
                return files.read_json(self._cache) or {}
        return {}

    def digest(self, path: str | Path) -> str:
        """The SHA-256 of a file in hexadecimal, or "missing"; of a folder or a pattern, that of the names.

        A file that is called as a pattern would be, `a[1].csv`, is a file.
        """
        path = os.path.join(self._folder, path)
        stat = stat_of(path)
        if os.path.isdir(path) or (stat is None and glob.has_magic(path)):
            return _names_digest(path)
        if stat is None:
            return MISSING
        if path in self._known:
            *known_stat, known_sha256 = self._known[path]
            if known_stat == list(stat):
                return str(known_sha256)
        sha256 = files.sha256_of_file(Path(path))
        modified_ns = stat[0]
        if time.time() - modified_ns / 1e9 > _SETTLED:
            self._known[path] = [*stat, sha256]
            self._is_new = True
        return sha256

    def pin(self, path: str | Path) -> str:
        """The digest of a file that must not change from now on."""
        digest = self.digest(path)
        self.pinned.setdefault(str(path), digest)
        return digest

    def changed(self, recorded: Mapping[str, str]) -> list[str]:
        """Those paths whose files, or names of files, have not any more the digest that was recorded."""
        return [path for path, digest in recorded.items() if self.digest(path) != digest]

    def save(self) -> None:
        """Write what is remembered, where there is something new."""
        if self._cache is not None and self._is_new:
            files.write_json(self._cache, self._known)
            self._is_new = False


def paths_behind(path: str) -> list[str]:
    """The path of a file or a folder; of a pattern, the folders that change when another name matches."""
    if not glob.has_magic(path) or os.path.exists(path):
        return [path]
    folder = parent = os.path.dirname(path)
    while glob.has_magic(parent):
        parent = os.path.dirname(parent)
    return [parent, *glob.glob(os.path.join(folder, ""), recursive=True)]


def _names_digest(path: str) -> str:
    """The digest of the names in a folder, or of those that a pattern such as `data/*.csv` finds.

    Hidden names, code, notebooks and reports are left out.
    """
    pattern = os.path.join(path, "*") if os.path.isdir(path) else path
    names = []
    for name in sorted(glob.glob(pattern, recursive=True)):
        is_report = os.path.exists(os.path.join(name, MARKER))
        if not (is_report or name.endswith(_NOT_LISTED)):
            names.append(os.path.relpath(name, os.path.dirname(pattern)))
    return files.sha256_of(names)

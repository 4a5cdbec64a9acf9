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
        self._folder = os.path.join(folder, "")
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
        """The SHA-256 of a file in hexadecimal, or "missing"; of a folder or a pattern, that of the names."""
        path = os.path.join(self._folder, path)
        if os.path.isdir(path):
            return _names_digest("*", path)
        pattern = self._pattern(path)
        if pattern:
            return _names_digest(pattern, self._folder)
        stat = stat_of(path)
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

    def paths_behind(self, path: str) -> list[str]:
        """The path of a file or a folder; of a pattern, the folders that change when another name matches."""
        path = os.path.join(self._folder, path)
        pattern = self._pattern(path)
        if not pattern:
            return [path]
        inner = parent = os.path.dirname(pattern)
        while glob.has_magic(parent):
            parent = os.path.dirname(parent)
        folders = glob.glob(os.path.join(inner, ""), root_dir=self._folder, recursive=True)
        folders.append(parent)
        return [os.path.join(self._folder, folder) for folder in folders]

    def _pattern(self, path: str) -> str:
        """A pattern, `data/*.csv`; empty for a path. The folder of the project is a path, whatever its name.

        What is there and is called as a pattern would be, `a[1].csv`, is a path.
        """
        pattern = path.removeprefix(self._folder)
        return pattern if glob.has_magic(pattern) and not os.path.exists(path) else ""

    def save(self) -> None:
        """Write what is remembered, where there is something new."""
        if self._cache is not None and self._is_new:
            files.write_json(self._cache, self._known)
            self._is_new = False


def _names_digest(pattern: str, folder: str) -> str:
    """The digest of the names in a folder that a pattern such as `data/*.csv` finds.

    Hidden names, code, notebooks and reports are left out.
    """
    names = []
    for name in sorted(glob.glob(pattern, root_dir=folder, recursive=True)):
        is_report = os.path.exists(os.path.join(folder, name, MARKER))
        if not (is_report or name.endswith(_NOT_LISTED)):
            names.append(os.path.relpath(name, os.path.dirname(pattern)))
    return files.sha256_of(names)

"""SHA-256 of files and of folder listings; a file with an unchanged stat is not read again."""

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
from labreport.stale.modules import MARKER

MISSING = "missing"
"""The hash of a file that does not exist."""
_NOT_LISTED = (".py", ".pyc", ".ipynb", "__pycache__")
"""Endings of names that are left out of a folder's listing, because they are no data."""
_SETTLED = 2.0
"""Seconds after which a new write of a file surely changes its stat."""


class FileHasher:
    """Hashes files. The hashes are remembered, with the stats of the files, in `cache`, if there is one.

    Relative paths are relative to `folder`, the folder of the project.
    """

    def __init__(self, folder: Path, cache: Path | None = None) -> None:
        self.pinned: dict[str, str] = {}
        """The hashes of files that must not change during this build, by path."""
        self._folder = os.path.join(folder, "")
        self._cache = cache
        self._is_new = False

    @cached_property
    def _known(self) -> dict[str, list[int | str]]:
        """Path to the stat of a file, followed by the SHA-256 that it had with this stat."""
        if self._cache is not None:
            with suppress(files.Damaged):
                return files.read_json(self._cache) or {}
        return {}

    def hash_of(self, path: str | Path) -> str:
        """The SHA-256 of a file's bytes in hexadecimal, or "missing".

        For a folder, or a pattern such as `data/*.csv`, it is that of the names in it.
        """
        path = os.path.join(self._folder, path)
        if os.path.isdir(path):
            return _names_hash("*", path)
        pattern = self._pattern(path)
        if pattern:
            return _names_hash(pattern, self._folder)
        stat = stat_of(path)
        if stat is None:
            return MISSING
        if path in self._known:
            *known_stat, known_sha256 = self._known[path]
            if known_stat == list(stat):
                return str(known_sha256)
        sha256 = files.sha256_of_file(Path(path))
        *_, changed_ns = stat
        if time.time() - changed_ns / 1e9 > _SETTLED:
            self._known[path] = [*stat, sha256]
            self._is_new = True
        return sha256

    def pin(self, path: str | Path) -> str:
        """The hash of a file, which must not change from now on: it is added to `pinned`."""
        file_hash = self.hash_of(path)
        self.pinned.setdefault(str(path), file_hash)
        return file_hash

    def changed(self, recorded: Mapping[str, str]) -> list[str]:
        """The paths among `recorded` (path to hash) whose hash is another one now."""
        return [path for path, recorded_hash in recorded.items() if self.hash_of(path) != recorded_hash]

    def paths_behind(self, path: str) -> list[str]:
        """The paths whose stat changes when the hash of `path` does.

        For a pattern, these are all folders in which a new file could match it; else it is the path itself.
        """
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
        """`path` relative to the project if it is a pattern, as `data/*.csv`; empty for a file or folder.

        An existing file whose name looks like a pattern, `a[1].csv`, is a file. Brackets in the path of the
        project's own folder make no pattern.
        """
        pattern = path.removeprefix(self._folder)
        return pattern if glob.has_magic(pattern) and not os.path.exists(path) else ""

    def save(self) -> None:
        """Write the remembered hashes to `cache`, if some are new."""
        if self._cache is not None and self._is_new:
            files.write_json(self._cache, self._known)
            self._is_new = False


def _names_hash(pattern: str, folder: str) -> str:
    """The SHA-256 of the sorted names in a folder that match a pattern such as `data/*.csv`.

    Hidden names, code, notebooks and reports are left out.
    """
    names = []
    for name in sorted(glob.glob(pattern, root_dir=folder, recursive=True)):
        is_report = os.path.exists(os.path.join(folder, name, MARKER))
        if not (is_report or name.endswith(_NOT_LISTED)):
            names.append(os.path.relpath(name, os.path.dirname(pattern)))
    return files.sha256_of(names)

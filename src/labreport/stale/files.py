"""The SHA-256 of files; one that has not changed since is not read again."""

from __future__ import annotations

import ast
import os
import time
from contextlib import suppress
from pathlib import Path

from labreport.results import files

_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
_SETTLED = 2.0
"""Seconds after which another writing of a file has another time."""
Stamp = tuple[int, int, int]
"""Size, time of the last change in nanoseconds, and inode of a file."""


def stamp_of(path: str | Path) -> Stamp | None:
    """The stamp of a file; None where there is none."""
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return None
    return status.st_size, status.st_mtime_ns, status.st_ino


class FileDigests:
    """The SHA-256 of files by path, remembered in the file `cache` with their stamps."""

    def __init__(self, cache: Path | None = None) -> None:
        self._cache = cache
        self._known: dict[str, list[int | str]] = {}
        self._pinned: dict[Path, str] = {}
        self._is_new = False
        if cache is not None:
            with suppress(files.Damaged):
                self._known = files.read_json(cache) or {}

    def sha256(self, path: Path) -> str:
        """The SHA-256 of a file in hexadecimal. Raises `OSError` where it cannot be read."""
        status = path.stat()
        stamp = [status.st_size, status.st_mtime_ns, status.st_ino]
        known = self._known.get(str(path))
        if known is not None and known[:3] == stamp:
            return str(known[3])
        sha256 = _sha256_by_kind(path)
        if time.time() - status.st_mtime > _SETTLED:
            self._known[str(path)] = [*stamp, sha256]
            self._is_new = True
        return sha256

    def pin(self, path: Path) -> str:
        """The SHA-256 of a file that must not change from now on: `changed` tells if it does."""
        sha256 = self.sha256(path)
        self._pinned.setdefault(path, sha256)
        return sha256

    @property
    def pinned(self) -> tuple[Path, ...]:
        """The files that must not change."""
        return tuple(self._pinned)

    def changed(self) -> list[Path]:
        """The pinned files that are not what they were."""
        changed = []
        for path, sha256 in self._pinned.items():
            if not path.is_file() or self.sha256(path) != sha256:
                changed.append(path)
        return changed

    def save(self) -> None:
        """Write what is remembered, where there is something new."""
        if self._cache is not None and self._is_new:
            files.write_json(self._cache, self._known)
            self._is_new = False


def _sha256_by_kind(path: Path) -> str:
    """The digest of a file's bytes; of Python that of its syntax, in which comments count for nothing."""
    tree = None
    if path.suffix == ".py":
        with suppress(SyntaxError, ValueError):
            tree = ast.parse(path.read_bytes())
    if tree is None:
        return files.sha256_of_file(path)
    for node in ast.walk(tree):
        if isinstance(node, _DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:] or [ast.Pass()]
    return files.sha256_of(ast.dump(tree))

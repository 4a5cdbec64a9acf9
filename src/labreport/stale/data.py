"""Digests of data files; one that has not changed since is not read again."""

from __future__ import annotations

import ast
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from labreport.results import files

_SETTLED = 2.0
"""Seconds after which a file that is written again has another time, on every file system."""


class Digests:
    """The SHA-256 of files by path, remembered in the file `cache` with size, time and inode."""

    def __init__(self, cache: Path | None = None) -> None:
        self._cache = cache
        self._known: dict[str, list[Any]] = {}
        self._first: dict[Path, str] = {}
        self._new = False
        with suppress(files.Damaged):
            self._known = (files.read_json(cache) if cache else None) or {}

    def digest(self, path: Path) -> str:
        """The SHA-256 of a file in hexadecimal. Raises `OSError` where it cannot be read."""
        status = path.stat()
        stamp = [status.st_size, status.st_mtime_ns, status.st_ino]
        known = self._known.get(str(path))
        if known is None or known[:3] != stamp:
            known = [*stamp, _digest(path)]
            if time.time() - status.st_mtime > _SETTLED:
                self._known[str(path)] = known
                self._new = True
        found: str = known[3]
        self._first.setdefault(path, found)
        return found

    def changed(self) -> list[Path]:
        """The files that are not what they were when they were first asked for."""
        return [path for path, was in self._first.items() if not path.is_file() or self.digest(path) != was]

    def save(self) -> None:
        """Write what is remembered, where there is something new."""
        if self._cache is not None and self._new:
            files.write_json(self._cache, self._known)
            self._new = False


def _digest(path: Path) -> str:
    """The SHA-256 of a file's bytes; of Python that of its syntax, in which comments count for nothing."""
    try:
        tree = ast.parse(path.read_bytes()) if path.suffix == ".py" else None
    except SyntaxError:
        tree = None
    if tree is None:
        return files.file_digest(path)
    for node in ast.walk(tree):
        named = isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef))
        if named and ast.get_docstring(node, clean=False) is not None:  # type: ignore[arg-type]
            node.body = node.body[1:] or [ast.Pass()]  # type: ignore[attr-defined]
    return files.digest(ast.dump(tree))

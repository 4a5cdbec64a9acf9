"""Exact texts of values, and digests of data files; a file that has not changed since is not read again."""

from __future__ import annotations

import ast
import json
import math
import reprlib
import time
from contextlib import suppress
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

from labreport.errors import UsageError
from labreport.results import files

_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def canonical_repr(
    value: Any, where: str = "value", code: list[Any] | None = None, functions: bool = False
) -> str:
    """Write `value`, called `where` in messages, as `labs.models.Ridge(alpha=1.0)`: no other has this text.

    The classes of dataclasses are added to `code`; where `functions` and classes are allowed, by their names,
    these too. Raises `UsageError` for other types, for numbers that are not finite and for dictionaries with
    other keys than texts.
    """
    kind = type(value)
    if kind is str:
        return json.dumps(value, ensure_ascii=False)
    if kind in (bool, int) or value is None or (kind is float and math.isfinite(value)):
        return repr(value)

    def inner(each: Any, name: Any) -> str:
        return canonical_repr(each, f"{where}{name}", code, functions)

    if kind in (list, tuple):
        inside = ",".join(inner(each, f"[{place}]") for place, each in enumerate(value))
        return f"[{inside}]" if kind is list else f"({inside})"
    if kind is dict and all(type(name) is str for name in value):
        inside = ",".join(f"{json.dumps(name)}:{inner(value[name], f'.{name}')}" for name in value)
        return f"{{{inside}}}"
    named = functions and callable(value) and hasattr(value, "__qualname__")
    if not named and not is_dataclass(kind):
        allowed = "texts, finite numbers, booleans, None, and lists, tuples, dicts and dataclasses of these"
        raise UsageError(f"{where} is {kind.__name__} {reprlib.repr(value)}; allowed are {allowed}")
    if code is not None:
        code.append(value if named else kind)
    if named:
        return f"{value.__module__}:{value.__qualname__}"
    own = [one.name for one in fields(kind) if one.compare]
    inside = ",".join(f"{name}={inner(getattr(value, name), f'.{name}')}" for name in own)
    return f"{kind.__module__}.{kind.__qualname__}({inside})"


class FileDigests:
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
            known = [*stamp, _sha256_by_kind(path)]
            if time.time() - status.st_mtime > 2:  # seconds, after which another writing has another time
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


def _sha256_by_kind(path: Path) -> str:
    """The SHA-256 of a file's bytes; of Python that of its syntax, in which comments count for nothing."""
    tree = None
    with suppress(SyntaxError):
        tree = ast.parse(path.read_bytes()) if path.suffix == ".py" else None
    if tree is None:
        return files.sha256_of_file(path)
    for node in ast.walk(tree):
        if isinstance(node, _DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:] or [ast.Pass()]
    return files.sha256_of(ast.dump(tree))

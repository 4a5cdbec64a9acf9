"""Loads modules of the project and the engine by their text, so that what runs is what was digested.

Python itself takes compiled code for that of a source file by its size and the second of its time, and ends
with an error where a full disk has cut it short. Here, compiled code is kept under the digest of the text
that it was made of, and used only if it is whole. Libraries are loaded as ever. Standard library only.
"""

from __future__ import annotations

import marshal
import os
import sys
from collections.abc import Sequence
from hashlib import sha256
from importlib import import_module
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import MAGIC_NUMBER, cache_from_source
from types import CodeType, ModuleType
from typing import Any

LIBRARIES = ("site-packages", "dist-packages")
"""Folders of installed packages: what lies beside a package there does not belong to it."""
_ENGINE = os.path.dirname(os.path.abspath(__file__)) + os.sep
_PYTHON = os.path.dirname(os.__file__) + os.sep
_SUM = 32
"""Bytes of a checksum; kept code begins with two: of what it was made of, and of itself."""

loaded: dict[str, tuple[str, str]] = {}
"""What was loaded in this process: a module's name to its file, and the SHA-256 of the text that runs, which
is empty where it was loaded from two texts."""


class Loader(SourceFileLoader):
    """Loads one module by its text."""

    def get_code(self, fullname: str) -> CodeType:
        """The module's code: kept from before, if it was made of the same text; else compiled, and kept."""
        path = self.get_filename(fullname)
        source = self.get_data(path)
        digest = sha256(source).hexdigest()
        if loaded.setdefault(fullname, (path, digest)) != (path, digest):
            loaded[fullname] = (path, "")
        made_of = sha256(b"\0".join((MAGIC_NUMBER, path.encode("utf-8", "surrogateescape"), digest.encode())))
        kept = _kept_at(path)
        code = _kept(kept, made_of.digest()) if kept else None
        if code is None:
            code = self.source_to_code(source, path)
            if kept and not sys.dont_write_bytecode:
                data = marshal.dumps(code)
                self.set_data(kept, made_of.digest() + sha256(data).digest() + data)
        return code


class Finder:
    """Asks the other finders of `sys.meta_path`, and has modules of project and engine loaded by `Loader`."""

    @classmethod
    def find_spec(
        cls, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The first specification that is found."""
        others = (one for one in sys.meta_path if one is not cls and hasattr(one, "find_spec"))
        spec = next(filter(None, (one.find_spec(name, path, target) for one in others)), None)
        if spec is not None and type(spec.loader) is SourceFileLoader and is_own(spec.loader.path):
            spec.loader = Loader(spec.loader.name, spec.loader.path)
            spec.cached = None
        return spec


def is_own(path: str) -> bool:
    """Whether a file of source code is the engine's, or neither Python's nor an installed package's."""
    return path.startswith(_ENGINE) or not (
        path.startswith(_PYTHON) or set(path.split(os.sep)) & set(LIBRARIES)
    )


def install() -> None:
    """From now on, load modules so."""
    if Finder not in sys.meta_path:
        sys.meta_path.insert(0, Finder)


def begin(function: str, *arguments: Any) -> None:
    """Call `"module:function"` in a process that was just started and has loaded nothing else yet."""
    install()
    module, _, name = function.partition(":")
    getattr(import_module(module), name)(*arguments)


def _kept_at(path: str) -> str:
    """Where the compiled code of a file is kept; empty where Python keeps none."""
    try:
        return cache_from_source(path, optimization=f"labreport{sys.flags.optimize or ''}")
    except NotImplementedError:
        return ""


def _kept(path: str, made_of: bytes) -> CodeType | None:
    """Compiled code that was made of this, if it is whole."""
    try:
        with open(path, "rb") as file:
            data = file.read()
        head, own, rest = data[:_SUM], data[_SUM : 2 * _SUM], data[2 * _SUM :]
        if head != made_of or sha256(rest).digest() != own:
            return None
        found = marshal.loads(rest)
    except (OSError, ValueError, EOFError, TypeError):
        return None
    return found if isinstance(found, CodeType) else None

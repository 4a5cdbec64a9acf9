"""Project modules compiled from their source, which is read once, and which files were read."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from labreport.project import Project, load_project, locate_project
from labreport.stale.syntax import ENGINE

ENGINE_FOLDER = Path(__file__).resolve().parents[1]
MARKER = ".labreport"  # the file that says that a folder is a report


class Sources(MetaPathFinder):
    """The modules below a folder; each file is read once, so that what is digested is what runs."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.loaded: list[str] = []
        self._read: dict[Path, bytes] = {}
        self.path = cache(self._path)

    def read(self, path: Path) -> bytes:
        """The bytes of a file, as they were when it was first read."""
        if path not in self._read:
            self._read[path] = path.read_bytes()
        return self._read[path]

    def changed(self) -> list[Path]:
        """The files that were read and are others now."""
        return [path for path, was in self._read.items() if not path.is_file() or path.read_bytes() != was]

    def _path(self, module: str) -> Path | None:
        """The file of a module; None for what is not the project's."""
        parts = module.split(".")
        if parts[0] == ENGINE or not all(part.isidentifier() for part in parts):
            return None
        folder = self.root.joinpath(*parts)
        found = (folder / "__init__.py", folder.with_name(f"{folder.name}.py"))
        return next((path for path in found if path.is_file()), None)

    def known(self, module: str) -> bool:
        """Whether this is a module, or a folder with modules."""
        return self.path(module) is not None or any(self.root.joinpath(*module.split(".")).glob("*.py"))

    def modules(self) -> Iterator[str]:
        """The names of all modules."""
        for folder, inner, files in os.walk(self.root):
            own = [one for one in inner if one.isidentifier() and not _foreign(Path(folder, one))]
            inner[:] = sorted(own)
            parts = Path(folder).relative_to(self.root).parts
            for file in sorted(files):
                name = ".".join((*parts, file.removesuffix(".py"))).removesuffix(".__init__")
                if file.endswith(".py") and name != "__init__" and self.path(name):
                    yield name

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The spec of a module of the project; None for any other."""
        if (found := self.path(fullname)) is None:
            return None
        self.loaded.append(fullname)
        source = _Source(fullname, str(found))
        source.read = self.read
        return spec_from_file_location(fullname, found, loader=source)


class _Source(SourceFileLoader):
    """One module, compiled from what `Sources` has of it; compiled code is neither read nor written."""

    read: Callable[[Path], bytes]

    def get_code(self, fullname: str) -> CodeType:
        code: CodeType = self.source_to_code(self.read(Path(self.path)), self.path)
        return code


def installed(root: Path) -> Sources | None:
    """What modules are imported by now, if that is from this folder."""
    return next((one for one in sys.meta_path if isinstance(one, Sources) and one.root == root), None)


def load(folder: str | Path) -> Project:
    """Load a folder's project from its sources, in the program and in each of its workers.

    Its modules are imported by these from now on; those of a project before are forgotten. Raises
    `UsageError` as `load_project` does.
    """
    sources = Sources(locate_project(Path(folder).resolve())[1])
    others = [one for one in sys.meta_path if isinstance(one, Sources)]
    own = [name for name in sys.modules if name not in sys.stdlib_module_names and sources.path(name)]
    for name in (*own, *(name for other in others for name in other.loaded)):
        sys.modules.pop(name, None)
    sys.meta_path[:] = [sources, *(one for one in sys.meta_path if one not in others)]
    return load_project(folder)


opened: set[str] = set()
"""The files that this process has opened for reading."""


def _heard(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open" and not isinstance(arguments[0], int) and not arguments[2] & (os.O_WRONLY | os.O_RDWR):
        opened.add(os.path.abspath(os.fsdecode(arguments[0])))


sys.addaudithook(_heard)


def readable(path: Path, folder: Path) -> bool:
    """Whether a file is a project's and no code: not hidden, not a library's, not in a report."""
    if not path.is_relative_to(folder) or path.suffix == ".py" or not path.is_file():
        return False
    parts = path.relative_to(folder).parts
    hidden = any(part.startswith(".") or part in ("__pycache__", "site-packages") for part in parts)
    return not hidden and not any(_foreign(one) for one in path.parents if one.is_relative_to(folder))


def _foreign(folder: Path) -> bool:
    """Whether a folder below a project is none of its own: the engine, a report, an environment."""
    marked = any((folder / name).exists() for name in (MARKER, "pyvenv.cfg"))
    return marked or folder == ENGINE_FOLDER

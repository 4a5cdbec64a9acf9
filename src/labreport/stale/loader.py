"""Project modules compiled from their source, which is read once, and a net for what was not followed."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from labreport.project import Project, load_project, located
from labreport.stale.syntax import ENGINE

ENGINE_FOLDER = Path(__file__).resolve().parents[1]
MARKER = ".labreport"
"""The file in a folder that is a report's."""


class Sources:
    """The modules below a folder; each file is read once, so that what is digested is what runs."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._read: dict[Path, bytes] = {}
        self.path = cache(self._path)

    def read(self, path: Path) -> bytes:
        """The bytes of a file, as they were when it was first read."""
        if path not in self._read:
            self._read[path] = path.read_bytes()
        return self._read[path]

    def digest(self, path: Path) -> str:
        """Of all that is written in a file, the SHA-256, shortened to 16 digits."""
        return hashlib.sha256(self.read(path)).hexdigest()[:16]

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
            own = [one for one in inner if one.isidentifier() and not foreign(Path(folder, one))]
            inner[:] = sorted(own)
            parts = Path(folder).relative_to(self.root).parts
            for file in sorted(files):
                name = ".".join((*parts, file.removesuffix(".py"))).removesuffix(".__init__")
                if file.endswith(".py") and name != "__init__" and self.path(name):
                    yield name


def foreign(folder: Path) -> bool:
    """Whether a folder below a project is none of its own: the engine, a report, an environment."""
    return folder == ENGINE_FOLDER or (folder / MARKER).exists() or (folder / "pyvenv.cfg").exists()


class _Source(SourceFileLoader):
    """One module, compiled from what `Sources` has of it; compiled code is neither read nor written."""

    sources: Sources

    def get_code(self, fullname: str) -> CodeType:
        code: CodeType = self.source_to_code(self.sources.read(Path(self.path)), self.path)
        return code


class Loader(MetaPathFinder):
    """Imports the modules below `root`."""

    def __init__(self, root: Path) -> None:
        self.sources = Sources(root)
        self.loaded: list[str] = []

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The spec of a module of the project; None for any other."""
        if (found := self.sources.path(fullname)) is None:
            return None
        self.loaded.append(fullname)
        source = _Source(fullname, str(found))
        source.sources = self.sources
        return spec_from_file_location(fullname, found, loader=source)

    def install(self) -> None:
        """Import project modules by this from now on; those of an earlier loader are forgotten."""
        for other in [one for one in sys.meta_path if isinstance(one, Loader)]:
            sys.meta_path.remove(other)
            for name in other.loaded:
                sys.modules.pop(name, None)
        for name in [name for name in sys.modules if name not in sys.stdlib_module_names]:
            if self.sources.path(name) is not None:
                del sys.modules[name]
        sys.meta_path.insert(0, self)


def installed(root: Path) -> Loader | None:
    """The loader that imports from this folder now."""
    return next((one for one in sys.meta_path if isinstance(one, Loader) and one.sources.root == root), None)


def load(folder: str | Path) -> Project:
    """Load a folder's project from its sources, in the program and in each of its workers.

    Raises `UsageError` as `load_project` does.
    """
    _, source = located(Path(folder).resolve())
    Loader(source).install()
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
    return not hidden and not any(foreign(one) for one in path.parents if one.is_relative_to(folder))

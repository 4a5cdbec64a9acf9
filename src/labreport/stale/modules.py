"""Import the modules of a project from their files, each of which is read once."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from hashlib import sha256
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType, ModuleType

from labreport.errors import UsageError, display_path

ENGINE_NAME = "labreport"
ENGINE_FOLDER = Path(__file__).resolve().parents[1]
_OF_JOBLIB = "func_code.py"  # the file in which `joblib.Memory` stores the source of a cached function
MARKER = ".labreport"  # an empty file by which a folder is known to be a report


class ProjectModules(MetaPathFinder):
    """Finds the modules below a folder. Each file is read once, so that the hashed code is what runs."""

    def __init__(self, root: Path, folder: Path) -> None:
        self.root = root
        self.folder = folder
        """The folder of the project, which has its `pyproject.toml` or `project.py`."""
        self.loaded: list[str] = []
        """The modules whose import has begun, in order."""
        self.file_hashes: dict[str, str] = {}
        """The SHA-256 of each file that was read, by path."""
        self._read: dict[Path, bytes] = {}
        self.path = cache(self._path)

    def read(self, path: Path) -> bytes:
        """The bytes of a file, as they were when it was first read."""
        if path not in self._read:
            self._read[path] = path.read_bytes()
            self.file_hashes[str(path)] = sha256(self._read[path]).hexdigest()
        return self._read[path]

    def source_of(self, module: str) -> bytes:
        """The source of a module; empty if it is not the project's."""
        path = self.path(module)
        return self.read(path) if path else b""

    def _path(self, module: str) -> Path | None:
        """The file of a module; None if it is not the project's."""
        parts = module.split(".")
        if parts[0] == ENGINE_NAME or not all(part.isidentifier() for part in parts):
            return None
        folder = self.root / "/".join(parts)
        for path in (folder / "__init__.py", folder.with_name(f"{folder.name}.py")):
            if path.is_file():
                return path
        return None

    def has_module(self, module: str) -> bool:
        """Whether the project has a module of this name, or a folder with modules."""
        return self.path(module) is not None or any((self.root / module.replace(".", "/")).glob("*.py"))

    def names(self) -> Iterator[str]:
        """The full names of all modules of the project, in order of path."""
        for folder, inner, files in os.walk(self.root):
            for name in list(inner):
                if not name.isidentifier() or _is_foreign_folder(Path(folder, name)):
                    inner.remove(name)
            inner.sort()
            parts = Path(folder).relative_to(self.root).parts
            for file in sorted(files):
                names = parts if file == "__init__.py" else (*parts, file.removesuffix(".py"))
                module = ".".join(names)
                if file.endswith(".py") and file != _OF_JOBLIB and self.path(module):
                    yield module

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The import spec of a module; None if it is not the project's."""
        file = self.path(fullname)
        if file is None:
            return None
        self.loaded.append(fullname)
        loader = _SourceLoader(fullname, str(file))
        loader.read = self.read
        return spec_from_file_location(fullname, file, loader=loader)


class _SourceLoader(SourceFileLoader):
    """Compiles one module from the bytes that `ProjectModules` has read; `.pyc` files are not used."""

    read: Callable[[Path], bytes]

    def get_code(self, fullname: str) -> CodeType:
        code: CodeType = self.source_to_code(self.read(Path(self.path)), self.path)
        return code


def install(project_modules: ProjectModules) -> None:
    """Import these modules from now on; modules of an earlier project are removed.

    Raises `UsageError` for a module named as one of the standard library that is imported already: an import
    would give that one.
    """
    for finder in list(sys.meta_path):
        if isinstance(finder, ProjectModules):
            sys.meta_path.remove(finder)
            _forget(finder.loaded)
    names_here = {path.stem for path in project_modules.root.glob("*")}
    forgotten = []
    for name in sys.modules:
        file = project_modules.path(name) if name.partition(".")[0] in names_here else None
        if file is None:
            continue
        if name in sys.stdlib_module_names:
            text = f"Python has a module {name!r}, too, which an import would give; rename this file"
            raise UsageError(text, display_path(file))
        forgotten.append(name)
    _forget(forgotten)
    sys.meta_path.insert(0, project_modules)


def _forget(modules: list[str]) -> None:
    for name in modules:
        sys.modules.pop(name, None)


def is_hidden(path: str) -> bool:
    """Whether a part of a relative path is hidden (`.name`), `__pycache__` or `site-packages`."""
    parts = Path(path).parts
    return any(part.startswith(".") or part in ("__pycache__", "site-packages") for part in parts)


def is_foreign(path: str, folder: str) -> bool:
    """Whether a path, relative to `folder`, is in the engine, in a report or in a virtual environment."""
    inside = Path(folder)
    for part in Path(path).parts:
        inside /= part
        if _is_foreign_folder(inside):
            return True
    return False


def _is_foreign_folder(folder: Path) -> bool:
    if folder == ENGINE_FOLDER:
        return True
    return (folder / MARKER).exists() or (folder / "pyvenv.cfg").exists()

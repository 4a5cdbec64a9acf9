"""The modules of a project, compiled from their source, which is read once."""

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

ENGINE_NAME = "labreport"
ENGINE_FOLDER = Path(__file__).resolve().parents[1]
_OF_JOBLIB = "func_code.py"  # what `joblib.Memory` writes of a function that it caches
MARKER = ".labreport"  # the file that says that a folder is a report


class Sources(MetaPathFinder):
    """The modules below a folder; each file is read once, so that what is digested is what runs."""

    def __init__(self, root: Path, folder: Path | None = None) -> None:
        self.root = root
        self.folder = folder or root
        """The folder of the project, where its `pyproject.toml` or `project.py` is."""
        self.loaded: list[str] = []
        """The modules that were imported by these sources, or began to be."""
        self.digests: dict[str, str] = {}
        """The SHA-256 of each file that was read, by its path."""
        self._read: dict[Path, bytes] = {}
        self.path = cache(self._path)

    def read(self, path: Path) -> bytes:
        """The bytes of a file, as they were when it was first read."""
        if path not in self._read:
            self._read[path] = path.read_bytes()
            self.digests[str(path)] = sha256(self._read[path]).hexdigest()
        return self._read[path]

    def source_of(self, module: str) -> bytes:
        """The text of a module; empty for what is not the project's."""
        path = self.path(module)
        return self.read(path) if path else b""

    def _path(self, module: str) -> Path | None:
        """The file of a module; None for what is not the project's."""
        parts = module.split(".")
        if parts[0] == ENGINE_NAME or not all(part.isidentifier() for part in parts):
            return None
        folder = self.root / "/".join(parts)
        for path in (folder / "__init__.py", folder.with_name(f"{folder.name}.py")):
            if path.is_file():
                return path
        return None

    def has_module(self, module: str) -> bool:
        """Whether this is a module, or a folder with modules."""
        return self.path(module) is not None or any((self.root / module.replace(".", "/")).glob("*.py"))

    def modules(self) -> Iterator[str]:
        """The names of all modules."""
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
        """The spec of a module of the project; None for any other."""
        file = self.path(fullname)
        if file is None:
            return None
        self.loaded.append(fullname)
        loader = _SourceLoader(fullname, str(file))
        loader.read = self.read
        return spec_from_file_location(fullname, file, loader=loader)


class _SourceLoader(SourceFileLoader):
    """One module, compiled from what `Sources` has of it; compiled code is neither read nor written."""

    read: Callable[[Path], bytes]

    def get_code(self, fullname: str) -> CodeType:
        code: CodeType = self.source_to_code(self.read(Path(self.path)), self.path)
        return code


def install(sources: Sources) -> None:
    """Import modules by these sources from now on; those of a project before are forgotten."""
    names_here = {path.stem for path in sources.root.glob("*")}
    forgotten = []
    for name in sys.modules:
        is_here = name.partition(".")[0] in names_here and name not in sys.stdlib_module_names
        if is_here and sources.path(name):
            forgotten.append(name)
    for finder in list(sys.meta_path):
        if isinstance(finder, Sources):
            forgotten += finder.loaded
            sys.meta_path.remove(finder)
    for name in forgotten:
        sys.modules.pop(name, None)
    sys.meta_path.insert(0, sources)


def is_hidden(path: str) -> bool:
    """Whether a path below a project leads through a hidden folder, one of libraries or of compiled code."""
    parts = Path(path).parts
    return any(part.startswith(".") or part in ("__pycache__", "site-packages") for part in parts)


def is_foreign(path: str, folder: str) -> bool:
    """Whether a path below a project is in a folder of the engine, of a report or of an environment."""
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

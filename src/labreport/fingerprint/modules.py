"""Where the source of modules lies, and versions of installed libraries, without importing them.

Modules are found the way Python would import them; libraries are read from their metadata folders.
"""

from __future__ import annotations

import importlib.util
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from labreport.errors import UsageError
from labreport.sources import LIBRARIES

ENGINE = __name__.partition(".")[0]


class Modules:
    """Files of modules below the given top-level ones, and of any that are not in an installed package.

    Such a module (in a folder of `PYTHONPATH`, or installed to be edited) has no version that says what it
    does.
    """

    def __init__(self, roots: Iterable[str]) -> None:
        self._tops = {root: _top(root) for root in dict.fromkeys(roots)}
        self._paths: dict[str, Path | None] = {}
        self._names: dict[str, tuple[str, ...]] = {}

    def path(self, module: str) -> Path | None:
        """The file of a module or package, such as `labreport.charts`; None where there is no source."""
        if module not in self._paths:
            self._paths[module] = self._locate(module)
        return self._paths[module]

    def every(self) -> Iterator[str]:
        """The names of all modules."""
        for root, top in list(self._tops.items()):
            if root not in self._names:
                inner = ((root, *parts) for _, parts in _files(*top))
                self._names[root] = tuple(
                    ".".join(part for part in parts if part != "__init__") for parts in inner
                )
            yield from self._names[root]

    def _locate(self, module: str) -> Path | None:
        top, *rest = module.split(".")
        if top not in self._tops:
            self._tops[top] = _top(top) if _is_own(top) else (None, ())
        file, folders = self._tops[top]
        if not rest:
            return file
        for folder in folders:
            base = os.path.join(folder, *rest)
            for path in (f"{base}{os.sep}__init__.py", f"{base}.py"):
                if os.path.isfile(path):
                    return Path(path)
        return None


def is_module(root: str) -> bool:
    """Whether Python finds a top-level module of this name."""
    return _top(root) != (None, ())


def folder_of(module: str) -> Path:
    """The folder of a package; of a module that is one file, the folder in which the file lies.

    Raises `UsageError` where Python would not find it.
    """
    file, folders = _top(module)
    if folders:
        return folders[0]
    if file is None:
        raise UsageError(f"{module!r}: no such module or package; run in the project's folder, or install it")
    return file.parent


def search_folder(module: str) -> Path:
    """The folder from which Python imports a top-level module, as on `sys.path`."""
    folder = folder_of(module)
    return folder.parent if _top(module)[1] else folder


def beside(module: str) -> tuple[str, ...]:
    """A project's own top-level modules: `module`, and all that lie in the same folder as it.

    In a folder of installed packages, `module` only: its neighbours are other people's.
    """
    folder = search_folder(module)
    if folder.name in LIBRARIES:
        return (module,)
    names = {_name(entry) for entry in os.scandir(folder)}
    return (module, *sorted(names - {"", module}))


def default_roots(package: str) -> tuple[str, ...]:
    """The top-level modules whose code is followed unless a project says otherwise."""
    return tuple(dict.fromkeys((ENGINE, *beside(package))))


def source_files(roots: Iterable[str]) -> Iterator[Path]:
    """Every Python file of the given top-level modules."""
    for root in dict.fromkeys(roots):
        yield from (path for path, _ in _files(*_top(root)))


def _files(file: Path | None, folders: Iterable[Path]) -> Iterator[tuple[Path, tuple[str, ...]]]:
    """Every Python file of a top-level module, and the parts of its name below that module's."""
    if not folders and file is not None:
        yield file, ()
    for folder in folders:
        for path in sorted(folder.rglob("*.py")):
            yield path, path.relative_to(folder).with_suffix("").parts


def _name(entry: os.DirEntry[str]) -> str:
    """The module that a file or folder is; empty where it is none."""
    stem, suffix = os.path.splitext(entry.name)
    is_module = suffix == ".py" or (not suffix and os.path.isfile(os.path.join(entry.path, "__init__.py")))
    return stem if is_module and stem.isidentifier() else ""


def _is_own(root: str) -> bool:
    """Whether the source of a top-level module is neither Python's nor an installed package's."""
    if root in sys.stdlib_module_names or not root.isidentifier():
        return False
    file, folders = _top(root)
    found = file or next(iter(folders), None)
    return found is not None and not set(found.parts) & set(LIBRARIES)


def _top(root: str) -> tuple[Path | None, tuple[Path, ...]]:
    """File and folders of a top-level module; a folder without `__init__.py` has no file."""
    if not root.isidentifier():
        raise UsageError(f"{root!r} is not the name of a top-level module; write it as import does, no dots")
    try:
        spec = importlib.util.find_spec(root)
    except (ImportError, ValueError):
        spec = None
    if spec is None:
        return None, ()
    file = Path(spec.origin) if spec.origin and spec.origin.endswith(".py") else None
    return file, tuple(map(Path, spec.submodule_search_locations or ()))


_NORMAL = re.compile(r"[-_.]+")
_REQUIRED = re.compile(rb"^Requires-Dist: *([A-Za-z0-9][A-Za-z0-9._-]*)(.*)$", re.MULTILINE)
_found: dict[str, tuple[str, str]] | None = None
"""Each distribution's version, and its metadata folder."""
_looked: list[tuple[str, int]] | None = None
"""The folders that `_found` was read from, and when they were last changed."""


def package_folders() -> tuple[str, ...]:
    """The folders on the import path that hold installed packages."""
    return tuple(
        path
        for path in sys.path
        if path.rstrip("/").endswith(("site-packages", "dist-packages")) and os.path.isdir(path)
    )


def changed(versions: Mapping[str, str]) -> str:
    """The first of these distributions that has another version by now than the one given; else empty."""
    global _found, _looked
    if _looked is not None and _looked != (_looked := _folders()):
        _found = None
    return next((name for name, known in versions.items() if version(name) != known), "")


def distributions(modules: Iterable[str]) -> tuple[str, ...]:
    """The installed distributions that top-level modules belong to, sorted; others are left out.

    A module is first taken to have the name of its distribution, which is quick to see.
    """
    found, others = set(), []
    for module in modules:
        if version(module):
            found.add(_normal(module))
        else:
            others.append(module)
    if others:
        found.update(_normal(owner) for module in others for owner in _owners().get(module, ()))
    return tuple(sorted(found))


def required(names: Iterable[str]) -> tuple[str, ...]:
    """These distributions and those that they require, in turn, sorted; what is not installed is left out.

    What they require for an extra only is left out, too.
    """
    found, waiting = set[str](), [*map(_normal, names)]
    while waiting:
        name = waiting.pop()
        if name not in found and version(name) and _found is not None:
            found.add(name)
            waiting.extend(_requires(_found[name][1]))
    return tuple(sorted(found))


@cache
def _requires(folder: str) -> tuple[str, ...]:
    try:
        with open(os.path.join(folder, "METADATA"), "rb") as file:
            head = file.read().partition(b"\n\n")[0]
    except OSError:
        return ()
    return tuple(_normal(name.decode()) for name, when in _REQUIRED.findall(head) if b"extra" not in when)


@cache
def _owners() -> Mapping[str, Sequence[str]]:
    """The distributions of each top-level module, which takes long to find."""
    from importlib.metadata import packages_distributions

    return packages_distributions()


def version(distribution: str) -> str:
    """The installed version of a distribution, empty when it is not installed."""
    global _found, _looked
    if _found is None:
        _found, _looked = {}, _folders()
        for folder in reversed(package_folders()):
            for name in os.listdir(folder):
                if name.endswith((".dist-info", ".egg-info")):
                    project, _, number = name.rpartition(".")[0].partition("-")
                    _found[_normal(project)] = (number, os.path.join(folder, name))
    return _found.get(_normal(distribution), ("", ""))[0]


def _folders() -> list[tuple[str, int]]:
    return [(folder, os.stat(folder).st_mtime_ns) for folder in package_folders()]


def _normal(name: str) -> str:
    return _NORMAL.sub("-", name).lower()

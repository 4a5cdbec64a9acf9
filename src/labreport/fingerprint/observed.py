"""The second net: which modules are loaded and which files are read while something is made.

Following code without running it may overlook something. While an answer, a figure, a section or a run is
made, Python's own audit events (`sys.addaudithook`) say what is loaded and opened, and what is none of the
ingredients is an error. What it can see, and what not, is in `docs/staleness.md`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, cached_property
from types import FrameType
from typing import Any

from labreport import sources
from labreport.program import nearby
from labreport.sources import LIBRARIES, loaded

ENGINE = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
SYSTEM = (
    *("/usr/", "/lib", "/etc/", "/proc/", "/sys/", "/dev/", "/opt/", "/bin/", "/nix/"),
    *("/System/", "/Library/"),
)
COMPILED = (".pyc", ".so")
"""How files end that are compiled code: which modules are loaded is seen otherwise."""


@dataclass(frozen=True)
class Allowed:
    """What may be used while something is made: it travels to workers.

    `name` is what is made, `modules` the modules of the project and the engine that are followed for it, each
    with the SHA-256 of its file, `files` what it is made of, by their paths below `package`, `folder` that of
    the project, `declare` where its files are declared. Modules whose names begin with one of `exempt` only
    carry out.
    """

    name: str
    modules: Mapping[str, str]
    files: frozenset[str]
    package: str
    folder: str
    declare: str
    exempt: tuple[str, ...] = ()

    def edited(self) -> str:
        """A module of which another text runs in this process than the one that is followed, in one line."""
        for module, digest in self.modules.items():
            path, runs = loaded.get(module, ("", digest))
            if runs != digest:
                return edited(nearby(path))
        return ""

    def problem(self, noted: Noted) -> str:
        """What was used and is not an ingredient, in one line; empty where there is nothing."""
        modules = _modules(noted.loaded | noted.files)
        for module in sorted({modules[file] for file in noted.loaded & set(modules)}):
            if module not in self.modules and not f"{module}.".startswith(self.exempt):
                return (
                    f"{self.name}: the module {module!r} was loaded for it, which is not among its "
                    "ingredients: nothing that can be read in its code leads there; import it by name in a "
                    "module that is"
                )
        own = {file for file, module in modules.items() if module in self.modules}
        for path in sorted((noted.files - own) | (noted.loaded - set(modules))):
            if not self._is_declared(path) and not _is_theirs(path, self._below):
                return (
                    f"{self.name}: the file {nearby(path)} was read for it, which is not among its "
                    f"ingredients; declare it in {self.declare}"
                )
        return ""

    def _is_declared(self, path: str) -> bool:
        """Whether it is one of the files; on another machine, the project may be in another folder."""
        own = {os.path.realpath(os.path.join(self.package, name)) for name in self.files}
        if os.path.realpath(path) in own:
            return True
        below = path.startswith(self._below)
        return not below and any(path.endswith(f"{os.sep}{name}") for name in self.files)

    @cached_property
    def _below(self) -> str:
        return self.folder + os.sep


def edited(path: str) -> str:
    """What is said of a file that is not any more what a build began with."""
    return f"{path} was edited while the build ran; what rests on it is not kept; run the same command again"


def _is_theirs(path: str, below: str) -> bool:
    """Whether a file is Python's, a library's, the system's or somebody's settings, and not `below`."""
    if set(path.split(os.sep)) & {*LIBRARIES, "__pycache__"}:
        return True
    return not path.startswith(below) and path.startswith(_elsewhere())


@dataclass
class Noted:
    """What was seen: files of the project and the engine whose code was run, as that of a module or
    otherwise, and files that the project's own code wrote, or read before it wrote them, itself or through a
    library; folders that it listed, and variables of the environment that it asked for. `readers` are, for
    each of the files, those of the modules that were being loaded when it was read."""

    loaded: set[str] = field(default_factory=set)
    files: set[str] = field(default_factory=set)
    written: set[str] = field(default_factory=set)
    folders: set[str] = field(default_factory=set)
    variables: set[str] = field(default_factory=set)
    readers: dict[str, set[str]] = field(default_factory=dict)


while_loading = Noted()
"""What the project's own code read while its modules were loaded in this process."""
_noted: Noted | None = None
_installed = False


@contextmanager
def noting() -> Iterator[Noted]:
    """Note what this process loads and opens. One at a time; an inner one hides the outer."""
    global _noted, _installed
    if not _installed:
        _installed = True
        _python()  # which imports, and would see itself do so
        sys.addaudithook(_hook)
    outer, _noted = _noted, Noted()
    try:
        yield _noted
    finally:
        _noted = outer


@contextmanager
def loading(folder: str) -> Iterator[None]:
    """Note in `while_loading` what the project in `folder` reads."""
    variables: Any = type(os.environ)
    really = variables.__getitem__

    def read(self: Any, name: str) -> Any:
        if isinstance(name, str) and _owner(_asking()) == "project":
            while_loading.variables.add(name)
        return really(self, name)

    with noting() as noted:
        variables.__getitem__ = read  # Python has no event for it
        try:
            yield
        finally:
            variables.__getitem__ = really
    below = folder + os.sep
    found = noted.files - set(_modules(noted.files))
    while_loading.files.update(path for path in found if not _is_theirs(path, below))
    for path, modules in noted.readers.items():
        while_loading.readers.setdefault(path, set()).update(modules)
    while_loading.folders.update(path for path in noted.folders if not _is_theirs(path + os.sep, below))


def _asking() -> str:
    """The file of the code that asks for a variable of the environment, in whatever way."""
    frame: FrameType | None = sys._getframe(2)
    while frame is not None and frame.f_code.co_filename in ("<frozen os>", "<frozen _collections_abc>"):
        frame = frame.f_back
    return frame.f_code.co_filename if frame is not None else ""


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if _noted is None:
        return
    if event == "exec":
        code, caller = arguments[0], sys._getframe(1)
        if code.co_name == "<module>" and _owner(code.co_filename):
            if _importing(caller):  # however that was asked for
                _noted.loaded.add(code.co_filename)
            elif _by_project(caller):
                _noted.files.add(code.co_filename)
    elif event == "open":
        _opened(_noted, *arguments)
    elif event in ("os.listdir", "os.scandir"):
        path, caller = arguments[0], sys._getframe(1)
        if not isinstance(path, int) and not _importing(caller) and _by_project(caller):
            _noted.folders.add(os.path.abspath(os.fsdecode(path or ".")))
    elif event == "sqlite3.connect":
        _opened(_noted, _database(arguments[0]), "r", 0)


def _opened(noted: Noted, path: Any, mode: Any, flags: Any) -> None:
    if not isinstance(path, (str, bytes, os.PathLike)):
        return  # a descriptor that is open already
    name, caller = os.fsdecode(path), sys._getframe(2)
    if name.endswith(COMPILED) or (name.endswith(".py") and _importing(caller)):
        return  # most of what is opened, and whose it is takes long to find out
    name = os.path.abspath(name)
    flags = flags if isinstance(flags, int) else 0
    new = bool(flags & (os.O_TRUNC | os.O_EXCL)) or (isinstance(mode, str) and bool(set(mode) & set("wx")))
    reads = not new and name not in noted.written and flags & os.O_ACCMODE != os.O_WRONLY
    if reads and _by_project(caller):
        noted.files.add(name)
        noted.readers.setdefault(name, set()).add(_being_loaded(caller))
    if new or flags & os.O_ACCMODE != os.O_RDONLY:
        noted.written.add(name)


def _being_loaded(frame: FrameType | None) -> str:
    """The file of the module whose text is being run, empty where it is none of the project."""
    while frame is not None:
        file = frame.f_code.co_filename
        if frame.f_code.co_name == "<module>" and _owner(file) == "project":
            return os.path.abspath(file)
        frame = frame.f_back
    return ""


def _database(name: Any) -> Any:
    """The file of an SQLite database, which may be given as a URI; None for one in memory."""
    text = os.fsdecode(name) if isinstance(name, (str, bytes, os.PathLike)) else ":memory:"
    path = text.removeprefix("file:").partition("?")[0] if text.startswith("file:") else text
    return path if path and not path.startswith(":memory:") else None


_METADATA = tuple(
    f"{os.sep}{name}{os.sep}"
    for name in (f"importlib{os.sep}metadata", "importlib_metadata", "pkg_resources")
)
"""What lists the folders of Python's path, also the project's, for the versions of libraries."""


def _importing(frame: FrameType | None) -> bool:
    """Whether a module's text is read for an import, or a distribution is looked for."""
    file = frame.f_code.co_filename if frame is not None else ""
    return file.startswith(("<frozen importlib", sources.__file__)) or any(
        folder in file for folder in _METADATA
    )


def _by_project(frame: FrameType | None) -> bool:
    """Whether the innermost function that is not in a library is the project's, rather than the engine's.

    In a thread that a library has started there is none: the project asked for it.
    """
    while frame is not None:
        owner = _owner(frame.f_code.co_filename)
        if owner:
            return owner == "project"
        frame = frame.f_back
    return True


@cache
def _owner(file: str) -> str:
    """Whose code a file is: the engine's, the project's, or empty for Python and for libraries."""
    if file.startswith(ENGINE):
        return "engine"
    if not file.endswith(".py") or file.startswith("<"):  # a library may call text of its own `<name>.py`
        return ""
    if file.startswith(_python()) or set(file.split(os.sep)) & set(LIBRARIES):
        return ""
    return "project"


@cache
def _python() -> tuple[str, ...]:
    """The folders of Python's own library."""
    import sysconfig  # only planning a report loads this module, too, and needs no more of it

    paths = sysconfig.get_paths()
    return tuple({f"{os.path.realpath(paths[name])}{os.sep}" for name in ("stdlib", "platstdlib")})


@cache
def _elsewhere() -> tuple[str, ...]:
    """Folders of the system, of Python and of temporary files, and the hidden ones of settings and caches."""
    import tempfile

    home = os.path.expanduser("~")
    own: Iterable[str] = (
        *(sys.prefix, sys.base_prefix, sys.exec_prefix, tempfile.gettempdir()),
        *filter(None, map(os.environ.get, ("MPLCONFIGDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"))),
    )
    return (*SYSTEM, os.path.join(home, "."), *(f"{os.path.abspath(path)}{os.sep}" for path in own))


def _modules(files: set[str]) -> dict[str, str]:
    """The modules that were loaded from these files; a file that was run in another way is none's."""
    if not files:
        return {}
    found = ((getattr(module, "__file__", None), name) for name, module in list(sys.modules.items()))
    return {file: name for file, name in found if file in files and name != "__mp_main__"}

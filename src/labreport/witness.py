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

from labreport.sources import LIBRARIES, loaded

ENGINE = os.path.dirname(os.path.abspath(__file__)) + os.sep
SYSTEM = (
    "/usr/",
    "/lib",
    "/etc/",
    "/proc/",
    "/sys/",
    "/dev/",
    "/opt/",
    "/bin/",
    "/nix/",
    "/System/",
    "/Library/",
)
CODE = (".py", ".pyc", ".so")
"""How files end that are code: which modules are loaded is seen otherwise."""
_WRITING = os.O_WRONLY | os.O_RDWR


@dataclass(frozen=True)
class Allowed:
    """What may be used while something is made: it travels to workers.

    `name` is what is made, `modules` the modules of the project and the engine that are followed for it, with
    the SHA-256 of their files, `files` what it is made of, by their paths below `package`, `folder` that of the project, `declare` where
    its files are declared. Modules whose names begin with one of `exempt` only carry out.
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
                return edited(self._shown(path))
        return ""

    def problem(self, noted: Noted) -> str:
        """What was used and is not an ingredient, in one line; empty where there is nothing."""
        for module in sorted(_names(noted.loaded)):
            if module not in self.modules and not f"{module}.".startswith(self.exempt):
                return (
                    f"{self.name}: the module {module!r} was loaded for it, which is not among its "
                    "ingredients: nothing that can be read in its code leads there; import it by name in a "
                    "module that is"
                )
        for path in sorted(noted.files - noted.written):
            if not self._is_declared(path) and not self._is_theirs(path):
                return (
                    f"{self.name}: the file {self._shown(path)} was read for it, which is not among its "
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

    def _shown(self, path: str) -> str:
        return path.removeprefix(self._below)

    @cached_property
    def _below(self) -> str:
        return self.folder + os.sep

    def _is_theirs(self, path: str) -> bool:
        """Whether a file belongs to Python, a library, the system or somebody's settings."""
        if set(path.split(os.sep)) & {*LIBRARIES, "__pycache__"}:
            return True
        return not path.startswith(self._below) and path.startswith(_elsewhere())


def edited(path: str) -> str:
    """What is said of a file that is not any more what a build began with."""
    return f"{path} was edited while the build ran; what rests on it is not kept; run the same command again"


@dataclass
class Noted:
    """What was seen: files of modules of the project and the engine that were loaded, and files that the
    project's own code read or wrote, itself or through a library."""

    loaded: set[str] = field(default_factory=set)
    files: set[str] = field(default_factory=set)
    written: set[str] = field(default_factory=set)


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


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if _noted is None:
        return
    if event == "exec":  # of a module's code, however the import was asked for
        code = arguments[0]
        if code.co_name == "<module>" and _owner(code.co_filename):
            _noted.loaded.add(code.co_filename)
    elif event == "open":
        _opened(_noted, *arguments)


def _opened(noted: Noted, path: Any, mode: Any, flags: Any) -> None:
    if not isinstance(path, (str, bytes, os.PathLike)):
        return  # a descriptor that is open already
    name = os.fsdecode(path)
    if name.endswith(CODE):
        return  # most of what is opened, and whose it is takes long to find out
    name = os.path.abspath(name)
    if (isinstance(mode, str) and set(mode) & set("wax+")) or (isinstance(flags, int) and flags & _WRITING):
        noted.written.add(name)
    elif name not in noted.files and _by_project(sys._getframe(2)):
        noted.files.add(name)


def _by_project(frame: FrameType | None) -> bool:
    """Whether the innermost function that is not in a library is the project's, rather than the engine's."""
    while frame is not None:
        owner = _owner(frame.f_code.co_filename)
        if owner:
            return owner == "project"
        frame = frame.f_back
    return False


@cache
def _owner(file: str) -> str:
    """Whose code a file is: the engine's, the project's, or empty for Python and for libraries."""
    if file.startswith(ENGINE):
        return "engine"
    if file.startswith(("<", *_python())) or set(file.split(os.sep)) & set(LIBRARIES):
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


def _names(files: set[str]) -> set[str]:
    """The modules that were loaded from files."""
    if not files:
        return set()
    return {name for name, module in list(sys.modules.items()) if getattr(module, "__file__", None) in files}

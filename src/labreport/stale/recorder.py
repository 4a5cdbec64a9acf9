"""The files that the author's code opens, whether or not anybody declared them, and for whom.

A process has one loaded project, and a recorder for it: `loader.open_project` makes and starts it before code
of the project runs, and the next project that is loaded ends it. A path is noted once for each target.
"""

from __future__ import annotations

import glob
import os
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from types import FrameType
from typing import TYPE_CHECKING, Any, TypeAlias

from labreport.filestat import WRITE_AHEAD, stat_of
from labreport.stale.node import FunctionKey, function_key
from labreport.stale.sources import ENGINE_FOLDER, Sources, is_foreign, is_hidden
from labreport.threads import limits_threads

if TYPE_CHECKING:
    from labreport.filestat import FileStat

_WRITING = os.O_WRONLY | os.O_RDWR
_SYSTEM = ("/usr", "/etc", "/proc", "/sys", "/dev", sys.prefix, sys.base_prefix, tempfile.gettempdir())
_SYSTEM_FOLDERS = tuple(os.path.join(folder, "") for folder in _SYSTEM)
"""What is below these belongs to the machine, unless the project is there too."""
ALL_VARIABLES = "*"
"""Stands for the names of all variables of the environment."""
_AUTHOR, _ENGINE, _IMPORT, _LIBRARY = "author", "engine", "import", "library"
EventPath: TypeAlias = str | bytes | os.PathLike[str] | int
Frame: TypeAlias = FrameType | None
"""Where code runs that opens something; None where no code of Python does."""


@dataclass
class Opened:
    """What was opened on behalf of one target."""

    read: dict[str, FileStat | None] = field(default_factory=dict)
    """Each path, with its stat when it was opened first; None where there was no such file."""
    databases: set[str] = field(default_factory=set)
    """Those of them that SQLite opened, and may write."""
    listed: dict[str, str] = field(default_factory=dict)
    """Folders whose names were asked for, and patterns such as `data/*.csv`; the folder of each."""
    written: set[str] = field(default_factory=set)
    own_report: str = ""
    """A file of the report that is being made, which the author's code read."""

    def add_read(self, path: str) -> None:
        """Note a file as it is when it is opened first."""
        if path not in self.read:
            self.read[path] = stat_of(path)

    def add(self, other: Opened) -> None:
        """Add what was opened for others and may have been kept."""
        self.read = {**other.read, **self.read}
        self.databases |= other.databases
        self.listed.update(other.listed)


@dataclass
class _Callers:
    """Who runs while something is opened."""

    functions: list[FunctionKey] = field(default_factory=list)
    """The author's functions, the innermost first."""
    imports: list[tuple[str, int]] = field(default_factory=list)
    """Files of modules that are being imported, each with its line."""
    has_engine: bool = False
    asked_by: str = ""
    """The innermost of the author, the engine and the import machinery, whatever libraries are in between."""
    pattern: str = ""
    """The pattern of a `glob` that lists a folder."""


class Recorder:
    """Records what is opened by the code of one project, from when it is loaded."""

    def __init__(self, sources: Sources) -> None:
        self.sources = sources
        self.folder = os.path.join(str(sources.folder), "")
        self.report = ""
        """The folder of the report that is made of the project."""
        self.for_target: Opened | None = None
        """What was opened for the target that is being made, if one is."""
        self.kept = defaultdict[FunctionKey, Opened](Opened)
        """What was read by each function of the author's, and by what it called: it may have kept it."""
        self.environment = dict(os.environ)
        """The variables of the environment before the project is loaded, which may set some."""
        self.variables = set[str]()
        """The names of those that were asked for when it was loaded; `ALL_VARIABLES` for all."""
        self._at_import: list[tuple[str, int, str]] = []
        """The file of a module, the line that was being imported, and the path that was opened."""
        self._kind_of = cache(self._find_kind)
        self._counts_below = cache(self._find_counts_below)

    def opened_by(self, module: str, lines: range | None = None) -> Iterator[str]:
        """The paths that a module opened when it was imported, on some lines or on any."""
        module_file = str(self.sources.path(module))
        for file, line, path in self._at_import:
            if file == module_file and (lines is None or line in lines):
                yield path

    def paths_at_import(self) -> set[str]:
        """All paths that were opened when the project was loaded."""
        return {path for _, _, path in self._at_import}

    # Events

    def on_open(self, frame: Frame, path: EventPath, mode: str | None, flags: int) -> None:
        """A file is opened; the code that opens it runs in the `frame`, as in all that follow."""
        if flags & _WRITING:
            self.on_write(frame, path)
            return
        counted = self._counted(path)
        if not counted or (mode is None and not os.path.isfile(counted)):  # `os.open` of a folder
            return
        callers = self._callers(frame)
        if self._is_of_report(counted):
            if self.for_target is not None and callers.asked_by == _AUTHOR:
                self.for_target.own_report = counted
        elif callers.functions or not callers.has_engine:
            for opened in self._notes(callers, counted):
                opened.add_read(counted)

    def on_connect(self, frame: Frame, database: EventPath) -> None:
        """A database of SQLite is opened."""
        if isinstance(database, int):
            return
        name = os.fsdecode(database).removeprefix("file:").partition("?")[0]
        counted = self._counted(name) if name not in ("", ":memory:") else ""
        if not counted:
            return
        callers = self._callers(frame)
        if callers.asked_by == _AUTHOR:
            for opened in self._notes(callers, counted):
                opened.add_read(counted)
                opened.add_read(counted + WRITE_AHEAD)
                opened.databases.add(counted)

    def on_list(self, frame: Frame, path: EventPath | None) -> None:
        """The names in a folder are asked for."""
        counted = self._counted("." if path is None else path)
        if not counted:
            return
        callers = self._callers(frame)
        if callers.asked_by == _AUTHOR:
            pattern = self._below_folder(callers.pattern)
            folder = os.path.dirname(pattern) if pattern else counted
            for opened in self._notes(callers, pattern or folder):
                opened.listed[pattern or folder] = folder

    def _below_folder(self, pattern: str) -> str:
        """A pattern with the project's folder in front, where it is below that, as it is called."""
        escaped = glob.escape(self.folder)
        return self.folder + pattern.removeprefix(escaped) if pattern.startswith(escaped) else pattern

    def on_write(self, _frame: Frame, *paths_and_modes: EventPath) -> None:
        """A file is opened for writing, or names are given, taken or changed; modes are numbers."""
        for path in paths_and_modes:
            counted = self._counted(path)
            if counted and self.for_target is not None:
                self.for_target.written.add(counted)

    def on_variable(self, frame: Frame, name: str) -> None:
        """A variable of the environment is asked for, or by `ALL_VARIABLES` all of them."""
        if name in self.variables or limits_threads(name):
            return
        if self._callers(frame).asked_by == _AUTHOR:
            self.variables.add(name)

    def _notes(self, callers: _Callers, path: str) -> list[Opened]:
        """What a path is to be added to: of the target, and of the functions that may keep what they read.

        Where there is no target, the project is being loaded: the path is noted here for its modules.
        """
        notes = [self.kept[key] for key in callers.functions]
        if self.for_target is not None:
            notes.append(self.for_target)
        else:
            self._at_import += [(file, line, path) for file, line in callers.imports]
        return notes

    # Paths

    def _counted(self, path: EventPath) -> str:
        """The absolute path of what may count; empty for what does not."""
        if isinstance(path, int):
            return ""
        absolute = os.path.abspath(os.fsdecode(path))
        return absolute if self._counts(absolute) else ""

    def _counts(self, path: str) -> bool:
        """Whether a file can be a part of what a target is made of."""
        folder, name = os.path.split(path)
        if os.path.join(path, "") == self.folder:
            return True
        if name.startswith(".") or name.endswith((".py", ".pyc")):
            return False
        return self._is_of_report(path) or self._counts_below(os.path.join(folder, ""))

    def _is_of_report(self, path: str) -> bool:
        return bool(self.report) and path.startswith(self.report)

    def _find_counts_below(self, folder: str) -> bool:
        """Whether files of a folder count."""
        if not folder.startswith(self.folder):
            return "/." not in folder and not folder.startswith(_SYSTEM_FOLDERS)
        below = folder.removeprefix(self.folder)
        return not is_hidden(below) and not is_foreign(below, self.folder)

    # Callers

    def _callers(self, frame: Frame) -> _Callers:
        """Who runs in a frame, and in all that led to it."""
        callers = _Callers()
        while frame is not None:
            kind = self._kind_of(frame.f_code.co_filename)
            if kind == _AUTHOR:
                callers.functions.append(function_key(frame.f_code))
                if frame.f_code.co_name == "<module>":
                    callers.imports.append((frame.f_code.co_filename, frame.f_lineno))
            callers.has_engine |= kind == _ENGINE
            if not callers.asked_by:
                if kind == _LIBRARY:
                    callers.pattern = _pattern(frame) or callers.pattern
                else:
                    callers.asked_by = kind
            frame = frame.f_back
        return callers

    def _find_kind(self, file: str) -> str:
        """Whose code is in a file."""
        if file.startswith("<frozen importlib"):
            return _IMPORT
        if file.startswith(os.path.join(ENGINE_FOLDER, "")):
            return _ENGINE
        is_below = file.startswith(self.folder) and not is_hidden(file.removeprefix(self.folder))
        return _AUTHOR if is_below else _LIBRARY


def _pattern(frame: FrameType) -> str:
    """The pattern with which `glob` or `pathlib` lists a folder: an absolute path with stars; else empty."""
    function = frame.f_code.co_name
    if function not in ("glob", "rglob", "iglob"):
        return ""
    names = frame.f_locals
    if "pathname" in names:
        folder, pattern = names.get("root_dir") or ".", os.fsdecode(names["pathname"])
    elif "self" in names and isinstance(names.get("pattern"), str):
        inner = "**" if function == "rglob" else ""
        folder, pattern = names["self"], os.path.join(inner, names["pattern"])
    else:
        return ""
    return os.path.normpath(os.path.join(glob.escape(os.path.abspath(folder)), pattern))


_recorder: Recorder | None = None
"""Who records at present: a process has one loaded project. It is global since Python gives its audit hook no
more than an event, and keeps the hook for as long as the process lives."""


def start_recording(recorder: Recorder) -> None:
    """Record what is opened from now on, until another recorder is started."""
    global _recorder
    if _recorder is None:
        sys.addaudithook(_record_event)
    _recorder = recorder


def _record_event(event: str, arguments: tuple[Any, ...]) -> None:
    """The audit hook; an exception here would be raised by whatever is opened."""
    record = _EVENTS.get(event)
    if record is not None and _recorder is not None:
        record(_recorder, sys._getframe().f_back, *arguments)


_EVENTS: dict[str, Callable[..., None]] = {
    "open": Recorder.on_open,
    "sqlite3.connect": Recorder.on_connect,
}
for _event in ("os.listdir", "os.scandir"):
    _EVENTS[_event] = Recorder.on_list
for _event in ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate", "os.link", "os.symlink"):
    _EVENTS[_event] = Recorder.on_write


class _RecordedEnvironment(os._Environ[str]):
    """The variables of the environment, of which no audit hook hears that they are asked for."""

    def __getitem__(self, name: str) -> str:
        _record_variable(sys._getframe().f_back, name)
        return super().__getitem__(name)

    def __iter__(self) -> Iterator[str]:
        _record_variable(sys._getframe().f_back, ALL_VARIABLES)
        return super().__iter__()


def _record_variable(frame: Frame, name: str) -> None:
    if _recorder is not None:
        _recorder.on_variable(frame, name)


@contextmanager
def recorded_variables() -> Iterator[None]:
    """Record which variables of the environment are asked for meanwhile.

    The object stays the same, since libraries have it by other names; its class is another.
    """
    kind = type(os.environ)
    os.environ.__class__ = _RecordedEnvironment
    try:
        yield
    finally:
        os.environ.__class__ = kind

"""Record which files, folders and environment variables the author's code reads, and for which target.

`hooks` calls a recorder from inside Python. Each path is noted once for each target.
"""

from __future__ import annotations

import glob
import os
import sys
import tempfile
import threading
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from types import FrameType
from typing import TYPE_CHECKING, TypeAlias

from labreport.filestat import WRITE_AHEAD, stat_of
from labreport.stale.modules import ENGINE_FOLDER, ProjectModules, is_foreign, is_hidden
from labreport.stale.node import FunctionKey, function_key
from labreport.threads import limits_threads

if TYPE_CHECKING:
    from labreport.filestat import FileStat

_SYSTEM = ("/usr", "/etc", "/proc", "/sys", "/dev", sys.prefix, sys.base_prefix, tempfile.gettempdir())
_SYSTEM_FOLDERS = tuple(os.path.join(folder, "") for folder in _SYSTEM)
"""Files below these folders belong to the machine and do not count, unless they belong to the project."""
_AUTHOR, _ENGINE, _IMPORT, _LIBRARY = "author", "engine", "import", "library"
EventPath: TypeAlias = str | bytes | os.PathLike[str] | int
"""A path, or the number of an open file, as Python's audit events have it."""
Frame: TypeAlias = FrameType | None
"""The frame of the code that opens something; None if that is no Python code."""


@dataclass
class Opened:
    """The paths that were opened for one target, or by one function."""

    read: dict[str, FileStat | None] = field(default_factory=dict)
    """Path of each file that was read to its stat at the first time; None if it did not exist."""
    writable: set[str] = field(default_factory=set)
    """The paths in `read` that were opened for reading and writing, by SQLite too."""
    listed: dict[str, str] = field(default_factory=dict)
    """Folders that were listed, and patterns such as `data/*.csv`, to the folder of each."""
    written: set[str] = field(default_factory=set)
    own_report: str = ""
    """A file of the report being built that the author's code read, which is an error; empty if none."""

    def add_read(self, path: str) -> None:
        """Note the present stat of a file that is opened, unless it was opened before."""
        if path not in self.read:
            self.read[path] = stat_of(path)

    def add(self, other: Opened) -> None:
        """Add what others read or listed. What they wrote is not added."""
        self.read = {**other.read, **self.read}
        self.writable |= other.writable
        self.listed.update(other.listed)


@dataclass
class _Callers:
    """The code on the stack while something is opened."""

    functions: list[FunctionKey] = field(default_factory=list)
    """The author's functions on the stack, the innermost first."""
    imports: list[tuple[str, int]] = field(default_factory=list)
    """The files of the author's modules that are being imported, each with the line that runs."""
    has_engine: bool = False
    asked_by: str = ""
    """Who is innermost on the stack, libraries aside: the author, the engine or the import machinery."""
    pattern: str = ""
    """The pattern, if a `glob` of the author's lists the folder."""


class Recorder:
    """Records what the code of one project opens, from the time it is loaded."""

    def __init__(self, project_modules: ProjectModules) -> None:
        self.project_modules = project_modules
        self.folder = os.path.join(str(project_modules.folder), "")
        self.report = ""
        """The folder of the project's report, with a slash at the end; empty if it is not known."""
        self.for_target: Opened | None = None
        """The notes of the target that is being made; None while the project is loaded."""
        self.thread = 0
        """The thread that makes the target."""
        self.opened_by_function = defaultdict[FunctionKey, Opened](Opened)
        """What each function of the author's, or code that it called, has opened, and may have cached."""
        self.environment = dict(os.environ)
        """The environment variables before the project is loaded, since it may set some."""
        self.variables = set[str]()
        """The names of the variables that were read while it was loaded; `ALL_VARIABLES` stands for all."""
        self._at_import: list[tuple[str, int, str]] = []
        """Paths opened by imports: the file of the module, the line that ran, and the opened path."""
        self._kind_of = cache(self._find_kind)
        self._counts_below = cache(self._find_counts_below)

    def opened_by(self, module: str, lines: range | None = None) -> Iterator[str]:
        """The paths that a module opened while it was imported, by default on any of its lines."""
        module_file = str(self.project_modules.path(module))
        for file, line, path in self._at_import:
            if file == module_file and (lines is None or line in lines):
                yield path

    def paths_at_import(self) -> set[str]:
        """All paths that modules opened while they were imported."""
        return {path for _, _, path in self._at_import}

    # Events

    def on_open(self, frame: Frame, path: EventPath, mode: str | None, flags: int) -> None:
        """Note that the code in a frame opens a file, with `flags` as `os.open` has them."""
        is_made = flags & os.O_CREAT and not os.path.exists(path)
        if flags & (os.O_WRONLY | os.O_TRUNC) or is_made:
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
                if flags & os.O_RDWR:
                    opened.writable.add(counted)

    def on_connect(self, frame: Frame, database: EventPath) -> None:
        """Note that a SQLite database is opened."""
        if isinstance(database, int):  # Python tells of it before it refuses a number
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
                opened.writable |= {counted, counted + WRITE_AHEAD}

    def on_list(self, frame: Frame, path: EventPath | None) -> None:
        """Note that a folder is listed; None is the working folder."""
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
        """An absolute pattern in which the path of the project's folder is not escaped for `glob`."""
        escaped = glob.escape(self.folder)
        return self.folder + pattern.removeprefix(escaped) if pattern.startswith(escaped) else pattern

    def on_write(self, _frame: Frame, *paths_and_modes: EventPath) -> None:
        """Note that files are written, created, renamed or removed; numbers in the event are skipped."""
        for path in paths_and_modes:
            counted = self._counted(path)
            if counted and self.for_target is not None:
                self.for_target.written.add(counted)

    def on_variable(self, frame: Frame, name: str) -> None:
        """Note that an environment variable is read, or all of them (`ALL_VARIABLES`)."""
        if name in self.variables or limits_threads(name):
            return
        if self._callers(frame).asked_by == _AUTHOR:
            self.variables.add(name)

    def _notes(self, callers: _Callers, path: str) -> list[Opened]:
        """The notes to which a path has to be added: those of the author's functions, and of the target.

        If no target is being made, the project is loading: the path is added to `_at_import` instead.
        """
        notes = [self.opened_by_function[key] for key in callers.functions]
        if self.for_target is not None:
            notes.append(self.for_target)
        else:
            self._at_import += [(file, line, path) for file, line in callers.imports]
        return notes

    # Paths

    def _counted(self, path: EventPath) -> str:
        """The absolute path, if the file or folder counts; else empty."""
        if isinstance(path, int):
            return ""
        absolute = os.path.abspath(os.fsdecode(path))
        return absolute if self._counts(absolute) else ""

    def _counts(self, path: str) -> bool:
        """Whether a target may depend on a file or folder: Python code and the system's do not count.

        Hidden folders do not either; a hidden file, such as `.env`, does if it is the project's.
        """
        folder, name = os.path.split(path)
        if os.path.join(path, "") == self.folder:
            return True
        if name.endswith((".py", ".pyc")):
            return False
        if name.startswith(".") and (os.path.isdir(path) or not path.startswith(self.folder)):
            return False
        return self._is_of_report(path) or self._counts_below(os.path.join(folder, ""))

    def _is_of_report(self, path: str) -> bool:
        return bool(self.report) and path.startswith(self.report)

    def _find_counts_below(self, folder: str) -> bool:
        """Whether files in a folder count, by where the folder is."""
        if not folder.startswith(self.folder):
            shared = os.path.commonpath([folder, self.folder])
            is_visible = "/." not in os.path.join("/", folder.removeprefix(shared))
            return is_visible and not folder.startswith(_SYSTEM_FOLDERS)
        below = folder.removeprefix(self.folder)
        return not is_hidden(below) and not is_foreign(below, self.folder)

    # Callers

    def _callers(self, frame: Frame) -> _Callers:
        """The callers of a frame; in a thread of the author's, the functions that may wait for it, too."""
        callers = self._callers_in_thread(frame)
        is_other_thread = self.for_target is not None and threading.get_ident() != self.thread
        if is_other_thread and not callers.has_engine:
            waiting = sys._current_frames().get(self.thread)
            callers.functions += self._callers_in_thread(waiting).functions
        return callers

    def _callers_in_thread(self, frame: Frame) -> _Callers:
        """The callers of a frame, up to the bottom of the stack."""
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
        """Whose code a file has: `_AUTHOR`, `_ENGINE`, `_IMPORT` or `_LIBRARY`."""
        if file.startswith("<frozen importlib"):
            return _IMPORT
        if file.startswith(os.path.join(ENGINE_FOLDER, "")):
            return _ENGINE
        is_below = file.startswith(self.folder) and not is_hidden(file.removeprefix(self.folder))
        return _AUTHOR if is_below else _LIBRARY


def _pattern(frame: FrameType) -> str:
    """The absolute pattern that a frame of `glob` or `pathlib` is matching; else empty."""
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

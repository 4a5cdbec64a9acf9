"""The files that a target reads while it is made, with their hashes."""

from __future__ import annotations

import os
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from labreport.errors import LabReportError, display_path
from labreport.filestat import WRITE_AHEAD, stat_of
from labreport.stale.files import FileHasher
from labreport.stale.node import FunctionKey
from labreport.stale.recorder import Opened, Recorder

if TYPE_CHECKING:
    from labreport.filestat import FileStat


@dataclass
class Observation:
    """The files that one target has read so far, itself or by functions that cached them earlier."""

    name: str
    """The name of the target in messages, with its line."""
    recorder: Recorder
    file_hasher: FileHasher
    caching_functions: Set[FunctionKey]
    """Functions that the target uses and that may have cached files before it was made."""
    earlier: Mapping[str, str]
    """The result of `file_hashes` before the run was interrupted; empty if it was not."""
    opened: Opened = field(default_factory=Opened)

    def file_hashes(self) -> dict[str, str]:
        """Path to hash of each file that was read, of each folder that was listed, and those in `earlier`.

        Paths in the project are relative to its folder, which is "." itself. The hash of a file that did not
        exist is "missing". Files that the target wrote itself are left out. Raises `LabReportError` if a file
        has changed since it was opened, or belongs to the report that is being made.
        """
        if self.opened.own_report:
            path = display_path(self.opened.own_report)
            text = "it is a part of this report; read the results that you are given"
            raise LabReportError(f"{self.name} reads {path}: {text}")
        everything = Opened()
        everything.add(self.opened)
        for function in self.caching_functions & self.recorder.opened_by_function.keys():
            everything.add(self.recorder.opened_by_function[function])
        file_hashes = dict(self.earlier)
        for path in self._files_read(everything) + self._folders_listed(everything):
            name = self._relative_to_project(path)
            file_hashes[name] = self.file_hasher.hash_of(path)
            if self.earlier.get(name, file_hashes[name]) != file_hashes[name]:
                self._refuse(path)
        return file_hashes

    def _relative_to_project(self, path: str) -> str:
        """A path below the project relative to its folder, "." for that folder; any other as it is."""
        if os.path.join(path, "") == self.recorder.folder:
            return "."
        return path.removeprefix(self.recorder.folder)

    def _files_read(self, everything: Opened) -> list[str]:
        """The paths of files that count. Raises `LabReportError` if one has changed since it was opened."""
        changed = {path for path, stat in everything.read.items() if _is_written(stat, stat_of(path))}
        paths = []
        for path in everything.read:
            database = path.removesuffix(WRITE_AHEAD)
            is_filled = path in everything.writable and changed & {database, database + WRITE_AHEAD}
            if path in self.opened.written or is_filled:  # no audit event says that an open file is written
                continue
            if path in changed:
                self._refuse(path)
            paths.append(path)
        return paths

    def _folders_listed(self, everything: Opened) -> list[str]:
        """The folders and patterns that were listed, without folders in which the target wrote files.

        Hidden files are no part of a listing.
        """
        written_folders = set()
        for path in self.opened.written:
            folder, name = os.path.split(path)
            if not name.startswith("."):
                written_folders.add(folder)
        return [path for path, folder in everything.listed.items() if folder not in written_folders]

    def _refuse(self, path: str) -> None:
        text = f"it changed after it was read for {self.name}; build again when it stays as it is"
        raise LabReportError(f"{display_path(path)}: {text}")


def _is_written(before: FileStat | None, after: FileStat | None) -> bool:
    """Whether a file was written between two stats.

    Owner and permissions, which are told by the time of the inode alone, may differ: SQLite sets them when it
    connects.
    """
    if before is None or after is None:
        return before != after
    return before[:3] != after[:3]

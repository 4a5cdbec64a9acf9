"""What one target read while it was made, with the digests of the files."""

from __future__ import annotations

import os
from collections.abc import Mapping, Set
from dataclasses import dataclass, field

from labreport.errors import LabReportError, display_path
from labreport.filestat import WRITE_AHEAD, stat_of
from labreport.stale.files import FileDigests
from labreport.stale.node import FunctionKey
from labreport.stale.recorder import Opened, Recorder


@dataclass
class Observation:
    """What a target reads, until now: by itself, and by functions that kept it from before."""

    name: str
    """What a message calls the target, with its line."""
    recorder: Recorder
    digests: FileDigests
    keepers: Set[FunctionKey]
    """The functions on which the target rests that may have kept what they read."""
    earlier: Mapping[str, str]
    """What was read before an interruption, as `reads` gives it."""
    opened: Opened = field(default_factory=Opened)

    def reads(self) -> dict[str, str]:
        """Each path, relative to the project's folder where it is below it, with the digest of what was read.

        It is that of the file, of the names in a folder, or "missing"; joined with those of `earlier`. What
        the target wrote itself is left out. Raises `LabReportError` where a file has changed since it was
        opened, and where it is one of the report that is being made.
        """
        if self.opened.own_report:
            path = display_path(self.opened.own_report)
            text = "it is a part of this report; read the results that you are given"
            raise LabReportError(f"{self.name} reads {path}: {text}")
        everything = Opened()
        everything.add(self.opened)
        for keeper in self.keepers & self.recorder.kept.keys():
            everything.add(self.recorder.kept[keeper])
        reads = dict(self.earlier)
        for path in self._files_read(everything) + self._folders_listed(everything):
            name = path.removeprefix(self.recorder.folder)
            reads[name] = self.digests.digest(path)
            if self.earlier.get(name, reads[name]) != reads[name]:
                self._refuse(path)
        return reads

    def _files_read(self, everything: Opened) -> list[str]:
        """The files that count, checked against what they were when they were opened."""
        changed = {path for path, stat in everything.read.items() if stat != stat_of(path)}
        paths = []
        for path in everything.read:
            database = path.removesuffix(WRITE_AHEAD)
            is_filled = database in everything.databases and changed & {database, database + WRITE_AHEAD}
            if path in self.opened.written or is_filled:  # SQLite is not heard when it writes
                continue
            if path in changed:
                self._refuse(path)
            paths.append(path)
        return paths

    def _folders_listed(self, everything: Opened) -> list[str]:
        """The folders and patterns that count: not where the target made a file itself."""
        written_folders = set(map(os.path.dirname, self.opened.written))
        return [path for path, folder in everything.listed.items() if folder not in written_folders]

    def _refuse(self, path: str) -> None:
        text = f"it changed after it was read for {self.name}; build again when it stays as it is"
        raise LabReportError(f"{display_path(path)}: {text}")

"""What one target read while it was made, with the digests of the files."""

from __future__ import annotations

import glob
import os
from collections.abc import Mapping
from pathlib import Path

from labreport.errors import LabReportError, display_path
from labreport.results import sha256_of
from labreport.stale.files import FileDigests, stamp_of
from labreport.stale.node import FunctionKey
from labreport.stale.observed import Opened, Recorder
from labreport.stale.sources import MARKER

MISSING = "missing"
"""Stands for the digest of a file that was not there."""
_NOT_LISTED = (".py", ".pyc", ".ipynb")
"""Endings of files beside the data, whose coming and going changes no result."""


class Observation:
    """What a target reads, until now: by itself, and by functions that kept it from before."""

    def __init__(
        self,
        name: str,
        recorder: Recorder,
        digests: FileDigests,
        keepers: set[FunctionKey],
        earlier: Mapping[str, str],
    ) -> None:
        self.name = name
        self.opened = Opened()
        self._recorder = recorder
        self._digests = digests
        self._keepers = keepers
        self._earlier = dict(earlier)

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
        for key in self._keepers & self._recorder.kept.keys():
            everything.add(self._recorder.kept[key])
        found = dict(self._earlier)
        for path, stamp in everything.read.items():
            if path not in self.opened.written:
                found[self._name_of(path)] = MISSING if stamp is None else self._digest(path, stamp)
        for path, stamp in everything.databases.items():
            if stamp is not None and stamp == stamp_of(path):  # else it was written
                found[self._name_of(path)] = self._digests.sha256(Path(path))
        written_folders = {os.path.dirname(path) for path in self.opened.written}
        for path in everything.listed:
            folder = os.path.dirname(path) if glob.has_magic(path) else path
            if folder not in written_folders:
                found[self._name_of(path)] = names_digest(path)
        for name, digest in self._earlier.items():
            if found[name] != digest:
                text = f"it changed after it was read for {self.name}"
                raise LabReportError(f"{name}: {text}; build again when it stays as it is")
        return found

    def _digest(self, path: str, stamp: object) -> str:
        """The digest of a file that has not changed since. Raises `LabReportError`."""
        if stamp_of(path) != stamp:
            text = "it changed after it was read"
            raise LabReportError(
                f"{display_path(path)}: {text} for {self.name}; build again when it stays as it is"
            )
        try:
            return self._digests.sha256(Path(path))
        except OSError as error:
            raise LabReportError(f"{display_path(path)}: {error.strerror}") from error

    def _name_of(self, path: str) -> str:
        folder = self._recorder.folder
        return path[len(folder) :] if path.startswith(folder) else path


def digest_now(path: str, digests: FileDigests) -> str:
    """The digest of a file as it is now, of the names in a folder or of a pattern, or "missing"."""
    if os.path.isdir(path) or (glob.has_magic(path) and not os.path.exists(path)):
        return names_digest(path)
    try:
        return digests.sha256(Path(path))
    except OSError:
        return MISSING


def names_digest(path: str) -> str:
    """The digest of the names in a folder, or of those that a pattern such as `data/*.csv` finds.

    Hidden names, code, notebooks and reports are left out.
    """
    if os.path.isdir(path):
        names = os.listdir(path)
        folder = path
    else:
        folder = os.path.dirname(path)
        names = glob.glob(path, recursive=True)
    counted = []
    for name in names:
        base = os.path.basename(name)
        is_report = os.path.exists(os.path.join(folder, name, MARKER))
        if not (base.startswith((".", "__pycache__")) or base.endswith(_NOT_LISTED) or is_report):
            counted.append(os.path.relpath(os.path.join(folder, name), folder))
    return sha256_of(sorted(counted))

"""Where damaged files go: never trusted, each reported in one line, and kept until `clean`."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from labreport.errors import StoreError
from labreport.store.files import kind_of, make_directory, shown

FOLDER = "quarantine"


class Quarantine:
    """The folder `quarantine` in an output folder; `notices` gets the lines.

    With `repair` false nothing is moved, for commands that only look.
    """

    def __init__(self, output: Path, notices: list[str] | None = None, *, repair: bool = True) -> None:
        self.notices = notices if notices is not None else []
        self.repair = repair
        self.folder = output / FOLDER
        self._reported: set[Path] = set()

    def take(self, path: Path, reason: str) -> None:
        """Move `path` here because of `reason`. Raises `StoreError` when it cannot be moved."""
        name = self._name(path)
        if not self.repair:
            if path not in self._reported:
                self.notices.append(f"{name} {reason}")
                self._reported.add(path)
            return
        make_directory(self.folder)
        target = self.folder / f"{path.name[:150]}.{os.urandom(4).hex()}"
        try:
            os.rename(path, target)
        except FileNotFoundError:
            self.notices.append(f"{name} {reason}")
            return
        except OSError as error:
            raise StoreError(
                f"cannot move {shown(path)}, which {reason}, to {shown(self.folder)}: "
                f"{error.strerror}; move it away by hand"
            ) from error
        self.notices.append(f"{name} {reason}; it was moved to {self._name(target)}")

    def clear(self, path: Path) -> None:
        """Move away whatever is at `path` and is not a regular file, so that one can be written there."""
        try:
            mode = os.lstat(path).st_mode
        except OSError:
            return
        if not stat.S_ISREG(mode):
            self.take(path, f"is {kind_of(mode)}, not a file")

    def _name(self, path: Path) -> str:
        return shown(path.relative_to(self.folder.parent.parent))

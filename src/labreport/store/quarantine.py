"""Where damaged files go: never trusted, never deleted, each reported in one line."""

from __future__ import annotations

import os
from pathlib import Path

from labreport.errors import StoreError
from labreport.store.files import kind_of, make_directory, shown


class Quarantine:
    """The folder `quarantine` in `directory`; `notices` gets the lines.

    With `mend` false nothing is moved, for commands that only look.
    """

    def __init__(self, directory: Path, notices: list[str], mend: bool = True) -> None:
        self.notices = notices
        self.mend = mend
        self._directory = directory
        self._told: set[Path] = set()

    def take(self, path: Path, reason: str, *also: Path) -> None:
        """Move `path` here because of `reason`, and with it `also`, which are of no use without it.

        Raises `StoreError` when one cannot be moved.
        """
        name = shown(path.relative_to(self._directory.parent))
        if not self.mend:
            if path not in self._told:
                self.notices.append(f"{name} {reason}")
                self._told.add(path)
            return
        make_directory(self._directory / "quarantine")
        kept = self._move(path, reason)
        for other in also:
            self._move(other, reason)
        if kept is not None:
            self.notices.append(f"{name} {reason}; moved to {kept}, and made again")

    def _move(self, path: Path, reason: str) -> str | None:
        target = self._directory / "quarantine" / f"{path.name[:150]}.{os.urandom(4).hex()}"
        try:
            os.rename(path, target)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StoreError(
                f"cannot move {shown(path)}, which {reason}, to {shown(target.parent)}: "
                f"{error.strerror}; move it away by hand"
            ) from error
        return shown(target.relative_to(self._directory.parent))

    def clear(self, path: Path) -> None:
        """Take whatever stands at `path` and is no regular file, so that one can be written there."""
        try:
            mode = os.lstat(path).st_mode
        except OSError:
            return
        if kind_of(mode) != "a file":
            self.take(path, f"is {kind_of(mode)}, not a file")

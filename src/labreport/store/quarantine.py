"""Where damaged files go: never trusted, each reported in one line, and kept until `clean`."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from labreport.errors import StoreError
from labreport.store.files import kind_of, make_directory, shown, temporary_name

FOLDER = "quarantine"


class Quarantine:
    """The folder `quarantine` in an output folder; `notices` gets the lines.

    With `repair` false nothing is moved, for commands that only look.
    """

    def __init__(self, output: Path, *, repair: bool = True) -> None:
        self.notices: list[str] = []
        self.repair = repair
        self.folder = output / FOLDER
        self._reported: set[Path] = set()

    def take(self, path: Path, reason: str, *, folder: bool = True) -> None:
        """Move `path` here because of `reason`; with `folder` false, only if it is not a folder by now.

        Raises `StoreError` when it cannot be moved.
        """
        name = self._name(path)
        if not self.repair:
            if path not in self._reported:
                self.notices.append(f"{name} {reason}")
                self._reported.add(path)
            return
        target, source = self.folder / f"{path.name[:150]}.{os.urandom(4).hex()}", path
        try:
            if path == self.folder:
                source = path.with_name(temporary_name())
                os.rename(path, source)
            self.make_folder(self.folder)
            if not (folder and source.is_dir()):
                target.touch()  # in whose place no folder can go
            os.rename(source, target)
        except (FileNotFoundError, NotADirectoryError):
            target.unlink(missing_ok=True)
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
        mode = _mode(path)
        if mode and not stat.S_ISREG(mode):
            self.take(path, f"is {kind_of(mode)}, not a file")

    def make_folder(self, directory: Path) -> None:
        """Create `directory`, in place of whatever else is there; a link is refused. Raises `StoreError`."""
        mode = _mode(directory)
        if mode and not stat.S_ISDIR(mode) and not stat.S_ISLNK(mode):
            self.take(directory, f"is {kind_of(mode)}, not a folder", folder=False)
        make_directory(directory)

    def _name(self, path: Path) -> str:
        return shown(path.relative_to(self.folder.parent.parent))


def _mode(path: Path) -> int:
    """What is at `path`, as `stat` says it; 0 where there is nothing."""
    try:
        return os.lstat(path).st_mode
    except OSError:
        return 0

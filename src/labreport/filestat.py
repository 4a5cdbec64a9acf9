"""What tells without reading a file that it is still the same; loads nothing, for builds without work."""

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    FileStat: TypeAlias = tuple[int, int, int]
    """Time of the last change in nanoseconds, bytes, and inode of a file or a folder."""

WRITE_AHEAD = "-wal"
"""Ends the name of the file beside a database of SQLite that has what was written to it last."""


def stat_of(path: "str | os.PathLike[str]") -> "FileStat | None":
    """The stat of a file; None where there is none, and for an empty log of SQLite, which says nothing."""
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return None
    if status.st_size == 0 and os.fspath(path).endswith(WRITE_AHEAD):
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino

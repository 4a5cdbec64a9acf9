"""The stat by which a file is known to be unchanged without reading it.

Imports nothing heavy, because a command that finds nothing to do needs no more than this.
"""

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    FileStat: TypeAlias = tuple[int, int, int, int]
    """Modification time in nanoseconds, size in bytes, inode number, and time when the inode changed.

    The modification time alone can be set: an archive with fixed times is unpacked over its files, and only
    the last of the four differs.
    """

STAMP = ".stamp"
"""The file of a report that lists the stat of each file on which the report depends."""
ALL_VARIABLES = "*"
"""Stands for all environment variables, in a stamp's list of those on which the report depends."""
WRITE_AHEAD = "-wal"
"""The suffix of SQLite's write-ahead log, a file beside the database that holds the latest changes."""


def stat_of(path: "str | os.PathLike[str]") -> "FileStat | None":
    """The stat of a file or folder; None if it does not exist, or is an empty write-ahead log of SQLite."""
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return None
    if status.st_size == 0 and os.fspath(path).endswith(WRITE_AHEAD):
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino, status.st_ctime_ns

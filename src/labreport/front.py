"""The front door of every project: a run with nothing to do ends here, before anything else is loaded."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

STAMP = "report/.stamp"
STAMP_LIMIT = 1 << 28
"""Bytes of a stamp that is read; one of 100,000 files has a tenth of it."""


def fresh(root: str, front: str, words: list[str]) -> bool:
    """Whether nothing has changed since the report was made; labreport.plan.ledger writes what this reads."""
    from zlib import crc32

    try:
        descriptor = os.open(f"{root}/{STAMP}", os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))  # if it is a FIFO
        with open(descriptor, "rb") as file:
            status = os.fstat(descriptor)
            if status.st_mode & 0o170000 != 0o100000 or status.st_size > STAMP_LIMIT:
                return False
            head, _, rest = file.read().partition(b"\n")
        if head != os.fsencode(f"{front} {crc32(rest)} {' '.join(words)}"):
            return False
        for line in rest.decode("utf-8", "surrogateescape").splitlines():
            if line[0] == "$":
                _, checksum, name = line.split(" ", 2)
                if crc32(os.environb.get(os.fsencode(name), b"")) != int(checksum):
                    return False
                continue
            modified, size, inode, changed, path = line.split(" ", 4)
            found = os.stat(path if path[0] == "/" else f"{root}/{path}")
            if (
                found.st_mtime_ns != int(modified)
                or found.st_size != int(size)
                or found.st_ino != int(inode)
                or found.st_ctime_ns != int(changed)
            ):
                return False
    except (OSError, ValueError):
        return False
    return True


def main(argv: list[str], root: str, checkout: Any = None) -> int:
    """Carry out a command line for the project in `root`; returns the exit code.

    `checkout` gives what a checkout adds, such as the set-up of libraries (`labreport.commands.Checkout`).
    """
    from labreport.program import FRONT, FRONT_DOOR, call, typed
    from labreport.streams import keep_streams

    keep_streams()
    words = [word for word in argv if word != "--quiet"]
    front = os.environ.setdefault(FRONT, f"2 {sys.executable} {sys.version.split()[0]}")
    if fresh(root, front, words[1:] if words[:1] == ["build"] else words):
        if len(words) == len(argv):
            sys.stdout.write("Nothing to do: report/report.pdf is up to date.\n")
        return 0
    _sources().install()  # before anything else of the engine is loaded
    from labreport.commands import main as command

    if checkout is not None:  # what this process may be replaced by has another interpreter
        call(typed(FRONT_DOOR, front.partition(" ")[2].rpartition(" ")[0]), installs=True)

    return command(argv, root, checkout)


def _sources() -> Any:
    """What loads all others by their text; its own compiled code may have been cut short by a full disk."""
    try:
        from labreport import sources
    except (EOFError, ImportError, TypeError, ValueError):
        import shutil

        shutil.rmtree(os.path.join(os.path.dirname(__file__), "__pycache__"), ignore_errors=True)
        from labreport import sources
    return sources


def console() -> int:
    """The command `labreport`, for the project in the current folder or in `--project`."""
    try:  # imports, too: Ctrl-C may come that soon
        from labreport.program import CONSOLE, call, typed

        call(typed(CONSOLE, sys.executable))
        return main(sys.argv[1:], os.getcwd())
    except KeyboardInterrupt:
        # So early that nothing was begun; once something is, labreport.console.terminal says how to continue
        sys.stderr.write("Interrupted; run the same command again.\n")
        return 130

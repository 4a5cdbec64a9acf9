"""The stamp: all files that a fresh report rests on, for the front door to compare before anything else.

First line: format, interpreter, its version, a checksum of the rest, and the arguments; then a line for each
file: modification time in ns, size, inode, change time in ns, and the path, below the project or absolute.
A line for a variable of the environment that the project reads has `$`, the checksum of its value, its name.
`labreport.front` reads it. A file that is not there is represented by the folder that would show it: its
clock moves when the file appears.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from pathlib import Path
from zlib import crc32

from labreport.errors import StoreError
from labreport.fingerprint.files import Digests, Stamp, stamp
from labreport.fingerprint.observed import while_loading
from labreport.frame import Lookup
from labreport.installed import package_folders
from labreport.program import FRONT
from labreport.store.files import write_atomically

NAME = ".stamp"


def write_stamp(
    root: Path, output: Path, digests: Digests, arguments: str, folders: Iterable[Path] = ()
) -> None:
    """Write the stamp if every file can be trusted by its stamp.

    A file that appears in one of the `folders`, or is removed from it, changes the report.
    """
    digests.settle()
    files: dict[str, Stamp] = dict(digests.stamps())
    missing = [root / path for path in digests.untrusted()]
    folders = [*folders, *map(Path, while_loading.folders), *Lookup(root / "templates").all_folders()]
    folders += [next(folder for folder in path.parents if folder.is_dir()) for path in missing]
    for path in (*package_folders(), *(_below(folder, root) for folder in folders)):
        found = stamp(root / path)
        if found is None:
            return
        files[path] = found
    if any(os.path.lexists(path) for path in missing):
        return
    if any("\n" in path or "\r" in path for path in (*files, *while_loading.variables)):
        return
    lines = "".join(f"{' '.join(map(str, found))} {path}\n" for path, found in files.items())
    for name in sorted({"PYTHONPATH", *while_loading.variables}):
        lines += f"$ {crc32(os.environb.get(os.fsencode(name), b''))} {name}\n"
    rest = lines.encode("utf-8", "surrogateescape")
    with contextlib.suppress(StoreError):
        head = f"{os.environ.get(FRONT, '')} {crc32(rest)} {arguments}\n"
        write_atomically(output / NAME, head.encode("utf-8", "surrogateescape") + rest)


def _below(path: Path, root: Path) -> str:
    """Relative to the checkout if it is inside, so that a moved checkout stays fresh."""
    return str(path.relative_to(root) if path.is_relative_to(root) else path)


def remove_stamp(output: Path) -> None:
    """From here on the report may be incomplete."""
    with contextlib.suppress(OSError):
        (output / NAME).unlink()

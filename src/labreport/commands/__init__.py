"""What the program can be asked for: one module for each command, imported when it is asked for.

A command's module has `run(arguments, root, terminal)`, which returns the exit code. What it takes is
declared in `labreport.commands.parser`, which needs no library.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from labreport.errors import UsageError

_LIMIT = 64 << 20
"""Bytes of the largest file that is compared before it is overwritten."""


def write(files: Sequence[tuple[Path, str]], ours: Callable[[str], bool]) -> None:
    """Write files, in place of such as this program wrote for this purpose only: `ours` says so of a text.

    Raises `UsageError` before anything is written.
    """
    from labreport.store.files import Damaged, read_regular, write_atomically

    for path, text in files:
        try:
            old = "" if path.is_symlink() else read_regular(path, _LIMIT).decode("utf-8", "replace")
        except FileNotFoundError:
            continue
        except Damaged:
            old = ""
        if old != text and not ours(old):
            there = "there; remove it, or name another file"
            what = "a folder; give the name of a file" if path.is_dir() else there
            raise UsageError(f"{path} is {what}: only what this command wrote is overwritten")
    for path, text in files:
        write_atomically(Path(os.path.abspath(path)), text.encode("utf-8", "backslashreplace"))

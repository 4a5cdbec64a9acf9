"""Whose an output folder is: a mark in it says which project made it, and nothing else is ever touched.

A folder that is not empty and has no mark belongs to somebody else and is refused, before anything is
written or removed. So is the folder of another project, and one in which a link has the name of a folder
of ours.
"""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Protocol

from labreport.errors import UsageError
from labreport.store.files import find_strays, names_in, remove, shown, sync_directory

MARK = ".labreport"
FOLDERS = ("results", "cache", "quarantine", ".publishing")
"""The folders that the program makes in an output folder."""
_LIMIT = 4096


class Owner(Protocol):
    """A project, as far as it matters to whom an output folder belongs."""

    @property
    def name(self) -> str:
        """Its identity in output folders that are elsewhere than in its own folder."""

    def owns(self, output: Path) -> bool:
        """Whether a folder is its own whatever the mark says, because it is inside the project's folder."""


def check_owner(directory: Path, owner: Owner) -> None:
    """Raise `UsageError` unless `directory` is missing, empty, or marked as an output folder of `owner`."""
    if not os.path.lexists(directory):
        return
    if not directory.is_dir():
        raise UsageError(f"{shown(directory)} is not a folder; choose another with --output")
    try:
        names = os.listdir(directory)
    except OSError as error:
        raise _unwritable(directory, error) from error
    if not names:
        return
    marked = _marked(directory / MARK)
    if marked is None:
        raise UsageError(
            f"{shown(directory)} is not empty and has no mark of this program; nothing in it was changed; "
            "choose an empty or new folder with --output, or move this one away"
        )
    if marked not in ("", owner.name) and not owner.owns(directory):
        raise UsageError(
            f"{shown(directory)} holds the report of another project, {marked!r}, not of {owner.name!r}; "
            "choose another folder with --output"
        )
    for name in FOLDERS:
        if (directory / name).is_symlink():
            raise UsageError(
                f"{shown(directory / name)} is a link, and nothing is written or removed through links; "
                "replace it by a folder, or choose another output folder with --output"
            )


def claim(directory: Path, owner: Owner) -> None:
    """Create `directory` where it is missing, and mark it as an output folder of `owner`.

    Raises `UsageError` as `check_owner` does, and when it cannot be written to.
    """
    check_owner(directory, owner)
    mark = directory / MARK
    try:
        directory.mkdir(parents=True, exist_ok=True)
        if _marked(mark) == owner.name:
            return
        text = json.dumps({"made by": "labreport", "project": owner.name}, indent=1) + "\n"
        # Not by way of a temporary file: killed in between, that would be all there is in the folder
        with open(mark, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        sync_directory(directory)
    except OSError as error:
        raise _unwritable(directory, error) from error


def remove_strays(directory: Path) -> None:
    """Remove what killed writers left in the program's own folders. Raises `StoreError`."""
    directory = directory.resolve()  # it may be reached by a link, and its folders may not
    cache = directory / "cache"
    kinds = [cache / name for name in names_in(cache)]
    for folder in (directory, *(directory / name for name in FOLDERS), *kinds):
        for path in find_strays(folder):
            remove(path)


def _marked(mark: Path) -> str | None:
    """The project that a mark names; empty where it is damaged, None where there is none."""
    try:
        if not stat.S_ISREG(os.lstat(mark).st_mode):
            return None
        with open(mark, "rb") as file:
            plain = json.loads(file.read(_LIMIT))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError):
        return ""
    project = plain.get("project") if isinstance(plain, dict) else None
    return project if isinstance(project, str) else ""


def _unwritable(directory: Path, error: OSError) -> UsageError:
    return UsageError(
        f"cannot write to {shown(directory)}: {error.strerror}; "
        "make it writable, or choose another folder with --output"
    )

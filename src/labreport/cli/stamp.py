"""The stamp of a finished report: a run with nothing to do compares it, and ends before all else."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

NAME = ".stamp"
_SILENT = ("build", "--quiet", "--strict", "--verbose")
"""Words that change neither what is made nor of what."""


def unchanged(front: str, argv: Sequence[str], root: str) -> int | None:
    """Say that nothing is to be done; the exit code. None where something may have changed."""
    output = _option(argv, "--output") or os.path.join(_option(argv, "--project") or root, "report")
    try:
        with open(os.path.join(output, NAME), encoding="utf-8", errors="surrogateescape") as file:
            head, *lines = file.read().split("\n")
        if head != _head(front, argv, output):
            return None
        claims = [line[1:] for line in lines if line[:1] == "!"]
        for line in lines[len(claims) :]:
            modified, size, path = line.split(" ", 2)
            found = os.stat(path)
            if found.st_mtime_ns != int(modified) or found.st_size != int(size):
                return None
    except (OSError, ValueError):
        return None
    if "--quiet" not in argv:
        sys.stdout.write("\n".join([f"Up to date: {os.path.relpath(output)}/report.html", *claims, ""]))
    return 1 if claims and "--strict" in argv else 0


def write(front: str, argv: Sequence[str], output: str, paths: Iterable[str], claims: Iterable[str]) -> None:
    """Stamp the report in `output`, made by `argv` from the files and folders `paths`.

    `claims` are the lines about those that do not hold. A folder's time says that a file was added.
    """
    lines = [_head(front, argv, output), *(f"!{line}" for line in claims)]
    for path in sorted(set(paths)):
        found = os.stat(path)
        lines.append(f"{found.st_mtime_ns} {found.st_size} {os.path.abspath(path)}")
    target = os.path.join(output, NAME)
    with open(f"{target}.new", "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write("\n".join(lines))
    os.replace(f"{target}.new", target)


def _head(front: str, argv: Sequence[str], output: str) -> str:
    words = (word for word in argv if word not in _SILENT)
    return " ".join(["labreport stamp 1", front, os.path.abspath(output), *words])


def _option(argv: Sequence[str], name: str) -> str:
    for place, word in enumerate(argv):
        if word.startswith(f"{name}="):
            return word.partition("=")[2]
        if word == name:
            return argv[place + 1] if place + 1 < len(argv) else ""
    return ""

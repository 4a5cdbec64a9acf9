"""The front door: a run with nothing to do compares the stamp of its report, and ends before all else."""

from __future__ import annotations

import os
import sys
from itertools import pairwise

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

FRONT = "LABREPORT_FRONT"
"""Environment variable: the interpreter at the front door, which may continue in another."""
NAME = ".stamp"
_SILENT = ("build", "--quiet", "--strict", "--verbose")
"""Words that change neither what is made nor of what."""


def console() -> int:
    """Carry out the command `labreport` for the project in the current folder, or in `--project`."""
    return main(sys.argv[1:], os.getcwd())


def main(argv: Sequence[str], root: str, checkout: Callable[..., int | None] | None = None) -> int:
    """Carry out a command line for the project in `root`; the exit code.

    `checkout` is given the arguments and how to say something: it installs libraries; the exit code of tests.
    """
    try:
        code = unchanged(os.environ.setdefault(FRONT, sys.executable), argv, root)
        if code is None:
            from labreport.cli.parser import run

            code = run(argv, root, checkout)
    except KeyboardInterrupt:  # so early that nothing was begun
        sys.stderr.write("Interrupted; run the same command again.\n")
        return 130
    return code


def unchanged(front: str, argv: Sequence[str], root: str) -> int | None:
    """Say that nothing is to be done; the exit code. None where something may have changed."""
    words = [part for word in argv for part in word.split("=", 1)]
    given = dict(pairwise(words))
    output = given.get("--output") or os.path.join(given.get("--project") or root, "report")
    try:
        with open(os.path.join(output, NAME), encoding="utf-8", errors="surrogateescape") as file:
            head, *lines = file.read().split("\n")
        if head != _head(front, argv, output):
            return None
        claims = [line[1:] for line in lines if line[:1] == "!"]
        if any(line != _line(line.split(" ", 2)[2]) for line in lines[len(claims) :]):
            return None
    except (OSError, ValueError, IndexError):
        return None
    if "--quiet" not in argv:
        sys.stdout.write("\n".join([f"Up to date: {os.path.relpath(output)}/report.html", *claims, ""]))
    return 1 if claims and "--strict" in argv else 0


def write(front: str, argv: Sequence[str], output: str, paths: Iterable[str], claims: Iterable[str]) -> None:
    """Stamp the report in `output`, made by `argv` from the files and folders `paths`.

    `claims` are the lines about those that do not hold. A folder's time says that a file was added.
    """
    found = (_line(os.path.abspath(path)) for path in sorted({*paths}))
    target = os.path.join(output, NAME)
    with open(f"{target}.new", "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write("\n".join([_head(front, argv, output), *(f"!{line}" for line in claims), *found]))
    os.replace(f"{target}.new", target)


def _line(path: str) -> str:
    status = os.stat(path)
    return f"{status.st_mtime_ns} {status.st_size} {path}"


def _head(front: str, argv: Sequence[str], output: str) -> str:
    words = (word for word in argv if word not in _SILENT)
    return " ".join(["labreport stamp 1", front, os.path.abspath(output), *words])

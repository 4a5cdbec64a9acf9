"""The front door: a run with nothing to do compares the stamp of its report, and ends before all else."""

from __future__ import annotations

import os
import sys
from itertools import pairwise

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

FRONT = "LABREPORT_FRONT"
"""Environment variable: the interpreter at the front door, which may continue in another."""
NAME = ".stamp"
CLAIM = "!"
"""What the lines of a stamp begin with that say which claims do not hold; alone, that one is not known."""
_SILENT = ("build", "--quiet", "--strict", "--allow-unknown", "--verbose")
"""Words that change neither what is made nor of what."""
ALL_VARIABLES = "*"
"""Stands for all variables of the environment."""
_VOLATILE = (FRONT, "PWD", "OLDPWD", "SHLVL", "_", "COLUMNS", "LINES")
"""Variables that differ from call to call, which no project means when it asks for all."""


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
            from labreport.cli.main import run

            code = run(argv, root, checkout)
    except KeyboardInterrupt:  # so early that nothing was begun
        sys.stderr.write("Interrupted; run the same command again.\n")
        return 130
    return code


def unchanged(front: str, argv: Sequence[str], root: str) -> int | None:
    """Say that nothing is to be done; the exit code. None where something may have changed."""
    words = [part for word in argv for part in word.split("=", 1)]
    value_after = dict(pairwise(words))
    output = value_after.get("--output") or os.path.join(value_after.get("--project") or root, "report")
    try:
        with open(os.path.join(output, NAME), encoding="utf-8", errors="surrogateescape") as file:
            head, *lines = file.read().split("\n")
        if head != _head(front, argv, output):
            return None
        claims = [line.removeprefix(CLAIM) for line in lines if line.startswith(CLAIM)]
        for line in lines[len(claims) :]:
            path = line.split(" ", 2)[2]
            is_variable = line.startswith("variable ")
            if line != (_variable_line(path, os.environ) if is_variable else _line(path, _stat(path))):
                return None
    except (OSError, ValueError, IndexError):
        return None
    if claims and "--strict" in argv:
        return None  # they decide
    if "--quiet" not in argv:
        claims.append(f"Up to date: {os.path.relpath(output)}/report.html")
    sys.stdout.write("".join(f"{line}\n" for line in claims if line))
    return 0


def write(
    front: str,
    argv: Sequence[str],
    output: str,
    snapshot: Mapping[str, tuple[int, int] | None],
    claims: Iterable[str] = (),
    variables: Iterable[str] = (),
    environment: Mapping[str, str] = os.environ,
) -> None:
    """Stamp the report in `output`, made by `argv` from files and folders with what `os.stat` says of them.

    None is a file that was looked for and is not there. `claims` are the lines about those that do not hold,
    and an empty one where one is not known. `variables` are the names of those on which the report rests
    as they are in the `environment`.
    """
    lines = [_head(front, argv, output)]
    lines += [CLAIM + line for line in claims]
    lines += [_line(path, snapshot[path]) for path in sorted(snapshot)]
    lines += [_variable_line(name, environment) for name in sorted(variables)]
    target = os.path.join(output, NAME)
    with open(f"{target}.new", "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write("\n".join(lines))
    os.replace(f"{target}.new", target)


def _stat(path: str) -> tuple[int, int] | None:
    try:
        status = os.stat(path)
    except FileNotFoundError:
        return None
    return status.st_mtime_ns, status.st_size


def _line(path: str, stat: tuple[int, int] | None) -> str:
    if stat is None:
        return f"missing - {path}"
    return f"{stat[0]} {stat[1]} {path}"


def _variable_line(name: str, environment: Mapping[str, str]) -> str:
    """The name and a digest of the value, which may be a secret."""
    from hashlib import sha256  # takes a while, and most projects ask for none

    value: object = environment.get(name)
    if name == ALL_VARIABLES:
        value = sorted((other, environment[other]) for other in environment if _is_lasting(other))
    return f"variable {sha256(ascii(value).encode()).hexdigest()[:16]} {name}"


def _is_lasting(variable: str) -> bool:
    """Whether a variable is the same in each call of a shell, and not set by the engine."""
    return variable not in _VOLATILE and not variable.endswith("_THREADS")


def _head(front: str, argv: Sequence[str], output: str) -> str:
    words = (word for word in argv if word not in _SILENT)
    return " ".join(["labreport stamp 5", front, os.path.abspath(output), *words])

"""The front door: a run with nothing to do compares the stamp of its report, and ends before all else.

The stamp is a file of text: by which words and which Python the report was made, the claims that do not hold,
and a line for each file and each variable of the environment on which it rests.
"""

from __future__ import annotations

import os
import sys
from itertools import pairwise

from labreport.filestat import stat_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from labreport.filestat import FileStat

FRONT = "LABREPORT_FRONT"
"""Environment variable: the interpreter at the front door, which may continue in another."""
NAME = ".stamp"
CLAIM = "!"
"""Begins the lines that say which claims do not hold; alone, that one is not known."""
VARIABLE = "$"
"""Begins the name of a variable of the environment; that of a file is its absolute path."""
ALL_VARIABLES = "*"
"""Stands for all variables of the environment."""
_SILENT = ("build", "--quiet", "--strict", "--allow-unknown", "--verbose")
"""Words that change neither what is made nor of what."""
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
    output = _output_of(argv, root)
    try:
        with open(os.path.join(output, NAME), encoding="utf-8", errors="surrogateescape") as file:
            head, *lines = file.read().split("\n")
    except OSError:
        return None
    if head != _head(front, argv, output):
        return None
    claims = []
    for line in lines:
        if line.startswith(CLAIM):
            claims.append(line.removeprefix(CLAIM))
        elif line != _line_of(line.partition(" ")[2]):
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
    snapshot: Mapping[str, FileStat | None],
    claims: Iterable[str] = (),
    variables: Iterable[str] = (),
    environment: Mapping[str, str] = os.environ,
) -> None:
    """Stamp the report in `output`, made by `argv` from files and folders as `stat_of` describes them.

    `claims` are the lines about those that do not hold, and an empty one where one is not known. `variables`
    are the names of those on which the report rests as they are in the `environment`.
    """
    lines = [_head(front, argv, output)]
    lines += [CLAIM + line for line in claims]
    lines += [_line_of_file(path, snapshot[path]) for path in sorted(snapshot)]
    lines += [_line_of_variable(name, environment) for name in sorted(variables)]
    target = os.path.join(output, NAME)
    with open(f"{target}.new", "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write("\n".join(lines))
    os.replace(f"{target}.new", target)


def _output_of(argv: Sequence[str], root: str) -> str:
    """The folder of the report, as the command line is read later."""
    words: list[str] = []
    for word in argv:
        words += word.split("=", 1)
    value_after = dict(pairwise(words))
    return value_after.get("--output") or os.path.join(value_after.get("--project") or root, "report")


def _head(front: str, argv: Sequence[str], output: str) -> str:
    words = [word for word in argv if word not in _SILENT]
    return " ".join(["labreport stamp 6", front, os.path.abspath(output), *words])


def _line_of(name: str) -> str:
    """The line that a file or a variable has now."""
    if name.startswith(VARIABLE):
        return _line_of_variable(name.removeprefix(VARIABLE), os.environ)
    return _line_of_file(name, stat_of(name))


def _line_of_file(path: str, stat: FileStat | None) -> str:
    state = "missing" if stat is None else "-".join(map(str, stat))
    return f"{state} {path}"


def _line_of_variable(name: str, environment: Mapping[str, str]) -> str:
    """The name, and a digest of the value, which may be a secret."""
    from hashlib import sha256  # takes a while, and most projects ask for none

    value: object = environment.get(name)
    if name == ALL_VARIABLES:
        value = sorted(item for item in environment.items() if _is_lasting(item[0]))
    digest = sha256(ascii(value).encode()).hexdigest()
    return f"{digest[:16]} {VARIABLE}{name}"


def _is_lasting(variable: str) -> bool:
    """Whether a variable is the same in each call of a shell, and not set by the engine."""
    from labreport.threads import limits_threads  # most projects do not ask for all variables

    return variable not in _VOLATILE and not limits_threads(variable)

"""The stamp of a report: where nothing is to be done, a command compares it, and ends before all else.

It is a file of text: by which options and which Python the report was made, the claims that do not hold, and
a line for each file and each variable of the environment on which it rests. Only a command line of the
options listed here has one; every other is carried out in full.
"""

from __future__ import annotations

import os
import sys

from labreport.filestat import stat_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from labreport.filestat import FileStat

FRONT = "LABREPORT_FRONT"
"""Environment variable: the interpreter with which the command was begun; a checkout goes on in another."""
NAME = ".stamp"
FALLEN = "!"
"""Begins the lines that say which claims do not hold."""
UNKNOWN = "?"
"""A line that says that a claim is not known."""
VARIABLE = "$"
"""Begins the name of a variable of the environment; that of a file is its absolute path."""
ALL_VARIABLES = "*"
"""Stands for all variables of the environment."""
_SILENT = ("--quiet", "--strict", "--allow-unknown", "--verbose")
"""Options without a value, which change neither what is made nor of what."""
_WITH_VALUE = ("--seeds", "--jobs", "--scheduler", "--project", "--output")
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
    options = _stamped_options(argv)
    if options is None:
        return None
    project = options.get("--project", root)
    output = options.get("--output", os.path.join(project, "report"))
    try:
        with open(os.path.join(output, NAME), encoding="utf-8", errors="surrogateescape") as file:
            head, *lines = file.read().split("\n")
    except OSError:
        return None
    if head != _head(front, options, project, output):
        return None
    printed = []
    for line in lines:
        is_about_claim = line.startswith((FALLEN, UNKNOWN))
        if is_about_claim and "--strict" in options:
            return None  # the claims decide
        if line.startswith(FALLEN):
            printed.append(line.removeprefix(FALLEN))
        elif not is_about_claim and line != _line_of(line.partition(" ")[2]):
            return None
    if "--quiet" not in options:
        printed.append(f"Up to date: {os.path.relpath(output)}/report.html")
    sys.stdout.write("".join(f"{line}\n" for line in printed))
    return 0


def write(
    front: str,
    argv: Sequence[str],
    project: str,
    output: str,
    files: Mapping[str, FileStat | None],
    fallen: Iterable[str] = (),
    has_unknown: bool = False,
    variables: Iterable[str] = (),
    environment: Mapping[str, str] = os.environ,
) -> None:
    """Stamp the report in `output`, made by `argv` from files and folders as `stat_of` describes them.

    `fallen` are the lines about claims that do not hold; `has_unknown`: one is not known. `variables` are the
    names of those on which the report rests as they are in the `environment`. A command line that asks for
    more than a fresh report, such as `--open`, has no stamp.
    """
    options = _stamped_options(argv)
    if options is None:
        return
    lines = [_head(front, options, project, output)]
    lines += [FALLEN + line for line in fallen]
    if has_unknown:
        lines.append(UNKNOWN)
    lines += [_line_of_file(path, files[path]) for path in sorted(files)]
    lines += [_line_of_variable(name, environment) for name in sorted(variables)]
    target = os.path.join(output, NAME)
    with open(f"{target}.new", "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write("\n".join(lines))
    os.replace(f"{target}.new", target)


def _stamped_options(argv: Sequence[str]) -> dict[str, str] | None:
    """The options of a build that only makes what is stale; None for a command line with any other word.

    >>> _stamped_options(["build", "--seeds", "2", "--project=wine", "--quiet"])
    {'--seeds': '2', '--project': 'wine', '--quiet': ''}
    """
    words = list(argv)
    if words[:1] == ["build"]:
        del words[0]
    options = {}
    while words:
        name, equals, value = words.pop(0).partition("=")
        if name in _WITH_VALUE:
            if not equals and words:
                value = words.pop(0)
            if not value or value.startswith("-"):
                return None
        elif name not in _SILENT or equals:
            return None
        options[name] = value
    return options


def _head(front: str, options: Mapping[str, str], project: str, output: str) -> str:
    """The first line: with what, of which project and by which options a report is made, and where to."""
    folders = [os.path.abspath(folder) for folder in (project, output)]
    run_options = [
        f"{name}={options[name]}" for name in ("--seeds", "--jobs", "--scheduler") if name in options
    ]
    return " ".join(["labreport stamp 8", front, *folders, *run_options])


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

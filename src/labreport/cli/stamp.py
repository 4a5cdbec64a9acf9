"""The stamp of a report: a command that finds it unchanged ends at once, since there is nothing to do.

The stamp is a text file. It has the options and the Python of the build, the claims that fail, and a line
with the state of each file and each environment variable that the report depends on. Only command lines with
the options listed here can use it.
"""

from __future__ import annotations

import os
import sys

from labreport.filestat import ALL_VARIABLES, STAMP, stat_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from labreport.filestat import FileStat

FRONT = "LABREPORT_FRONT"
"""Environment variable: the Python that started the command. A checkout continues in another one."""
FAILS = "!"
"""The start of lines about claims that fail."""
UNKNOWN = "?"
"""A line that says that some claim is unknown."""
VARIABLE = "$"
"""The start of the name of an environment variable; files are named by absolute paths."""
_SILENT = ("--quiet", "--strict", "--allow-unknown", "--verbose")
"""Options without a value that do not change what is made."""
_WITH_VALUE = ("--seeds", "--jobs", "--scheduler", "--project", "--output")
_VOLATILE = (FRONT, "PWD", "OLDPWD", "SHLVL", "_", "COLUMNS", "LINES")
"""Variables that differ between calls, and are left out where a project depends on all variables."""


def console() -> int:
    """Run the command `labreport` for the project in the current folder, or in `--project`."""
    return main(sys.argv[1:], os.getcwd())


def main(argv: Sequence[str], root: str, checkout: Callable[..., int | None] | None = None) -> int:
    """Run a command line for the project in `root`, and return the exit code.

    `checkout` is a function for a checkout of the engine: it gets the arguments and a function that prints a
    note. It installs libraries, and returns the exit code of `test`, or None to continue.
    """
    try:
        code = unchanged(os.environ.setdefault(FRONT, sys.executable), argv, root)
        if code is None:
            from labreport.cli.main import run

            code = run(argv, root, checkout)
    except KeyboardInterrupt:  # before anything was begun
        sys.stderr.write("Interrupted; run the same command again.\n")
        return 130
    return code


def unchanged(front: str, argv: Sequence[str], root: str) -> int | None:
    """Report that nothing is to be done, and return the exit code; None if something may have changed."""
    options = _stamped_options(argv)
    if options is None:
        return None
    project = options.get("--project", root)
    output = options.get("--output", os.path.join(project, "report"))
    try:
        with open(os.path.join(output, STAMP), encoding="utf-8", errors="surrogateescape") as file:
            head, *lines = file.read().split("\n")
    except OSError:
        return None
    if head != _head(front, options, project, output):
        return None
    printed = []
    for line in lines:
        is_about_claim = line.startswith((FAILS, UNKNOWN))
        if is_about_claim and "--strict" in options:
            return None  # the exit code depends on claims
        if line.startswith(FAILS):
            printed.append(line.removeprefix(FAILS))
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
    failing: Iterable[str] = (),
    has_unknown: bool = False,
    variables: Iterable[str] = (),
    environment: Mapping[str, str] = os.environ,
) -> None:
    """Write the stamp of the report in `output`, which the command line `argv` made.

    `files` has the state of each file and folder that the report depends on, as `stat_of` returns it.
    `failing` are the lines about claims that fail, and `has_unknown` says whether one is unknown. `variables`
    are the names of the environment variables that it depends on, with their values in `environment`. A
    command line with other options, such as `--open`, writes no stamp.
    """
    options = _stamped_options(argv)
    if options is None:
        return
    lines = [_head(front, options, project, output)]
    lines += [FAILS + line for line in failing]
    if has_unknown:
        lines.append(UNKNOWN)
    lines += [_line_of_file(path, files[path]) for path in sorted(files)]
    lines += [_line_of_variable(name, environment) for name in sorted(variables)]
    target = os.path.join(output, STAMP)
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
    """The first line: version, Python, folders of project and report, and options."""
    folders = [os.path.abspath(folder) for folder in (project, output)]
    run_options = [
        f"{name}={options[name]}" for name in ("--seeds", "--jobs", "--scheduler") if name in options
    ]
    return " ".join(["labreport stamp 8", front, *folders, *run_options])


def _line_of(name: str) -> str:
    """The line with the present state of a file or variable."""
    if name.startswith(VARIABLE):
        return _line_of_variable(name.removeprefix(VARIABLE), os.environ)
    return _line_of_file(name, stat_of(name))


def _line_of_file(path: str, stat: FileStat | None) -> str:
    state = "missing" if stat is None else "-".join(map(str, stat))
    return f"{state} {path}"


def _line_of_variable(name: str, environment: Mapping[str, str]) -> str:
    """The line of a variable: its name, and the hash of its value, which may be secret."""
    from hashlib import sha256  # a slow import, which most projects do not need

    value: object = environment.get(name)
    if name == ALL_VARIABLES:
        value = sorted(item for item in environment.items() if _is_lasting(item[0]))
    value_hash = sha256(ascii(value).encode()).hexdigest()
    return f"{value_hash[:16]} {VARIABLE}{name}"


def _is_lasting(variable: str) -> bool:
    """Whether a variable is the same in each call from a shell, and is not set by the engine."""
    from labreport.threads import limits_threads  # most projects do not depend on all variables

    return variable not in _VOLATILE and not limits_threads(variable)

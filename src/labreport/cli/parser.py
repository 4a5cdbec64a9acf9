"""The parser of the command line: each command with its arguments and options.

It imports no library, since a checkout parses its command line before any is installed.
"""

from __future__ import annotations

import argparse
import os
import platform
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

VERSION = "0.1.0"
"""The same as in pyproject.toml."""
EXIT_CODES = """\
exit codes: 0 done; 1 something failed, differs or is stale; 2 bad usage or input;
3 a claim does not hold or is not known; 130 and 143 interrupted: the same command continues"""


COMMANDS = {
    "build": "make what is stale; the default, so its name can be left out",
    "check": "ask the claims of the report as it was built; exit 3 if one does not hold or is not known",
    "status": "say what is stale and why, and which claims hold; exit 1 if anything is",
    "why": "print the way from the edited line to a name",
    "names": "print every name of an answer with its value, and the conditions that hold",
    "verify": "check every stored byte, answer and document, and repeat a run",
    "watch": "rebuild on every change, and reload the page",
    "changes": "list what the last build changed in the answers",
    "keep": "decide that stored results stay valid across an edit",
    "clean": "remove results that nothing refers to",
    "export": "write results and answers for other programs",
    "render": "fill a text file of your own, such as paper.tex, with values and claims",
    "new": "create a small project that builds at once",
    "show-code": "print an experiment as the code that one would type",
    "test": "run the tests of this checkout: --slow, --browser, else the ordinary ones",
}
"""The purpose of each command. Only a checkout has `test`."""
_FLAGS = {
    "--strict": ("exit 3 if a claim does not hold or is not known", ("build",)),
    "--allow-unknown": (
        "let claims pass that are not known, as with one seed",
        ("build", "check", "render"),
    ),
    "--allow-stale": ("let a report pass that is stale", ("check", "export", "render")),
    "--coverage": ("list the sentences outside every claim that compare or judge", ("check",)),
    "--fragile": ("ask each claim again without each seed or replicate", ("check",)),
    "--dry-run": ("say what would be done, and change nothing", ("build", "clean")),
    "--open": ("open the report in the browser", ("build", "watch")),
}
"""Options without a value: their purpose, and the commands that have them."""
_FOLDERS = {
    "--output": "folder of the report (default: report)",
    "--project": "folder of the project (default: this one)",
}
_FLAGS_OF_ALL = {
    "--verbose": "list every item",
    "--quiet": "print only errors, and what was asked for",
    "--debug": "show a traceback for every error",
}


class Arguments(argparse.Namespace):
    """A parsed command line: `argv` are all its words, `commands` the names of all commands.

    The options of a build have defaults, since all commands that open a report use them.
    """

    argv: Sequence[str]
    program: str
    command: str
    commands: list[str]
    project: Path
    output: Path
    seeds: int | None = None
    jobs: int = 0
    names: Sequence[str] = ()
    force: Sequence[str] = ()
    scheduler: str = ""
    dry_run: bool = False
    strict: bool = False
    allow_unknown: bool = False
    allow_stale: bool
    coverage: bool
    fragile: bool
    open: bool
    verbose: bool
    quiet: bool
    debug: bool
    name: str
    old: Path | None
    kept: list[str]
    because: str
    format: str
    file: Path
    dir: str


def parse(argv: Sequence[str], root: str = ".", checkout: bool = False) -> Arguments:
    """Parse a command line for the project in `root`, unless it names another.

    The arguments of `test` are those of pytest, and only in `argv`. Invalid arguments end the program with
    exit code 2, `--help` with 0.
    """
    parser = argparse.ArgumentParser(
        "python build.py" if checkout else "labreport",
        description="Carry out the experiments, answer the questions, write the report.",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    package = Path(__file__).parents[1]
    version = f"labreport {VERSION} from {package} (Python {platform.python_version()})"
    parser.add_argument("--version", action="version", version=version)
    commands = [name for name in COMMANDS if checkout or name != "test"]
    parser.set_defaults(argv=argv, program=parser.prog, commands=commands)
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    for name in commands:
        purpose = COMMANDS[name]
        description = f"{purpose.capitalize()}."
        subparsers.add_parser(name, help=purpose, description=description, allow_abbrev=False)
    _add_arguments(subparsers.choices)
    _add_options(subparsers.choices)
    first_word = next(iter(argv), "")
    asks_for_help = not {"-h", "--help"}.isdisjoint(argv)
    words = argv
    if first_word == "test" and checkout and not asks_for_help:
        words = ["test"]
    elif first_word not in {*commands, "-h", "--help", "--version"}:
        words = ["build", *argv]
    arguments = parser.parse_args(words, Arguments())
    arguments.project = arguments.project or Path(root)
    arguments.output = arguments.output or arguments.project / "report"
    return arguments


def _add_arguments(commands: Mapping[str, argparse.ArgumentParser]) -> None:
    """Add the positional arguments of each command."""
    commands["build"].add_argument(
        "names",
        metavar="NAME",
        nargs="*",
        help="only these sections, questions or figures, and what they need",
    )
    commands["why"].add_argument(
        "name",
        metavar="NAME",
        help="a section, a question, a figure or an experiment; or a question's number, as 2.2",
    )
    commands["names"].add_argument("name", metavar="QUESTION", help="a question")
    commands["changes"].add_argument(
        "old",
        metavar="OLD",
        nargs="?",
        type=_absolute_path,
        help="compare with this report instead: its folder, or its answers.json",
    )
    commands["keep"].add_argument("kept", metavar="NAME", nargs="+", help="an experiment or a study")
    commands["export"].add_argument("format", metavar="FORMAT", help="csv, latex or markdown")
    commands["render"].add_argument("file", metavar="FILE", type=_absolute_path, help="the file")
    commands["new"].add_argument("dir", metavar="DIR", help="the folder to create")
    commands["show-code"].add_argument("name", metavar="NAME", help="an experiment")


def _add_options(commands: Mapping[str, argparse.ArgumentParser]) -> None:
    """Add the options of single commands, then those that all have."""
    commands["build"].add_argument(
        "--force",
        metavar="NAME",
        nargs="?",
        const="",
        action="append",
        default=[],
        help="make NAME again though it is fresh; without NAME, everything",
    )
    commands["build"].add_argument(
        "--scheduler", metavar="ADDRESS", default="", help="run on the Dask cluster at tcp://HOST:PORT"
    )
    commands["keep"].add_argument(
        "--because", metavar="TEXT", required=True, help="why the edit does not change the results"
    )
    help_of_format = "how they are listed (default: text)"
    for name, formats in (("check", ("text", "json", "github", "sarif")), ("changes", ("text", "markdown"))):
        commands[name].add_argument("--format", choices=formats, default="", help=help_of_format)
    number_of_seeds, number_of_jobs = partial(_whole_number, least=1), partial(_whole_number, least=0)
    for name in ("build", "status", "why", "names", "verify", "watch", "keep"):
        commands[name].add_argument(
            "--seeds", metavar="N", type=number_of_seeds, help="run every experiment with N seeds"
        )
    for name in ("build", "watch"):
        commands[name].add_argument(
            "--jobs", metavar="N", default=0, type=number_of_jobs, help="workers (0: one per core)"
        )
    for flag, (purpose, names) in _FLAGS.items():
        for name in names:
            commands[name].add_argument(flag, action="store_true", help=purpose)
    for command in commands.values():
        for folder, purpose in _FOLDERS.items():
            command.add_argument(folder, metavar="DIR", type=_absolute_path, help=purpose)
        for flag, purpose in _FLAGS_OF_ALL.items():
            command.add_argument(flag, action="store_true", help=purpose)


def _absolute_path(text: str) -> Path:
    return Path(os.path.abspath(text))


def _whole_number(text: str, least: int) -> int:
    """Convert the text of an option to a whole number of at least `least`."""
    if not (text.isascii() and text.isdigit() and int(text) >= least):
        raise argparse.ArgumentTypeError(f"must be a whole number of at least {least}; got {text!r}")
    return int(text)

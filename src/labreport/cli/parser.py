"""The command line: each command with its words and options, as argparse reads them."""

from __future__ import annotations

import argparse
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

VERSION = "0.1.0"
"""As in pyproject.toml."""
EXIT_CODES = """\
exit codes: 0 done; 1 something failed, differs or is stale; 2 bad usage or input;
3 a claim does not hold or is not known; 130 and 143 interrupted: the same command continues"""


@dataclass(frozen=True)
class Argument:
    """A word or an option of a command, and the settings that argparse takes for it."""

    name: str
    help: str
    settings: Mapping[str, Any]


@dataclass(frozen=True)
class Command:
    """A command: its name, what it does, and its arguments."""

    name: str
    help: str
    arguments: tuple[Argument, ...] = ()


def _argument(name: str, help: str, **settings: Any) -> Argument:  # noqa: A002  # as argparse calls it
    return Argument(name, help, settings)


def _flag(name: str, help: str) -> Argument:  # noqa: A002
    return Argument(name, help, {"action": "store_true"})


def whole_number(text: str, low: int, high: int) -> int:
    """Read the text of an option as a whole number from `low` to `high`."""
    if not (text.isascii() and text.isdigit() and low <= int(text) <= high):
        raise argparse.ArgumentTypeError(f"must be a whole number from {low} to {high:,}; got {text!r}")
    return int(text)


_ANY_NAME = "a section, a question, a figure or an experiment; or a question's number, as 2.2"
_SOME_NAMES = "only these sections, questions or figures, and what they need"
_OLD_REPORT = "compare with this report instead: its folder, or its answers.json"

NAMES = _argument("names", _SOME_NAMES, metavar="NAME", nargs="*")
NAME = _argument("name", _ANY_NAME, metavar="NAME")
QUESTION = _argument("question", "a question", metavar="QUESTION")
OLD = _argument("old", _OLD_REPORT, metavar="OLD", nargs="?", type=os.path.abspath)
KEPT = _argument("kept", "an experiment or a study", metavar="NAME", nargs="+")
EXPORT_FORMAT = _argument("format", "csv, latex or markdown", metavar="FORMAT")
FILE = _argument("file", "the file", metavar="FILE", type=os.path.abspath)
FOLDER = _argument("dir", "the folder to create", metavar="DIR")
EXPERIMENT = _argument("experiment", "an experiment", metavar="NAME")

SEEDS = _argument(
    "--seeds",
    "run every experiment with N seeds",
    type=partial(whole_number, low=1, high=100_000),
    metavar="N",
)
JOBS = _argument(
    "--jobs", "workers (0: one per core)", type=partial(whole_number, low=0, high=1_024), metavar="N"
)
SCHEDULER = _argument("--scheduler", "run on the Dask cluster at tcp://HOST:PORT", metavar="ADDRESS")
FORCE = _argument(
    "--force",
    "make NAME again though it is fresh; without NAME, everything",
    metavar="NAME",
    nargs="?",
    const="",
    action="append",
)
DRY_RUN = _flag("--dry-run", "say what would be done, and change nothing")
STRICT = _flag("--strict", "exit 3 if a claim does not hold or is not known")
ALLOW_UNKNOWN = _flag("--allow-unknown", "let claims pass that are not known, as with one seed")
ALLOW_STALE = _flag("--allow-stale", "let a report pass that is stale")
COVERAGE = _flag("--coverage", "list the sentences outside every claim that compare or judge")
FRAGILE = _flag("--fragile", "ask each claim again without each seed or replicate")
OPEN = _flag("--open", "open the report in the browser")
BECAUSE = _argument("--because", "why the edit does not change the results", metavar="TEXT", required=True)
CHECK_FORMAT = _argument(
    "--format", "how claims are listed (default: text)", choices=("text", "json", "github", "sarif")
)
CHANGES_FORMAT = _argument(
    "--format", "how changes are listed (default: text)", choices=("text", "markdown"), default="text"
)
OUTPUT = _argument("--output", "folder of the report (default: report)", metavar="DIR", type=os.path.abspath)
PROJECT = _argument(
    "--project", "folder of the project (default: this one)", metavar="DIR", type=os.path.abspath
)
VERBOSE = _flag("--verbose", "list every item")
QUIET = _flag("--quiet", "print only errors, and what was asked for")
DEBUG = _flag("--debug", "show a traceback for every error")
OF_ALL = (OUTPUT, PROJECT, VERBOSE, QUIET, DEBUG)
"""Options of every command."""

BUILD = Command(
    "build",
    "make what is stale; the default, so its name can be left out",
    (NAMES, STRICT, ALLOW_UNKNOWN, DRY_RUN, FORCE, SEEDS, SCHEDULER, JOBS, OPEN),
)
CHECK = Command(
    "check",
    "ask the claims of the report as it was built; exit 3 if one does not hold or is not known",
    (CHECK_FORMAT, ALLOW_UNKNOWN, ALLOW_STALE, COVERAGE, FRAGILE),
)
STATUS = Command(
    "status", "say what is stale and why, and which claims hold; exit 1 if anything is", (SEEDS,)
)
WHY = Command("why", "print the way from the edited line to a name", (NAME, SEEDS))
NAMES_OF = Command(
    "names", "print every name of an answer with its value, and the conditions that hold", (QUESTION, SEEDS)
)
VERIFY = Command("verify", "check every stored byte, answer and document, and repeat a run", (SEEDS,))
WATCH = Command("watch", "rebuild on every change, and reload the page", (SEEDS, JOBS, OPEN))
CHANGES = Command("changes", "list what the last build changed in the answers", (OLD, CHANGES_FORMAT))
KEEP = Command("keep", "decide that stored results stay valid across an edit", (KEPT, BECAUSE, SEEDS))
CLEAN = Command("clean", "remove results that nothing refers to", (DRY_RUN,))
EXPORT = Command("export", "write results and answers for other programs", (EXPORT_FORMAT,))
RENDER = Command(
    "render", "fill a text file of your own, such as paper.tex, with values and claims", (FILE, ALLOW_UNKNOWN)
)
NEW = Command("new", "create a small project that builds at once", (FOLDER,))
SHOW_CODE = Command("show-code", "print an experiment as the code that one would type", (EXPERIMENT,))
TEST = Command("test", "run the tests of this checkout: --slow, --browser, else the ordinary ones")
COMMANDS = (
    *(BUILD, CHECK, STATUS, WHY, NAMES_OF, VERIFY, WATCH, CHANGES),
    *(KEEP, CLEAN, EXPORT, RENDER, NEW, SHOW_CODE),
)


def parse(argv: Sequence[str], checkout: bool = False) -> argparse.Namespace:
    """Read a command line; `.command` is the command, `.argv` all words, those of `test` as pytest has them.

    What argparse refuses ends the program with exit code 2, as its help does with 0.
    """
    program = "python build.py" if checkout else "labreport"
    commands = (*COMMANDS, TEST) if checkout else COMMANDS
    parser = _parser(program, commands)
    parser.set_defaults(argv=argv, program=program)
    first_word = argv[0] if argv else ""
    asks_for_help = not {"-h", "--help"}.isdisjoint(argv)
    if first_word == "test" and checkout and not asks_for_help:
        return parser.parse_args(["test"])
    known = {command.name for command in commands}
    if first_word in {*known, "-h", "--help", "--version"}:
        return parser.parse_args(argv)
    return parser.parse_args(["build", *argv])


def _parser(program: str, commands: Sequence[Command]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        program,
        description="Carry out the experiments, answer the questions, write the report.",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    package = Path(__file__).parents[1]
    version = f"labreport {VERSION} from {package} (Python {platform.python_version()})"
    parser.add_argument("--version", action="version", version=version)
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    for command in commands:
        description = f"{command.help.capitalize()}."
        subparser = subparsers.add_parser(
            command.name, help=command.help, description=description, allow_abbrev=False
        )
        subparser.set_defaults(names=[], seeds=None, jobs=0, force=[], scheduler="")
        subparser.set_defaults(strict=False, allow_unknown=False)
        for argument in (*command.arguments, *OF_ALL):
            subparser.add_argument(argument.name, help=argument.help, **argument.settings)
    return parser

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
class Command:
    """What a command does, its arguments by name, and the formats in which it lists something."""

    help: str
    arguments: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()


def _flag(help: str) -> dict[str, Any]:  # noqa: A002  # as argparse calls it
    return {"help": help, "action": "store_true"}


def whole_number(text: str, least: int) -> int:
    """Read the text of an option as a whole number."""
    if not (text.isascii() and text.isdigit() and int(text) >= least):
        raise argparse.ArgumentTypeError(f"must be a whole number of at least {least}; got {text!r}")
    return int(text)


_FOLDER = {"metavar": "DIR", "type": os.path.abspath}
ARGUMENTS: Mapping[str, Mapping[str, Any]] = {
    "names": {
        "help": "only these sections, questions or figures, and what they need",
        "metavar": "NAME",
        "nargs": "*",
    },
    "name": {
        "help": "a section, a question, a figure or an experiment; or a question's number, as 2.2",
        "metavar": "NAME",
    },
    "question": {"help": "a question", "metavar": "QUESTION"},
    "old": {
        "help": "compare with this report instead: its folder, or its answers.json",
        "metavar": "OLD",
        "nargs": "?",
        "type": os.path.abspath,
    },
    "kept": {"help": "an experiment or a study", "metavar": "NAME", "nargs": "+"},
    "format": {"help": "csv, latex or markdown", "metavar": "FORMAT"},
    "file": {"help": "the file", "metavar": "FILE", "type": os.path.abspath},
    "dir": {"help": "the folder to create", "metavar": "DIR"},
    "experiment": {"help": "an experiment", "metavar": "NAME"},
    "--seeds": {
        "help": "run every experiment with N seeds",
        "metavar": "N",
        "type": partial(whole_number, least=1),
    },
    "--jobs": {
        "help": "workers (0: one per core)",
        "metavar": "N",
        "type": partial(whole_number, least=0),
    },
    "--scheduler": {"help": "run on the Dask cluster at tcp://HOST:PORT", "metavar": "ADDRESS"},
    "--force": {
        "help": "make NAME again though it is fresh; without NAME, everything",
        "metavar": "NAME",
        "nargs": "?",
        "const": "",
        "action": "append",
    },
    "--because": {
        "help": "why the edit does not change the results",
        "metavar": "TEXT",
        "required": True,
    },
    "--dry-run": _flag("say what would be done, and change nothing"),
    "--strict": _flag("exit 3 if a claim does not hold or is not known"),
    "--allow-unknown": _flag("let claims pass that are not known, as with one seed"),
    "--allow-stale": _flag("let a report pass that is stale"),
    "--coverage": _flag("list the sentences outside every claim that compare or judge"),
    "--fragile": _flag("ask each claim again without each seed or replicate"),
    "--open": _flag("open the report in the browser"),
    "--output": {"help": "folder of the report (default: report)", **_FOLDER},
    "--project": {"help": "folder of the project (default: this one)", **_FOLDER},
    "--verbose": _flag("list every item"),
    "--quiet": _flag("print only errors, and what was asked for"),
    "--debug": _flag("show a traceback for every error"),
}
"""Each word and option, with the settings that argparse takes for it."""
OF_ALL = ("--output", "--project", "--verbose", "--quiet", "--debug")
"""Options of every command."""

COMMANDS = {
    "build": Command(
        "make what is stale; the default, so its name can be left out",
        (
            "names",
            "--strict",
            "--allow-unknown",
            "--dry-run",
            "--force",
            "--seeds",
            "--scheduler",
            "--jobs",
            "--open",
        ),
    ),
    "check": Command(
        "ask the claims of the report as it was built; exit 3 if one does not hold or is not known",
        ("--allow-unknown", "--allow-stale", "--coverage", "--fragile"),
        formats=("text", "json", "github", "sarif"),
    ),
    "status": Command(
        "say what is stale and why, and which claims hold; exit 1 if anything is", ("--seeds",)
    ),
    "why": Command("print the way from the edited line to a name", ("name", "--seeds")),
    "names": Command(
        "print every name of an answer with its value, and the conditions that hold", ("question", "--seeds")
    ),
    "verify": Command("check every stored byte, answer and document, and repeat a run", ("--seeds",)),
    "watch": Command("rebuild on every change, and reload the page", ("--seeds", "--jobs", "--open")),
    "changes": Command(
        "list what the last build changed in the answers", ("old",), formats=("text", "markdown")
    ),
    "keep": Command("decide that stored results stay valid across an edit", ("kept", "--because", "--seeds")),
    "clean": Command("remove results that nothing refers to", ("--dry-run",)),
    "export": Command("write results and answers for other programs", ("format",)),
    "render": Command(
        "fill a text file of your own, such as paper.tex, with values and claims", ("file", "--allow-unknown")
    ),
    "new": Command("create a small project that builds at once", ("dir",)),
    "show-code": Command("print an experiment as the code that one would type", ("experiment",)),
}
TEST = Command("run the tests of this checkout: --slow, --browser, else the ordinary ones")


def parse(argv: Sequence[str], checkout: bool = False) -> argparse.Namespace:
    """Read a command line; `.command` is the command, `.argv` all words, those of `test` as pytest has them.

    What argparse refuses ends the program with exit code 2, as its help does with 0.
    """
    program = "python build.py" if checkout else "labreport"
    commands = {**COMMANDS, "test": TEST} if checkout else COMMANDS
    parser = _parser(program, commands)
    parser.set_defaults(argv=argv, program=program)
    first_word = argv[0] if argv else ""
    asks_for_help = not {"-h", "--help"}.isdisjoint(argv)
    if first_word == "test" and checkout and not asks_for_help:
        return parser.parse_args(["test"])
    if first_word in {*commands, "-h", "--help", "--version"}:
        return parser.parse_args(argv)
    return parser.parse_args(["build", *argv])


def _parser(program: str, commands: Mapping[str, Command]) -> argparse.ArgumentParser:
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
    for name, command in commands.items():
        description = f"{command.help.capitalize()}."
        subparser = subparsers.add_parser(
            name, help=command.help, description=description, allow_abbrev=False
        )
        subparser.set_defaults(
            names=[], seeds=None, jobs=0, force=[], scheduler="", strict=False, allow_unknown=False
        )
        for argument in (*command.arguments, *OF_ALL):
            subparser.add_argument(argument, **ARGUMENTS[argument])
        if command.formats:
            help_of_format = "how they are listed (default: text)"
            subparser.add_argument("--format", choices=command.formats, help=help_of_format)
    return parser

"""The command line: each command with its words and options, as argparse reads them.

No library is imported here: a checkout reads its command line before any is installed.
"""

from __future__ import annotations

import argparse
import os
import platform
from collections.abc import Sequence
from functools import partial
from pathlib import Path

VERSION = "0.1.0"
"""As in pyproject.toml."""
EXIT_CODES = """\
exit codes: 0 done; 1 something failed, differs or is stale; 2 bad usage or input;
3 a claim does not hold or is not known; 130 and 143 interrupted: the same command continues"""


def parse(argv: Sequence[str], checkout: bool = False) -> argparse.Namespace:
    """Read a command line; `.command` is the command, `.commands` the names of all, `.argv` all words.

    A checkout has one more, `test`, whose words are those of pytest and only in `.argv`. What argparse
    refuses ends the program with exit code 2, as its help does with 0.
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
    commands = _add_commands(parser, checkout)
    parser.set_defaults(argv=argv, program=parser.prog, commands=commands)
    first_word = next(iter(argv), "")
    asks_for_help = not {"-h", "--help"}.isdisjoint(argv)
    if first_word == "test" and checkout and not asks_for_help:
        return parser.parse_args(["test"])
    if first_word in {*commands, "-h", "--help", "--version"}:
        return parser.parse_args(argv)
    return parser.parse_args(["build", *argv])


def _add_commands(parser: argparse.ArgumentParser, checkout: bool) -> list[str]:
    """Tell the parser of the commands and of what each takes; their names."""
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")

    def add(name: str, purpose: str) -> argparse.ArgumentParser:
        description = f"{purpose.capitalize()}."
        return subparsers.add_parser(name, help=purpose, description=description, allow_abbrev=False)

    build = add("build", "make what is stale; the default, so its name can be left out")
    check = add(
        "check", "ask the claims of the report as it was built; exit 3 if one does not hold or is not known"
    )
    status = add("status", "say what is stale and why, and which claims hold; exit 1 if anything is")
    why = add("why", "print the way from the edited line to a name")
    names = add("names", "print every name of an answer with its value, and the conditions that hold")
    verify = add("verify", "check every stored byte, answer and document, and repeat a run")
    watch = add("watch", "rebuild on every change, and reload the page")
    changes = add("changes", "list what the last build changed in the answers")
    keep = add("keep", "decide that stored results stay valid across an edit")
    clean = add("clean", "remove results that nothing refers to")
    export = add("export", "write results and answers for other programs")
    render = add("render", "fill a text file of your own, such as paper.tex, with values and claims")
    new = add("new", "create a small project that builds at once")
    show_code = add("show-code", "print an experiment as the code that one would type")
    if checkout:
        add("test", "run the tests of this checkout: --slow, --browser, else the ordinary ones")

    build.add_argument(
        "names",
        metavar="NAME",
        nargs="*",
        help="only these sections, questions or figures, and what they need",
    )
    why.add_argument(
        "name",
        metavar="NAME",
        help="a section, a question, a figure or an experiment; or a question's number, as 2.2",
    )
    names.add_argument("question", metavar="QUESTION", help="a question")
    changes.add_argument(
        "old",
        metavar="OLD",
        nargs="?",
        type=os.path.abspath,
        help="compare with this report instead: its folder, or its answers.json",
    )
    keep.add_argument("kept", metavar="NAME", nargs="+", help="an experiment or a study")
    export.add_argument("format", metavar="FORMAT", help="csv, latex or markdown")
    render.add_argument("file", metavar="FILE", type=os.path.abspath, help="the file")
    new.add_argument("dir", metavar="DIR", help="the folder to create")
    show_code.add_argument("experiment", metavar="NAME", help="an experiment")

    build.add_argument(
        "--force",
        metavar="NAME",
        nargs="?",
        const="",
        action="append",
        help="make NAME again though it is fresh; without NAME, everything",
    )
    build.add_argument("--scheduler", metavar="ADDRESS", help="run on the Dask cluster at tcp://HOST:PORT")
    keep.add_argument(
        "--because", metavar="TEXT", required=True, help="why the edit does not change the results"
    )
    _add_format(check, ("text", "json", "github", "sarif"))
    _add_format(changes, ("text", "markdown"))
    for command in (build, status, why, names, verify, watch, keep):
        number_of_seeds = partial(_whole_number, least=1)
        command.add_argument(
            "--seeds", metavar="N", type=number_of_seeds, help="run every experiment with N seeds"
        )
    for command in (build, watch):
        number_of_jobs = partial(_whole_number, least=0)
        command.add_argument("--jobs", metavar="N", type=number_of_jobs, help="workers (0: one per core)")
        _add_flag(command, "--open", "open the report in the browser")
    for command in (build, clean):
        _add_flag(command, "--dry-run", "say what would be done, and change nothing")
    for command in (build, check, render):
        _add_flag(command, "--allow-unknown", "let claims pass that are not known, as with one seed")
    _add_flag(build, "--strict", "exit 3 if a claim does not hold or is not known")
    _add_flag(check, "--allow-stale", "let a report pass that is stale")
    _add_flag(check, "--coverage", "list the sentences outside every claim that compare or judge")
    _add_flag(check, "--fragile", "ask each claim again without each seed or replicate")
    for command in subparsers.choices.values():
        command.set_defaults(names=[], seeds=None, jobs=0, force=[], scheduler="")
        command.set_defaults(dry_run=False, strict=False, allow_unknown=False)
        _add_folder(command, "--output", "folder of the report (default: report)")
        _add_folder(command, "--project", "folder of the project (default: this one)")
        _add_flag(command, "--verbose", "list every item")
        _add_flag(command, "--quiet", "print only errors, and what was asked for")
        _add_flag(command, "--debug", "show a traceback for every error")
    return list(subparsers.choices)


def _add_flag(command: argparse.ArgumentParser, name: str, purpose: str) -> None:
    command.add_argument(name, action="store_true", help=purpose)


def _add_folder(command: argparse.ArgumentParser, name: str, purpose: str) -> None:
    command.add_argument(name, metavar="DIR", type=os.path.abspath, help=purpose)


def _add_format(command: argparse.ArgumentParser, choices: Sequence[str]) -> None:
    command.add_argument("--format", choices=choices, help="how they are listed (default: text)")


def _whole_number(text: str, least: int) -> int:
    """Read the text of an option as a whole number."""
    if not (text.isascii() and text.isdigit() and int(text) >= least):
        raise argparse.ArgumentTypeError(f"must be a whole number of at least {least}; got {text!r}")
    return int(text)

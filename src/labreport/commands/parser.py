"""The command line: each command and option, declared once, and from its words to one command.

Every mistake is one line. argparse finds what belongs to which option; its subparsers would take neither a
command that is left out nor an option before it.
"""

from __future__ import annotations

import argparse
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from labreport.console.terminal import INTERRUPTED, Terminal
from labreport.display import enumeration
from labreport.errors import UsageError, did_you_mean, nearest
from labreport.program import VERSION, called

SEEDS_LIMIT = 100_000
JOBS_LIMIT = 1_024
WAIT_LIMIT = 31_536_000
"""Seconds that `--lock-timeout` may name: one year."""
_WHOLE = re.compile("[0-9]{1,19}")


@dataclass(frozen=True)
class Declared:
    """One command: what it does, its options, and its words, of which there are so many (argparse's `nargs`).

    A command with a `tail` takes all words that follow as they are; `tail` says in its help what they mean.
    `call` is the function that does it, unless that is `run` of the module in `labreport.commands` that has
    its name.
    """

    does: str
    options: str = ""
    word: str = ""
    meaning: str = ""
    words: str | None = None
    interrupted: str = "Interrupted."
    tail: str = ""
    call: str = ""


COMMANDS = {
    "build": Declared(
        "make what is stale; the default, so its name can be left out",
        "--dry-run --seeds --jobs --force --output --scheduler --adopt --lock-timeout --open --verbose "
        "--json",
        "NAME",
        "only these sections, figures, answers or experiments, and what they need",
        "*",
        INTERRUPTED,
    ),
    "new": Declared("create a small project that builds at once", "", "NAME", "the folder to create"),
    "init": Declared(
        "create it in a folder that has other files, such as a repository",
        call="labreport.commands.new:init",
    ),
    "status": Declared(
        "list what is stale and why; exit 1 if anything is",
        "--seeds --output --json --verbose",
        call="labreport.commands.build:status",
    ),
    "why": Declared(
        "explain why something is stale, down to the changed line",
        "--seeds --output --json",
        "NAME",
        "a section, a figure, an answer or an experiment; or its number, as 2.2 or 'Figure 3'",
        call="labreport.commands.build:why",
    ),
    "keep": Declared(
        "decide that stored results stay valid across an edit",
        "--because --undo --seeds --output --json",
        "NAME",
        "an experiment or a study",
        "+",
        call="labreport.commands.stored:keep",
    ),
    "changes": Declared(
        "list what the last rebuild changed in the answers",
        "--output --json",
        call="labreport.commands.build:changes",
    ),
    "diff": Declared(
        "list how two reports differ; exit 1 if they do",
        "--output --html --json",
        "FOLDER",
        "the old report, then the new one (default: the project's)",
        "*",
        call="labreport.commands.reports:diff",
    ),
    "verify": Declared(
        "check every stored byte, then every answer independently",
        "--quick --again --repeat --seeds --jobs --output --lock-timeout --verbose --json --junit",
        interrupted="Verification stopped; the parts of it that were done are kept.",
    ),
    "check": Declared(
        "compute every number and judgement of answers.json again",
        "--output --verbose --schema --json",
        "FILE",
        "an answers.json (default: the report's)",
        "?",
        call="labreport.commands.reports:check",
    ),
    "grade": Declared(
        "grade submissions against the report's answers",
        "--output --reference --csv --gradescope --form --json",
        "PATH",
        "a submission, or a folder of submissions",
        "?",
    ),
    "export": Declared(
        "write the results as tables, a paper or a notebook",
        "--output --check",
        "FORMAT",
        "the format, then the folder (default: exports/FORMAT in the report's); none lists the formats",
        "*",
        call="labreport.commands.reports:export",
    ),
    "clean": Declared(
        "remove results that are no longer used",
        "--dry-run --yes --output --lock-timeout --json",
        interrupted="Interrupted; run the same command again.",
        call="labreport.commands.stored:clean",
    ),
    "watch": Declared(
        "rebuild on every change, and reload the page in the browser",
        "--seeds --jobs --output --open",
        interrupted="Stopped watching.",
    ),
    "show-code": Declared(
        "print an experiment as the code that one would type",
        "",
        "NAME",
        "an experiment, or a cell of a study",
        call="labreport.commands.build:show_code",
    ),
    "completion": Declared(
        "print what makes bash and zsh complete this command",
        call="labreport.commands.parser:completion",
    ),
}
"""A command's name to its declaration. A checkout adds some (`labreport.commands.Checkout`)."""


def number(allowed: str, low: int, high: int, fractions: bool = False, **words: Any) -> Callable[[str], Any]:
    """A converter of an option's text to a number, or to what one of the `words` stands for."""

    def convert(text: str) -> Any:
        if text in words:
            return words[text]
        try:
            found = float(text) if fractions else int(text if _WHOLE.fullmatch(text) else "")
        except ValueError:
            found = math.nan
        if not low <= found <= high:
            raise argparse.ArgumentTypeError(f"must be {allowed} to {high:,}; got {text!r}.")
        return found

    return convert


def filled(what: str) -> Callable[[str], str]:
    """A converter of an option's text that is `what`, and never empty."""

    def convert(text: str) -> str:
        if not text.strip():
            raise argparse.ArgumentTypeError(f"must be {what}; got {text!r}.")
        return text

    return convert


_FILE, _FOLDER = filled("the path of a file"), filled("the path of a folder")


def flag(does: str) -> dict[str, Any]:
    """An option that is given or not."""
    return {"action": "store_true", "help": does}


def value(kind: Any, metavar: str, does: str, **more: Any) -> dict[str, Any]:
    """An option with a value, which `kind` converts."""
    return {"type": kind, "metavar": metavar, "help": does, **more}


OPTIONS = {
    "--seeds": value(
        number("a whole number from 1", 1, SEEDS_LIMIT),
        "N",
        "run every experiment with N seeds (default: what the project says)",
    ),
    "--jobs": value(
        number("a whole number from 0 (one per core)", 0, JOBS_LIMIT),
        "N",
        "number of worker processes (default: 0, one per core)",
        default=0,
    ),
    "--force": value(
        str,
        "NAME",
        "rebuild NAME even if it is fresh; without a NAME, everything",
        nargs="?",
        const="",
        action="append",
    ),
    "--dry-run": flag("say what would be done, and change nothing"),
    "--yes": flag("remove results without asking"),
    "--output": value(_FOLDER, "DIR", "folder of the report and its results (default: report)"),
    "--adopt": flag("take over an output folder whose mark is lost"),
    "--scheduler": value(
        filled("an address, tcp://HOST:PORT"), "ADDRESS", "train on the Dask cluster at tcp://HOST:PORT"
    ),
    "--lock-timeout": value(
        number("a number of seconds from 0 (do not wait)", 0, WAIT_LIMIT, fractions=True),
        "SECONDS",
        "how long to wait for another build, from 0 (default: until it ends)",
        default=-1.0,
    ),
    "--reference": value(_FILE, "FILE", "the answers.json to compare with (default: the report's)"),
    "--csv": value(_FILE, "FILE", "write a table with one row for each submission"),
    "--gradescope": value(filled("a path"), "PATH", "write Gradescope's results.json, or a folder of them"),
    "--form": value(_FILE, "FILE", "write an empty form for students, and grade nothing"),
    "--open": flag("open the report when it is ready"),
    "--json": flag("print one JSON document, for scripts, in place of lines"),
    "--html": value(_FILE, "FILE", "write both side by side as a page"),
    "--junit": value(_FILE, "FILE", "write the checks as JUnit XML, for CI"),
    "--quick": flag("do only what takes seconds"),
    "--again": flag("compute also what passed before and rests on the same"),
    "--repeat": value(
        number("'all' or a whole number from 0", 0, SEEDS_LIMIT, all=None),
        "N",
        "how many runs, drawn at random, to repeat from nothing: a number, or all (default: 1)",
        default=1,
    ),
    "--because": value(filled("a reason"), "TEXT", "why the edit does not change the results"),
    "--undo": flag("take back the last decision about NAME"),
    "--check": flag("say whether an export is that of the report; exit 1 if not"),
    "--schema": flag("print the JSON Schema of answers.json, and check nothing"),
    "--verbose": flag("list every item"),
    "--project": value(_FOLDER, "DIR", "folder of the project (default: this one)"),
    "--quiet": flag("print only errors, and what was asked for"),
    "--debug": flag("show a traceback for every error"),
}
"""An option to the arguments of `argparse.ArgumentParser.add_argument`."""
COMMON = ("--project", "--quiet", "--debug")
"""Options of every command."""
_EPILOG = """\
commands ({program} COMMAND --help explains one):
{commands}

exit codes: 0 done, 1 something failed or is stale, 2 bad usage or input,
130 and 143 interrupted"""
_SCRIPT = """\
# In .bashrc or .zshrc: eval "$(labreport completion)"
[ -z "$ZSH_VERSION" ] || {{ autoload -U +X bashcompinit && bashcompinit; }}
_labreport() {{
    local word="${{COMP_WORDS[COMP_CWORD]}}" words="{commands} {build}" one
    for one in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
        case "$one" in
{cases}
        esac
    done
    COMPREPLY=($(compgen -W "$words" -- "$word"))
}}
complete -o default -F _labreport labreport"""
_MISTAKES = (
    (r"(?s)argument (\S+): (must be .*)", "{0} {1}"),
    (r"argument (\S+): expected .*argument", "{0} needs a value; see {program} --help."),
    (r"argument (\S+): ignored explicit argument (.*)", "{0} takes no value; got {1}."),
    (r"the following arguments are required: (.*)", "{command} needs a {0}; see {program} --help."),
    (r"(?s)(.*)", "{0}; see {program} --help."),
)
"""What argparse says in its own words, and what is said instead."""


@dataclass(frozen=True)
class Command:
    """What is to be done, and with what."""

    name: str
    arguments: argparse.Namespace


class Parser(argparse.ArgumentParser):
    """The parser of one command."""

    def error(self, message: str) -> NoReturn:
        """Raise `UsageError`."""
        found = ((re.fullmatch(pattern, message), line) for pattern, line in _MISTAKES)
        parts, line = next((match.groups(), line) for match, line in found if match)
        raise UsageError(line.format(*parts, program=self.prog, command=self.prog.split()[-1]))


def parse(argv: Sequence[str]) -> Command:
    """The command that `argv` asks for. Raises `UsageError`, or `SystemExit` after help or version."""
    words = _other_spellings(list(argv))
    place = _first_name(words)
    typed = words[place] if place is not None else ""
    named = typed in COMMANDS
    name = typed if named else "build"
    tail: list[str] | None = None
    if named and place is not None:
        del words[place]
        if COMMANDS[name].tail:
            words, tail = words[:place], words[place:]
            words = ["--help"] if "--help" in tail or "-h" in tail else words
    parser = parser_of(name, top=not named)
    try:
        arguments, extra = parser.parse_known_intermixed_args(words)
        _refuse(parser, name, extra)
    except UsageError:
        if not named and nearest(typed, COMMANDS):
            raise unknown_command_or_name(typed, ()) from None
        raise
    if tail is not None:
        arguments.words = tail
    return Command(name, arguments)


def parser_of(name: str, top: bool = False) -> Parser:
    """The parser of a command; with `top`, its help is that of the whole program."""
    declared = COMMANDS[name]
    program = called() if top else f"{called()} {name}"
    does = "Carry out the experiments, answer the questions, write the report."
    listed = "\n".join(f"  {command:10} {one.does}" for command, one in COMMANDS.items())
    parser = Parser(
        prog=program,
        usage=f"{program} [COMMAND] [NAME ...] [OPTIONS]" if top else None,
        description=does if top else f"{declared.does[0].upper()}{declared.does[1:]}.",
        epilog=_EPILOG.format(program=called(), commands=listed) if top else declared.tail or None,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    if declared.word and declared.words:
        parser.add_argument("words", nargs=declared.words, metavar=declared.word, help=declared.meaning)
    elif declared.word:
        parser.add_argument("word", metavar=declared.word, help=declared.meaning)
    elif declared.tail:
        parser.usage = f"{called()} [OPTIONS] {name} [WORD ...]"
    add(parser, *declared.options.split(), *COMMON)
    parser.add_argument("--version", action="version", version=f"labreport {VERSION}")
    return parser


def add(parser: argparse.ArgumentParser, *names: str) -> None:
    """Give a parser some of the options."""
    for name in names:
        parser.add_argument(name, **OPTIONS[name])


def unknown_command_or_name(word: str, names: Sequence[str]) -> UsageError:
    """The error for a first word that is neither a command nor a name in the project."""
    meant = did_you_mean(word, [*COMMANDS, *names])
    return UsageError(f"unknown command or name {word!r}{meant} See {called()} --help.")


def _refuse(parser: Parser, name: str, extra: Sequence[str]) -> None:
    """Raise `UsageError` for the first word that the command does not take."""
    for word in extra:
        option = word.partition("=")[0]
        if not option.startswith("-"):
            raise UsageError(f"{name} does not take {word!r}; see {parser.prog} --help.")
        if option in OPTIONS:
            takers = [other for other, one in COMMANDS.items() if option in one.options.split()]
            verb = "do" if len(takers) > 1 else "does"
            raise UsageError(f"{name} does not take {option}; {enumeration(takers)} {verb}.")
        own = [*COMMANDS[name].options.split(), *COMMON, "--help", "--version"]
        found = nearest(option, own)
        meant = f"; did you mean {found}?" if found else f"; see {parser.prog} --help."
        raise UsageError(f"unknown option {option}{meant}")


def _other_spellings(words: list[str]) -> list[str]:
    """`help NAME` is `NAME --help`, and `--show-code NAME` is the command `show-code NAME`."""
    if words[:1] == ["help"]:
        return [*words[1:], "--help"]
    for place, word in enumerate(words):
        option, equals, value = word.partition("=")
        if word == "--" or (word in COMMANDS and COMMANDS[word].tail):
            break
        if option == "--show-code":
            return ["show-code", *([value] if equals else []), *words[:place], *words[place + 1 :]]
    return words


def _first_name(words: Sequence[str]) -> int | None:
    """The place of the first word that is neither an option nor an option's value."""
    takes_value = False
    for place, word in enumerate(words):
        if word == "--":
            return None
        if takes_value and not word.startswith("--"):
            takes_value = False
        elif word.startswith("-"):
            takes_value = "type" in OPTIONS.get(word, {})
        else:
            return place
    return None


def completion(arguments: argparse.Namespace, root: Path, terminal: Terminal) -> int:
    """Print the script by which bash and zsh complete commands and options."""
    options = {name: " ".join([*one.options.split(), *COMMON, "--help"]) for name, one in COMMANDS.items()}
    cases = "\n".join(f"            {name}) words='{text}'; break ;;" for name, text in options.items())
    terminal.result(_SCRIPT.format(commands=" ".join(COMMANDS), build=options["build"], cases=cases))
    return 0
